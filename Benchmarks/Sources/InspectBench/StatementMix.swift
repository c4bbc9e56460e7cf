// The statements that are inspected: what benchmarks, ORMs, order systems and analysts send, in random order, no text twice.

enum StatementMix {
    /// So many different texts, the same for every run.
    static func texts(_ count: Int) -> [String] {
        var state: UInt64 = 42
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        // Every shape writes its whole number, and a prime times the index gives each index its own.
        return (0..<count).map { shapes[next(shapes.count)]($0 * 48_271 % 1_000_003) }
    }

    private static let shapes: [@Sendable (Int) -> String] = pgbench + mapped + wide + orders + analytic

    private static let pgbench: [@Sendable (Int) -> String] = [
        { "SELECT abalance FROM pgbench_accounts WHERE aid = \($0);" },
        { "UPDATE pgbench_accounts SET abalance = abalance + \($0 % 5000) WHERE aid = \($0);" },
        { "UPDATE pgbench_tellers SET tbalance = tbalance + \($0) WHERE tid = \($0 % 10);" },
        {
            "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) "
                + "VALUES (\($0 % 10), 1, \($0), \($0 % 5000), CURRENT_TIMESTAMP);"
        },
    ]

    private static let mapped: [@Sendable (Int) -> String] = [
        { "SELECT \"users\".* FROM \"users\" WHERE \"users\".\"email\" = 'user\($0)@example.com' LIMIT 1" },
        {
            """
            SELECT users.id AS users_id, users.email AS users_email, users.name AS users_name, users.created_at AS users_created_at \
            FROM users LEFT OUTER JOIN addresses AS addresses_1 ON users.id = addresses_1.user_id \
            WHERE users.active = true AND users.id IN (\($0), \($0 + 1), \($0 + 2)) ORDER BY users.created_at DESC LIMIT 50 OFFSET 100
            """
        },
        {
            "INSERT INTO \"sessions\" (\"token\", \"user_id\", \"expires_at\", \"created_at\", \"updated_at\") "
                + "VALUES ('t\($0)', \($0), '2026-01-02 03:04:05', '2026-01-01 00:00:00', '2026-01-01 00:00:00') RETURNING \"id\""
        },
        { "SELECT 1 AS one FROM \"memberships\" WHERE \"memberships\".\"user_id\" = $1 AND \"memberships\".\"team_id\" = \($0) LIMIT $2" },
        {
            "UPDATE \"carts\" SET \"total\" = \($0).50, \"updated_at\" = '2026-02-03 04:05:06' "
                + "WHERE \"carts\".\"id\" = \($0) AND \"carts\".\"lock_version\" = 3"
        },
    ]

    private static let wide: [@Sendable (Int) -> String] = [
        {
            """
            SELECT "shop_order"."id", "shop_order"."reference", "shop_order"."customer_id", "shop_order"."state", \
            "shop_order"."placed_at", "shop_order"."total", "shop_customer"."id", "shop_customer"."name", "shop_customer"."email" \
            FROM "shop_order" INNER JOIN "shop_customer" ON ("shop_order"."customer_id" = "shop_customer"."id") \
            WHERE ("shop_order"."state" IN ('open', 'paid') AND "shop_order"."placed_at" >= '2026-01-02T03:04:05+00:00'::timestamptz \
            AND "shop_customer"."id" = \($0)) ORDER BY "shop_order"."placed_at" DESC LIMIT 21
            """
        },
        {
            """
            SELECT t0.id, t0.title, t0.body, t0.author_id, t0.published_at, t0.created_at, t0.updated_at, \
            (SELECT count(*) FROM comments AS c WHERE c.post_id = t0.id AND c.hidden = false) AS comment_count \
            FROM posts AS t0 LEFT JOIN authors AS t1 ON t1.id = t0.author_id \
            WHERE (t0.published_at IS NOT NULL AND t1.blocked = false) AND t0.id > \($0) ORDER BY t0.id ASC LIMIT 30
            """
        },
        {
            """
            INSERT INTO "events" ("kind", "actor_id", "subject_type", "subject_id", "payload", "ip", "created_at") \
            VALUES ('page_view', \($0), 'article', 42, '{"path": "/articles/42", "referrer": "https://example.com/search?q=postgres"}', \
            '203.0.113.7', '2026-02-03 04:05:06.789') ON CONFLICT ("actor_id", "subject_id") DO UPDATE SET "created_at" = excluded."created_at"
            """
        },
    ]

    private static let orders: [@Sendable (Int) -> String] = [
        {
            "SELECT c_discount, c_last, c_credit, w_tax FROM customer, warehouse "
                + "WHERE w_id = \($0 % 50) AND c_w_id = w_id AND c_d_id = 3 AND c_id = \($0)"
        },
        { "SELECT d_next_o_id, d_tax FROM district WHERE d_id = 4 AND d_w_id = \($0) FOR UPDATE" },
        {
            "INSERT INTO order_line (ol_o_id, ol_d_id, ol_w_id, ol_number, ol_i_id, ol_supply_w_id, ol_quantity, ol_amount, ol_dist_info) "
                + "VALUES (\($0), 4, 7, 1, \($0 % 100_000), 7, 5, 31.4, 'abcdefghijklmnopqrstuvwx')"
        },
        {
            "SELECT COUNT(DISTINCT (s_i_id)) FROM order_line, stock WHERE ol_w_id = 7 AND ol_d_id = 4 AND ol_o_id < \($0) "
                + "AND ol_o_id >= \($0) - 20 AND s_w_id = 7 AND s_i_id = ol_i_id AND s_quantity < 15"
        },
        { "DELETE FROM new_order WHERE no_o_id = \($0) AND no_d_id = 4 AND no_w_id = 7" },
    ]

    private static let analytic: [@Sendable (Int) -> String] = [
        { number in
            """
            select l_returnflag, l_linestatus, sum(l_quantity) as sum_qty, sum(l_extendedprice * (1 - l_discount)) as sum_disc_price, \
            avg(l_discount) as avg_disc, count(*) as count_order from lineitem \
            where l_shipdate <= date '1998-12-01' - interval '\(number) day' \
            group by l_returnflag, l_linestatus order by l_returnflag, l_linestatus
            """
        },
        { number in
            """
            with regional as (select region, sum(amount) as total from orders where created_at > now() - interval '30 days' group by region), \
            best as (select region from regional where total > (select sum(total) / \(number % 20 + 2) from regional)) \
            select o.region, p.name, sum(oi.quantity) as units, sum(oi.quantity * oi.price) as revenue, \
            rank() over (partition by o.region order by sum(oi.quantity) desc) as place \
            from orders o join order_items oi on oi.order_id = o.id join products p on p.id = oi.product_id \
            where o.region in (select region from best) and coalesce(o.state, 'open') <> 'void' \
            group by o.region, p.name having sum(oi.quantity) > \(number) order by 1, 5 limit 100
            """
        },
    ]
}

// Walks a part of PostgreSQL's grammar at random: statements that it takes, with names in every place a name can stand.

import TestSupport

/// Deterministic for a seed.
struct GrammarWalk {
    private var random: SeededGenerator
    private var depth = 0
    /// By query, from the outermost: the names its columns can be qualified with. A name that belongs to nothing would be refused.
    private var scopes: [[String]] = []

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
    private mutating func one(in chances: Int) -> Bool { below(chances) == 0 }
    private mutating func pick(_ words: [String]) -> String { random.pick(words) }
    private mutating func list(_ most: Int, _ item: (inout GrammarWalk) -> String) -> String {
        (0...below(most)).map { _ in item(&self) }.joined(separator: pick([", ", ","]))
    }
    /// Deeper in, only what ends soon.
    private mutating func nested(_ body: (inout GrammarWalk) -> String, or plain: String) -> String {
        guard depth < 4 else { return plain }
        depth += 1
        defer { depth -= 1 }
        return body(&self)
    }

    // MARK: - Names

    private static let tables = [
        "users", "orders", "s.items", "public.users", "\"Orders\"", "s.\"x.y\"", "only users", "c", "d", "pg_class", "\"group\"", "ORDERS",
    ]
    private mutating func table() -> String { pick(Self.tables) }
    private mutating func plainTable() -> String { pick(["users", "orders", "s.items", "\"Orders\"", "c", "public.d"]) }
    private mutating func column() -> String {
        let names = scopes.flatMap { $0 }
        guard !names.isEmpty else { return literal() }
        let column = pick(["id", "email", "a", "b", "\"B\"", "total"])
        return one(in: 2) ? column : pick(names) + "." + column
    }
    private mutating func function() -> String {
        pick(["lower", "count", "coalesce_all", "s.f", "pg_catalog.upper", "max", "now", "\"F\"", "pg_sleep", "jsonb_agg", "to_char"])
    }
    private mutating func literal() -> String {
        pick(["1", "'x'", "null", "true", "$1", "'a''b'", "E'\\n'", "1.5e3", "$$q$$", "U&'\\0041'", "date '2020-01-01'", "b'01'", "interval '1 day'"])
    }
    private mutating func type() -> String { pick(["int", "text", "numeric(10,2)", "timestamp with time zone", "s.t", "text[]", "double precision"]) }
    private mutating func space() -> String { pick([" ", " ", " ", "\n", " /* from hidden */ ", " -- where\n", "\t"]) }

    // MARK: - Expressions

    private mutating func expression() -> String {
        nested({ walk in
            switch walk.below(26) {
            case 0...4: return walk.column()
            case 5...6: return walk.literal()
            case 7:
                let middle = walk.pick(["+", "-", "||", "=", "<>", "and", "or", "->>", "~*", "is distinct from", "@>"])
                return "\(walk.expression()) \(middle) \(walk.expression())"
            case 8: return "(\(walk.expression()))"
            case 9: return "\(walk.function())(\(walk.list(2) { $0.expression() }))"
            case 10: return "(\(walk.select()))"
            case 11: return "exists (\(walk.select()))"
            case 12: return "\(walk.column()) in (\(walk.one(in: 2) ? walk.select() : walk.list(3) { $0.literal() }))"
            case 13: return "case when \(walk.expression()) then \(walk.expression()) else \(walk.expression()) end"
            case 14: return "cast(\(walk.expression()) as \(walk.type()))"
            case 15: return "(\(walk.expression()))::\(walk.type())"
            case 16: return "array(\(walk.select()))"
            case 17: return "array[\(walk.list(3) { $0.expression() })]"
            case 18: return "extract(year from \(walk.column()))"
            case 19: return "substring(\(walk.column()) from 1 for 2)"
            case 20: return "trim(both 'x' from \(walk.column()))"
            case 21: return "count(*) filter (where \(walk.expression())) over (partition by \(walk.column()) order by \(walk.column()))"
            case 22: return "\(walk.column()) between \(walk.literal()) and \(walk.literal())"
            case 23: return "coalesce(\(walk.list(3) { $0.expression() }))"
            case 24: return "\(walk.column()) = any (\(walk.select()))"
            default: return "row(\(walk.list(3) { $0.expression() }))"
            }
        }, or: column())
    }

    // MARK: - Queries

    private mutating func target() -> String {
        let names = scopes.last ?? []
        switch below(8) {
        case 0: return names.isEmpty ? "1" : "*"
        case 1: return names.isEmpty ? "2" : pick(names) + ".*"
        case 2: return "\(expression()) as \(pick(["x", "\"from\"", "email"]))"
        default: return expression()
        }
    }

    /// One item of FROM, whose name joins the innermost scope.
    private mutating func source() -> String {
        let name = pick(["x", "y", "users", "\"R\""]) + (one(in: 2) ? "1" : "")
        let alias = name.hasPrefix("\"") ? "\"R\"" : name
        let text: String
        switch below(9) {
        case 0: text = "(\(inner { $0.select() })) as \(alias)"
        case 1: text = "lateral (\(nested({ $0.select() }, or: "select 1"))) \(alias)(a, b)"
        case 2: text = "generate_series(1, 3) as \(alias)"
        case 3: text = "rows from (generate_series(1, 2), s.f(1)) with ordinality as \(alias)"
        case 4: text = "(values (\(literal())), (\(literal()))) as \(alias)(a)"
        case 5: text = "\(pick(["users", "s.items"])) as \(alias) tablesample system (10)"
        default: text = "\(table()) \(pick(["", "as "]))\(alias)"
        }
        scopes[scopes.count - 1].append(alias)
        return text
    }

    /// A query that does not see the one around it.
    private mutating func inner(_ body: (inout GrammarWalk) -> String) -> String {
        let outside = scopes
        scopes = []
        defer { scopes = outside }
        return nested(body, or: "select 1 as id")
    }

    private mutating func join() -> String {
        let left = source()
        guard one(in: 3) else { return left }
        let right = source()
        switch below(4) {
        case 0: return "\(left) cross join \(right)"
        case 1: return "\(left) natural left join \(right)"
        case 2: return "\(left) join \(right) using (id)"
        default: return "\(left) left join \(right) on \(expression())"
        }
    }

    mutating func select() -> String {
        if one(in: 9) {
            let kind = pick(["union", "union all", "intersect", "except"])
            return "\(nested({ $0.select() }, or: "select 1")) \(kind) \(nested({ $0.select() }, or: "table c"))"
        }
        if one(in: 14) { return "values (\(list(2) { $0.expression() }))" }
        if one(in: 20) { return "table \(plainTable())" }
        let start = (one(in: 5) ? with() : "") + "select" + space() + (one(in: 8) ? "distinct " : "")
        scopes.append([])
        defer { scopes.removeLast() }
        let from = one(in: 6) ? "" : space() + "from" + space() + list(2) { $0.join() }
        var text = start + list(3) { $0.target() } + from
        if one(in: 2) { text += space() + "where " + expression() }
        if one(in: 6) { text += " group by " + pick(["grouping sets ((1), ())", "rollup (1, 2)", "1"]) }
        if one(in: 8) { text += " having " + expression() }
        if one(in: 8) { text += " window w as (partition by \(column()))" }
        return text
    }

    private mutating func with() -> String {
        let name = pick(["c", "d", "users", "\"Orders\""])
        let outside = scopes
        scopes = []
        defer { scopes = outside }
        let body = nested({ walk in walk.one(in: 4) ? walk.change(returning: true) : walk.select() }, or: "select 1 as id")
        let rest = one(in: 3) ? ", e as (\(nested({ $0.select() }, or: "select 2")))" : ""
        return "with \(name) as \(pick(["", "materialized ", "not materialized "]))(\(body))\(rest) "
    }

    // MARK: - Statements

    private mutating func change(returning: Bool) -> String {
        let table = plainTable()
        switch below(3) {
        case 0:
            let values = one(in: 2) ? "values (\(list(3) { $0.expression() }))" : nested({ $0.select() }, or: "select 1")
            scopes.append(["t"])
            defer { scopes.removeLast() }
            let conflict = one(in: 4) ? " on conflict (id) do update set a = excluded.a where \(expression())" : ""
            return "insert into \(table) as t \(values)\(conflict)\(tail(returning))"
        case 1:
            scopes.append(["t"])
            defer { scopes.removeLast() }
            let from = one(in: 3) ? " from \(join())" : ""
            let filter = one(in: 3) ? "" : " where \(expression())"
            let value = nested({ $0.select() }, or: "select 1, 2")
            return "update \(pick(["only ", ""]))\(table) t set a = \(expression()), (b, id) = (\(value))\(from)\(filter)\(tail(returning))"
        default:
            scopes.append(["t"])
            defer { scopes.removeLast() }
            let using = one(in: 3) ? " using \(join())" : ""
            return "delete from \(table) as t\(using)\(one(in: 3) ? "" : " where \(expression())")\(tail(returning))"
        }
    }

    private mutating func tail(_ isNeeded: Bool) -> String { isNeeded || one(in: 3) ? " returning \(target())" : "" }

    mutating func statement() -> String {
        (depth, scopes) = (0, [])
        let tails = [" limit 10", " limit all", " fetch first 3 rows only", " offset 2", " order by 1 limit $1", " for update"]
        switch below(20) {
        case 0...8: return select() + (one(in: 3) ? pick(tails) : "")
        case 9...13: return (one(in: 4) ? with() : "") + change(returning: false)
        case 14: return "explain (analyze, verbose) " + change(returning: false)
        case 15: return "create table fresh as " + select()
        case 16: return "copy (\(select())) to stdout"
        case 17: return "prepare p as " + change(returning: false)
        case 18: return "declare k cursor for " + select()
        default: return "\(select()); \(change(returning: false))"
        }
    }
}

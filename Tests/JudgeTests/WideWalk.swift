// Walks the parts of PostgreSQL's grammar beside plain queries: MERGE, recursion, windows, table functions, utility statements.

import TestSupport

/// Deterministic for a seed. What it makes is PostgreSQL 15's, which the judge reads.
struct WideWalk {
    private var random: SeededGenerator
    private var depth = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed &* 0x2545_F491_4F6C_DD1D) }

    private mutating func next() -> UInt64 { random.next() }
    private mutating func pick(_ words: [String]) -> String { random.pick(words) }
    private mutating func one(in chances: UInt64) -> Bool { next() % chances == 0 }
    private mutating func maybe(_ text: String) -> String { one(in: 2) ? text : "" }

    // MARK: - Leaves

    private mutating func table() -> String { pick(["users", "s.items", "\"Orders\"", "public.logs", "c", "rows_of"]) }
    private mutating func source() -> String { pick(["users", "s.items", "only users", "only (s.items)", "users *", "\"Orders\"", "c"]) }
    private mutating func column() -> String { pick(["id", "email", "a", "\"B\"", "total"]) }
    private mutating func literal() -> String {
        pick(["1", "'x'", "null", "-3", "1.5", "true", "E'\\\\'", "$$q$$", "U&'\\0041'", "interval '1' day", "date "
            + "'2020-01-01'", "array[1, 2]", "X'1f'"])
    }
    private mutating func function() -> String { pick(["lower", "s.f", "my_f", "pg_catalog.abs", "pg_sleep", "\"F\"", "now"]) }
    private mutating func type() -> String {
        pick(["int", "numeric(10, 2)", "text[]", "s.t", "timestamp(3) with time zone", "bit varying(3)", "interval day to second", "\"T\""])
    }

    // MARK: - Expressions

    private mutating func expression() -> String {
        guard depth < 3 else { return column() }
        depth += 1
        defer { depth -= 1 }
        let (a, b) = (column(), literal())
        switch next() % 34 {
        case 0: return "\(a) operator(pg_catalog.+) \(expression())"
        case 1: return "(\(expression())) collate \"C\""
        case 2: return "(\(expression())) at time zone 'utc'"
        case 3: return "\(a)[\(expression())]"
        case 4: return "\(a)[1:\(expression())]"
        case 5: return "(\(a)).field"
        case 6: return "row(\(expression()), \(b))"
        case 7: return "(\(expression()), \(a)) = (1, 2)"
        case 8: return "trim(\(pick(["both", "leading", "trailing"])) 'x' from \(a))"
        case 9: return "overlay(\(a) placing 'x' from 1 for 2)"
        case 10: return "position('x' in \(a))"
        case 11: return "substring(\(a) from \(pick(["1", "'b'"])) for \(b))"
        case 12: return "substring(\(a) similar 'x' escape '#')"
        case 13: return "\(a) similar to 'x' escape '!'"
        case 14: return "\(a) not like \(expression()) escape '!'"
        case 15: return "\(a) is not distinct from \(expression())"
        case 16: return "(\(a), \(a)) overlaps (\(b), \(b))"
        case 17: return "normalize(\(a), nfc) is nfc normalized"
        case 18: return "collation for (\(a))"
        case 19: return "treat(\(a) as \(pick(["int", "text", "timestamp with time zone", "bit varying(2)", "double precision"])))"
        case 20: return "xmlelement(name x, xmlattributes(\(a) as y), \(expression()))"
        case 21: return "xmlexists('//x' passing \(a))"
        case 22: return "xmlforest(\(a), \(expression()) as z)"
        case 23: return "percentile_cont(0.5) within group (order by \(a) desc nulls last)"
        case 24: return "\(function())(distinct \(expression()) order by \(a)) filter (where \(expression()))"
        case 25: return "\(function())(variadic array[\(expression())])"
        case 26: return "\(function())(x => \(expression()), y := \(b))"
        case 27:
            let frame = pick(["rows unbounded preceding", "range between 1 preceding and current row exclude ties", "groups "
                + "current row", ""])
            return "sum(\(a)) over (partition by \(expression()) order by \(a) \(frame))"
        case 28: return "grouping(\(a))"
        case 29: return "\(a) between symmetric \(b) and \(expression())"
        case 30: return "\(a) <> all (\(query()))"
        case 31: return "exists (\(query()))"
        case 32: return "greatest(\(expression()), (\(query())))"
        default: return "cast(\(expression()) as \(type()))"
        }
    }

    // MARK: - Queries

    private mutating func item() -> String {
        switch next() % 10 {
        case 0: return "xmltable(xmlnamespaces('u' as n), '/a' passing \(literal()) columns x int path 'x' default \(literal()) "
            + "not null, o for ordinality) as xt"
        case 1: return "rows from (generate_series(1, 2), \(function())(\(literal())) as (p int, q text)) with ordinality as rf"
        case 2: return "lateral (\(query())) as l(p, q)"
        case 3: return "\(source()) tablesample \(pick(["bernoulli", "system"])) (10) repeatable (3)"
        case 4: return "(\(source()) as j1 natural full join \(source()) as j2) as jn"
        case 5: return "\(source()) j3 join \(source()) j4 using (id) as ju"
        case 6: return "(values (\(literal()), 2), (3, 4)) as v(p, q)"
        case 7: return "\(function())(\(literal())) as ft(p int, q numeric(3, 1))"
        default: return source()
        }
    }

    private mutating func query() -> String {
        guard depth < 3 else { return "table \(table())" }
        depth += 1
        defer { depth -= 1 }
        switch next() % 12 {
        case 0:
            let search = pick(["search depth first by id set seq ", "search breadth first by id, parent set seq cycle id set "
                + "looped using way ", "cycle id set looped to 1 default 0 using way ", ""])
            return "with recursive tree(id, parent) as (select id, total from \(table()) union \(maybe("all "))select t.id, t.a "
                + "from \(table()) t join tree on t.a = tree.id) \(search)select id from tree"
        case 1: return "values (\(expression()), 1), (2, \(literal()))"
        case 2: return "table only \(table())"
        case 3: return "(\(query())) \(pick(["union", "except all", "intersect"])) (\(query()) limit 3)"
        case 4:
            let sets = pick(["cube (id, a)", "rollup ((id, a), total)", "grouping sets (id, (id, a), cube (total), ())"])
            return "select \(column()), count(*) from \(item()) group by \(pick(["", "distinct "]))\(sets) having \(expression())"
        case 5: return "select \(expression()) from \(item()) window w as (order by \(column())), w2 as (w rows 3 preceding) "
            + "order by 1 using >"
        case 6: return "select distinct on (\(column())) \(column()) from \(item()), \(item()) where \(expression()) for no key "
            + "update of \(pick(["users", "c"])) skip locked"
        case 7: return "select from \(source()) where \(expression()) offset 1 rows fetch next 2 rows with ties"
        default: return "select \(expression()) as x, \(expression()) from \(item()) where \(expression())"
        }
    }

    // MARK: - Changes

    private mutating func change() -> String {
        switch next() % 5 {
        case 0:
            let branches = [
                "when matched and \(expression()) then update set a = \(expression()), (b, c) = row(1, default)", "when matched "
                    + "then delete",
                "when not matched then insert (a, b) values (\(expression()), default)", "when not matched then insert default values",
                "when matched then do nothing",
            ]
            return "merge into \(maybe("only "))\(table()) as t using \(pick(["c", "s.items", "(table c)"])) as s on t.id = s.id "
                + "\(pick(branches)) \(pick(branches))"
        case 1:
            return "insert into \(table()) as t (a, b[1], d.x) overriding user value \(query()) on conflict (a collate \"C\" "
                + "text_ops, (lower(b))) where \(column()) > 0 do update set a = excluded.a, b = default where \(expression()) "
                    + "returning *, t.a as z"
        case 2: return "insert into \(table()) default values returning \(expression())"
        case 3: return "update only \(table()) t set (a, b) = (select \(column()), 1 from c), d[2] = \(expression()) from "
            + "\(item()) where current of k"
        default: return "with gone as (delete from \(table()) using \(item()) where \(expression()) returning *), more as "
            + "materialized (\(query())) insert into \(table()) select * from gone, more"
        }
    }

    // MARK: - Statements

    private mutating func definition() -> String {
        let name = table()
        switch next() % 22 {
        case 0: return "create \(maybe("unlogged "))table \(name) (a int default \(function())(1) check (a > 0) not null, b text "
            + "collate \"C\" generated always as (lower(a::text)) stored, foreign key (a) references \(table()) (id) on delete "
                + "cascade, exclude using gist (a with =) where (a > 1)) partition by range (a)"
        case 1: return "create table \(name) partition of \(table()) for values from (minvalue, 1) to (2, maxvalue)"
        case 2: return "create \(maybe("or replace "))view \(name) (x, y) as \(query()) with local check option"
        case 3: return "create materialized view \(name) as \(query()) with no data"
        case 4: return "create unique index concurrently if not exists i on only \(name) using btree (lower(email) collate \"C\" "
            + "text_ops desc nulls last, a) include (b) where \(column()) is not null"
        case 5: return "create policy p on \(name) as restrictive for update to public using (\(column()) = 1) with check "
            + "(exists (\(query())))"
        case 6: return "create trigger g before insert or update of a, b on \(name) referencing new table as n for each row when "
            + "(new.a is distinct from old.a) execute function f('x')"
        case 7: return "create rule r as on update to \(name) where old.a <> new.a do instead (update \(table()) set a = new.a; "
            + "delete from \(table()) where a = old.a)"
        case 8: return "create publication p for table only s.items (a, b) where (a > 1), users with (publish = 'insert')"
        case 9: return "alter table only \(name) add column a int default \(function())(2), alter b type text using lower(b), "
            + "drop column if exists c cascade, add constraint k check (a > 0) not valid"
        case 10: return "alter table \(name) rename column a to b"
        case 11: return "create domain d as text default lower('X') check (value <> \(literal()))"
        case 12: return "create statistics st (ndistinct) on a, (lower(b)) from \(name)"
        case 13: return "create sequence sq increment by 2 owned by \(name).a"
        case 14: return "comment on column \(name).a is 'x'"
        case 15: return "drop table if exists \(name), \(table()) cascade"
        case 16: return "grant select (a, b), update on \(name) to alice with grant option"
        case 17: return "revoke all privileges on table \(name) from public cascade"
        case 18: return "security label for x on table \(name) is 'y'"
        case 19: return "create foreign table \(name) (a int options (k 'v')) server srv options (t 'x')"
        case 20: return "create function fn(a int default \(literal())) returns int language sql return a + 1"
        default: return "create schema sc create table t1 (a int) create view v1 as select a from t1"
        }
    }

    private mutating func utility() -> String {
        let name = table()
        switch next() % 18 {
        case 0: return "copy \(name) (a, b) from stdin with (format csv, header true, null 'x') where a > 1"
        case 1: return "copy (\(pick(["delete from users returning *", "update c set a = 1 returning a", "table users"]))) to stdout"
        case 2: return "copy \(name) to program 'gzip' csv"
        case 3:
            let how = pick(["analyze ", "(analyze, verbose off, format json) ", "(costs off) ", "analyse verbose ", "(analyze false) "])
            return "explain \(how)\(change())"
        case 4: return "prepare q (int, text) as \(change())"
        case 5: return "execute q (\(literal()), 2 + 3)"
        case 6: return "declare k binary scroll cursor with hold for \(query())"
        case 7: return "fetch \(pick(["all", "forward 3", "absolute -1", "prior"])) from k"
        case 8: return "lock table only \(name), \(table()) in share row exclusive mode nowait"
        case 9: return "truncate only \(name), \(table()) restart identity cascade"
        case 10: return "vacuum (full, analyze) \(name) (a, b)"
        case 11: return "analyze verbose \(name)"
        case 12: return "set local \(pick(["work_mem to '1MB'", "time zone 'utc'", "datestyle = iso, mdy"]))"
        case 13: return "call \(function())(\(literal()), x => 3)"
        case 14: return "create temp table fresh on commit drop as \(query())"
        case 15: return "select a, b into temporary fresh2 from \(name) where a = \(literal())"
        case 16: return "notify ch, 'x'; listen ch"
        default: return "refresh materialized view concurrently \(name) with data"
        }
    }

    mutating func statement() -> String {
        depth = 0
        switch next() % 10 {
        case 0...2: return query()
        case 3...5: return change()
        case 6...7: return definition()
        default: return utility()
        }
    }
}

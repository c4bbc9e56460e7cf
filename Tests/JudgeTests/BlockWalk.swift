// Walks PL/pgSQL at random: blocks, loops and branches around the statements of the other walks.

import TestSupport

/// Deterministic for a seed.
struct BlockWalk {
    private var narrow: GrammarWalk
    private var wide: WideWalk
    private var random: SeededGenerator
    private var depth = 0
    /// Cursors are opened and read too, which the library does not know the types for.
    private let usesCursors: Bool

    init(seed: UInt64, usesCursors: Bool = false) {
        self.usesCursors = usesCursors
        narrow = GrammarWalk(seed: seed)
        wide = WideWalk(seed: seed)
        random = SeededGenerator(seed: seed &* 0x9E6C_63D0_676A_9A99)
    }

    private mutating func next() -> UInt64 { random.next() }
    private mutating func pick(_ words: [String]) -> String { random.pick(words) }
    private mutating func one(in chances: UInt64) -> Bool { next() % chances == 0 }

    /// A whole body.
    mutating func body() -> String {
        depth = 0
        let options = one(in: 8) ? "#variable_conflict use_column\n" : ""
        return options + block() + pick(["", ";", " ; "])
    }

    private mutating func block() -> String {
        let handlers =
            one(in: 3)
            ? "\nexception when \(pick(["others", "unique_violation or no_data_found", "sqlstate '22012'"])) then \(statements(1))" : ""
        let declared = """
            declare n int := \(value()); m constant text := 'x'; r record; t text default \(value());
            w users.id%type; v \(pick(["int[]", "numeric(10, 2)", "text", "s.t%rowtype"])); e refcursor;
            c \(pick(["", "scroll ", "no scroll "]))cursor (lo int) for \(query());
            """
        return "\(one(in: 3) ? "<<outer>> " : "")\(declared)\nbegin\n\(statements(4))\(handlers)\nend"
    }

    private mutating func statements(_ most: UInt64) -> String {
        (0...next() % most).map { _ in statement() }.joined(separator: pick(["\n", " ", " -- ; then loop\n", " /* end; */ "]))
    }

    private mutating func query() -> String {
        pick([
            "select id, email from users where id = 1", "select count(*) from s.items", "table c", "values (1), (2)",
            "select \(value()), id from \"Orders\" order by id limit 3", "select a from d union all select b from public.logs",
            "with q as (select id from users) select id from q",
        ])
    }

    /// An expression.
    private mutating func value() -> String {
        pick([
            "1", "'a;b'", "(select max(id) from users)", "n + 1", "exists (select 1 from s.items where a = 1)", "lower('X')", "pg_sleep(0)",
            "count(*) from public.logs where email = 'x'", "(select a from c where (b = 'then') limit 1)", "array[1, (select id from d)]",
            "s.f(n, 2)", "null", "r.id", "case when true then 1 end", "$q$ loop; $q$", "max(id) from users having count(*) > 1",
        ])
    }
    /// One that PL/pgSQL does not cut at THEN.
    private mutating func condition() -> String {
        pick([
            "n > 1", "exists (select 1 from users where email = 'x')", "(select a from c limit 1) = 2", "found", "not (n in (select id from d))",
            "count(*) > 0 from s.items", "(case when true then true end)",
        ])
    }

    private mutating func text() -> String {
        pick([
            "'delete from users where id = 1'", "$x$select a from c$x$", "'drop table d'", "'update s.items set a = 1; insert into d values (1)'",
            "'drop table ' || m", "format('select %L', m)", "m", "('delete from c')",
        ])
    }

    private mutating func statement() -> String {
        guard depth < 4 else { return "null;" }
        depth += 1
        defer { depth -= 1 }
        switch next() % (usesCursors ? 26 : 23) {
        case 0: return "n := \(value());"
        case 1: return "v[\(value())] := \(value());"
        case 2: return "if \(condition()) then \(statements(2)) elsif \(condition()) then \(statements(1)) else \(statements(2)) end if;"
        case 3: return "case \(value()) when 1, \(value()) then \(statements(2)) else \(statements(1)) end case;"
        case 4: return "case when \(condition()) then \(statements(2)) end case;"
        case 5: return "<<l>> loop \(statements(2)) exit l when \(value()); end loop l;"
        case 6: return "while \(condition()) loop \(statements(2)) continue when \(value()); end loop;"
        case 7: return "for i in \(pick(["", "reverse "]))1 .. \(pick(["3", "(select max(id) from d)"])) \(pick(["", "by 2 "]))loop \(statements(2)) end loop;"
        case 8: return "for r in \(query()) loop \(statements(2)) end loop;"
        case 9: return "for r in execute \(text())\(pick(["", " using n, \(value())"])) loop \(statements(1)) end loop;"
        case 10: return "foreach n \(pick(["", "slice 1 "]))in array \(value()) loop \(statements(1)) end loop;"
        case 11: return "raise \(pick(["notice", "exception", "info"])) 'a % %', \(value()), \(value())\(pick(["", " using hint = 'x', detail = m"]));"
        case 12: return "perform \(pick(["pg_sleep(1)", "id from users where a = 1", "s.f((select id from c))", "* from d"]));"
        case 13: return "execute \(text())\(pick(["", " into n", " into strict n, t using 1", " using n"]));"
        case 14: return "select \(value()) into \(pick(["", "strict "]))n, t from users where id = 1;"
        case 15: return "insert into users (id) values (\(pick(["1", "n", "(select id from c)"]))) returning id into n;"
        case 16: return "get diagnostics n = row_count;"
        case 17: return "assert \(condition()), 'x';"
        case 18: return "begin \(statements(2)) exception when others then \(statements(1)) end;"
        case 19: return "call s.p(\(pick(["1", "(select id from d)"])));"
        case 20: return "with w as (delete from c where id = 1 returning id) select id into n from w;"
        case 21: return narrow.statement() + ";"
        case 22: return wide.statement() + ";"
        case 23: return "for r in c(\(value())) loop \(statements(1)) end loop;"
        case 24: return "open e for \(query()); fetch \(pick(["", "next from ", "absolute 2 in ", "last from "]))e into t; close e;"
        default: return "open c(\(value())); move \(pick(["next from ", "forward 2 from ", "backward all in "]))c; close c;"
        }
    }
}

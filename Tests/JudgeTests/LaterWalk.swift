// Walks what PostgreSQL 16 to 18 added, which the library of the other judges does not read: each walk knows what it wrote.

import TestSupport

/// Deterministic for a seed. Every table and column has a name of its own, so what is missed is missed for certain.
struct LaterWalk {
    /// A relation, what is done to it, and a column of it that is read; none where it is only touched.
    struct Use: Hashable, CustomStringConvertible {
        var verb: String
        var table: String
        var column: String?
        var description: String { "\(verb) \(table)\(column.map { "(\($0))" } ?? "")" }
    }
    private(set) var uses: Set<Use> = []
    private var random: SeededGenerator
    private var depth = 0
    private var names = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed &* 0xD134_2543_DE82_EF95) }

    private mutating func next() -> UInt64 { random.next() }
    private mutating func pick(_ words: [String]) -> String { random.pick(words) }
    private mutating func one(in chances: UInt64) -> Bool { next() % chances == 0 }

    // MARK: - Names

    /// A table of its own under an alias of its own.
    private struct Source {
        var table: String
        var alias: String
        /// As it is written in FROM.
        var text: String
    }

    private mutating func fresh(_ letter: String) -> String {
        names += 1
        return letter + String(names)
    }
    private mutating func table(_ verbs: String...) -> String {
        let name = pick(["", "", "s."]) + fresh("t")
        for verb in verbs { uses.insert(Use(verb: verb, table: name)) }
        return name
    }
    private mutating func source() -> Source {
        let (name, alias) = (table("select"), fresh("a"))
        return Source(table: name, alias: alias, text: pick(["", "only "]) + name + pick([" ", " as "]) + alias)
    }
    private mutating func column(_ source: Source?) -> String {
        guard let source else { return pick(["1", "'x'", "null", "jsonb '{}'"]) }
        let name = fresh("c")
        uses.insert(Use(verb: "select", table: source.table, column: name))
        return source.alias + "." + name
    }

    // MARK: - Expressions

    private mutating func value(_ source: Source?) -> String {
        guard depth < 4 else { return column(source) }
        depth += 1
        defer { depth -= 1 }
        switch next() % 18 {
        case 0...3: return column(source)
        case 4: return "(\(query()))"
        case 5: return "json_value(\(value(source)), '$.a'\(passing(source))\(pick(["", " returning int"]))\(behaviour(source)))"
        case 6:
            let wrapper = pick([" with conditional array wrapper", " without wrapper keep quotes", " omit quotes on scalar string", ""])
            return "json_query(\(value(source)), '$'\(passing(source))\(wrapper)\(pick(["", " empty array on empty null on error"])))"
        case 7: return "json_exists(\(value(source)), '$.a ? (@ > 1)'\(passing(source))\(pick(["", " unknown on error", " true on error"])))"
        case 8:
            let rest = pick(["", " absent on null with unique keys returning jsonb"])
            return "json_object(\(value(source)) value \(value(source)), 'k' : \(value(source)) format json\(rest))"
        case 9: return "json_array(\(value(source)), \(value(source))\(pick(["", " absent on null", " null on null returning text"])))"
        case 10: return "json_array(\(query())\(pick(["", " returning jsonb"])))"
        case 11:
            let rest = pick(["", " null on null without unique"])
            return "json_objectagg(\(value(source)) : \(value(source))\(rest)) filter (where \(value(source)) is not null)"
        case 12:
            let rest = pick(["", " absent on null returning jsonb"])
            return "json_arrayagg(\(value(source)) order by \(value(source))\(rest)) over (partition by \(value(source)))"
        case 13: return "(\(value(source)) is \(pick(["", "not "]))json\(pick(["", " object", " array with unique keys", " scalar", " value"])))"
        case 14: return "json(\(value(source))\(pick(["", " with unique keys"])))"
        case 15: return "json_serialize(\(value(source))\(pick(["", " returning bytea format json encoding utf8"])))"
        case 16: return "json_scalar(\(value(source)))"
        default: return "(\(value(source)) at local)"
        }
    }
    private mutating func passing(_ source: Source?) -> String {
        one(in: 2) ? "" : " passing \(value(source)) as x, \(value(source)) as \"y z\""
    }
    private mutating func behaviour(_ source: Source?) -> String {
        pick(["", " null on empty", " error on error"]) == "" ? "" : " default \(column(source)) on empty error on error"
    }

    // MARK: - Queries

    private mutating func query() -> String {
        depth += 1
        defer { depth -= 1 }
        let from = source()
        var text = "select \(value(from)) from \(from.text)"
        if one(in: 2) { text += ", \(jsonTable(from))" }
        if one(in: 2) { text += " where \(value(from)) = \(value(from))" }
        if one(in: 4) { text += " order by \(value(from)) fetch first 2 rows with ties" }
        return text
    }

    private mutating func jsonTable(_ from: Source) -> String {
        let name = fresh("j")
        return "\(pick(["", "lateral "]))json_table(\(value(from)), '$[*]'\(pick(["", " as p"]))\(passing(from)) columns (\(jsonColumns(from)))"
            + "\(pick(["", " error on error", " empty array on error"]))) \(pick(["", "as "]))\(name)\(pick(["", "(x)"]))"
    }
    private mutating func jsonColumns(_ from: Source) -> String {
        depth += 1
        defer { depth -= 1 }
        var columns = ["\(fresh("x")) for ordinality"]
        for _ in 0...next() % 3 {
            let name = fresh("x")
            switch next() % (depth < 5 ? 5 : 4) {
            case 0: columns.append("\(name) int path '$.a' default \(column(from)) on empty error on error")
            case 1: columns.append("\(name) jsonb format json path '$.b' with wrapper keep quotes null on empty")
            case 2: columns.append("\(name) text exists path '$.c' false on error")
            case 3: columns.append("\(name) numeric(10, 2)")
            default: columns.append("nested \(pick(["", "path "]))'$.d[*]'\(pick(["", " as q"])) columns (\(jsonColumns(from)))")
            }
        }
        return columns.joined(separator: ", ")
    }

    // MARK: - Statements

    /// A statement, and in `uses` what it does.
    mutating func statement() -> String {
        uses = []
        depth = 0
        switch next() % 12 {
        case 0...3: return query()
        case 4: return merge()
        case 5: return update()
        case 6: return insert()
        case 7: return "explain (\(pick(["serialize, memory", "analyze, serialize binary", "generic_plan", "memory off"]))) \(query())"
        case 8: return definition()
        case 9: return "vacuum \(pick(["", "(buffer_usage_limit '1MB', skip_database_stats) ", "(process_main false) "]))only \(table("maintain"))"
        case 10: return "copy (\(query())) to stdout (format csv, force_quote *)"
        default: return "with w as (\(one(in: 2) ? merge() : query())) select * from w"
        }
    }

    private mutating func merge() -> String {
        let (target, from) = (table("update", "delete", "insert"), source())
        let own = Source(table: target, alias: fresh("m"), text: "")
        return "merge into \(target) as \(own.alias) using \(from.text) on \(column(own)) = \(value(from))"
            + " when matched and \(value(own)) = 1 then update set x = \(value(from)), (y, z) = (select \(column(from)), 2)"
            + " when not matched by source and \(value(own)) = 2 then delete"
            + " when not matched\(pick(["", " by target"])) then insert (x) values (\(value(from)))"
            + " when not matched by source then do nothing"
            + " returning merge_action(), \(column(own)), \(value(from))"
    }

    private mutating func update() -> String {
        let target = table("update")
        let own = Source(table: target, alias: fresh("m"), text: "")
        let (old, new) = (Source(table: target, alias: "o", text: ""), Source(table: target, alias: "n", text: ""))
        return "update \(target) \(own.alias) set x = \(value(own)) where \(column(own)) = 1"
            + " returning with (old as o, new as n) \(column(old)), \(value(new)), \(column(own))"
    }

    private mutating func insert() -> String {
        let target = table("insert", "update")
        let old = Source(table: target, alias: "old", text: "")
        return "insert into \(target) (x) \(query()) on conflict (x) do update set x = \(value(nil)) returning \(column(old)), new.*"
    }

    private mutating func definition() -> String {
        let other = fresh("t")
        switch next() % 8 {
        case 0: return "create table \(table("create")) (a int, b int generated always as (a * 2) \(pick(["virtual", "stored", ""])) not null not enforced)"
        case 1:
            return "create table \(table("create")) (a int4range, d daterange, primary key (a, d without overlaps), foreign key (a, period d) "
                + "references \(table("select")) (a, period d) not enforced)"
        case 2: return "alter table \(table("alter")) alter column a set expression as (b * 2), add constraint n not null c no inherit not valid"
        case 3: return "alter table \(table("alter")) alter constraint k \(pick(["not enforced", "enforced", "no inherit", "inherit"]))"
        case 4: return "grant maintain, select (a) on \(table("grant")), \(table("grant")) to r"
        case 5: return "copy \(table("insert")) from stdin (on_error ignore, log_verbosity verbose, reject_limit 3)"
        case 6: return "analyze (buffer_usage_limit 1024) only \(table("maintain")), \(table("maintain"))"
        default: return "create unlogged table \(other) as \(query())"
        }
    }
}

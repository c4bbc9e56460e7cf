// Random sequences of client messages from a seed: mostly sensible, often not, over few names so that they meet.

import TestSupport

/// What a client might send, in `WireNotation`. Equal seeds give equal sequences.
struct WireGenerator {
    var random: SeededGenerator
    /// Leaves out what is refused where masks apply, whatever it reads: FunctionCall, and COPY of a query in the extended protocol.
    var underMasks = false

    static let simple = [
        "select 1", "select id, note from items order by id", "select n, id::text, note from items where id < 3 order by 1", "select 1/0",
        "selec 1", "", " ; ; ", "-- nothing", "begin", "begin", "commit", "rollback", "savepoint a", "savepoint b", "rollback to a",
        "release a", "insert into items values (11, 'x', 1)", "insert into items values (12, 'y', 2) returning id, note",
        "insert into items values (1, 'twice', 0)", "update items set n = n + 1 where id = 2", "delete from items where id = 11",
        "select 1; select 2", "insert into items values (13, 'z', 3); select 1/0; select 3", "begin; select 1; commit; select 2",
        "select 1; commit; select 1/0", "begin; select 1/0", "select 1; begin; select 2", "listen here", "notify here, 'word'",
        "unlisten *", "set datestyle = 'German'", "reset datestyle", "show datestyle", "set local datestyle = 'SQL'",
        "select date '2026-01-02'", "prepare q1 as select $1::int + 1", "execute q1(1)", "deallocate q1", "deallocate all",
        "prepare q2 as insert into items values (14, 'p', 4)", "execute q2", "execute s1",
        "declare c1 cursor for select id from items order by id", "fetch 2 from c1", "move 1 from c1", "close c1", "fetch all from p1",
        "declare c2 cursor with hold for select id from items order by id", "fetch 1 from c2", "close all", "copy items to stdout",
        "copy (select id, note from items order by id) to stdout csv header", "select 1; copy items(id) to stdout; select 3",
        "create temp table fresh (a int, b text)", "select * from fresh", "insert into fresh values (1, 'f')", "drop table if exists fresh",
        "select boom()", "select say('hello')", "do $$ begin raise notice 'done'; end $$", "select generate_series(1, 7)",
        "values (1, null), (2, 'x')", "select null::int, ''::text, array[1, 2]", "explain (costs off) select 1",
        "set standard_conforming_strings = off",
        "set standard_conforming_strings = on", "select 'a\\'", "select e'a\\'b'", "discard all", "start transaction read only",
        "set transaction isolation level serializable", "lock items", "truncate items_empty", "select pg_advisory_xact_lock(1)",
        "select count(*) from items", "table items_empty", "create view pg_temp.v as select 1 as one", "alter table fresh add c int",
        "select currval('nothing')", "commit and chain", "prepare transaction 'x'", "select 1 where false",
    ]

    static let prepared = [
        "select 1", "select $1::int", "select id, note from items order by id", "select id from items where id = $1", "select 1/0",
        "select 1/$1::int", "selec", "", "begin", "commit", "rollback", "savepoint a", "rollback to a",
        "insert into items values ($1, 'e', 1)",
        "insert into items values (15, 'e', 1) returning *", "update items set n = 0 where id = $1", "select 1; select 2",
        "select generate_series(1, 5)", "select $1::text, $2::int", "declare c1 cursor for select id from items order by id",
        "fetch 2 from c1",
        "execute q1(2)", "copy items to stdout", "copy items_empty from stdin", "notify here", "set datestyle = 'German'", "show datestyle",
        "create temp table fresh (a int)", "select boom()", "select * from fresh", "deallocate all", "deallocate s1",
        "prepare q1 as select $1::int", "values (1), (2), (3)",
        "select null::text", "discard all", "listen here", "select note from items where false", "insert into items values (1, 'twice', 0)",
    ]

    private static let statements = ["-", "-", "-", "s1", "s2"]
    private static let portals = ["-", "-", "-", "p1", "p2", "c1"]

    /// What runs code has its words withheld where masks apply.
    private mutating func one(_ choices: [String]) -> String {
        let text = choices.randomElement(using: &random) ?? ""
        return underMasks && Self.runsCode(text) ? "select 1" : text
    }
    private static func runsCode(_ text: String) -> Bool { text.contains("boom(") || text.contains("say(") || text.hasPrefix("do ") }
    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    mutating func sequence() -> [String] {
        var lines: [String] = []
        for _ in 0..<Int.random(in: 1...6, using: &random) { lines += chance(45) ? simpleMessages() : extendedMessages() }
        // A sequence out of order now and then.
        if lines.count > 2, chance(15) {
            let (from, to) = (Int.random(in: 0..<lines.count, using: &random), Int.random(in: 0..<lines.count, using: &random))
            lines.swapAt(from, to)
        }
        if lines.count > 2, chance(10) { lines.remove(at: Int.random(in: 0..<lines.count, using: &random)) }
        return lines
    }

    private mutating func simpleMessages() -> [String] {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<78: return ["Q " + one(Self.simple)]
        case 78..<88: return copyIn("Q copy items_empty from stdin")
        case 88..<92: return ["Q select 1; copy items_empty from stdin; select 2"] + copyData()
        case 92..<95: return underMasks ? ["H"] : ["F " + one(["1317", "1317 args=abc", "1317 args=~", "1317 args=x,y"])]
        case 95..<98: return [one(["S", "H", "c", "f why", "d data"])]
        default: return ["Q select note from items where id = 1", "Q select 2"]
        }
    }

    private mutating func copyIn(_ begin: String) -> [String] { [begin] + copyData() }

    private mutating func copyData() -> [String] {
        var lines: [String] = []
        for _ in 0..<Int.random(in: 0...3, using: &random) { lines.append("d " + one(["1\\n", "2\\n3\\n", "4", "\\n", "x\\n", "5\\t6\\n"])) }
        if chance(20) { lines.append(one(["S", "H"])) }
        lines.append(chance(80) ? "c" : "f no more")
        return lines
    }

    private mutating func extendedMessages() -> [String] {
        var lines: [String] = []
        var isCopy = false
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let (statement, portal) = (one(Self.statements), one(Self.portals))
            var text = one(Self.prepared)
            if underMasks, text.hasPrefix("copy (") { text = "select 1" }
            if chance(80) { lines.append("P \(statement) | \(text)" + (chance(10) ? " | types=23" : "")) }
            if chance(10) { lines.append("D S \(statement)") }
            if chance(85) { lines.append(bind(portal, statement, parameters: text.contains("$2") ? 2 : text.contains("$1") ? 1 : 0)) }
            if chance(25) { lines.append("D P \(chance(80) ? portal : one(Self.portals))") }
            if chance(90) {
                let most = chance(25) ? " max=\(Int.random(in: 1...3, using: &random))" : ""
                lines.append("E \(chance(90) ? portal : one(Self.portals))\(most)")
                if text.hasPrefix("copy items_empty"), chance(90) {
                    isCopy = true
                    if chance(40) { lines.append("S") }
                    lines += copyData()
                }
            }
            if chance(15) { lines.append("E \(portal) max=2") }
            if chance(10) { lines.append(one(["C S s1", "C S s2", "C P p1", "C P p2", "C S -", "C P -", "C S nobody"])) }
            if chance(10) { lines.append("H") }
            if isCopy || chance(40) { lines.append("S") }
        }
        if chance(85) { lines.append("S") }
        return lines
    }

    private mutating func bind(_ portal: String, _ statement: String, parameters: Int) -> String {
        let given = chance(92) ? parameters : Int.random(in: 0...3, using: &random)
        var words = "B \(portal) \(statement)"
        if given > 0 { words += " params=" + (0..<given).map { _ in one(["1", "2", "0", "~", "x", "16"]) }.joined(separator: ",") }
        if chance(10) { words += " pformats=" + one(["0", "1", "0,1", "2"]) }
        if chance(20) { words += " rformats=" + one(["1", "0", "1,0", "0,0,1", "7"]) }
        return words
    }
}

// How time grows with length, over texts made to be slow: each shape at four lengths up to the longest that is read.

import Inspect
import Machine

enum Growth {
    /// Prints nanoseconds a byte; false when some shape costs far more a byte when it is long than when it is short.
    static func run() -> Bool {
        let lengths = [16 << 10, 64 << 10, 256 << 10, 1 << 20]
        print("ns of processor time a byte at 16 KiB, 64 KiB, 256 KiB, 1 MiB; least of three")
        var linear = true
        for shape in SlowShape.all {
            let inspector = SQLInspector(searchPath: ["public", "app"])
            let found = Inspection()
            let times = lengths.map { length in
                let text = shape.text(length)
                precondition(text.count <= InspectLimits.messageBytes)
                var least = Double.infinity
                for _ in 0..<3 {
                    let start = ProcessorTime.now
                    text.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
                    least = min(least, (ProcessorTime.now - start) / Double(text.count))
                }
                return least
            }
            // The memory of long texts is not in the processor's caches, which costs a little a byte; a square costs 64 times.
            let grows = times[3] > 4 * max(times[0], times[1]) + 10
            if grows { linear = false }
            let columns = times.map { String(rounded($0)) }.joined(separator: "  ")
            print("\(columns)  \(shape.name)\(grows ? "  NOT LINEAR" : "")")
        }
        return linear
    }
}

/// A way to make a reader slow: a head, something again and again, a tail, and something as often again.
struct SlowShape {
    let name: String
    let head: String
    let item: @Sendable (Int) -> String
    let tail: String
    let closing: String

    init(
        _ name: String, _ head: String = "", tail: String = "", closing: String = "",
        _ item: @escaping @Sendable (Int) -> String
    ) {
        self.name = name
        self.head = head
        self.item = item
        self.tail = tail
        self.closing = closing
    }

    /// At most so many bytes.
    func text(_ length: Int) -> [UInt8] {
        var text = Array(head.utf8)
        var count = 0
        while true {
            let next = Array(item(count).utf8)
            if text.count + next.count + tail.utf8.count + (count + 1) * closing.utf8.count > length { break }
            text += next
            count += 1
        }
        text += Array(tail.utf8)
        for _ in 0..<count { text += Array(closing.utf8) }
        return text
    }

    static let all: [SlowShape] = lexical + expressions + lists + queries + statements

    private static let lexical: [SlowShape] = [
        SlowShape("one long name", "select ") { _ in "abcdefgh" },
        SlowShape("one long quoted name", "select \"", tail: "\"") { _ in "abcd\"\"gh" },
        SlowShape("one long string", "select '", tail: "'") { _ in "''a" },
        SlowShape("strings over lines", "select ") { _ in "'a'\n" },
        SlowShape("strings, then a comment", "select ") { _ in "'a' -- b\n, " },
        SlowShape("comment openers", "select 1 ") { _ in "/*" },
        SlowShape("comments", "select 1 ") { _ in "/*a*/" },
        SlowShape("line comments", "select 1 ") { _ in "--\n" },
        SlowShape("dollar tags", "select $a$", tail: "$a$") { _ in "$ab$" },
        SlowShape("one run of operators", "select 1 ") { _ in "+" },
        SlowShape("runs of operators", "select 1 ") { _ in "+ - @ <> " },
        SlowShape("operators before comments", "select 1 ") { _ in "+/**/" },
        SlowShape("names that are new", "select ") { "n\($0)," },
    ]

    private static let expressions: [SlowShape] = [
        SlowShape("one nest of parentheses", "select ", tail: "1", closing: ")") { _ in "(" },
        SlowShape("parentheses never closed", "select ") { _ in "(" },
        SlowShape("nests of ninety", "select 1") { _ in
            ", " + String(repeating: "(", count: 90) + "1" + String(repeating: ")", count: 90)
        },
        SlowShape("nests of queries", "select 1") { _ in
            ", " + String(repeating: "(", count: 40) + "select 1" + String(repeating: ")", count: 40)
        },
        SlowShape("a sum", "select 1") { _ in "+1" },
        SlowShape("conditions", "select 1 from t where a = 0") { " and a = \($0)" },
        SlowShape("the same condition", "select 1 from t where (a = 1)") { _ in " or (a = 1)" },
        SlowShape("comparisons of nests", "select 1 from t where a = 1") { _ in
            " or " + String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60) + " = "
                + String(repeating: "(", count: 60) + "a" + String(repeating: ")", count: 60)
        },
        SlowShape("types that are calls", "select 1") { _ in
            ", " + String(repeating: "numeric(", count: 60) + "1" + String(repeating: ")", count: 60)
        },
        SlowShape("casts", "select 1") { _ in "::numeric(1)" },
        SlowShape("LIKE", "select 1 from t where a like 'x'") { " or a like '%\($0)'" },
    ]

    private static let lists: [SlowShape] = [
        SlowShape("a long IN list", "select 1 from t where a in (0", tail: ")") { ",\($0)" },
        SlowShape("IN lists", "select 1 from t where a in (0)") { _ in " or a in (1,2,3)" },
        SlowShape("rows of VALUES", "insert into t values (0,0)") { ",(\($0),2)" },
        SlowShape("rows of two lengths", "insert into t values (0)") { _ in ",(1,2),(1)" },
        SlowShape("columns written", "insert into t (c", tail: ") values (1)") { ",c\($0)" },
        SlowShape("settings of UPDATE", "update t set c = 1") { ",c\($0) = c\($0) + 1" },
        SlowShape("functions", "select f()") { ",f\($0)(a)" },
        SlowShape("array elements", "select array[1", tail: "]") { ",\($0)" },
    ]

    private static let queries: [SlowShape] = [
        SlowShape("tables", "select a from t") { ",t\($0)" },
        SlowShape("joins", "select a from t") { " join t\($0) on t.a = t\($0).a" },
        SlowShape("natural joins", "select a from t") { " natural join t\($0)" },
        SlowShape("joins using", "select a from t") { " join t\($0) using (a)" },
        SlowShape("columns and tables", "select 1", tail: " from a,b,c,d,e,f,g,h") { ",c\($0)" },
        SlowShape("columns and many tables", "select 1", tail: " from " + (0..<250).map { "t\($0)" }.joined(separator: ",")) { ",c\($0)" },
        SlowShape("WITH queries", "with w as (select 1)", tail: " select * from w0") { ", w\($0) as (select a from t)" },
        SlowShape("WITH, each from the last", "with w as (select a from t)", tail: " select * from w0") {
            ", w\($0) as (select a from w\($0 == 0 ? "" : String($0 - 1)))"
        },
        SlowShape("WITH RECURSIVE", "with recursive w as (select 1)", tail: " select * from w0") {
            ", w\($0) as (select a from w\($0 + 1))"
        },
        SlowShape("UNION", "select a from t") { " union select a from t\($0)" },
        SlowShape("UNION ALL of stars", "select * from t") { _ in " union all select * from t" },
        SlowShape("UNION ALL of many columns", "select a,b,c,d,e,f,g,h from t") { _ in " union all select a,b,c,d,e,f,g,h from t" },
        SlowShape("sub-queries", "select 1") { ", (select a from t\($0 % 9))" },
        SlowShape("derived tables", "select * from t") { ", (select * from t) as d\($0)" },
        SlowShape("ORDER BY", "select a, b from t order by a") { ", c\($0)" },
        SlowShape("GROUP BY", "select a, b from t group by a") { ", c\($0)" },
        SlowShape("outputs and ORDER BY", "select a", tail: " from t order by a" + String(repeating: ",a", count: 2000)) {
            ", c\($0)"
        },
        SlowShape("locks", "select 1 from " + (0..<900).map { "t\($0)" }.joined(separator: ",")) { _ in " for update" },
    ]

    private static let statements: [SlowShape] = [
        SlowShape("statements") { _ in "select 1;" },
        SlowShape("semicolons") { _ in ";" },
        SlowShape("statements not understood") { _ in "selec 1;" },
        SlowShape("objects dropped", "drop table t") { ", t\($0)" },
        SlowShape("privileges and objects", "grant select", tail: " on " + (0..<900).map { "t\($0)" }.joined(separator: ",") + " to r") {
            _ in ",select"
        },
        SlowShape("columns of a new table", "create table t (c int", tail: ")") { ", c\($0) int default 1" },
        SlowShape("MERGE", "merge into t using s on t.a = s.a") { " when matched and a = \($0) then update set a = 1" },
        SlowShape("roles", "grant r to a") { ", a\($0)" },
        SlowShape("COPY columns", "copy t (a", tail: ") from stdin") { ", c\($0)" },
        SlowShape("names of a search path", "set search_path to a") { ", s\($0)" },
    ]
}

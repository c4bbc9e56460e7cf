// Adversarial texts twice as long cost no more than three times as much, counted in tokens, steps and bytes kept.

import Machine
import Testing

@testable import Inspect

@Suite struct WorkTests {
    private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
    private func list(_ count: Int, _ item: (Int) -> String) -> String { (0..<count).map(item).joined(separator: ", ") }

    /// What a fresh inspector did for a text, and whether it gave up at a bound.
    private func work(_ text: String) -> (steps: Int, gaveUp: Bool) {
        let inspector = SQLInspector(searchPath: ["public", "app"])
        let found = Inspection()
        var text = text
        text.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: found) }
        let reader = inspector.reader
        let kept = reader.refs.count + reader.links.count + reader.outputColumns.count + reader.targets.count + reader.findings.columns.count
        let written = found.text.count + found.accesses.count + found.columns.count + found.names.count + found.statements.count
        let steps = reader.tokens.count + reader.resolutionSteps + reader.symbols.searchSteps + reader.codeSteps + kept + written
        return (steps, found.accesses.buffer.contains { $0.verb == .unknown })
    }

    private static let sizes = [64, 512]

    /// A family of texts, each about as long as its number says.
    private var families: [(name: String, text: (Int) -> String)] {
        [
            ("lists", { "select " + list($0) { "c\($0)" } + " from t" }),
            ("columns of many tables", { n in "select " + list(n) { "c\($0 % 7)" } + " from a, b, c, d" }),
            ("conditions", { "select 1 from t where " + times("a = 1 and ", $0) + "b = 2" }),
            ("same conditions", { "select 1 from t where " + times("a = b or not a = b or ", $0) + "true" }),
            ("rows", { "insert into t values " + list($0) { "(\($0), 'x')" } }),
            ("IN", { "select 1 from t where a in (" + list($0) { "\($0)" } + ", b)" }),
            ("sub-queries", { "select " + list($0) { "(select a\($0) from t\($0 % 9))" } }),
            ("union", { "select a from t" + times(" union select a from t", $0) }),
            ("joins", { "select 1 from t0" + (1...$0).map { " cross join t\($0)" }.joined() }),
            ("CTEs", { n in "with " + list(n) { "c\($0) as (select 1)" } + " select 1" }),
            ("comments", { times("/*", $0) + times("*/", $0) + " select 1" }),
            ("open comments", { times("/*", $0 * 8) }),
            ("quotes", { "select " + times("'a' '", $0) }),
            ("dollars", { "select " + times("$a$b", $0) }),
            ("tags", { n in "select " + (0..<n).map { "$t\($0)$" }.joined() }),
            ("operators", { "select " + times("@ - + ", $0) + "1" }),
            ("parentheses", { times("(", $0) }),
            ("brackets", { "select a" + times("[1]", $0) }),
            ("casts", { "select a" + times("::int", $0) + " from t" }),
            ("statements", { times("select 1;", $0) }),
            ("settings", { n in (0..<n).map { "set x\($0) = 1;" }.joined() }),
            ("names", { n in "select " + list(n) { "x\(n)_\($0)" } }),
            ("locks", { "lock " + list($0) { "t\($0)" } }),
            ("grouping", { "select 1 from t group by grouping sets (" + list($0) { "(a\($0), b)" } + ")" }),
            ("windows", { "select " + list($0) { "sum(a\($0)) over (partition by b order by c)" } + " from t" }),
            ("JSON_TABLE", { "select * from json_table('{}', '$' columns (" + list($0) { "c\($0) int path '$' default 1 on empty" } + ")) j" }),
            ("statements of a block", { "do $$ begin " + times("delete from t where a = 1; ", $0) + "end $$" }),
            ("pieces of a block", { "do $$ begin " + times("if a then b := c + 1; end if; ", $0) + "end $$" }),
            ("a long piece", { "do $$ begin select " + list($0) { "c\($0)" } + " into x from t; end $$" }),
            ("records of a block", { "do $$ declare r record; begin " + times("delete from t where id = r.id; ", $0) + "end $$" }),
            (
                "variables of a block",
                {
                    "do $$ declare k int; begin perform " + list($0) { "k + a\($0)" } + " from t where " + times("k = 1 and ", $0)
                        + "k > k; end $$"
                }
            ),
            ("variables in queries", { "do $$ declare k int; begin perform " + list($0) { _ in "(select k order by k)" } + " from t; end $$" }),
            ("texts of a block", { "do $$ begin " + times("execute 'delete from t where a = 1'; ", $0) + "end $$" }),
            ("blocks that define", { n in "do $$ begin " + (0..<n).map { "create temp table t\($0) (a int); " }.joined() + "end $$" }),
            ("blocks in blocks", { "do $$ begin do $x$ begin " + times("perform f(1); ", $0) + "end $x$; end $$" }),
            ("texts in texts", { "do 'begin execute ''select " + times("1 + ", $0) + "1''; end'" }),
            ("INTO", { "do $$ begin select a into " + list($0) { "v\($0)" } + " from t; end $$" }),
            ("branches", { "do $$ begin if a then null; " + times("elsif b then null; ", $0) + "end if; end $$" }),
            ("open block", { "do $$ begin " + times("select (", $0) }),
        ]
    }

    @Test func workIsLinear() {
        for family in families {
            for size in Self.sizes {
                let (once, twice) = (work(family.text(size)), work(family.text(size * 2)))
                #expect(once.steps > 0)
                #expect(twice.steps <= once.steps * 3, "\(family.name): \(once.steps) steps for \(size), \(twice.steps) for twice that")
            }
        }
    }

    /// Where a product of two lengths could be asked for, a bound ends it.
    @Test func productsAreBounded() {
        func query(_ n: Int) -> String { "select " + list(n) { "c\($0)" } + " from " + list(n) { "t\($0)" } }
        func joins(_ n: Int) -> String { "select 1 from t0" + (1...n).map { " join t\($0) using (a)" }.joined() }
        func conditions(_ n: Int) -> String { "select 1 from t0" + (1...n).map { " join t\($0) on t\($0).a = t0.b" }.joined() }
        for text in [query(4000), joins(2000), conditions(2000)] {
            let most = work(text)
            #expect(most.gaveUp)
            #expect(most.steps < 4 * InspectLimits.resolutionSteps)
        }
    }

    // MARK: Shell

    private func shellWork(_ text: String) -> Int {
        let inspector = ShellInspector()
        let found = ShellFindings()
        var text = text
        text.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), dialect: .bash, into: found) }
        let spent = text.utf8.count * ShellLimits.readingsPerByte + ShellLimits.readingsConstant - inspector.reader.budget
        return spent + found.text.count + found.words.count + found.commands.count
    }

    @Test func shellWorkIsLinear() {
        let families: [(name: String, text: (Int) -> String)] = [
            ("commands", { times("echo a; ", $0) }),
            ("words", { "echo " + times("a ", $0) }),
            ("pipes", { "a" + times(" | b", $0) }),
            ("substitutions", { "echo " + times("$(a) ", $0) }),
            ("expansions", { "echo " + times("${a:-b}", $0) }),
            ("assignments", { n in (0..<n).map { "a\($0)=1; " }.joined() }),
            ("braces", { "echo " + times("{a,b} ", $0) }),
            ("quotes", { "echo " + times("'a'\"b\"", $0) }),
            ("here-documents", { times("cat <<E\nx\nE\n", $0) }),
            ("wrappers", { times("nohup env a=1 sudo x; ", $0) }),
            ("texts", { times("sh -c 'echo a'; ", $0) }),
            ("evals", { times("eval 'a b'; ", $0) }),
            ("open quotes", { "echo '" + times("a ", $0) }),
            ("open parentheses", { times("( ", $0) }),
            ("cases", { "case a in " + times("b) c ;; ", $0) + "esac" }),
            ("arithmetic", { "echo $((" + times("1 + ", $0) + "1))" }),
            ("comments", { times("# a\n", $0) }),
        ]
        for family in families {
            for size in Self.sizes {
                let (once, twice) = (shellWork(family.text(size)), shellWork(family.text(size * 2)))
                #expect(once > 0)
                #expect(twice <= once * 3, "\(family.name): \(once) steps for \(size), \(twice) for twice that")
            }
        }
    }
}

// Each limit at its edge: the last that is understood, and the first that is not.

import Inspect
import Machine
import Testing

@Suite struct LimitTests {
    private func reasons(_ text: String, path: [String] = ["public"]) -> [String] {
        let inspection = Inspection()
        var text = text
        text.withUTF8 {
            SQLInspector(searchPath: path).inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: inspection)
        }
        return (0..<inspection.accesses.count).compactMap {
            let access = inspection.accesses[$0]
            return access.verb == .unknown ? inspection.string(access.name) : nil
        }
    }

    private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    @Test func messageLength() {
        let head = "select '"
        let fits = head + times("x", InspectLimits.messageBytes - head.utf8.count - 1) + "'"
        #expect(reasons(fits) == [])
        #expect(reasons(fits + " ") == ["message too long"])
    }

    @Test func tokens() {
        // select, then values and commas.
        #expect(reasons("select 1" + times(",1", (InspectLimits.tokens - 2) / 2)) == [])
        #expect(reasons("select 1" + times(",1", (InspectLimits.tokens - 2) / 2) + ",1") == ["too many tokens"])
    }

    @Test func statements() {
        #expect(reasons(times("select 1;", InspectLimits.statements)) == [])
        #expect(reasons(times("select 1;", InspectLimits.statements + 1)) == ["too many statements"])
    }

    @Test func nesting() {
        // Each pair of parentheses is a list and an expression, the query and its target one level each.
        let fits = (InspectLimits.nesting - 2) / 2
        #expect(reasons("select " + times("(", fits) + "1" + times(")", fits)) == [])
        #expect(reasons("select " + times("(", fits + 1) + "1" + times(")", fits + 1)) == ["nested too deep"])
        #expect(reasons("select " + times("not ", 150) + "true") == [])
        #expect(reasons("select " + times("not ", 300) + "true") == ["nested too deep"])
        #expect(reasons("select " + times("- ", 300) + "1") == ["nested too deep"])
        #expect(reasons("select * from " + times("(", 300) + "t" + times(")", 300)) == ["nested too deep"])
        #expect(reasons("select " + times("case when true then ", 300) + "1" + times(" end", 300)) == ["nested too deep"])
        #expect(reasons(times("(", 300) + "select 1" + times(")", 300)) == ["nested too deep"])
        #expect(reasons("select " + times("array[", 300) + times("]", 300)) == ["nested too deep"])
    }

    /// What may be a constant of a type or a call is read once: twice at every depth would not end.
    @Test func typesThatAreCalls() {
        #expect(reasons("select " + times("numeric(", 60) + "1" + times(") '1'", 60)) == [])
        #expect(reasons("select " + times("numeric(", 60) + "1" + times(")", 60)) == ["not understood"])
        #expect(reasons("select " + times("numeric(", 60) + "1" + times(")", 60) + " '1'") == ["not understood"])
        #expect(reasons("select " + times("interval(", 60) + "1" + times(")", 60)) == ["not understood"])
    }

    @Test func operatorLength() {
        #expect(reasons("select 1 " + times("@", InspectLimits.operatorBytes) + " 2") == [])
        #expect(reasons("select 1 " + times("@", InspectLimits.operatorBytes + 1) + " 2") == ["not a token"])
    }

    @Test func accesses() {
        let tables = (0..<InspectLimits.accesses).map { "t\($0)" }.joined(separator: ",")
        #expect(reasons("lock " + tables) == [])
        #expect(reasons("lock " + tables + ",one_more") == ["too many accesses"])
    }

    @Test func searchPath() {
        let names = (0..<InspectLimits.searchPath).map { "s\($0)" }
        #expect(reasons("select 1 from t", path: names) == [])
        #expect(reasons("select 1 from t", path: names + ["s"]) == ["search path not known"])
        #expect(reasons("select 1 from t", path: []) == ["search path not known"])
        #expect(reasons("select 1 from s.t", path: []) == [])
    }

    @Test func resolutionSteps() {
        let tables = (0..<1000).map { "t\($0)" }.joined(separator: ",")
        #expect(reasons("select a from " + tables) == [])
        let names = (0..<3000).map { "c\($0)" }.joined(separator: ",")
        #expect(reasons("select " + names + " from " + tables) == ["too many names"])
        // Names × tables × schemas; locks × tables; stars of a union, which is as long as all its arms.
        let few = (0..<100).map { "c\($0)" }.joined(separator: ",")
        let schemas = (0..<InspectLimits.searchPath).map { "s\($0)" }
        #expect(reasons("select " + few + " from " + (0..<100).map { "t\($0)" }.joined(separator: ","), path: schemas) == [])
        #expect(reasons("select " + names + " from a,b,c,d,e,f,g,h,i,j,k", path: schemas) == ["too many names"])
        #expect(reasons("select 1 from " + tables + times(" for update", 400)) == [])
        #expect(reasons("select 1 from " + tables + times(" for update", 600)) == ["too many names"])
        #expect(reasons("select * from t" + times(" union all select * from t", 150)) == [])
        #expect(reasons("select * from t" + times(" union all select * from t", 1100)) == ["too many names"])
    }

    /// The last step that fits, and one more: 999 sources, a table for each, and the reference itself are 1,999 steps.
    @Test func resolutionStepsAtTheEdge() {
        let tables = (0..<999).map { "t\($0)" }.joined(separator: ",")
        let columns = InspectLimits.resolutionSteps / 1999
        func query(_ count: Int) -> String { "select " + (0..<count).map { "c\($0 % 4)" }.joined(separator: ",") + " from " + tables }
        let last = (columns / 2...columns + 1).last { reasons(query($0)) == [] }
        #expect(last != nil)
        if let last { #expect(reasons(query(last + 1)) == ["too many names"]) }
    }

    /// Each query of a chain passes a use on in three steps.
    @Test func propagationAtTheEdge() {
        func chain(_ length: Int) -> String {
            "with c0 as (select a from t)" + (1...length).map { ", c\($0) as (select a from c\($0 - 1))" }.joined()
                + " select a from c\(length)"
        }
        let last = (1...InspectLimits.propagationDepth).last { reasons(chain($0)) == [] } ?? 0
        #expect(last >= InspectLimits.propagationDepth / 4)
        #expect(last < InspectLimits.propagationDepth)
        #expect(reasons(chain(last + 1)) == ["nested too deep"])
    }

    /// Numbers of paths come back while they are remembered; past the limit a path gets a new one, and names mean the same.
    @Test func rememberedPaths() {
        let inspector = SQLInspector(searchPath: ["public"])
        let inspection = Inspection()
        func inspect() -> String {
            var text = "select a from t"
            text.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: inspection) }
            return Case.render(inspection)
        }
        let home = NamePath(["public"])
        let before = inspect()
        inspector.path = NamePath(["s0"])
        #expect(inspect() == before.replacing("public", with: "s0"))
        inspector.path = home
        let number = inspector.namesNumber
        for index in 0..<InspectLimits.rememberedPaths - 2 { inspector.path = NamePath(["s\(index)"]) }
        inspector.path = home
        #expect(inspector.namesNumber == number)
        for index in 0..<InspectLimits.rememberedPaths { inspector.path = NamePath(["r\(index)"]) }
        inspector.path = home
        #expect(inspector.namesNumber != number)
        #expect(inspect() == before)
    }

    /// A path that may be several is searched in up to four times the schemas of one; past that it is not known.
    @Test func possiblePaths() {
        func sets(_ count: Int) -> String {
            (0..<count).map { "select set_config('search_path', 's\($0)', false) from x.y;" }.joined() + "select 1 from t"
        }
        let most = 4 * InspectLimits.searchPath
        #expect(reasons(sets(most - 1)) == [])
        #expect(reasons(sets(most)) == ["search path not known"])
    }

    @Test func propagation() {
        func chain(_ length: Int) -> String {
            "with c0 as (select a from t)" + (1...length).map { ", c\($0) as (select a from c\($0 - 1))" }.joined()
                + " select a from c\(length)"
        }
        #expect(reasons(chain(40)) == [])
        #expect(reasons(chain(400)) == ["nested too deep"])
    }

    /// An identifier is cut at 63 bytes, never inside a character.
    @Test func identifierLength() {
        func table(_ name: String) -> String {
            let inspection = Inspection()
            var text = "select 1 from " + name
            text.withUTF8 {
                SQLInspector(searchPath: ["public"])
                    .inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: inspection)
            }
            return inspection.string(inspection.accesses[0].name)
        }
        let most = InspectLimits.identifierBytes
        #expect(table(times("a", most)) == times("a", most))
        #expect(table(times("a", most + 1)) == times("a", most))
        #expect(table(times("a", 62) + "é") == times("a", 62))
        #expect(table("\"" + times("é", 32) + "\"") == times("é", 31))
    }

    // MARK: Code in strings

    private func nested(_ depth: Int) -> String {
        (0..<depth).reduce("null;") { "do $d\($1)$ begin \($0) end $d\($1)$;" }
    }

    @Test func codeDepth() {
        #expect(reasons(nested(InspectLimits.codeDepth)) == [])
        #expect(reasons(nested(InspectLimits.codeDepth + 1)) == ["nested too deep"])
    }

    @Test func codeNames() {
        func block(_ names: Int) -> String { "do $$ declare \((0..<names).map { "v\($0) int;" }.joined()) begin null; end $$" }
        #expect(reasons(block(InspectLimits.codeNames)) == [])
        #expect(reasons(block(InspectLimits.codeNames + 1)) == ["too many names"])
    }

    /// A block and the statement that it is are a level each.
    @Test func nestedBlocks() {
        func blocks(_ depth: Int) -> String { "do $$ " + times("begin ", depth) + "null; " + times("end; ", depth - 1) + "end $$" }
        #expect(reasons(blocks(InspectLimits.nesting / 2)) == [])
        #expect(reasons(blocks(InspectLimits.nesting / 2 + 1)) == ["nested too deep"])
        let loops = "do $$ begin " + times("loop ", 300) + times("end loop; ", 300) + "end $$"
        #expect(reasons(loops) == ["nested too deep"])
    }

    @Test func tokensOfCode() {
        func block(_ statements: Int) -> String { "do $$ begin " + times("null;", statements) + " end $$" }
        // BEGIN and END, and two tokens a statement.
        let most = (InspectLimits.tokens - 2) / 2
        #expect(reasons(block(most)) == [])
        #expect(reasons(block(most + 1)) == ["too many tokens"])
    }

    /// Names kept between messages are given up when there are too many, and nothing changes.
    @Test func rememberedSymbols() {
        let inspector = SQLInspector(searchPath: ["public"])
        let inspection = Inspection()
        func inspect(_ text: String) -> String {
            var text = text
            text.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: inspection) }
            return Case.render(inspection)
        }
        inspector.temporaryTables = ["tmp"]
        let before = inspect("select a from tmp")
        for round in 0..<4 {
            _ = inspect("select " + (0..<InspectLimits.rememberedSymbols / 2).map { "x\(round)_\($0)" }.joined(separator: ","))
        }
        #expect(inspect("select a from tmp") == before)
        #expect(before.contains("pg_temp.tmp"))
    }
}

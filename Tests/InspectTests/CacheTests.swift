// What is answered from memory is what reading finds, and memory stays bounded.

import Inspect
import Machine
import Testing

@Suite struct CacheTests {
    private func rendered(_ bytes: [UInt8], _ lexical: LexicalState, by inspector: SQLInspector) -> String {
        let inspection = Inspection()
        bytes.withUnsafeBytes { inspector.inspect($0, lexical: lexical, into: inspection) }
        return Case.render(inspection)
    }

    /// Texts in turn, often enough that the later rounds are answered from memory.
    @Test func aRepeatedTextDoesTheSame() throws {
        let inspector = SQLInspector(searchPath: ["public"])
        let cases = try CaseFile.all().flatMap(\.cases)
            .filter { $0.option("search_path") == nil && $0.option("temporary") == nil }
        for start in stride(from: 0, to: cases.count, by: 50) {
            let some = cases[start..<min(start + 50, cases.count)]
            for _ in 0..<4 {
                for item in some {
                    #expect(rendered(item.bytes, item.lexical, by: inspector) == item.expected, "\(item.message)")
                }
            }
        }
        #expect(inspector.rememberedBytes > 0)
    }

    /// The same bytes are other tokens under another state.
    @Test func theLexicalStateIsPartOfTheText() {
        let inspector = SQLInspector(searchPath: ["public"])
        let text = Array(#"select 'a\', b, ' from t"#.utf8)
        let states = [LexicalState(), LexicalState(standardConformingStrings: false)]
        let fresh = states.map { rendered(text, $0, by: SQLInspector(searchPath: ["public"])) }
        #expect(fresh[0] != fresh[1])
        for _ in 0..<4 { for (state, expected) in zip(states, fresh) { #expect(rendered(text, state, by: inspector) == expected) } }
    }

    /// What was found before a temporary table was made is not what is found after.
    @Test func newTemporaryTablesForget() {
        let inspector = SQLInspector(searchPath: ["public"])
        let text = Array("select a from t".utf8)
        for _ in 0..<4 { #expect(!rendered(text, LexicalState(), by: inspector).contains("pg_temp.t")) }
        inspector.temporaryTables = ["t"]
        #expect(inspector.rememberedBytes == 0)
        for _ in 0..<4 { #expect(rendered(text, LexicalState(), by: inspector).contains("pg_temp.t")) }
    }

    /// Texts at and past the longest that is kept; and so many that not all are.
    @Test func memoryIsBounded() {
        let inspector = SQLInspector(searchPath: ["public"])
        func padded(_ count: Int, _ number: Int) -> [UInt8] {
            let head = Array("select a\(number) from t --".utf8)
            return head + Array(repeating: 0x78, count: count - head.count)
        }
        for _ in 0..<3 { _ = rendered(padded(InspectLimits.cachedTextBytes + 1, 0), LexicalState(), by: inspector) }
        #expect(inspector.rememberedBytes == 0)
        for _ in 0..<3 { _ = rendered(padded(InspectLimits.cachedTextBytes, 0), LexicalState(), by: inspector) }
        #expect(inspector.rememberedBytes > InspectLimits.cachedTextBytes)
        for number in 0..<2 * InspectLimits.cachedTexts {
            for _ in 0..<3 {
                let found = rendered(padded(InspectLimits.cachedTextBytes, number), LexicalState(), by: inspector)
                #expect(found.contains("select public.t(a\(number) output)"))
            }
            #expect(inspector.rememberedBytes <= InspectLimits.cachedBytes + InspectLimits.shapeBytes)
        }
    }
}

// Whole texts are looked for first while that is of use.

import Machine
import Testing

@testable import Inspect

@Suite struct MemoryOrderTests {
    @Test func givesUpTextsThatNeverComeAgain() {
        var order = MemoryOrder()
        for _ in 0..<32 {
            let isTextFirst = order.isTextFirst()
            #expect(isTextFirst)
            order.noteShapeFound()
        }
        let tried = (0..<160).filter { _ in order.isTextFirst() }.count
        #expect(tried == 10, "now and then it is tried all the same")
    }

    @Test func comesBackToTextsThatDo() {
        var order = MemoryOrder()
        for _ in 0..<100 where order.isTextFirst() { order.noteShapeFound() }
        for _ in 0..<32 where order.isTextFirst() { order.noteTextFound() }
        let tried = (0..<16).filter { _ in order.isTextFirst() }.count
        #expect(tried == 16)
    }

    /// Whichever is asked first, the answer is the same as that of an inspector which remembers nothing.
    @Test func answersTheSame() {
        let warm = SQLInspector(searchPath: ["public"])
        let cold = SQLInspector(searchPath: ["public"], remembers: false)
        let texts = ["begin", "select a from t where b = #", "update t set a = '#' where b = #", "commit", "select 1", "select * from u"]
        for round in 0..<400 {
            // First only constants change, then nothing does, then both.
            let number = round < 150 ? round : round < 250 ? 7 : round % 3
            for text in texts {
                let message = text.replacing("#", with: "\(number)")
                #expect(rendered(message, by: warm) == rendered(message, by: cold), "\(message)")
            }
        }
    }

    private func rendered(_ message: String, by inspector: SQLInspector) -> String {
        let found = Inspection()
        Array(message.utf8).withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
        return Case.render(found)
    }
}

// A test as a policy file has it, from a case that was found by trying.

import Machine
import Compiler
import Harness
import PolicyLang

enum SuggestedTest {
    static func text(_ test: TestCase, _ candidate: CandidateTest, title: String) -> String {
        var lines = ["test \(StringLiteral.written(title)) {"]
        let said = candidate.said.sorted { $0.key < $1.key }.map { "\(ClaimPath.text($0.key)) = \(Witness.shown($0.value))" }
        lines.append("  as \(test.identity)" + (said.isEmpty ? "" : " with { \(said.joined(separator: ", ")) }"))
        lines.append("  on \(test.resource)")
        if let moment = candidate.test.moment { lines.append("  at \(Witness.shown(moment))") }
        for step in test.steps {
            switch step {
            case .message(let message):
                lines.append("  \(StringLiteral.written(message.text)) -> \(message.expected.rawValue)" + (message.rule.map { " by \($0)" } ?? ""))
            case .row(let row):
                let table = [row.schema, row.table].compactMap { $0 }.map(name).joined(separator: ".")
                lines.append("  row \(table.isEmpty ? "" : table + " ")\(cells(row.cells)) -> \(cells(row.expected))")
            }
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    private static func cells(_ cells: [TestCase.Cell]) -> String {
        "{ " + cells.map { "\(name($0.column)): \($0.value.map { StringLiteral.written($0) } ?? "null")" }.joined(separator: ", ") + " }"
    }

    private static func name(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && text.first?.isNumber == false
        return isPlain ? text : StringLiteral.written(text)
    }
}

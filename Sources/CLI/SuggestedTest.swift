// A test as a policy file has it, from a case that was found by trying.

import Compiler
import Harness
import Machine

enum SuggestedTest {
    static func text(_ test: TestCase, _ candidate: CandidateTest, title: String) -> String {
        var lines = ["test \(quoted(title)) {"]
        let said = candidate.said.sorted { $0.key < $1.key }.map { "\(ClaimPath.text($0.key)) = \(value($0.value))" }
        lines.append("  as \(test.identity)" + (said.isEmpty ? "" : " with { \(said.joined(separator: ", ")) }"))
        lines.append("  on \(test.resource)")
        if let moment = candidate.test.moment { lines.append("  at \(time(moment))") }
        for step in test.steps {
            switch step {
            case .message(let message):
                lines.append("  \(quoted(message.text)) -> \(message.expected.rawValue)" + (message.rule.map { " by \($0)" } ?? ""))
            case .row(let row):
                let table = [row.schema, row.table].compactMap { $0 }.map(name).joined(separator: ".")
                lines.append("  row \(table.isEmpty ? "" : table + " ")\(cells(row.cells)) -> \(cells(row.expected))")
            }
        }
        return (lines + ["}"]).joined(separator: "\n")
    }

    private static func cells(_ cells: [TestCase.Cell]) -> String {
        "{ " + cells.map { "\(name($0.column)): \($0.value.map(quoted) ?? "null")" }.joined(separator: ", ") + " }"
    }

    private static func value(_ value: ClaimValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .strings(let texts): "{ " + texts.map(quoted).joined(separator: ", ") + " }"
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        case .time(let seconds): Moment(seconds: seconds).rfc3339
        case .integers(let numbers): "{ " + numbers.map(String.init).joined(separator: ", ") + " }"
        }
    }

    private static func name(_ text: String) -> String {
        let isPlain = !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && text.first?.isNumber == false
        return isPlain ? text : quoted(text)
    }

    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    quoted += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }

    /// `2026-03-02T03:00Z`; seconds only where there are some.
    private static func time(_ moment: Moment) -> String {
        let (days, second) = (moment.seconds.quotient(86_400), moment.seconds.remainder(86_400))
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
        let shifted = days + 719_468
        let era = shifted.quotient(146_097)
        let dayOfEra = shifted.remainder(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * month + 2) / 5 + 1
        let civil = (year: yearOfEra + era * 400 + (month >= 10 ? 1 : 0), month: month < 10 ? month + 3 : month - 9)
        func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : String(number) }
        let clock = "\(padded(second / 3600)):\(padded(second / 60 % 60))" + (second % 60 == 0 ? "" : ":\(padded(second % 60))")
        return "\(civil.year)-\(padded(civil.month))-\(padded(day))T\(clock)Z"
    }
}

extension Int64 {
    fileprivate func quotient(_ divisor: Int64) -> Int64 { (self >= 0 ? self : self - divisor + 1) / divisor }
    fileprivate func remainder(_ divisor: Int64) -> Int64 { self - quotient(divisor) * divisor }
}

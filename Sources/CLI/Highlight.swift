// The source of a statement with what each access is written as underlined.

import Inspect
import Machine

enum Highlight {
    /// Each source line, and below it one line for every access that is written there: `~~~~ select public.customers(…)`.
    static func lines(ofStatement index: Int, of found: Inspection, _ message: [UInt8]) -> [String] {
        let statement = found.statements[index]
        let start = min(Int(statement.text.offset), message.count)
        let end = min(start + Int(statement.text.count), message.count)
        var lines: [String] = []
        var lineStart = start
        while lineStart <= end {
            let lineEnd = message[lineStart..<end].firstIndex(of: UInt8(ascii: "\n")) ?? end
            lines.append("  " + String(decoding: message[lineStart..<lineEnd], as: UTF8.self))
            lines += marks(lineStart..<lineEnd, statement, found, message)
            lineStart = lineEnd + 1
        }
        return lines
    }

    private static func marks(_ line: Range<Int>, _ statement: Statement, _ found: Inspection, _ message: [UInt8]) -> [String] {
        let first = Int(statement.firstAccess)
        return (first..<first + Int(statement.accessCount)).compactMap { index in
            let access = found.accesses[index]
            // What is set going besides stands nowhere in the text.
            if access.through != 0 { return nil }
            let place = Int(access.source.offset)..<Int(access.source.offset + access.source.count)
            // An access that covers the whole statement has no place of its own.
            guard !place.isEmpty, line.contains(place.lowerBound), place.count < Int(statement.text.count) else { return nil }
            let before = message[line.lowerBound..<place.lowerBound]
            let under = message[place.lowerBound..<min(place.upperBound, line.upperBound)]
            // A tab stays a tab, so that the mark stands below its word.
            let indent = String(decoding: before, as: UTF8.self).map { (letter: Character) -> Character in letter == "\t" ? letter : " " }
            let width = max(1, String(decoding: under, as: UTF8.self).count)
            let mark = String(repeating: "~", count: width)
            return "  \(String(indent))\(mark) \(InspectionText.access(access, of: found))"
        }
    }
}

// Case files of lines: inputs and what must come of them, divided by bars.

import Foundation
import Testing

/// A file of lines in `Cases` beside the test; lines that begin with `#` are comments.
package enum CaseTable {
    /// All lines, comments too; empty ones are left out.
    package static func lines(_ name: String, of test: String = #filePath) throws -> [String] {
        try CaseFile(path: name, of: test).text().split(separator: "\n").map(String.init)
    }

    /// Writes the lines in the place of what is there.
    package static func write(_ lines: [String], to name: String, of test: String = #filePath) throws {
        try (lines.joined(separator: "\n") + "\n").write(to: CaseFile(path: name, of: test).url, atomically: true, encoding: .utf8)
    }

    /// Checks lines `input | … | expectation` against what `actual` makes of the inputs. `\e` is the empty text.
    package static func check(
        _ name: String, columns: Int, of test: String = #filePath, actual: ([String]) throws -> String
    ) throws {
        var checked = 0
        let found = try lines(name, of: test).map { line in
            guard !line.hasPrefix("#") else { return line }
            let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(fields.count == columns, "\(name): \(line)")
            let found = try actual(fields.dropLast().map { $0 == "\\e" ? "" : $0 })
            let expected = fields[columns - 1] == "\\e" ? "" : fields[columns - 1]
            if !CaseFolder.isUpdating { #expect(found == expected, "\(name): \(line)") }
            checked += 1
            return (fields.dropLast() + [found.isEmpty ? "\\e" : found]).joined(separator: " | ")
        }
        #expect(checked > 0)
        if CaseFolder.isUpdating { try write(found, to: name, of: test) }
    }
}

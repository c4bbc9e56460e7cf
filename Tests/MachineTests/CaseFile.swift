// Reads and rewrites the case files: input is text, expectation is text.
import Foundation

enum CaseFile {
    static let updates = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    static func url(_ name: String, file: String = #filePath) -> URL {
        URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Cases").appendingPathComponent(name)
    }

    static func text(_ name: String) throws -> String { try String(contentsOf: url(name), encoding: .utf8) }

    /// The expectation in a file, after `UPDATE_GOLDEN=1` has put `actual` there.
    static func expectation(_ url: URL, actual: String) throws -> String {
        if updates { try actual.write(to: url, atomically: true, encoding: .utf8) }
        return try String(contentsOf: url, encoding: .utf8)
    }
}

// Finds the case files beside the tests, and compares or rewrites what is expected.

import Foundation
import Testing

/// A case file, by its path relative to the folder `Cases`.
struct CaseFile: CustomTestStringConvertible, Sendable {
    let path: String
    var testDescription: String { path }
    var url: URL { CaseFolder.root.appendingPathComponent(path) }
    func text() throws -> String { try String(contentsOf: url, encoding: .utf8) }
}

enum CaseFolder {
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    static let root = tests.appendingPathComponent("Cases")
    static let project = tests.deletingLastPathComponent().deletingLastPathComponent()

    /// The files with this ending, by name.
    static func files(ending: String) -> [CaseFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { CaseFile(path: $0) }
    }

    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    /// Compares a text with a file; under `UPDATE_GOLDEN=1` writes it instead.
    static func expect(_ actual: String, at file: CaseFile) throws {
        if isUpdating { return try actual.write(to: file.url, atomically: true, encoding: .utf8) }
        #expect(actual == (try file.text()), "\(file.path) differs; UPDATE_GOLDEN=1 rewrites it")
    }
}

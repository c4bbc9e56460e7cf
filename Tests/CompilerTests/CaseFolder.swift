// Finds the case files beside the tests and the policies of the project, and compares or rewrites what is expected.

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
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files of a folder with this ending, by name.
    static func files(in folder: String, ending: String) -> [CaseFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { CaseFile(path: "\(folder)/\($0)") }
    }

    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    /// Compares text with a golden file; under `UPDATE_GOLDEN=1` writes it instead.
    static func expect(_ actual: String, matches path: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
        try expect(actual, at: root.appendingPathComponent(path), path, sourceLocation: sourceLocation)
    }

    static func expect(
        _ actual: String, at url: URL, _ path: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        if isUpdating {
            try actual.write(to: url, atomically: true, encoding: .utf8)
            return
        }
        let expected = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        #expect(actual == expected, "\(path) differs; UPDATE_GOLDEN=1 rewrites it", sourceLocation: sourceLocation)
    }
}

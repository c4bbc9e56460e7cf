// Finds the case files beside the tests, and compares or rewrites what they expect.

import Foundation
import Testing

/// A case file, by its path relative to the folder `Cases`.
struct CaseFile: CustomTestStringConvertible, Sendable {
    let path: String

    var testDescription: String { path }

    var url: URL { CaseFolder.root.appendingPathComponent(path) }

    func bytes() throws -> [UInt8] { Array(try Data(contentsOf: url)) }

    func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }
}

enum CaseFolder {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

    /// The files of a folder with this ending, by name.
    static func files(in folder: String, ending: String) -> [CaseFile] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { CaseFile(path: "\(folder)/\($0)") }
    }

    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    /// Compares text with a golden file; under `UPDATE_GOLDEN=1` writes it instead.
    static func expect(_ actual: String, matches path: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let url = root.appendingPathComponent(path)
        if isUpdating {
            try actual.write(to: url, atomically: true, encoding: .utf8)
            return
        }
        let expected = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        #expect(actual == expected, "\(path) differs; UPDATE_GOLDEN=1 rewrites it", sourceLocation: sourceLocation)
    }
}

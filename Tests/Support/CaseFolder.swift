// Finds the case files beside the tests and the files of the project, and compares or rewrites what is expected.

import Foundation
import Testing

/// A case file, by its path relative to the folder `Cases` beside the test.
package struct CaseFile: CustomTestStringConvertible, Sendable {
    package let path: String
    package let url: URL

    package init(path: String, of test: String = #filePath) {
        self.path = path
        url = CaseFolder.beside("Cases/" + path, of: test)
    }

    package var testDescription: String { path }

    package func bytes() throws -> [UInt8] { Array(try Data(contentsOf: url)) }

    package func text() throws -> String { String(decoding: try bytes(), as: UTF8.self) }
}

/// Files by their place: beside the test's own file, or in the project.
package enum CaseFolder {
    /// The folder of Package.swift.
    package static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// What lies beside the file that asks.
    package static func beside(_ path: String, of test: String = #filePath) -> URL {
        URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent(path)
    }

    /// The files of a folder in `Cases` with this ending, by name; of `Cases` itself when no folder is named.
    package static func files(in folder: String = "", ending: String, of test: String = #filePath) -> [CaseFile] {
        let place = beside("Cases/" + folder, of: test).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place)) ?? []
        return names.filter { $0.hasSuffix(ending) }.sorted().map { CaseFile(path: folder.isEmpty ? $0 : "\(folder)/\($0)", of: test) }
    }

    /// With `UPDATE_GOLDEN=1` expectations are rewritten to what is; the reviewer reads the difference.
    package static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    /// Compares text with a golden file, byte by byte, and names the first line that differs; when updating it writes the text instead.
    package static func expect(_ actual: String, at url: URL, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
        if isUpdating { return try actual.write(to: url, atomically: true, encoding: .utf8) }
        let expected = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        if actual.utf8.elementsEqual(expected.utf8) { return }
        let (got, wanted) = (actual.components(separatedBy: "\n"), expected.components(separatedBy: "\n"))
        let line = zip(got, wanted).enumerated().first { !$1.0.utf8.elementsEqual($1.1.utf8) }?.offset ?? min(got.count, wanted.count)
        Issue.record(
            """
            \(url.lastPathComponent):\(line + 1) differs; UPDATE_GOLDEN=1 rewrites it
            got       \(line < got.count ? got[line] : "nothing")
            expected  \(line < wanted.count ? wanted[line] : "nothing")
            """, sourceLocation: sourceLocation)
    }

    /// The same for a file by its path in `Cases`.
    package static func expect(
        _ actual: String, matches path: String, of test: String = #filePath, sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws {
        try expect(actual, at: beside("Cases/" + path, of: test), sourceLocation: sourceLocation)
    }
}

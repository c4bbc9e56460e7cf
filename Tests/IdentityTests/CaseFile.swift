// Cases as text: read, compared, and rewritten when UPDATE_GOLDEN=1.

import Foundation
import TestSupport
import Testing

/// A file of cases. Each begins with `=== title`, goes on with `word rest-of-line` lines, and ends with `-> outcome`.
struct CaseFile {
    struct Case {
        var title: String
        var lines: [(word: String, rest: String)]
        var expected: String

        func rest(_ word: String) -> String? { lines.first { $0.word == word }?.rest }
        func all(_ word: String) -> [String] { lines.filter { $0.word == word }.map(\.rest) }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")

    /// Runs every case of a file and compares what `outcome` says with what is written.
    static func check(_ name: String, _ outcome: (Case) async throws -> String) async throws {
        let file = folder.appendingPathComponent(name)
        let text = try String(contentsOf: file, encoding: .utf8)
        let update = CaseFolder.isUpdating
        var rewritten = ""
        let blocks = text.components(separatedBy: "=== ")
        rewritten += blocks[0]
        #expect(blocks.count > 1, "\(name) has no cases")
        for block in blocks.dropFirst() {
            let one = read(block)
            let actual = try await outcome(one)
            if !update { #expect(actual == one.expected, "\(name): \(one.title)") }
            let given = one.lines.map { $0.rest.isEmpty ? $0.word : "\($0.word) \($0.rest)" }
            rewritten += (["=== " + one.title] + given + ["-> " + actual, "", ""]).joined(separator: "\n")
        }
        if update { try rewritten.write(to: file, atomically: true, encoding: .utf8) }
    }

    private static func read(_ block: String) -> Case {
        var lines = block.components(separatedBy: "\n").filter { !$0.isEmpty }
        var one = Case(title: lines.removeFirst(), lines: [], expected: "")
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let rest = parts.count > 1 ? parts[1] : ""
            if parts[0] == "->" { one.expected = rest } else { one.lines.append((parts[0], rest)) }
        }
        return one
    }
}

/// Every file of cases, as seeds for mutation.
func seedFiles() throws -> [[UInt8]] {
    let paths = try #require(FileManager.default.enumerator(atPath: CaseFile.folder.path)).compactMap { $0 as? String }
    return try paths.filter { $0.hasSuffix(".txt") || $0.hasSuffix(".json") }.sorted().map {
        Array(try Data(contentsOf: CaseFile.folder.appendingPathComponent($0)))
    }
}

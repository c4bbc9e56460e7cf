// docs/postgres.md names its tests: each of them exists.

import Foundation
import Testing

@testable import Gateway

@Suite struct PostgresPageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func page() throws -> String {
        try String(contentsOf: root.appendingPathComponent("docs/postgres.md"), encoding: .utf8)
    }

    /// Every file below Tests, by name.
    private static func files() -> [String: [URL]] {
        let found = FileManager.default.enumerator(at: root.appendingPathComponent("Tests"), includingPropertiesForKeys: nil)
        var files: [String: [URL]] = [:]
        while let url = found?.nextObject() as? URL { files[url.lastPathComponent, default: []].append(url) }
        return files
    }

    /// Rows of three cells: what is on the wire, what the gate does, what proves it.
    private static func rows() throws -> [[String]] {
        try page().components(separatedBy: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") && !$0.hasPrefix("| on the wire") }
            .map { $0.components(separatedBy: " | ") }.filter { $0.count == 3 }
    }

    @Test func everyTestThatIsNamedExists() throws {
        let files = Self.files()
        let sequences = Set(try WireSequence.all().map(\.name))
        let rows = try Self.rows()
        #expect(rows.count > 60)
        for row in rows {
            // What stands between backticks.
            let given = row[2].components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
            #expect(!given.isEmpty, "nothing proves: \(row[0])")
            for name in given {
                if name.hasPrefix("\"") {
                    #expect(sequences.contains(name.replacing("\"", with: "")), "no sequence \(name)")
                } else if let dot = name.firstIndex(of: "."), name[..<dot].hasSuffix("Tests") {
                    let (suite, test) = (String(name[..<dot]), name[name.index(after: dot)...])
                    let sources = try (files[suite + ".swift"] ?? []).map { try String(contentsOf: $0, encoding: .utf8) }
                    #expect(sources.contains { $0.contains("func \(test)(") }, "no test \(name)")
                } else if let colon = name.range(of: ": ") {
                    // A part of a script, by what its comment begins with.
                    let (file, part) = (String(name[..<colon.lowerBound]), "\n# " + name[colon.upperBound...])
                    let scripts = try (files[file] ?? []).map { try String(contentsOf: $0, encoding: .utf8) }
                    #expect(scripts.contains { $0.contains(part) }, "no part \(name)")
                } else {
                    #expect(files[name]?.isEmpty == false, "no case file \(name)")
                }
            }
        }
    }

    @Test func sequencesHaveNamesOfTheirOwn() throws {
        let names = try WireSequence.all().map(\.name)
        #expect(Set(names).count == names.count)
    }
}

// Reads the case files beside the tests, and gives them numbers that are the same on every run.
import Foundation
import Testing

enum CaseFile {
    /// With `UPDATE_GOLDEN=1` expectations are rewritten to what is; the reviewer reads the difference.
    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1"

    static func location(_ name: String, file: String = #filePath) -> URL {
        URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Cases").appendingPathComponent(name)
    }

    /// All lines of a case file, comments too.
    static func allLines(_ name: String) throws -> [String] {
        try String(contentsOf: location(name), encoding: .utf8).split(separator: "\n").map(String.init)
    }

    static func write(_ lines: [String], to name: String) throws {
        try (lines.joined(separator: "\n") + "\n").write(to: location(name), atomically: true, encoding: .utf8)
    }

    /// Checks a file of lines `input | … | expectation` against what `actual` makes of the inputs. `\e` is the empty text.
    static func check(_ name: String, columns: Int, actual: ([String]) throws -> String) throws {
        var checked = 0
        let lines = try allLines(name).map { line in
            guard !line.hasPrefix("#") else { return line }
            let fields = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            try #require(fields.count == columns, "\(name): \(line)")
            let found = try actual(fields.dropLast().map { $0 == "\\e" ? "" : $0 })
            let expected = fields[columns - 1] == "\\e" ? "" : fields[columns - 1]
            if !isUpdating { #expect(found == expected, "\(name): \(line)") }
            checked += 1
            return (fields.dropLast() + [found.isEmpty ? "\\e" : found]).joined(separator: " | ")
        }
        #expect(checked > 0)
        if isUpdating { try write(lines, to: name) }
    }
}

/// SplitMix64: a small generator whose sequence is fixed by its seed.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}

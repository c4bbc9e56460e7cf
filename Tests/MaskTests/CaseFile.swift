// Reads the case files beside the tests, and gives them numbers that are the same on every run.
import Foundation

enum CaseFile {
    /// The lines of a case file without comments and blank ones.
    static func lines(_ name: String, file: String = #filePath) -> [String] {
        let folder = URL(fileURLWithPath: file).deletingLastPathComponent().appendingPathComponent("Cases")
        guard let text = try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8) else {
            return ["\(name) cannot be read"]
        }
        return text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("#") }
    }

    static func trim(_ text: Substring) -> String { text.trimmingCharacters(in: .whitespaces) }
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

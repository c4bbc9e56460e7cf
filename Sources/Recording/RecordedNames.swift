// The names that messages are recorded without: programs with their rules, and sets of masks.

import GRDB

/// Read once per snapshot.
final class RecordedNames {
    struct Program {
        let key: Int64
        let revision: UInt64
        let rules: [String]

        /// nil for -1 and for an index that the program does not have.
        func rule(_ index: Int32) -> String? { index >= 0 && Int(index) < rules.count ? rules[Int(index)] : nil }
        static let unknown = Program(key: 0, revision: 0, rules: [])
    }
    struct MaskSet {
        let names: [String]
        let details: [RecordedMask]
        static let none = MaskSet(names: [], details: [])
    }
    private struct MaskKey: Hashable {
        let program: Int64
        let masks: UInt64
    }

    private var programs: [Int64: Program] = [:]
    private var maskSets: [MaskKey: MaskSet] = [:]

    init(_ db: Database) throws {
        var maskDetails: [Int64: [RecordedMask]] = [:]
        let programRows = try Row.fetchCursor(db, sql: "SELECT number, key, revision, rules, masks FROM programs")
        while let row = try programRows.next() {
            let key: Int64 = row["key"]
            programs[row["number"]] = Program(
                key: key, revision: UInt64(bitPattern: row["revision"] as Int64), rules: RecordedClaims.names(fromJSON: row["rules"]))
            maskDetails[key] = RecordedClaims.masks(fromJSON: row["masks"])
        }
        let sets = try Row.fetchCursor(db, sql: "SELECT program, masks, rules FROM mask_sets")
        while let row = try sets.next() {
            let program: Int64 = row["program"]
            let names = RecordedClaims.names(fromJSON: row["rules"]).sorted()
            maskSets[MaskKey(program: program, masks: UInt64(bitPattern: row["masks"] as Int64))] = MaskSet(
                names: names, details: (maskDetails[program] ?? []).filter { names.contains($0.rule) })
        }
    }

    func program(_ number: Int64) -> Program { programs[number] ?? .unknown }
    func maskSet(program key: Int64, _ masks: UInt64) -> MaskSet { maskSets[MaskKey(program: key, masks: masks)] ?? .none }
}

// What masks must know of a relation that a statement names, worked out once and found by the bytes of its name.

import Foundation
import Mask

/// Names as bytes, compared without a `String`.
struct PostgresNameSet {
    private let names: [[UInt8]]

    init(_ names: some Sequence<String>) { self.names = names.map { Array($0.utf8) } }

    var isEmpty: Bool { names.isEmpty }

    func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        names.contains { Self.equal($0, name) }
    }

    @inline(__always)
    static func equal(_ a: [UInt8], _ b: UnsafeRawBufferPointer) -> Bool {
        guard a.count == b.count, let base = b.baseAddress else { return a.isEmpty && b.isEmpty }
        return a.withUnsafeBufferPointer { $0.baseAddress.map { memcmp($0, base, b.count) == 0 } ?? true }
    }

    /// FNV-1a of 64 bits: finds candidates, never decides that two names are the same where that would be the laxer answer.
    static func hash(_ bytes: some Sequence<UInt8>, after start: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        bytes.reduce(start) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    }
}

/// A relation under one plan and one catalogue.
final class PostgresTouchedRelation {
    fileprivate let schema: [UInt8]
    fileprivate let name: [UInt8]
    /// It is a catalogue relation that shows data of others.
    let isSideDoor: Bool
    let isView: Bool
    /// It is a view whose query runs code that is not seen.
    let runsCode: Bool
    let columns: PostgresNameSet
    /// Those of its columns that do not pass as they are.
    let masked: PostgresNameSet

    fileprivate init(_ relation: PostgresCatalogue.Relation, _ masking: PostgresMasking) {
        schema = Array(relation.schema.utf8)
        name = Array(relation.name.utf8)
        isSideDoor = PostgresSideDoors.shows(relation: relation.name, column: nil)
        isView = relation.isView
        runsCode = relation.isView && relation.runsCode
        columns = PostgresNameSet(relation.columns.map(\.name))
        masked = PostgresNameSet(
            relation.columns.filter { masking.treatment(of: relation.oid, column: $0.number) != .pass }.map(\.name))
    }

    fileprivate func isNamed(_ schema: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> Bool {
        PostgresNameSet.equal(self.name, name) && PostgresNameSet.equal(self.schema, schema)
    }
}

extension PostgresMasking {
    /// What `pg_temp.name` may be.
    func touchedTemporaries(name: UnsafeRawBufferPointer) -> [PostgresTouchedRelation] {
        (catalogue?.temporaries(named: String(decoding: name, as: UTF8.self)) ?? []).map { PostgresTouchedRelation($0, self) }
    }

    /// More relations than a session touches in a while.
    private static let rememberedRelations = 1024

    /// The relation of that name; nil when the catalogue does not have it.
    func touched(schema: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer) -> PostgresTouchedRelation? {
        let hash = PostgresNameSet.hash(name, after: PostgresNameSet.hash(schema) &* 31)
        if let known = touchedRelations[hash], known.isNamed(schema, name) { return known }
        let names = (String(decoding: schema, as: UTF8.self), String(decoding: name, as: UTF8.self))
        guard let relation = catalogue?.relation(schema: names.0, name: names.1) else { return nil }
        let made = PostgresTouchedRelation(relation, self)
        // A `String` also finds names of other bytes that Unicode calls equal; PostgreSQL does not.
        guard made.isNamed(schema, name) else { return nil }
        if touchedRelations.count >= Self.rememberedRelations { touchedRelations.removeAll(keepingCapacity: true) }
        touchedRelations[hash] = made
        return made
    }
}

// A schema as the inspector asks it: relations, columns, routines by name, each found by a hash of what is asked.

import Machine

/// What one database is said to hold. Immutable, and shared by all sessions of a resource; every look-up is a few steps.
public final class KnownSchema: Sendable {
    let record: SchemaRecord
    private let digest: [Int]

    /// A name's bytes in `text`, and their hash.
    struct Name: BitwiseCopyable, Sendable {
        var offset: UInt32
        var count: UInt32
        var hash: UInt64
    }
    /// What a look-up compares with.
    private struct Key: BitwiseCopyable, Sendable {
        var schema: UInt32
        var name: UInt32
    }
    /// Written once, by `init`, and freed by `deinit`.
    private nonisolated(unsafe) let text: UnsafeMutableRawBufferPointer
    private let names: [Name]
    private let relations: [Key]
    private let routines: [Key]
    private let operators: [Key]
    private let types: [Key]
    /// By number of the relation: the place of its first column in `columnNames`.
    private let firstColumns: [Int32]
    /// Symbols of the record, by relation and position.
    private let columnNames: [UInt32]
    private let relationSlots: [Int32]
    private let opening: [VerbSet]
    private let columnSlots: [Int32]
    private let routineSlots: [Int32]
    private let operatorSlots: [Int32]
    private let typeSlots: [Int32]
    /// Names of routines without their schemas: what a column's name may call.
    private let routineNames: [Int32]

    /// - Parameter symbols: what the record's numbers stand for; a number beyond them is the empty text.
    public init(_ record: SchemaRecord, symbols program: [String]) {
        // Numbers of its own: a program has many more names, and numbers them otherwise at every build.
        var symbols = [""]
        var numbers: [UInt32: UInt32] = [0: 0]
        let record = record.renumbered { number in
            if let known = numbers[number] { return known }
            let new = UInt32(symbols.count)
            symbols.append(Int(number) < program.count ? program[Int(number)] : "")
            numbers[number] = new
            return new
        }
        self.record = record
        digest = Self.digest(record, symbols)
        var text: [UInt8] = []
        names = symbols.map { symbol in
            let offset = text.count
            text += symbol.utf8
            let hash = text[offset...].withUnsafeBytes { NameHash.wide($0) }
            return Name(
                offset: UInt32(offset), count: UInt32(text.count - offset),
                hash: offset == text.count ? 0 : hash)
        }
        self.text = .allocate(byteCount: max(text.count, 1), alignment: 1)
        self.text.copyBytes(from: text)
        func keys(_ list: [OpeningRecord]) -> [Key] {
            list.map { Key(schema: $0.schema, name: $0.name) }
        }
        relations = record.relations.map { Key(schema: $0.schema, name: $0.name) }
        routines = keys(record.routines)
        operators = keys(record.operators)
        types = keys(record.types)
        var first: [Int32] = []
        var columns: [UInt32] = []
        for relation in record.relations {
            first.append(Int32(columns.count))
            columns += relation.columns
        }
        firstColumns = first
        columnNames = columns
        opening = record.relations.map { $0.opened.reduce(into: VerbSet()) { $0.formUnion($1.when) } }
        let names = self.names
        func hash(_ symbol: UInt32) -> UInt64 { names[Int(symbol)].hash }
        relationSlots = Self.slots(record.relations.map { Self.mix(hash($0.schema), hash($0.name)) })
        routineSlots = Self.slots(record.routines.map { Self.mix(hash($0.schema), hash($0.name)) })
        operatorSlots = Self.slots(record.operators.map { Self.mix(0, hash($0.name)) })
        typeSlots = Self.slots(record.types.map { Self.mix(0, hash($0.name)) })
        routineNames = Self.slots(record.routines.map { Self.mix(1, hash($0.name)) })
        columnSlots = Self.slots(
            record.relations.enumerated().flatMap { index, relation in
                relation.columns.map { Self.mix(UInt64(index), hash($0)) }
            })
    }

    deinit { text.deallocate() }

    /// Whether both say the same, whatever programs they are of.
    public func isSame(as other: KnownSchema) -> Bool { digest == other.digest }

    /// 128 bits over all that it says, of this process only. The resources it is about are no part of it.
    private static func digest(_ record: SchemaRecord, _ symbols: [String]) -> [Int] {
        var record = record
        record.resources = []
        return (0..<2).map { part in
            var hasher = Hasher()
            hasher.combine(part)
            hasher.combine(record)
            hasher.combine(symbols)
            return hasher.finalize()
        }
    }

    // MARK: Names

    func bytes(_ symbol: UInt32) -> UnsafeRawBufferPointer {
        let name = names[Int(symbol)]
        return UnsafeRawBufferPointer(
            rebasing: text[Int(name.offset)..<Int(name.offset) + Int(name.count)])
    }

    private func isName(_ symbol: UInt32, _ bytes: UnsafeRawBufferPointer, _ hash: UInt64) -> Bool {
        let name = names[Int(symbol)]
        guard name.hash == hash, Int(name.count) == bytes.count, let base = text.baseAddress else {
            return false
        }
        return NameHash.same(UnsafeRawPointer(base) + Int(name.offset), bytes)
    }

    /// A word of a statement as look-ups take it.
    struct Asked {
        var bytes: UnsafeRawBufferPointer
        var hash: UInt64
        static var none: Asked { Asked(bytes: UnsafeRawBufferPointer(start: nil, count: 0), hash: 0) }
    }

    // MARK: Look-ups

    /// The number of a relation, or -1.
    func relation(schema: Asked, name: Asked) -> Int32 {
        find(relations, in: relationSlots, schema, name)
    }

    /// The number of a routine that sets something else going, or -1.
    func routine(schema: Asked, name: Asked) -> Int32 {
        find(routines, in: routineSlots, schema, name)
    }

    func `operator`(_ name: Asked) -> Int32 { find(operators, in: operatorSlots, .none, name) }
    func type(_ name: Asked) -> Int32 { find(types, in: typeSlots, .none, name) }

    func hasRoutine(named name: Asked) -> Bool {
        find(in: routineNames, Self.mix(1, name.hash)) {
            isName(routines[$0].name, name.bytes, name.hash)
        } >= 0
    }

    private func find(_ keys: [Key], in slots: [Int32], _ schema: Asked, _ name: Asked) -> Int32 {
        find(in: slots, Self.mix(schema.hash, name.hash)) { index in
            isName(keys[index].name, name.bytes, name.hash)
                && isName(keys[index].schema, schema.bytes, schema.hash)
        }
    }

    /// A column's position in its relation, or -1.
    func column(_ name: Asked, of relation: Int32) -> Int32 {
        let first = firstColumns[Int(relation)]
        let end =
            Int(relation) + 1 < firstColumns.count
            ? firstColumns[Int(relation) + 1] : Int32(columnNames.count)
        let found = find(in: columnSlots, Self.mix(UInt64(relation), name.hash)) { index in
            Int32(index) >= first && Int32(index) < end
                && isName(columnNames[index], name.bytes, name.hash)
        }
        return found < 0 ? -1 : found - first
    }

    /// Whether an access with this verb sets anything else going.
    func opens(_ relation: Int32, _ verb: Verb) -> Bool { opening[Int(relation)].contains(verb) }

    /// The relation's columns, in order, as numbers of names.
    func columns(of relation: Int32) -> ArraySlice<UInt32> {
        let end =
            Int(relation) + 1 < firstColumns.count
            ? firstColumns[Int(relation) + 1] : Int32(columnNames.count)
        return columnNames[Int(firstColumns[Int(relation)])..<Int(end)]
    }

    // MARK: Hashing

    private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 { NameHash.mix(a &+ NameHash.seed, b) }

    /// Open addressing, at most half full; the items' numbers plus one.
    private static func slots(_ hashes: [UInt64]) -> [Int32] {
        var size = 8
        while size < hashes.count * 2 { size *= 2 }
        var slots = [Int32](repeating: 0, count: size)
        for (index, hash) in hashes.enumerated() {
            var at = Int(truncatingIfNeeded: hash) & (size - 1)
            while slots[at] != 0 { at = (at + 1) & (size - 1) }
            slots[at] = Int32(index) + 1
        }
        return slots
    }

    private func find(in slots: [Int32], _ hash: UInt64, _ matches: (Int) -> Bool) -> Int32 {
        let mask = slots.count - 1
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots[at] != 0 {
            if matches(Int(slots[at]) - 1) { return slots[at] - 1 }
            at = (at + 1) & mask
        }
        return -1
    }
}

extension KnownSchema {
    /// What a policy's schema says of a resource; nil where the policy has none for it. Made once for each program.
    public static func of(resource: String, in policy: VerifiedProgram) -> KnownSchema? {
        guard let index = policy.resourceIndex(resource),
            let number = policy.program.schemas.firstIndex(where: { $0.resources.contains(UInt32(index)) })
        else { return nil }
        return policy.remembered("schema \(number)") {
            KnownSchema(policy.program.schemas[number], symbols: policy.program.symbols)
        }
    }
}

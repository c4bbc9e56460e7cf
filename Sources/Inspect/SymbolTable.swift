// Names as small numbers: one number for one spelling, so that the reader compares integers.

/// A name of this session's messages. Equal numbers, equal bytes. 0 is no name.
struct Symbol: BitwiseCopyable, Equatable {
    var id: Int32
    static let none = Symbol(id: 0)
    @inline(__always) var isNone: Bool { id == 0 }
}

/// What pg_catalog has under a name.
struct CatalogFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt16
    static let pureFunction = CatalogFlags(rawValue: 1)
    static let otherFunction = CatalogFlags(rawValue: 2)
    static let laterFunction = CatalogFlags(rawValue: 4)
    static let rowFunction = CatalogFlags(rawValue: 8)
    static let relation = CatalogFlags(rawValue: 16)
    static let laterRelation = CatalogFlags(rawValue: 32)
    /// Begins with `pg_`.
    static let reservedPrefix = CatalogFlags(rawValue: 64)
    /// This session made a temporary relation of this name.
    static let temporary = CatalogFlags(rawValue: 128)
    /// A type whose input looks a name up: `regclass` and its kin.
    static let registryType = CatalogFlags(rawValue: 256)
    /// A set-returning function of one scalar column, which takes the name of its alias.
    static let scalarSet = CatalogFlags(rawValue: 512)
}

/// All names seen, kept between messages so that a warm session only looks up.
struct SymbolTable {
    struct Entry: BitwiseCopyable {
        var offset: UInt32
        var count: UInt32
        var hash: UInt32
        var flags: CatalogFlags
        /// The message for which `placed` is where these bytes lie in the inspection's text.
        var placedFor: UInt32
        var placed: UInt32
    }
    private(set) var entries = Pool<Entry>(capacity: 256)
    private var text = Pool<UInt8>(capacity: 4096)
    private var slots = Pool<Int32>(capacity: 1024)
    private let catalog = CatalogLookup.shared
    /// Names passed over in searches of this message: many where names are made to collide.
    var searchSteps = 0

    init() { reset() }

    func free() {
        entries.free()
        text.free()
        slots.free()
    }

    var count: Int { entries.count }

    mutating func reset() {
        entries.removeAll()
        text.removeAll()
        slots.fill(1024, with: 0)
        entries.append(Entry(offset: 0, count: 0, hash: 0, flags: [], placedFor: 0, placed: 0))
    }

    @inline(__always) func bytes(_ symbol: Symbol) -> UnsafeRawBufferPointer {
        let entry = entries[Int(symbol.id)]
        return UnsafeRawBufferPointer(start: text.base + Int(entry.offset), count: Int(entry.count))
    }
    @inline(__always) func hash(_ symbol: Symbol) -> UInt32 { entries[Int(symbol.id)].hash }
    @inline(__always) func flags(_ symbol: Symbol) -> CatalogFlags { entries[Int(symbol.id)].flags }
    func setTemporary(_ symbol: Symbol, _ isTemporary: Bool) {
        if isTemporary {
            entries[Int(symbol.id)].flags.insert(.temporary)
        } else {
            entries[Int(symbol.id)].flags.remove(.temporary)
        }
    }

    /// The place of a symbol's bytes in this message's text, or nil when they were not placed yet.
    func placed(_ symbol: Symbol, message: UInt32) -> UInt32? {
        let entry = entries[Int(symbol.id)]
        return entry.placedFor == message ? entry.placed : nil
    }
    func place(_ symbol: Symbol, at offset: UInt32, message: UInt32) {
        entries[Int(symbol.id)].placedFor = message
        entries[Int(symbol.id)].placed = offset
    }

    mutating func symbol(_ name: StaticString) -> Symbol {
        symbol(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    mutating func symbol(_ name: UnsafeRawBufferPointer) -> Symbol {
        if name.isEmpty { return .none }
        return find(name, hash: NameHash.of(name), folding: false)
    }

    /// The symbol of a word of at most `InspectLimits.identifierBytes`, whose folded hash is known.
    @inline(__always) mutating func symbol(folding word: UnsafeRawBufferPointer, hash: UInt32) -> Symbol {
        find(word, hash: hash, folding: true)
    }

    /// The symbol of a quoted name whose hash is known.
    @inline(__always) mutating func symbol(exact word: UnsafeRawBufferPointer, hash: UInt32) -> Symbol {
        find(word, hash: hash, folding: false)
    }

    private mutating func find(_ word: UnsafeRawBufferPointer, hash: UInt32, folding: Bool) -> Symbol {
        let mask = slots.count - 1
        var at = Int(hash) & mask
        let first = at
        while slots[at] != 0 {
            let id = slots[at]
            let entry = entries[Int(id)]
            if entry.hash == hash, Int(entry.count) == word.count, same(entry, word, folding) {
                if at != first { searchSteps += (at - first) & mask }
                return Symbol(id: id)
            }
            at = (at + 1) & mask
        }
        searchSteps += (at - first) & mask
        return insert(word, hash: hash, slot: at, folding: folding)
    }

    @inline(__always) private func same(_ entry: Entry, _ word: UnsafeRawBufferPointer, _ folding: Bool) -> Bool {
        let stored = text.base + Int(entry.offset)
        return folding ? NameHash.sameFolded(stored, word) : NameHash.same(stored, word)
    }

    @inline(never)
    private mutating func insert(_ word: UnsafeRawBufferPointer, hash: UInt32, slot: Int, folding: Bool) -> Symbol {
        let id = Int32(entries.count)
        let offset = text.count
        for byte in word { text.append(folding ? ByteClass.folded(byte) : byte) }
        let stored = UnsafeRawBufferPointer(start: text.base + offset, count: word.count)
        entries.append(
            Entry(
                offset: UInt32(offset), count: UInt32(word.count), hash: hash, flags: catalog.flags(stored, hash: hash),
                placedFor: 0, placed: 0))
        slots[slot] = id
        if entries.count * 2 > slots.count { rehash() }
        return Symbol(id: id)
    }

    private mutating func rehash() {
        slots.fill(slots.count * 2, with: 0)
        let mask = slots.count - 1
        for id in 1..<entries.count {
            var at = Int(entries[id].hash) & mask
            while slots[at] != 0 { at = (at + 1) & mask }
            slots[at] = Int32(id)
        }
    }
}

/// The generated name lists as two hash tables.
struct CatalogLookup: Sendable {
    static let shared = CatalogLookup()
    private let functions = WordTable([
        (CatalogNames.pureFunctions, (CatalogFlags.pureFunction.rawValue)),
        (CatalogNames.otherFunctions, (CatalogFlags.otherFunction.rawValue)),
        (CatalogNames.laterFunctions, (CatalogFlags.laterFunction.rawValue)),
    ])
    private let rowFunctions = WordTable([(CatalogNames.rowFunctions, (CatalogFlags.rowFunction.rawValue))])
    private let relations = WordTable([
        (CatalogNames.relations, (CatalogFlags.relation.rawValue)),
        (CatalogNames.laterRelations, (CatalogFlags.laterRelation.rawValue)),
    ])

    private let special = WordTable([
        (
            """
            regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole \
            regtype
            """, CatalogFlags.registryType.rawValue
        ),
        ("generate_series generate_subscripts regexp_split_to_table string_to_table", CatalogFlags.scalarSet.rawValue),
    ])

    func flags(_ name: UnsafeRawBufferPointer, hash: UInt32) -> CatalogFlags {
        var flags: CatalogFlags = []
        func add(_ table: WordTable) {
            if let value = table.find(name, hash: hash) { flags.formUnion(CatalogFlags(rawValue: value)) }
        }
        add(functions)
        add(rowFunctions)
        add(relations)
        add(special)
        if name.count > 3, name[0] == 0x70, name[1] == 0x67, name[2] == 0x5F { flags.insert(.reservedPrefix) }
        return flags
    }
}

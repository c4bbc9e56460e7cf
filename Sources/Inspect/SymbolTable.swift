// Names as small numbers: one number for one spelling, so that the reader compares integers.

import Machine

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
        var hash: UInt64
        /// Of the bytes in `text`: eight at a time, the last padded with zeros.
        var offset: UInt32
        var count: UInt32
        /// The message for which `placed` is where these bytes lie in the inspection's text.
        var placedFor: UInt32
        var placed: UInt32
        var flags: CatalogFlags
    }
    private(set) var entries = Pool<Entry>(capacity: 256)
    private var text = Pool<UInt64>(capacity: 512)
    private var slots = Pool<Int32>(capacity: 1024)
    /// One less than the number of slots, which is a power of two.
    private var mask = 1023
    /// The symbols of key words that were used as names; 0 for the others.
    private var keywords = Pool<Int32>(capacity: Keyword.allCases.count)
    private let catalog = CatalogLookup.shared
    /// Names passed over in searches of this message: many where names are made to collide.
    var searchSteps = 0
    /// So many that the message is given up.
    var isCrowded: Bool { searchSteps > InspectLimits.resolutionSteps }
    /// Where the lexer writes the bytes of a name, eight at a time and the last padded with zeros, before it asks for the symbol.
    let spelling = UnsafeMutablePointer<UInt64>.allocate(capacity: spelledBytes / 8)
    static let spelledBytes = 64

    init() { reset() }

    func free() {
        entries.free()
        text.free()
        slots.free()
        keywords.free()
        spelling.deallocate()
    }

    var count: Int { entries.count }

    mutating func reset() {
        entries.removeAll()
        text.removeAll()
        slots.fill(1024, with: 0)
        mask = 1023
        keywords.fill(Keyword.allCases.count, with: 0)
        entries.append(
            Entry(hash: NameHash.seed, offset: 0, count: 0, placedFor: 0, placed: 0, flags: []))
    }

    @inline(__always) func bytes(_ symbol: Symbol) -> UnsafeRawBufferPointer {
        let entry = entries[Int(symbol.id)]
        return UnsafeRawBufferPointer(start: text.base + Int(entry.offset), count: Int(entry.count))
    }
    /// `NameHash.wide` of the bytes.
    @inline(__always) func hash(_ symbol: Symbol) -> UInt64 { entries[Int(symbol.id)].hash }
    @inline(__always) func flags(_ symbol: Symbol) -> CatalogFlags { entries[Int(symbol.id)].flags }
    func setTemporary(_ symbol: Symbol, _ isTemporary: Bool) {
        if isTemporary {
            entries[Int(symbol.id)].flags.insert(.temporary)
        } else {
            entries[Int(symbol.id)].flags.remove(.temporary)
        }
    }

    /// Where a symbol's bytes are in the text of this message, to which they are added once.
    @inline(__always) func place(_ symbol: Symbol, in placed: ArenaBuffer<UInt8>, message: UInt32) -> TextRef {
        precondition(UInt(bitPattern: Int(symbol.id)) < UInt(bitPattern: entries.count))
        let entry = entries.base + Int(symbol.id)
        let count = entry.pointee.count
        if entry.pointee.placedFor == message { return TextRef(offset: entry.pointee.placed, count: count) }
        let ref = placed.append(eights: UnsafePointer(text.base) + Int(entry.pointee.offset), count: Int(count))
        entry.pointee.placedFor = message
        entry.pointee.placed = ref.offset
        return ref
    }

    mutating func symbol(_ name: StaticString) -> Symbol {
        symbol(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
    }

    mutating func symbol(_ name: UnsafeRawBufferPointer) -> Symbol {
        if name.isEmpty { return .none }
        let hash = NameHash.wide(name)
        var at = Int(truncatingIfNeeded: hash) & mask
        let first = at
        while slots[at] != 0 {
            let entry = entries[Int(slots[at])]
            if entry.hash == hash, Int(entry.count) == name.count,
                NameHash.same(text.base + Int(entry.offset), name)
            {
                searchSteps += (at - first) & mask
                return Symbol(id: slots[at])
            }
            at = (at + 1) & mask
        }
        searchSteps += (at - first) & mask
        return insert(name, hash: hash, slot: at)
    }

    /// The symbol's number of a name of `count` bytes, seven at most, padded with zeros. Names hold no zeros, so equal numbers
    /// are equal names. Throws when this message's names collide too often.
    @inline(__always) mutating func spelled(_ name: UInt64, _ count: Int, hash: UInt64) throws(Misread) -> UInt32 {
        var at = Int(truncatingIfNeeded: hash) & mask
        // The mask keeps every step inside the slots, half of which are empty.
        while slots.base[at] != 0 {
            let id = slots.base[at]
            let entry = entries.base + Int(id)
            if entry.pointee.hash == hash, text.base[Int(entry.pointee.offset)] == name { return UInt32(bitPattern: id) }
            at = (at &+ 1) & mask
            searchSteps &+= 1
        }
        if searchSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
        spelling[0] = name
        return try searchSpelled(count, hash: hash)
    }

    /// The symbol's number of the name in `spelling`.
    @inline(__always) mutating func spelled(_ count: Int, hash: UInt64) throws(Misread) -> UInt32 {
        var at = Int(truncatingIfNeeded: hash) & mask
        while slots.base[at] != 0 {
            let id = slots.base[at]
            let entry = entries.base + Int(id)
            if entry.pointee.hash == hash, Int(entry.pointee.count) == count, isSpelled(entry.pointee.offset, count) {
                return UInt32(bitPattern: id)
            }
            at = (at &+ 1) & mask
            searchSteps &+= 1
        }
        return try searchSpelled(count, hash: hash)
    }

    @inline(__always) private func isSpelled(_ offset: UInt32, _ count: Int) -> Bool {
        let stored = text.base + Int(offset)
        var index = 0
        repeat {
            if stored[index] != spelling[index] { return false }
            index &+= 1
        } while index &* 8 < count
        return true
    }

    @inline(never) private mutating func searchSpelled(_ count: Int, hash: UInt64) throws(Misread)
        -> UInt32
    {
        let symbol = symbol(UnsafeRawBufferPointer(start: spelling, count: count))
        if searchSteps > InspectLimits.resolutionSteps { throw .tooManyNames }
        return UInt32(bitPattern: symbol.id)
    }

    /// The symbol of a key word that is used as a name.
    mutating func symbol(_ keyword: Keyword) -> Symbol {
        let index = Int(keyword.rawValue)
        if keywords[index] == 0 { keywords[index] = symbol(KeywordTable.lookup.bytes(keyword)).id }
        return Symbol(id: keywords[index])
    }

    @inline(never)
    private mutating func insert(_ name: UnsafeRawBufferPointer, hash: UInt64, slot: Int) -> Symbol {
        let id = Int32(entries.count)
        let offset = text.count
        var at = 0
        while at < name.count {
            var eight: UInt64 = 0
            withUnsafeMutableBytes(of: &eight) {
                $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: name[at..<min(at + 8, name.count)]))
            }
            text.append(eight)
            at += 8
        }
        let stored = UnsafeRawBufferPointer(start: text.base + offset, count: name.count)
        entries.append(
            Entry(
                hash: hash, offset: UInt32(offset), count: UInt32(name.count), placedFor: 0, placed: 0,
                flags: catalog.flags(stored, hash: NameHash.short(hash))))
        slots[slot] = id
        if entries.count * 2 > slots.count { rehash() }
        return Symbol(id: id)
    }

    private mutating func rehash() {
        slots.fill(slots.count * 2, with: 0)
        mask = slots.count - 1
        for id in 1..<entries.count {
            var at = Int(truncatingIfNeeded: entries[id].hash) & mask
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
    private let rowFunctions = WordTable([
        (CatalogNames.rowFunctions, (CatalogFlags.rowFunction.rawValue))
    ])
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
        (
            "generate_series generate_subscripts regexp_split_to_table string_to_table",
            CatalogFlags.scalarSet.rawValue
        ),
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
        if name.count > 3, name[0] == 0x70, name[1] == 0x67, name[2] == 0x5F {
            flags.insert(.reservedPrefix)
        }
        return flags
    }
}

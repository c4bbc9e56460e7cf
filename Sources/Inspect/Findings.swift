// What one statement was found to do, while it is read: accesses without duplicates, their columns, functions.

import Machine

/// The accesses of the statement being read. The same verb on the same object is one access.
struct Findings {
    struct FoundAccess: BitwiseCopyable {
        var verb: Verb
        var objectClass: ObjectClass
        var everyColumn: Bool
        var everyUses: ColumnUses
        var schema: Symbol
        var name: Symbol
        var firstColumn: Int32
        var lastColumn: Int32
        var start: UInt32
        var end: UInt32
        /// The access that sets it going; `none` for what the statement says itself.
        var opener: Int32
    }
    /// An opener: the statement, where an operator or a type is.
    static let statementItself: Int32 = -2
    /// An opener: nothing; the access is the statement's own.
    static let none: Int32 = -1
    struct FoundColumn: BitwiseCopyable {
        var name: Symbol
        var uses: ColumnUses
        var access: Int32
        var next: Int32
    }
    struct FoundFunction: BitwiseCopyable {
        var schema: Symbol
        var name: Symbol
    }
    private struct Slot: BitwiseCopyable {
        var stamp: UInt32
        var index: Int32
    }

    private(set) var accesses = Pool<FoundAccess>(capacity: 32)
    private(set) var columns = Pool<FoundColumn>(capacity: 64)
    private(set) var functions = Pool<FoundFunction>(capacity: 32)
    private var accessSlots = Pool<Slot>(capacity: 64)
    private var columnSlots = Pool<Slot>(capacity: 256)
    private var stamp: UInt32 = 0

    init() {
        accessSlots.fill(64, with: Slot(stamp: 0, index: 0))
        columnSlots.fill(256, with: Slot(stamp: 0, index: 0))
    }

    func free() {
        accesses.free()
        columns.free()
        functions.free()
        accessSlots.free()
        columnSlots.free()
    }

    mutating func clear() {
        accesses.removeAll()
        columns.removeAll()
        functions.removeAll()
        stamp &+= 1
        if stamp == 0 {
            accessSlots.fill(accessSlots.count, with: Slot(stamp: 0, index: 0))
            columnSlots.fill(columnSlots.count, with: Slot(stamp: 0, index: 0))
            stamp = 1
        }
    }

    /// The index of an access, made if it is new. `start ..< end` is where it is first written.
    mutating func access(
        _ verb: Verb, _ objectClass: ObjectClass, schema: Symbol, name: Symbol, start: UInt32, end: UInt32,
        opener: Int32 = Self.none
    ) -> Int {
        let mask = accessSlots.count - 1
        var at = Self.mix(UInt32(verb.rawValue) << 8 | UInt32(objectClass.rawValue), schema.id, name.id) & mask
        while accessSlots[at].stamp == stamp {
            let index = Int(accessSlots[at].index)
            let found = accesses[index]
            if found.verb == verb, found.objectClass == objectClass, found.schema == schema, found.name == name,
                (found.opener == Self.none) == (opener == Self.none)
            {
                return index
            }
            at = (at + 1) & mask
        }
        let index = accesses.count
        accesses.append(
            FoundAccess(
                verb: verb, objectClass: objectClass, everyColumn: false, everyUses: [], schema: schema, name: name,
                firstColumn: -1, lastColumn: -1, start: start, end: end, opener: opener))
        accessSlots[at] = Slot(stamp: stamp, index: Int32(index))
        if accesses.count * 2 > accessSlots.count { rehashAccesses() }
        return index
    }

    /// The index of a column of an access, made if it is new.
    @inline(__always) mutating func column(_ name: Symbol, of access: Int) -> Int {
        // A mask keeps every step inside the slots, and a slot of this stamp names a column of this statement.
        let mask = columnSlots.count - 1
        var at = Self.mix(UInt32(truncatingIfNeeded: access), name.id, 0) & mask
        while columnSlots.base[at].stamp == stamp {
            let index = Int(columnSlots.base[at].index)
            let column = columns.base + index
            if column.pointee.name == name, Int(column.pointee.access) == access { return index }
            at = (at &+ 1) & mask
        }
        return addColumn(name, of: access, slot: at)
    }

    @inline(never) private mutating func addColumn(_ name: Symbol, of access: Int, slot at: Int) -> Int {
        let index = columns.count
        let number = Int32(truncatingIfNeeded: index)
        columns.append(FoundColumn(name: name, uses: [], access: Int32(truncatingIfNeeded: access), next: -1))
        precondition(access >= 0 && access < accesses.count)
        let found = accesses.base + access
        if found.pointee.firstColumn < 0 {
            found.pointee.firstColumn = number
        } else {
            columns[Int(found.pointee.lastColumn)].next = number
        }
        found.pointee.lastColumn = number
        columnSlots[at] = Slot(stamp: stamp, index: number)
        if columns.count * 2 > columnSlots.count { rehashColumns() }
        return index
    }

    /// Whether a column of an access was named.
    func has(column name: Symbol, of access: Int) -> Bool {
        let mask = columnSlots.count - 1
        var at = Self.mix(UInt32(access), name.id, 0) & mask
        while columnSlots[at].stamp == stamp {
            let index = Int(columnSlots[at].index)
            if columns[index].access == Int32(access), columns[index].name == name { return true }
            at = (at + 1) & mask
        }
        return false
    }

    /// Remembers a function's use; one of the last few again is not remembered twice.
    mutating func function(schema: Symbol, name: Symbol) {
        var index = functions.count - 1
        let last = max(0, functions.count - 16)
        while index >= last {
            if functions[index].name == name, functions[index].schema == schema { return }
            index -= 1
        }
        functions.append(FoundFunction(schema: schema, name: name))
    }

    @inline(__always) private static func mix(_ a: UInt32, _ b: Int32, _ c: Int32) -> Int {
        var hash = UInt64(a) &* 0x9E37_79B9_7F4A_7C15
        hash ^= UInt64(UInt32(bitPattern: b)) &* 0xC2B2_AE3D_27D4_EB4F
        hash ^= UInt64(UInt32(bitPattern: c)) &* 0x1656_67B1_9E37_79F9
        return Int(truncatingIfNeeded: hash >> 29)
    }

    private mutating func rehashAccesses() {
        accessSlots.fill(accessSlots.count * 2, with: Slot(stamp: stamp &- 1, index: 0))
        let mask = accessSlots.count - 1
        for index in 0..<accesses.count {
            let found = accesses[index]
            let key = UInt32(found.verb.rawValue) << 8 | UInt32(found.objectClass.rawValue)
            var at = Self.mix(key, found.schema.id, found.name.id) & mask
            while accessSlots[at].stamp == stamp { at = (at + 1) & mask }
            accessSlots[at] = Slot(stamp: stamp, index: Int32(index))
        }
    }

    private mutating func rehashColumns() {
        columnSlots.fill(columnSlots.count * 2, with: Slot(stamp: stamp &- 1, index: 0))
        let mask = columnSlots.count - 1
        for index in 0..<columns.count {
            var at = Self.mix(UInt32(columns[index].access), columns[index].name.id, 0) & mask
            while columnSlots[at].stamp == stamp { at = (at + 1) & mask }
            columnSlots[at] = Slot(stamp: stamp, index: Int32(index))
        }
    }
}

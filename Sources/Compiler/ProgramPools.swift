// The program's constants, each once: symbols, integers, sets, patterns, windows, zones, networks.

import Machine

/// Interns constants in the order of their first use, which is the order of the program: the same policy gives the
/// same bytes.
struct ProgramPools {
    private(set) var symbols: [String] = [""]
    private(set) var integers: [Int64] = []
    private(set) var sets: [[Symbol]] = []
    private(set) var numberSets: [[Int64]] = []
    private(set) var patterns: [PatternRecord] = []
    private(set) var windows: [WindowRecord] = []
    private(set) var zones: [ZoneRecord] = []
    private(set) var networks: [NetworkRecord] = []
    private(set) var claims: [ClaimRecord] = []

    private var symbolIndex: [ByteText: Symbol] = [ByteText(""): 0]
    private var integerIndex: [Int64: UInt32] = [:]
    private var setIndex: [[Symbol]: UInt32] = [:]
    private var numberSetIndex: [[Int64]: UInt32] = [:]
    private var patternIndex: [PatternRecord: UInt32] = [:]
    private var windowIndex: [WindowRecord: UInt32] = [:]
    private var zoneIndex: [String: UInt32] = [:]
    private var networkIndex: [NetworkRecord: UInt32] = [:]
    private var claimIndex: [String: UInt32] = [:]

    mutating func symbol(_ text: String) -> Symbol {
        if let known = symbolIndex[ByteText(text)] { return known }
        let index = Symbol(symbols.count)
        symbols.append(text)
        symbolIndex[ByteText(text)] = index
        return index
    }

    /// Sorted symbols, as the program keeps its sets.
    mutating func sorted(_ texts: [String]) -> [Symbol] {
        var result: [Symbol] = []
        for text in texts { result.append(symbol(text)) }
        return result.sorted()
    }

    mutating func integer(_ value: Int64) -> UInt32 {
        Self.intern(value, &integers, &integerIndex)
    }

    mutating func set(_ members: [String]) -> UInt32 {
        let symbols = sorted(members)
        return Self.intern(symbols, &sets, &setIndex)
    }

    /// - Parameter members: ascending, each once.
    mutating func numberSet(_ members: [Int64]) -> UInt32 {
        Self.intern(members, &numberSets, &numberSetIndex)
    }

    mutating func pattern(_ kind: PatternRecord.Kind, _ text: String) -> UInt32 {
        let record = PatternRecord(kind: kind, text: symbol(text))
        return Self.intern(record, &patterns, &patternIndex)
    }

    mutating func window(_ window: WeeklyWindow) -> UInt32 {
        let record = WindowRecord(
            days: window.days, startMinute: window.start, endMinute: window.end, zone: zone(window.zone))
        return Self.intern(record, &windows, &windowIndex)
    }

    private mutating func zone(_ name: String) -> UInt32 {
        if let known = zoneIndex[name] { return known }
        // The typer has looked the zone up; one that is gone again is never valid, so its windows are unknown.
        let transitions = ZoneTable.record(of: name)?.transitions ?? []
        let index = UInt32(zones.count)
        zones.append(
            ZoneRecord(
                name: symbol(name), validFrom: ZoneTable.validFrom,
                validUntil: transitions.isEmpty ? ZoneTable.validFrom : ZoneTable.validUntil,
                transitions: transitions.map { .init(at: $0.at, offset: $0.offset) }))
        zoneIndex[name] = index
        return index
    }

    mutating func network(_ record: NetworkRecord) -> UInt32 {
        Self.intern(record, &networks, &networkIndex)
    }

    mutating func declare(claim name: String, _ type: FactType) -> UInt32 {
        if let known = claimIndex[name] { return known }
        let index = UInt32(claims.count)
        claims.append(ClaimRecord(name: symbol(name), type: type))
        claimIndex[name] = index
        return index
    }

    /// Every claim that a typed condition names has been declared before.
    func claim(_ name: String) -> UInt32 {
        guard let index = claimIndex[name] else { preconditionFailure("a claim was emitted before its issuer") }
        return index
    }

    private static func intern<Value: Hashable>(
        _ value: Value, _ values: inout [Value], _ index: inout [Value: UInt32]
    ) -> UInt32 {
        if let known = index[value] { return known }
        let place = UInt32(values.count)
        values.append(value)
        index[value] = place
        return place
    }
}

/// A text as its bytes. `String` holds canonically equivalent texts equal; names of a database that differ so are two.
private struct ByteText: Hashable {
    let text: String
    init(_ text: String) { self.text = text }
    static func == (a: ByteText, b: ByteText) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    func hash(into hasher: inout Hasher) {
        if text.utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) != nil { return }
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

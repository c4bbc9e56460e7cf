// What each test and computation of the opcode table means, over values that may be unknown.

extension ConditionFrame {
    /// Gives a string its number, once.
    @inline(__always)
    func ask(_ value: inout Value) {
        if value.symbol == SymbolView.unasked { value.symbol = symbols.find(value.pointer, value.count) }
    }

    @inline(__always)
    func compare(_ a: Value, _ b: Value, _ order: (Int64, Int64) -> Bool) -> Ternary {
        guard a.kind == .integer, b.kind == .integer else { return .unknown }
        return Ternary(order(a.number, b.number))
    }

    func isEqual(_ a: inout Value, _ b: inout Value) -> Ternary {
        guard a.kind == b.kind else { return .unknown }
        switch a.kind {
        case .unknown, .strings, .integers: return .unknown
        case .boolean, .integer: return Ternary(a.word == b.word)
        case .address: return Ternary(a.word == b.word && a.count == b.count)
        case .string:
            // Where both have a number, that decides; a name the program does not mention equals none that it does.
            let numbered = a.symbol < SymbolView.unasked && b.symbol < SymbolView.unasked
            return Ternary(numbered ? a.symbol == b.symbol : sameText(a, b))
        }
    }

    @inline(__always)
    private func sameText(_ a: Value, _ b: Value) -> Bool {
        guard a.count == b.count else { return false }
        guard a.count > 0, let left = a.pointer, let right = b.pointer else { return a.count == 0 }
        return equalBytes(left, right, a.count)
    }

    func isMember(_ value: inout Value, of set: Int) -> Ternary {
        guard value.kind == .string else { return .unknown }
        ask(&value)
        return Ternary(isMember(value.symbol, of: set))
    }

    private func isMember(_ symbol: UInt32, of set: Int) -> Bool {
        guard symbol < SymbolView.unasked else { return false }
        return containsSorted(setMembers, Int(setStarts[set]), Int(setStarts[set &+ 1]), symbol)
    }

    func isSubset(_ value: Value, of set: Int) -> Ternary {
        guard value.kind == .strings else { return .unknown }
        guard let items = value.items else { return .yes }
        for index in 0..<value.count {
            var item = items[index].value
            ask(&item)
            if !isMember(item.symbol, of: set) { return .no }
        }
        for index in value.count..<value.count &+ Int(value.symbol) {
            var item = items[index].value
            ask(&item)
            if !isMember(item.symbol, of: set) { return .unknown }
        }
        return .yes
    }

    /// Every number is one of a constant set. The set's own are few, and those that are asked for ascend.
    func isSubset(_ value: Value, ofNumbers set: Int) -> Ternary {
        guard value.kind == .integers else { return .unknown }
        guard let numbers = value.numbers else { return .yes }
        let (start, end) = (Int(numberStarts[set]), Int(numberStarts[set &+ 1]))
        for index in 0..<value.count {
            var (low, high) = (start, end)
            while low < high {
                let middle = (low &+ high) / 2
                if numberMembers[middle] < numbers[index] { low = middle &+ 1 } else { high = middle }
            }
            if low == end || numberMembers[low] != numbers[index] { return .no }
        }
        return .yes
    }

    func has(_ set: Value, _ member: inout Value) -> Ternary {
        if set.kind == .integers { return has(numbers: set, member) }
        guard set.kind == .strings, member.kind == .string else { return .unknown }
        guard let items = set.items else { return .no }
        for index in 0..<set.count {
            var item = items[index].value
            if isEqual(&item, &member) == .yes { return .yes }
        }
        for index in set.count..<set.count &+ Int(set.symbol) {
            var item = items[index].value
            if isEqual(&item, &member) == .yes { return .unknown }
        }
        return .no
    }

    private func has(numbers set: Value, _ member: Value) -> Ternary {
        guard member.kind == .integer else { return .unknown }
        guard let numbers = set.numbers else { return .no }
        for index in 0..<set.count where numbers[index] == member.number { return .yes }
        return .no
    }

    func startsWith(_ a: Value, _ b: Value) -> Ternary {
        guard a.kind == .string, b.kind == .string else { return .unknown }
        return Ternary(matches(a, b, at: 0))
    }

    func endsWith(_ a: Value, _ b: Value) -> Ternary {
        guard a.kind == .string, b.kind == .string else { return .unknown }
        return Ternary(matches(a, b, at: a.count &- b.count))
    }

    /// Naive search. Where it has compared `containsWork` words of eight bytes without an answer, that is unknown: a text
    /// made to be slow cannot hold up the event loop.
    func contains(_ a: Value, _ b: Value) -> Ternary {
        guard a.kind == .string, b.kind == .string else { return .unknown }
        guard b.count > 0, let right = b.pointer else { return .yes }
        guard let left = a.pointer, b.count <= a.count else { return .no }
        let first = right.load(as: UInt8.self)
        var work = 0
        for start in 0...(a.count &- b.count) where left.load(fromByteOffset: start, as: UInt8.self) == first {
            work &+= b.count / 8 &+ 1
            if work > Self.containsWork { return .unknown }
            if equalBytes(left + start, right, b.count) { return .yes }
        }
        return .no
    }

    /// Words compared by one `contains` at most: a few milliseconds.
    static var containsWork: Int { 1 << 21 }

    @inline(__always)
    private func matches(_ a: Value, _ b: Value, at offset: Int) -> Bool {
        guard offset >= 0, offset &+ b.count <= a.count else { return false }
        guard b.count > 0, let left = a.pointer, let right = b.pointer else { return true }
        return equalBytes(left + offset, right, b.count)
    }

    func matches(_ value: Value, pattern index: Int) -> Ternary {
        guard value.kind == .string else { return .unknown }
        return patterns._withUnsafeGuaranteedRef { $0.match(index, value.bytes, path: false) }
    }

    func isInside(_ value: Value, network index: Int) -> Ternary {
        guard value.kind == .address else { return .unknown }
        let network = networks[index]
        let address = NetworkAddress(high: value.word, low: UInt64(UInt(bitPattern: value.count)))
        return Ternary(address.isInside(high: network.high, low: network.low, prefix: network.prefix))
    }

    /// Whether a time lies in a weekly window of a zone. Outside the zone's validity that is unknown.
    func isInside(_ value: Value, window index: Int) -> Ternary {
        guard value.kind == .integer else { return .unknown }
        let moment = value.number
        let window = windows[index]
        let zone = zones[Int(window.zone)]
        guard moment >= zone.validFrom, moment < zone.validUntil else { return .unknown }
        let (local, overflow) = moment.addingReportingOverflow(offset(of: zone, at: moment))
        if overflow { return .unknown }
        var day = local / 86_400
        var second = local % 86_400
        if second < 0 {
            second += 86_400
            day -= 1
        }
        // 1970-01-01 was a Thursday: 3 days after a Monday.
        var weekday = (day + 3) % 7
        if weekday < 0 { weekday += 7 }
        let today = window.days & (1 << UInt8(weekday)) != 0
        let yesterday = window.days & (1 << UInt8((weekday + 6) % 7)) != 0
        let minute = UInt16(second / 60)
        if window.start < window.end { return Ternary(today && minute >= window.start && minute < window.end) }
        return Ternary((today && minute >= window.start) || (yesterday && minute < window.end))
    }

    /// Seconds east of UTC at a moment that is not before the first transition.
    private func offset(of zone: ProgramTables.Zone, at moment: Int64) -> Int64 {
        var low = Int(zone.first)
        var high = low &+ Int(zone.count) &- 1
        while low < high {
            let middle = (low &+ high &+ 1) / 2
            if transitions[middle].at <= moment { low = middle } else { high = middle &- 1 }
        }
        return Int64(transitions[low].offset)
    }
}

/// Whether an ascending run holds a number.
@inline(__always)
func containsSorted(_ run: UnsafePointer<UInt32>, _ start: Int, _ end: Int, _ number: UInt32) -> Bool {
    var low = start
    var high = end
    while high &- low > 8 {
        let middle = (low &+ high) / 2
        if run[middle] <= number { low = middle } else { high = middle }
    }
    while low < high {
        if run[low] == number { return true }
        low &+= 1
    }
    return false
}

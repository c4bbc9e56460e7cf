// What repeated texts were found to do: kept whole, and given back only to the very same bytes under the same lexical state.

import Machine

/// Found inspections of one inspector, by text. A text is kept when it comes a second time, so that texts which never come
/// again cost a hash and nothing else. Bounded by `InspectLimits.cachedTexts`, `.cachedTextBytes` and `.cachedBytes`.
struct InspectionCache {
    /// One text and what it does, in one allocation: statements, accesses, columns, names, the inspection's text, the message.
    fileprivate struct Entry: BitwiseCopyable {
        var hash: UInt64
        /// nil for a text that came once: only its hash is known.
        var block: UnsafeMutableRawPointer?
        var capacity: UInt32
        var messageBytes: UInt32
        var textBytes: UInt32
        var statements: UInt32
        var accesses: UInt32
        var columns: UInt32
        var names: UInt32
        var lexical: UInt8
        /// What names meant, as the inspector numbers it.
        var meaning: Int

        static var empty: Entry {
            Entry(
                hash: 0, block: nil, capacity: 0, messageBytes: 0, textBytes: 0, statements: 0, accesses: 0, columns: 0,
                names: 0, lexical: 0, meaning: 0)
        }
    }

    /// Pairs of entries: the first of a pair is the one used later.
    private let entries: UnsafeMutablePointer<Entry>
    private static let pairs = InspectLimits.cachedTexts / 2
    private(set) var bytes = 0
    private let seed: UInt64

    init() {
        entries = .allocate(capacity: InspectLimits.cachedTexts)
        entries.initialize(repeating: .empty, count: InspectLimits.cachedTexts)
        // Colliding texts only push each other out, so the hash need not be secret.
        seed = 0x9E37_79B9_7F4A_7C15
    }

    /// Gives the memory back; the cache must not be used after it.
    mutating func free() {
        removeAll()
        entries.deallocate()
    }

    mutating func removeAll() {
        for index in 0..<InspectLimits.cachedTexts {
            entries[index].block?.deallocate()
            entries[index] = .empty
        }
        bytes = 0
    }

    // MARK: Asking

    /// The hash of a message under a lexical state; nil for one that is never kept.
    @inline(__always) func key(_ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int) -> UInt64? {
        guard message.count <= InspectLimits.cachedTextBytes, message.count > 0 else { return nil }
        return hash(message) ^ UInt64(Self.code(lexical)) ^ UInt64(truncatingIfNeeded: names) &* 0x9E37_79B9_7F4A_7C15
    }

    /// Fills an empty inspection with what this very text was found to do; false when it is not known.
    @inline(__always)
    mutating func find(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, key: UInt64, into inspection: Inspection
    ) -> Bool {
        let first = Self.pair(of: key)
        if matches(first, message, lexical, names, key) {
            give(entries[first], to: inspection)
            return true
        }
        guard matches(first + 1, message, lexical, names, key) else { return false }
        swapPair(first)
        give(entries[first], to: inspection)
        return true
    }

    private func matches(
        _ index: Int, _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, _ names: Int, _ key: UInt64
    ) -> Bool {
        let entry = entries + index
        guard entry.pointee.hash == key, let block = entry.pointee.block, Int(entry.pointee.messageBytes) == message.count,
            entry.pointee.lexical == Self.code(lexical), entry.pointee.meaning == names, let base = message.baseAddress
        else { return false }
        return Self.same(base, block + entry.pointee.layout.message, message.count)
    }

    private func give(_ entry: Entry, to inspection: Inspection) {
        guard let block = entry.block else { return }
        let layout = entry.layout
        _ = inspection.text.append(bytes: UnsafeRawBufferPointer(start: block + layout.text, count: Int(entry.textBytes)))
        // Each buffer is taken once, not once for each value.
        Self.append(entry.statements, at: block, to: inspection.statements)
        Self.append(entry.accesses, at: block + layout.accesses, to: inspection.accesses)
        Self.append(entry.columns, at: block + layout.columns, to: inspection.columns)
        Self.append(entry.names, at: block + layout.names, to: inspection.names)
    }

    @inline(__always)
    private static func append<Element: BitwiseCopyable>(
        _ count: UInt32, at values: UnsafeMutableRawPointer, to buffer: ArenaBuffer<Element>
    ) {
        let values = values.assumingMemoryBound(to: Element.self)
        for index in 0..<Int(count) { buffer.append(values[index]) }
    }

    // MARK: Keeping

    /// Remembers a text: its hash the first time, what it does the second.
    mutating func note(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, names: Int, key: UInt64, _ inspection: Inspection
    ) {
        let first = Self.pair(of: key)
        if entries[first].hash == key {
            keep(message, lexical, names, key, inspection, at: first)
        } else if entries[first + 1].hash == key {
            keep(message, lexical, names, key, inspection, at: first + 1)
            swapPair(first)
        } else if entries[first + 1].block == nil {
            entries[first + 1].hash = key
        } else if entries[first].block == nil {
            entries[first].hash = key
        } else {
            // Both are in use: the one used earlier gives way, when this text comes again.
            entries[first + 1].hash = key
            release(first + 1)
        }
    }

    private mutating func keep(
        _ message: UnsafeRawBufferPointer, _ lexical: LexicalState, _ names: Int, _ key: UInt64, _ inspection: Inspection,
        at index: Int
    ) {
        guard let base = message.baseAddress else { return }
        release(index)
        var entry = Entry.empty
        entry.hash = key
        entry.lexical = Self.code(lexical)
        entry.meaning = names
        entry.messageBytes = UInt32(message.count)
        entry.textBytes = UInt32(inspection.text.count)
        entry.statements = UInt32(inspection.statements.count)
        entry.accesses = UInt32(inspection.accesses.count)
        entry.columns = UInt32(inspection.columns.count)
        entry.names = UInt32(inspection.names.count)
        let layout = entry.layout
        if layout.end > InspectLimits.cachedBytes / 4 { return }
        if bytes + layout.end > InspectLimits.cachedBytes { removeAll() }
        let block = UnsafeMutableRawPointer.allocate(byteCount: layout.end, alignment: 16)
        Self.copy(inspection.statements.buffer, to: block)
        Self.copy(inspection.accesses.buffer, to: block + layout.accesses)
        Self.copy(inspection.columns.buffer, to: block + layout.columns)
        Self.copy(inspection.names.buffer, to: block + layout.names)
        Self.copy(inspection.text.buffer, to: block + layout.text)
        (block + layout.message).copyMemory(from: base, byteCount: message.count)
        entry.block = block
        entry.capacity = UInt32(layout.end)
        entries[index] = entry
        bytes += layout.end
    }

    private mutating func release(_ index: Int) {
        guard let block = entries[index].block else { return }
        block.deallocate()
        bytes -= Int(entries[index].capacity)
        entries[index].block = nil
        entries[index].capacity = 0
    }

    private func swapPair(_ first: Int) {
        let entry = entries[first]
        entries[first] = entries[first + 1]
        entries[first + 1] = entry
    }

    private static func copy<Element: BitwiseCopyable>(_ from: UnsafeBufferPointer<Element>, to: UnsafeMutableRawPointer) {
        guard let base = from.baseAddress, from.count > 0 else { return }
        to.copyMemory(from: base, byteCount: from.count * MemoryLayout<Element>.stride)
    }

    // MARK: Hash and comparison

    @inline(__always) private static func pair(of key: UInt64) -> Int { Int(key % UInt64(pairs)) * 2 }

    private static func code(_ lexical: LexicalState) -> UInt8 {
        let encoding: UInt8 =
            switch lexical.encoding {
            case .utf8: 0
            case .singleByte: 2
            case .unsafe: 4
            }
        return encoding | (lexical.standardConformingStrings ? 1 : 0) | (lexical.foldsBeyondASCII ? 8 : 0)
    }

    /// Two lanes of eight bytes a step; the last bytes are read again rather than one by one.
    @inline(__always) private func hash(_ message: UnsafeRawBufferPointer) -> UInt64 {
        let base = message.baseAddress.unsafelyUnwrapped
        let count = message.count
        var a = seed ^ UInt64(count)
        var b = ~seed
        var at = 0
        while at + 16 <= count {
            a = Self.mix(a, base.loadUnaligned(fromByteOffset: at, as: UInt64.self))
            b = Self.mix(b, base.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
            at += 16
        }
        if count >= 16 {
            a = Self.mix(a, base.loadUnaligned(fromByteOffset: count - 16, as: UInt64.self))
            b = Self.mix(b, base.loadUnaligned(fromByteOffset: count - 8, as: UInt64.self))
        } else {
            var rest: UInt64 = 0
            while at < count {
                rest = rest << 8 | UInt64(base.load(fromByteOffset: at, as: UInt8.self))
                if at == 7 {
                    a = Self.mix(a, rest)
                    rest = 0
                }
                at += 1
            }
            b = Self.mix(b, rest)
        }
        return Self.mix(a, b)
    }

    @inline(__always) private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value).multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
        return product.high ^ product.low &+ 0x2545_F491_4F6C_DD1D
    }

    @inline(__always)
    private static func same(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
        var at = 0
        while at + 8 <= count {
            if a.loadUnaligned(fromByteOffset: at, as: UInt64.self) != b.loadUnaligned(fromByteOffset: at, as: UInt64.self) {
                return false
            }
            at += 8
        }
        while at < count {
            if a.load(fromByteOffset: at, as: UInt8.self) != b.load(fromByteOffset: at, as: UInt8.self) { return false }
            at += 1
        }
        return true
    }
}

extension InspectionCache.Entry {
    /// Where the parts of a block begin. Each part before another is a whole number of eight bytes or of the next's alignment.
    fileprivate struct Layout {
        var accesses: Int
        var columns: Int
        var names: Int
        var text: Int
        var message: Int
        var end: Int
    }
    @inline(__always) fileprivate var layout: Layout {
        let accesses = Self.aligned(Int(statements) * MemoryLayout<Statement>.stride)
        let columns = Self.aligned(accesses + Int(self.accesses) * MemoryLayout<Access>.stride)
        let names = Self.aligned(columns + Int(self.columns) * MemoryLayout<ColumnUse>.stride)
        let text = Self.aligned(names + Int(self.names) * MemoryLayout<TextRef>.stride)
        return Layout(
            accesses: accesses, columns: columns, names: names, text: text, message: text + Int(textBytes),
            end: text + Int(textBytes) + Int(messageBytes))
    }
    @inline(__always) private static func aligned(_ offset: Int) -> Int { (offset + 15) & ~15 }
}

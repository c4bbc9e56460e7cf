// Reads any bytes as a journal segment: what the fuzzer and its replay in the tests call.

/// What a segment holds.
package struct SegmentInspection: Sendable, Hashable {
    /// Entries whose checksum holds and whose content can be read.
    package var entries = 0
    /// Entries whose checksum holds and whose content makes no sense.
    package var senseless = 0
    /// Not a segment, or not one to its end.
    package var isDamaged = false

    /// How many messages can be read from any bytes as a block of the database.
    package static func messages(ofBlock bytes: UnsafeRawBufferPointer) -> Int {
        var reader = BlockReader(bytes)
        var count = 0
        while reader.next() != nil { count += 1 }
        return count
    }

    package init(_ bytes: UnsafeRawBufferPointer) {
        // Alignment is the caller's duty in production; here the bytes come from anywhere.
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 8), alignment: 8)
        defer { copy.deallocate() }
        copy.copyMemory(from: bytes)
        guard var scanner = JournalScanner(file: UnsafeRawBufferPointer(rebasing: copy[..<bytes.count])) else {
            isDamaged = true
            return
        }
        while true {
            switch scanner.next() {
            case .entry(let type, let payload): if Self.isReadable(type, payload) { entries += 1 } else { senseless += 1 }
            case .end, .rolled: return
            case .damaged:
                isDamaged = true
                return
            }
        }
    }

    /// Reads a payload as an entry of a type, as the ingester does.
    package static func isReadable(_ rawType: UInt32, _ payload: UnsafeRawBufferPointer) -> Bool {
        guard let type = EntryType(rawValue: rawType) else { return false }
        return isReadable(type, payload)
    }

    private static func isReadable(_ type: EntryType, _ payload: UnsafeRawBufferPointer) -> Bool {
        switch type {
        case .program: return ProgramEntry(payload) != nil
        case .session: return SessionEntry(payload) != nil
        case .statement: return StatementEntry(payload) != nil
        case .outcome: return OutcomeEntry(payload) != nil
        case .resultChunk: return ResultChunk(payload) != nil
        case .event: return EventEntry(payload) != nil
        case .maskSet, .sessionEnd: return EntryReader(payload).isPlausible(type)
        case .roll: return payload.isEmpty
        }
    }
}

extension EntryReader {
    /// Reads the two entries that have no type of their own.
    fileprivate func isPlausible(_ type: EntryType) -> Bool {
        var reader = self
        if type == .maskSet {
            _ = reader.number(UInt64.self)
            _ = reader.number(UInt64.self)
            _ = reader.names()
        } else {
            _ = reader.sessionID()
            _ = reader.number(UInt64.self)
            _ = reader.text()
        }
        return reader.isComplete
    }
}

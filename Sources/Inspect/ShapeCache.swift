// What texts were found to do, by shape: given to every text that differs from a known one only in constants.

import Machine

/// Found inspections of one inspector, by shape. A shape is kept when it comes a second time. Bounded by
/// `InspectLimits.cachedShapes`, `.cachedTextBytes` and `.shapeBytes`. Never by hash alone: a text is compared with the one that
/// is kept, everything but the constants byte for byte.
struct ShapeCache {
    private var places = PlaceTable(limit: InspectLimits.cachedShapes)
    private var ring = InspectionRing(limit: InspectLimits.shapeBytes)
    private var constants = Pool<Shape.Constant>(capacity: InspectLimits.shapeConstants)
    private var shifts = Pool<Shape.Shift>(capacity: InspectLimits.shapeConstants)

    /// Texts that were answered by their shape.
    private(set) var answers = 0

    /// Gives the memory back; the cache must not be used after it.
    func free() {
        places.free()
        ring.free()
        constants.free()
        shifts.free()
    }

    /// Of what is kept.
    var bytes: Int { ring.bytes }

    mutating func removeAll() {
        places.removeAll()
        ring.removeAll()
    }

    /// The hash of a text's shape under a lexical state and what names mean, never 0.
    @inline(__always) func key(_ text: PaddedText, _ lexical: LexicalState, names: Int) -> UInt64 {
        Shape.hash(text, seed: UInt64(InspectionRing.code(lexical)) ^ UInt64(truncatingIfNeeded: names) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// Fills an empty inspection with what texts of this one's shape were found to do; false when that is not known.
    @inline(__always)
    mutating func find(_ text: PaddedText, _ lexer: SQLLexer, names: Int, key: UInt64, into inspection: Inspection) -> Bool {
        let set = places.set(of: key)
        for way in 0..<PlaceTable.ways where set[way].hash == key {
            guard set[way].start != PlaceTable.Entry.unkept,
                let block = ring.block(at: set[way].start, lexer.lexical, names: names)
            else { continue }
            let kept = InspectionRing.shape(block)
            guard Shape.matches(text, kept.text, kept.constants, lexer, &shifts) else { continue }
            if way > 0 { places.advance(set, way) }
            InspectionRing.give(block, to: inspection)
            Shape.move(inspection, by: shifts)
            answers &+= 1
            return true
        }
        return false
    }

    /// Remembers the shape of a text that was just read: its hash the first time, what it does the second.
    mutating func note(_ reader: SQLReader, names: Int, key: UInt64, _ inspection: Inspection) {
        let set = places.set(of: key)
        var isKnown = false
        var free: Int?
        for way in 0..<PlaceTable.ways where set[way].hash == key {
            isKnown = true
            if set[way].start == PlaceTable.Entry.unkept || !ring.holds(set[way].start) { free = way }
        }
        guard isKnown else { return places.add(PlaceTable.Entry(hash: key, start: PlaceTable.Entry.unkept), in: ring) }
        guard free != nil || !isFull(set, of: key), isUnderstood(inspection), findConstants(reader),
            Shape.canMove(inspection, constants),
            let start = ring.keep(
                reader.message, reader.lexical, names: names, inspection,
                constants: UnsafeBufferPointer(start: constants.base, count: constants.count))
        else { return }
        let entry = PlaceTable.Entry(hash: key, start: start)
        if let free { set[free] = entry } else { places.add(entry, in: ring) }
    }

    /// Shapes of one hash do not push out those of others, however many come.
    private func isFull(_ set: UnsafeMutablePointer<PlaceTable.Entry>, of key: UInt64) -> Bool {
        (0..<PlaceTable.ways).allSatisfy { set[$0].hash == key }
    }

    private func isUnderstood(_ inspection: Inspection) -> Bool {
        inspection.statements.count > 0 && inspection.statements.buffer.allSatisfy { $0.fingerprint != nil }
    }

    /// The constants of the message that was read which may be others; false where there is none, or too many.
    private mutating func findConstants(_ reader: SQLReader) -> Bool {
        constants.removeAll()
        guard reader.lookedAt.count <= InspectLimits.shapeConstants else { return false }
        for index in 0..<reader.tokens.count {
            let token = reader.tokens[index]
            switch token.kind {
            case .integer, .decimal, .string:
                // `.5` and `N'a'` begin otherwise, and are kept as they are.
                let first = reader.message[Int(token.start)]
                guard ByteClass.isDigit(first) || first == 0x27, !wasLookedAt(token, reader) else { continue }
                if constants.count == InspectLimits.shapeConstants { return false }
                constants.append(Shape.Constant(start: token.start, end: token.end, kind: token.kind))
            case .end, .word, .quotedWord, .unicodeWord, .escapeString, .unicodeString, .bitString, .hexString, .dollarString, .parameter,
                .mark:
                continue
            }
        }
        return constants.count > 0
    }

    private func wasLookedAt(_ token: Token, _ reader: SQLReader) -> Bool {
        for index in 0..<reader.lookedAt.count where reader.lookedAt[index] == token.start { return true }
        return false
    }
}

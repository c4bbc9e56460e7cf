// The shape of a text: its bytes with some constants free. Texts of one shape do the same, at other places.

import Machine

/// A text was read, and some of its constants were only passed: numbers and plain strings whose bytes the reader did not look
/// at. Another text that has constants of the same kinds in their places, and everything else byte for byte, is the same tokens
/// but for those constants, so reading it finds the same accesses and facts.
///
/// It is the same tokens because every constant is cut by the lexer itself, and what is around one is cut without a look at more
/// than its first byte, of which only whether it is a digit or a quote matters: both are compared.
enum Shape {
    /// A free constant of a text that is kept.
    struct Constant: BitwiseCopyable {
        var start: UInt32
        var end: UInt32
        var kind: TokenKind
    }

    /// How far what is behind a constant is moved: from a place in the kept text, to the next constant's end.
    struct Shift: BitwiseCopyable {
        var from: UInt32
        var by: Int32
    }

    // MARK: Hashing

    /// A hash of a text that free constants do not change: of the letters that are not between quotes, and of which letter is
    /// before each, whatever their place. Texts of other shapes may have the same one: it only says where to look.
    static func hash(_ text: PaddedText, seed: UInt64) -> UInt64 {
        var (letters, pairs): (UInt64, UInt64) = (0, 0)
        var inside: UInt64 = 0
        var last: UInt64 = 0
        var at = 0
        while at < text.count {
            // Numbers below 32 can be added eight times before they are more than a byte.
            var (someLetters, somePairs): (UInt64, UInt64) = (0, 0)
            let end = min(at &+ 64, text.count)
            while at < end {
                let eight = EightBytes.load(text.base + at)
                // How many quotes there were up to each byte: between quotes where that is odd.
                let quotes = EightBytes.count(upToEach: EightBytes.areQuotes(eight))
                let kept = EightBytes.letters(eight, without: quotes ^ inside)
                inside ^= EightBytes.repeating(UInt8(truncatingIfNeeded: quotes >> 56))
                someLetters &+= kept
                somePairs &+= kept ^ EightBytes.doubled(kept << 8 | last)
                last = kept >> 56
                at &+= 8
            }
            letters &+= EightBytes.sum(someLetters)
            pairs &+= EightBytes.sum(somePairs)
        }
        return NameHash.mix(NameHash.mix(seed, letters), pairs &+ EightBytes.doubled(last)) | 1
    }

    // MARK: Comparing

    /// Whether a text is a kept one with other constants. Leaves in `shifts` how its places differ.
    @inline(__always) static func matches(
        _ text: PaddedText, _ kept: UnsafeRawBufferPointer, _ constants: UnsafeBufferPointer<Constant>, _ lexer: SQLLexer,
        _ shifts: inout Pool<Shift>
    ) -> Bool {
        guard let known = kept.baseAddress else { return false }
        shifts.removeAll()
        var (at, from) = (0, 0)
        for constant in constants {
            let length = Int(constant.start) &- from
            guard at &+ length < text.count, same(known + from, text.base + at, length) else { return false }
            at &+= length
            guard let end = lexer.behindConstant(at, constant.kind) else { return false }
            at = end
            from = Int(constant.end)
            shifts.append(Shift(from: constant.end, by: Int32(truncatingIfNeeded: at &- from)))
        }
        return text.count &- at == kept.count &- from && same(known + from, text.base + at, kept.count &- from)
    }

    /// Both are readable in whole eights of bytes.
    @inline(__always) private static func same(_ left: UnsafeRawPointer, _ right: UnsafeRawPointer, _ count: Int) -> Bool {
        var at = 0
        while at &+ 8 <= count {
            if left.loadUnaligned(fromByteOffset: at, as: UInt64.self) != right.loadUnaligned(fromByteOffset: at, as: UInt64.self) {
                return false
            }
            at &+= 8
        }
        if at == count { return true }
        let difference = left.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            ^ right.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        return difference & EightBytes.first(count &- at) == 0
    }

    // MARK: Places

    /// Moves every place in an inspection of the kept text to where it is in the other one.
    static func move(_ inspection: Inspection, by shifts: Pool<Shift>) {
        // Places are all that changes.
        let origin = inspection.origin
        defer { inspection.origin = origin }
        for index in 0..<inspection.statements.count {
            inspection.modifyStatement(index) {
                $0.text = moved($0.text, by: shifts)
                $0.copyQuery = moved($0.copyQuery, by: shifts)
            }
        }
        for index in 0..<inspection.accesses.count { inspection.modifyAccess(index) { $0.source = moved($0.source, by: shifts) } }
    }

    @inline(__always) private static func moved(_ ref: TextRef, by shifts: Pool<Shift>) -> TextRef {
        let start = moved(ref.offset, by: shifts)
        return TextRef(offset: start, count: moved(ref.offset &+ ref.count, by: shifts) &- start)
    }

    /// By the last constant that ends at or before the place.
    @inline(__always) private static func moved(_ place: UInt32, by shifts: Pool<Shift>) -> UInt32 {
        var by: Int32 = 0
        for index in 0..<shifts.count {
            if shifts[index].from > place { break }
            by = shifts[index].by
        }
        return place &+ UInt32(bitPattern: by)
    }

    /// No place in an inspection is inside a constant, so each can be moved.
    static func canMove(_ inspection: Inspection, _ constants: Pool<Constant>) -> Bool {
        for statement in inspection.statements.buffer {
            if !isOutside(statement.text, constants) || !isOutside(statement.copyQuery, constants) { return false }
        }
        for access in inspection.accesses.buffer where !isOutside(access.source, constants) { return false }
        return true
    }

    private static func isOutside(_ ref: TextRef, _ constants: Pool<Constant>) -> Bool {
        for index in 0..<constants.count {
            let inside = constants[index].start + 1..<constants[index].end
            if inside.contains(ref.offset) || inside.contains(ref.offset + ref.count) { return false }
        }
        return true
    }
}

extension SQLLexer {
    /// The end of the number or plain string of that kind that begins at `start`; nil when something else does.
    @inline(__always) func behindConstant(_ start: Int, _ kind: TokenKind) -> Int? {
        do throws(Misread) {
            let token: Token
            switch keywords.roles[Int(bytes[start])] {
            case .digit: token = try integerOrNumber(start)
            case .quote: token = try string(start)
            case .end, .space, .letter, .doubleQuote, .dollar, .dot, .colon, .openParen, .closeParen, .mark, .minus, .slash, .op,
                .other:
                return nil
            }
            return token.kind == kind ? Int(token.end) : nil
        } catch {
            return nil
        }
    }
}

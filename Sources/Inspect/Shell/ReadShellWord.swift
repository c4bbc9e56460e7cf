// Words: quotes, escapes and what they leave known, by the rules of bash 5.2's read_token_word and dash's readtoken1.

extension ShellReader {
    /// Reads one word that begins here into scratch memory and pushes it on `words`.
    func readWord(_ mode: WordMode) throws(ShellMisread) {
        let outer = wordMode
        wordMode = mode
        defer { wordMode = outer }
        let start = bytes.count
        var state = WordState(known: bytes.count, flags: [.integer])
        let from = p
        try readWordParts(&state, mode)
        if p == from { throw .syntax }
        finish(&state, start: start)
    }

    /// Pushes what was read as a word.
    func finish(_ state: inout WordState, start: Int) {
        if state.openBracket, state.closedBracket, wordMode == .command { state.flags.formUnion(.glob) }
        if state.flags.contains(.glob), wordMode == .command, !state.isWordOfGlobFreeText {
            state.flags.formUnion([.unknown, .many])
        }
        if state.flags.contains(.unknown), state.flags.contains(.brace) { state.flags.formUnion(.many) }
        var word = Word(start: Int32(start), count: Int32(bytes.count - start), flags: state.flags)
        if state.flags.contains(.unknown), !state.flags.contains(.glob) {
            word.count = Int32(max(0, min(bytes.count, state.known) - start))
        }
        if state.parts == 1, bytes.count == start, state.variable >= 0 {
            word.flags.insert(.oneVariable)
            word.variable = state.variable
        }
        words.append(word)
    }

    private func readWordParts(_ state: inout WordState, _ mode: WordMode) throws(ShellMisread) {
        var parentheses = 0
        while true {
            let byte = here()
            if byte == 0, p >= count {
                if parentheses > 0 { throw .syntax }
                return
            }
            switch byte {
            case 0x09, 0x0A, 0x20, 0x26, 0x28, 0x29, 0x3B, 0x3C, 0x3E, 0x7C:
                if byte == 0x3C || byte == 0x3E, next() == 0x28, dialect == .bash, mode != .regex {
                    try readProcess(&state)
                } else if mode == .regex, byte == 0x28 || byte == 0x7C || parentheses > 0 {
                    parentheses += byte == 0x28 ? 1 : byte == 0x29 ? -1 : 0
                    addByte(byte, quoted: false)
                    p += 1
                } else if mode == .single, byte == 0x28 || parentheses > 0, isPatternList(state, parentheses) {
                    parentheses += byte == 0x28 ? 1 : byte == 0x29 ? -1 : 0
                    addByte(byte, quoted: false)
                    p += 1
                } else {
                    return
                }
            default: try readWordPart(byte, &state)
            }
        }
    }

    /// `@(`, `?(` … begin a pattern list inside `[[ ]]`, where bash always has them.
    private func isPatternList(_ state: WordState, _ parentheses: Int) -> Bool {
        if parentheses > 0 { return true }
        guard bytes.count > 0, insideCondition, here() == 0x28, bytes.count > state.from else { return false }
        switch bytes[bytes.count - 1] {
        case 0x3F, 0x2A, 0x2B, 0x40, 0x21: return marks[bytes.count - 1] == 0
        default: return false
        }
    }

    /// One part of an unquoted word that is not an operator.
    private func readWordPart(_ byte: UInt8, _ state: inout WordState) throws(ShellMisread) {
        switch byte {
        case 0x5C:  // backslash; line continuations are gone already
            p += 1
            state.noteLiteral(quoted: true, byte)
            if p >= count {
                // At the end of `-c` text it stands for itself, at the end of a file for nothing.
                state.setUnknown(at: bytes.count, many: true)
            } else {
                state.noteLiteral(quoted: true, base[p])
                addByte(base[p], quoted: true)
                p += 1
            }
        case 0x27: try readSingleQuoted(&state)
        case 0x22: try readDoubleQuoted(&state)
        case 0x24: try readDollar(&state, inQuotes: false)
        case 0x60:
            try readBackquote(&state, inQuotes: false)
        default:
            notePattern(byte, &state)
            state.noteLiteral(quoted: false, byte)
            addByte(byte, quoted: false)
            p += 1
        }
    }

    /// Notes what an unquoted byte may expand to.
    @inline(__always) private func notePattern(_ byte: UInt8, _ state: inout WordState) {
        switch byte {
        case 0x2A, 0x3F: state.flags.insert(.glob)
        case 0x5B: state.openBracket = true
        case 0x5D: if state.openBracket { state.closedBracket = true }
        case 0x7B: state.flags.insert(.brace)
        case 0x3D: state.seenEquals = true
        case 0x7E:
            let previous = bytes.count > state.from ? bytes[bytes.count - 1] : 0
            if bytes.count == state.from, state.parts == 0 || previous == 0x3D || previous == 0x3A && state.mayBeAssigned(wordMode) {
                state.setUnknown(at: bytes.count, many: false)
            } else if bytes.count > state.from, previous == 0x3D || previous == 0x3A && state.mayBeAssigned(wordMode) {
                state.setUnknown(at: bytes.count, many: false)
            }
        case 0x01, 0x7F: state.setUnknown(at: bytes.count, many: false)  // the shells' own quoting marks
        default: break
        }
    }

    private func readSingleQuoted(_ state: inout WordState) throws(ShellMisread) {
        p += 1
        state.noteQuotes()
        while true {
            guard p < count else { throw .syntax }
            let byte = base[p]
            p += 1
            if byte == 0x27 { return }
            state.noteLiteral(quoted: true, byte)
            if byte == 0x01 || byte == 0x7F { state.setUnknown(at: bytes.count, many: false) }
            addByte(byte, quoted: true)
        }
    }

    func readDoubleQuoted(_ state: inout WordState) throws(ShellMisread) {
        p += 1
        state.noteQuotes()
        while true {
            let byte = here()
            guard p < count else { throw .syntax }
            switch byte {
            case 0x22:
                p += 1
                return
            case 0x24: try readDollar(&state, inQuotes: true)
            case 0x60: try readBackquote(&state, inQuotes: true)
            case 0x5C:
                let escaped = base[p + 1]
                if p + 1 < count, escaped == 0x24 || escaped == 0x60 || escaped == 0x22 || escaped == 0x5C { p += 1 }
                state.noteLiteral(quoted: true, base[p])
                addByte(base[p], quoted: true)
                p += 1
            default:
                if byte == 0x01 || byte == 0x7F { state.setUnknown(at: bytes.count, many: false) }
                state.noteLiteral(quoted: true, byte)
                addByte(byte, quoted: true)
                p += 1
            }
        }
    }

    /// `$'…'`, from the quote on.
    func readAnsiQuoted(_ state: inout WordState) throws(ShellMisread) {
        p += 1
        state.noteQuotes()
        var cut = false
        while true {
            guard p < count else { throw .syntax }
            let byte = base[p]
            p += 1
            if byte == 0x27 { return }
            if byte != 0x5C {
                if !cut { addByte(byte, quoted: true) }
                state.noteLiteral(quoted: true, byte)
                continue
            }
            guard p < count else { throw .syntax }
            state.flags.remove(.integer)
            switch ansiEscape() {
            case .byte(0): cut = true  // bash ends the string at a NUL and reads on to the quote
            case .byte(let value):
                if value == 0x01 || value == 0x7F { state.setUnknown(at: bytes.count, many: false) }
                if !cut { addByte(value, quoted: true) }
            case .kept(let value):
                if !cut {
                    addByte(0x5C, quoted: true)
                    addByte(value, quoted: true)
                }
            case .unknown: state.setUnknown(at: bytes.count, many: false)
            }
        }
    }

    private enum Escape { case byte(UInt8), kept(UInt8), unknown }

    /// What a backslash and the bytes here mean in `$'…'`; goes past them.
    private func ansiEscape() -> Escape {
        let byte = base[p]
        p += 1
        switch byte {
        case 0x61: return .byte(7)
        case 0x62: return .byte(8)
        case 0x65, 0x45: return .byte(27)
        case 0x66: return .byte(12)
        case 0x6E: return .byte(10)
        case 0x72: return .byte(13)
        case 0x74: return .byte(9)
        case 0x76: return .byte(11)
        case 0x5C, 0x27, 0x22, 0x3F: return .byte(byte)
        case 0x30...0x37:
            var value = UInt32(byte - 0x30)
            var digits = 1
            while digits < 3, base[p] >= 0x30, base[p] <= 0x37 {
                value = value * 8 + UInt32(base[p] - 0x30)
                p += 1
                digits += 1
            }
            return .byte(UInt8(truncatingIfNeeded: value))
        case 0x78:
            if base[p] == 0x7B { return .unknown }
            guard let value = hexadecimal(upTo: 2) else { return .kept(0x78) }
            return .byte(UInt8(truncatingIfNeeded: value))
        case 0x75, 0x55:
            guard let value = hexadecimal(upTo: byte == 0x75 ? 4 : 8) else { return .kept(byte) }
            return value < 0x80 ? .byte(UInt8(value)) : .unknown  // the locale's encoding is not known
        case 0x63:
            let control = base[p]
            if !ShellByte.startsName(control) || control == 0x5F { 
                if p < count, control != 0x27 { p += control == 0x5C && base[p + 1] == 0x5C ? 2 : 1 }
                return .unknown
            }
            p += 1
            return .byte(control & 0x1F)
        default: return .kept(byte)
        }
    }

    private func hexadecimal(upTo limit: Int) -> UInt32? {
        var value: UInt32 = 0
        var digits = 0
        while digits < limit {
            let byte = base[p]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x61...0x66: digit = byte - 0x61 + 10
            case 0x41...0x46: digit = byte - 0x41 + 10
            default: return digits > 0 ? value : nil
            }
            value = value << 4 | UInt32(digit)
            p += 1
            digits += 1
        }
        return value
    }
}

/// What has been seen of the word being read.
struct WordState {
    /// Where its known bytes end, once a part is unknown.
    var known: Int
    /// Where its bytes begin.
    var from: Int
    var flags: WordFlags
    /// Parts that are not plain literal bytes.
    var parts = 0
    var variable: Int32 = -1
    var openBracket = false
    var closedBracket = false
    var seenEquals = false
    /// Text whose pattern characters stay as they are: a here-document.
    var isWordOfGlobFreeText = false

    init(known: Int, flags: WordFlags) {
        self.known = known
        from = known
        self.flags = flags
    }

    mutating func setUnknown(at offset: Int, many: Bool) {
        if !flags.contains(.unknown) {
            known = offset
            flags.insert(.unknown)
        }
        flags.remove(.integer)
        if many { flags.insert(.many) }
        parts += 1
    }

    /// An expansion whose value is an integer, though not known which.
    mutating func setInteger(at offset: Int) {
        let was = flags.contains(.integer)
        setUnknown(at: offset, many: false)
        if was { flags.insert(.integer) }
        flags.insert(.expanded)
    }

    @inline(__always) mutating func noteLiteral(quoted: Bool, _ byte: UInt8) {
        if !ShellByte.isDigit(byte), byte != 0x2D { flags.remove(.integer) }
        if quoted { flags.insert(.quoted) }
        variable = -1
    }

    mutating func noteQuotes() { flags.insert(.quoted) }

    /// Whether a colon may begin a tilde here: in an assignment, or in an argument that looks like one.
    func mayBeAssigned(_ mode: WordMode) -> Bool { mode == .value || seenEquals }
}

// `${…}`: its value is never known; what its word, pattern, subscript or offset runs is.

extension ShellReader {
    /// Reads from after `${` to after the closing brace.
    func readParameter(_ state: inout WordState, inQuotes: Bool) throws(ShellMisread) {
        depth += 1
        defer { depth -= 1 }
        if depth > ShellLimits.nesting { throw .limit }
        let start = bytes.count
        var isLength = false
        var isIndirect = false
        var many = !inQuotes
        var byte = here()
        if byte == 0x23, next() != 0x7D, !Self.isOperator(next()) || ShellByte.continuesName(next()) {
            isLength = true
            byte = step()
        } else if byte == 0x21, next() != 0x7D, !Self.isOperator(next()) {
            isIndirect = true
            byte = step()
            if dialect == .posix { throw .syntax }
        }
        if ShellByte.startsName(byte) {
            readName()
        } else if ShellByte.isDigit(byte) {
            while ShellByte.isDigit(here()) { p += 1 }
        } else {
            switch byte {
            case 0x40, 0x2A, 0x23, 0x3F, 0x2D, 0x24, 0x21: p += 1
            default: throw .syntax
            }
            if byte == 0x40 { many = true }
        }
        let number = bytes.count > start ? variables.number(scratch(start..<bytes.count)) : -1
        let isName = bytes.count > start
        if here() == 0x5B {
            if dialect == .posix { throw .syntax }
            many = try readSubscript() || many
        }
        let plain = here() == 0x7D
        if isIndirect { noteIndirection(atEnd: plain) }
        if !plain { try readParameterOperation(inQuotes: inQuotes, name: isName ? start..<bytes.count : nil, isIndirect: isIndirect) }
        dropScratch(words: words.count, bytes: start)
        if here() != 0x7D { throw .syntax }
        p += 1
        let isFirst = state.parts == 0
        if isLength || byte == 0x23 && plain || byte == 0x3F && plain { return state.setInteger(at: bytes.count) }
        state.setUnknown(at: bytes.count, many: many)
        state.flags.insert(.expanded)
        state.variable = plain && isFirst && !isIndirect && isName ? number : -1
    }

    private static func isOperator(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x3A, 0x2D, 0x3D, 0x3F, 0x2B, 0x25, 0x23, 0x2F, 0x5E, 0x2C, 0x40, 0x7D: true
        default: false
        }
    }

    /// `[…]` after a name: arithmetic unless it is `@` or `*`. True when it stands for several words.
    func readSubscript() throws(ShellMisread) -> Bool {
        p += 1
        let first = here()
        if first == 0x40 || first == 0x2A, next() == 0x5D {
            step()
            p += 1
            return first == 0x40
        }
        try readArithmetic(closing: 0x5D)
        p += 1
        return false
    }

    /// `${!x}` takes the value of `x` as a name, whose subscript would be evaluated; names by prefix and keys do not.
    private func noteIndirection(atEnd: Bool) {
        let byte = here()
        // Keys, `${!a[@]}`; with any other subscript the element's value is the name.
        if atEnd, base[p - 1] == 0x5D, base[p - 2] == 0x40 || base[p - 2] == 0x2A, base[p - 3] == 0x5B { return }
        if (byte == 0x2A || byte == 0x40), next() == 0x7D { return }
        findings.unknown.insert(.code)
    }

    private func readParameterOperation(inQuotes: Bool, name: Range<Int>?, isIndirect: Bool) throws(ShellMisread) {
        let byte = here()
        p += 1
        switch byte {
        case 0x40:
            if dialect == .posix { throw .syntax }
            if here() == 0x7D, isIndirect { return }
            if here() == 0x50 { findings.unknown.insert(.code) }  // ${v@P}: the value is expanded as a prompt
            if !ShellByte.startsName(here()) { throw .syntax }
            p += 1
        case 0x2A where isIndirect: break
        case 0x3A:
            switch here() {
            case 0x2D, 0x3D, 0x3F, 0x2B:
                if here() == 0x3D { noteDefault(name) }
                p += 1
                try readParameterWord(inQuotes: inQuotes)
            default:
                if dialect == .posix { throw .syntax }
                try readArithmetic(closing: 0x7D)
            }
        case 0x3D:
            noteDefault(name)
            try readParameterWord(inQuotes: inQuotes)
        case 0x2D, 0x3F, 0x2B, 0x25, 0x23: try readParameterWord(inQuotes: inQuotes)
        case 0x2F, 0x5E, 0x2C:
            if dialect == .posix { throw .syntax }
            try readParameterWord(inQuotes: inQuotes)
        default: throw .syntax
        }
    }

    /// `${x=word}` assigns.
    private func noteDefault(_ name: Range<Int>?) {
        guard let name else { return }
        variables.assign(scratch(name), isInteger: false, in: findings)
    }

    /// A word inside the braces, up to the closing one.
    private func readParameterWord(inQuotes: Bool) throws(ShellMisread) {
        let start = bytes.count
        var state = WordState(known: bytes.count, flags: [])
        while true {
            let byte = here()
            guard p < count else { throw .syntax }
            switch byte {
            case 0x7D:
                dropScratch(words: words.count, bytes: start)
                return
            case 0x5C: p += 2
            case 0x27: try readParameterQuote(inQuotes: inQuotes)
            case 0x22: try readDoubleQuoted(&state)
            case 0x24: try readDollar(&state, inQuotes: inQuotes)
            case 0x60: try readBackquote(&state, inQuotes: inQuotes)
            case 0x3C, 0x3E:
                // Also between double quotes where the word is a pattern or replaces one; where it is not, this says too much.
                if next() == 0x28, dialect == .bash {
                    findings.unknown.insert(.code)
                    try readProcess(&state)
                } else {
                    p += 1
                }
            default: p += 1
            }
            if p > count { throw .syntax }
        }
    }

    /// A single quote inside the braces. Between double quotes shells disagree on what it is: only text that means the same
    /// either way is read.
    private func readParameterQuote(inQuotes: Bool) throws(ShellMisread) {
        p += 1
        while p < count, base[p] != 0x27 {
            switch base[p] {
            case 0x24, 0x60, 0x7D, 0x22: if inQuotes { throw .syntax }
            case 0x5C: if inQuotes, !Self.isControlLetter(base[p + 1]) { throw .syntax }
            default: break
            }
            p += 1
        }
        if p >= count { throw .syntax }
        p += 1
    }

    /// The letter of `$'\n'` and its like: no reading ends there, and none makes of it what is expanded once more, as bash does with
    /// the dollar of `"${x:-$'\x24(id)'}"`.
    private static func isControlLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x61, 0x62, 0x66, 0x6E, 0x72, 0x74, 0x76: true
        default: false
        }
    }
}

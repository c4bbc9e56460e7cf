// What a dollar or a backquote begins: substitutions are read as programs, parameters are unknown, arithmetic is searched.

extension ShellReader {
    /// Reads from a `$` on.
    func readDollar(_ state: inout WordState, inQuotes: Bool) throws(ShellMisread) {
        let following = step()
        switch following {
        case 0x28:
            if next() == 0x28 { return try readDollarParentheses(&state, inQuotes: inQuotes) }
            p += 1
            try readSubstitution()
            state.setUnknown(at: bytes.count, many: !inQuotes)
            state.flags.insert(.expanded)
        case 0x7B:
            p += 1
            try readParameter(&state, inQuotes: inQuotes)
        case 0x5B where dialect == .posix:
            differs = true
            state.noteLiteral(quoted: inQuotes, 0x24)
            addByte(0x24, quoted: inQuotes)
        case 0x5B:
            p += 1
            try readArithmetic(closing: 0x5D)
            p += 1
            state.setInteger(at: bytes.count)
        case 0x27 where !inQuotes:
            if dialect == .bash { return try readAnsiQuoted(&state) }
            differs = true
            try refuseEscapes()
            state.setUnknown(at: bytes.count, many: false)
        case 0x22 where !inQuotes:
            if dialect == .posix {
                differs = true
                addByte(0x24, quoted: false)
            }
            try readDoubleQuoted(&state)
        case _ where ShellByte.startsName(following):
            let start = bytes.count
            readName()
            noteVariable(start..<bytes.count, &state, inQuotes: inQuotes)
        case 0x40, 0x2A, 0x5F, 0x21, 0x2D, 0x30...0x39:
            p += 1
            state.setUnknown(at: bytes.count, many: !inQuotes || following == 0x40)
            state.flags.insert(.expanded)
        case 0x23, 0x3F, 0x24:
            p += 1
            state.setInteger(at: bytes.count)
        default:
            if inQuotes || following != 0x27 {
                state.noteLiteral(quoted: inQuotes, 0x24)
                addByte(0x24, quoted: inQuotes)
            }
        }
    }

    /// A `$'…'` where the dialect may or may not have it: refused where the two readings end in different places.
    private func refuseEscapes() throws(ShellMisread) {
        p += 1
        while p < count, base[p] != 0x27 {
            if base[p] == 0x5C { throw .syntax }
            p += 1
        }
        if p >= count { throw .syntax }
        p += 1
    }

    /// Appends the name here to the scratch bytes.
    func readName() {
        while ShellByte.continuesName(here()) {
            addByte(base[p], quoted: false)
            p += 1
        }
    }

    /// A `$name` whose name lies at the end of the scratch bytes; takes it off them.
    private func noteVariable(_ range: Range<Int>, _ state: inout WordState, inQuotes: Bool) {
        let number = variables.number(scratch(range))
        dropScratch(words: words.count, bytes: range.lowerBound)
        let isFirst = state.parts == 0
        state.setUnknown(at: bytes.count, many: !inQuotes)
        state.flags.insert(.expanded)
        state.variable = isFirst ? number : -1
    }

    /// The commands of `$(…)` or `<(…)`, from after the parenthesis to after its end.
    func readSubstitution() throws(ShellMisread) {
        let outerBase = pendingBase
        let waiting = pending.count > pendingBase
        pendingBase = pending.count
        defer { pendingBase = outerBase }
        let outerMode = (wordMode, insideCondition)
        insideCondition = false
        let start = p
        try deeper { reader throws(ShellMisread) in
            try reader.readList(until: .parenthesis, mayBeEmpty: true)
        }
        (wordMode, insideCondition) = outerMode
        if here() != 0x29 { throw .syntax }
        if pending.count > pendingBase { throw .syntax }
        // Whose body the lines after would be is not certain.
        if waiting {
            for at in start..<p where base[at] == 0x0A { throw .syntax }
        }
        p += 1
    }

    func readProcess(_ state: inout WordState) throws(ShellMisread) {
        step()
        p += 1
        try readSubstitution()
        state.setUnknown(at: bytes.count, many: false)
        state.flags.insert(.expanded)
    }

    /// `$((…))`, or a substitution that begins with a subshell, from the first parenthesis on.
    private func readDollarParentheses(_ state: inout WordState, inQuotes: Bool) throws(ShellMisread) {
        if try arithmeticEnds() {
            step()
            p += 1
            try readArithmetic(closing: 0x29)
            if here() != 0x29 { throw .syntax }
            if step() != 0x29 { throw .syntax }
            p += 1
            state.setInteger(at: bytes.count)
            return
        }
        if dialect == .posix { differs = true }
        p += 1
        try readSubstitution()
        state.setUnknown(at: bytes.count, many: !inQuotes)
        state.flags.insert(.expanded)
    }

    /// Whether the two parentheses here are closed by two that belong together: then it is arithmetic. Does not move.
    func arithmeticEnds() throws(ShellMisread) -> Bool {
        var at = p
        var open = 0
        var quote: UInt8 = 0
        defer { budget -= at - p }
        try spend(1)
        while at < count {
            let byte = base[at]
            if byte == 0x5C { at += 2; continue }
            if quote != 0 {
                if byte == quote { quote = 0 }
                at += 1
                continue
            }
            switch byte {
            case 0x27, 0x22, 0x60: quote = byte
            case 0x28: open += 1
            case 0x29:
                open -= 1
                if open == 1 {
                    var after = at + 1
                    while base[after] == 0x5C, base[after + 1] == 0x0A { after += 2 }
                    return base[after] == 0x29
                }
            default: break
            }
            at += 1
        }
        throw .syntax
    }

    /// A backquoted program, from its first quote on. Its backslashes are taken off once before it is read.
    func readBackquote(_ state: inout WordState, inQuotes: Bool) throws(ShellMisread) {
        p += 1
        let start = bytes.count
        while true {
            guard p < count else { throw .syntax }
            let byte = base[p]
            p += 1
            if byte == 0x60 { break }
            if byte == 0x5C, p < count {
                let escaped = base[p]
                // A continued line is joined, also between single quotes and in a comment.
                if escaped == 0x0A {
                    p += 1
                    continue
                }
                if escaped == 0x60 || escaped == 0x5C || escaped == 0x24 || escaped == 0x22 && inQuotes {
                    if escaped == 0x22, insideHereDocument { findings.unknown.insert(.code) }
                    addByte(escaped, quoted: true)
                    p += 1
                    continue
                }
            }
            addByte(byte, quoted: true)
        }
        let range = start..<bytes.count
        readNested(scratch(range), dialect: dialect) { reader throws(ShellMisread) in try reader.readProgram() }
        dropScratch(words: words.count, bytes: start)
        state.setUnknown(at: bytes.count, many: !inQuotes)
        state.flags.insert(.expanded)
    }

    /// Arithmetic up to the closing byte, which is not passed. Substitutions in it run, also between single quotes; a
    /// variable's value is evaluated in its turn, so it must be an integer.
    func readArithmetic(closing: UInt8) throws(ShellMisread) {
        try deeper { reader throws(ShellMisread) in try reader.readArithmeticParts(closing: closing) }
    }

    private func readArithmeticParts(closing: UInt8) throws(ShellMisread) {
        var open = 0
        let start = bytes.count
        while true {
            let byte = here()
            if p >= count {
                if closing == 0 { return }
                throw .syntax
            }
            if open == 0, byte == closing { return }
            switch byte {
            case 0x28, 0x5B: open += 1
            case 0x29, 0x5D: open -= 1
            case 0x27, 0x5C: findings.unknown.insert(.code)
            case 0x24:
                var state = WordState(known: bytes.count, flags: [.integer])
                try readDollar(&state, inQuotes: true)
                checkInteger(state.flags, variable: state.parts == 1 ? state.variable : -1)
                dropScratch(words: words.count, bytes: start)
                continue
            case 0x60:
                var state = WordState(known: bytes.count, flags: [])
                try readBackquote(&state, inQuotes: true)
                findings.unknown.insert(.code)
                continue
            case 0x30...0x39:
                while ShellByte.continuesName(here()) || base[p] == 0x23 || base[p] == 0x40 { p += 1 }
                continue
            case _ where ShellByte.startsName(byte):
                readName()
                variables.evaluate(variables.number(scratch(start..<bytes.count)))
                noteArithmeticAssignment(start..<bytes.count)
                dropScratch(words: words.count, bytes: start)
                continue
            default: break
            }
            p += 1
        }
    }

    /// Notes `name = …`, `name++` and their kin: what is assigned is an integer.
    private func noteArithmeticAssignment(_ range: Range<Int>) {
        var at = p
        while base[at] == 0x20 { at += 1 }
        let after = base[at]
        let isAssignment = after == 0x3D && base[at + 1] != 0x3D
        let isStep = (after == 0x2B || after == 0x2D) && (base[at + 1] == after || base[at + 1] == 0x3D)
        let isOther = (after == 0x2A || after == 0x2F || after == 0x25 || after == 0x26 || after == 0x7C || after == 0x5E)
            && base[at + 1] == 0x3D
        if isAssignment || isStep || isOther || after == 0x3C || after == 0x3E {
            variables.assign(scratch(range), isInteger: true, in: findings)
        } else if ShellEnvironment.changesPrograms(scratch(range)) {
            findings.unknown.insert(.environment)
        }
    }

    /// The value is evaluated as arithmetic: anything but an integer may hold code.
    func checkInteger(_ flags: WordFlags, variable: Int32) {
        if variable >= 0 { variables.evaluate(variable) } else if !flags.contains(.integer) { findings.unknown.insert(.code) }
    }

    /// A word that is evaluated as arithmetic: constant text is searched, unknown text is unknown code.
    func evaluate(_ word: Word) {
        if word.isKnown {
            let range = Int(word.start)..<Int(word.start) + Int(word.count)
            readNested(scratch(range), dialect: dialect) { reader throws(ShellMisread) in try reader.readArithmetic(closing: 0) }
        } else {
            checkInteger(word.flags, variable: word.flags.contains(.oneVariable) ? word.variable : -1)
        }
    }
}

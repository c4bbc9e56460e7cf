// Compound commands: every branch and every body counts as run.

extension ShellReader {
    func readIf() throws(ShellMisread) {
        try readList(until: .then)
        try expect(.then)
        try readList(until: .ifBranch)
        while let found = reserved(), found.word == .elif {
            p = found.end
            try readList(until: .then)
            try expect(.then)
            try readList(until: .ifBranch)
        }
        if let found = reserved(), found.word == .else {
            p = found.end
            try readList(until: .ifBranch)
        }
        try expect(.fi)
    }

    /// `do … done`, or in bash `{ … }`.
    func readLoopBody(mayBeGroup: Bool = false) throws(ShellMisread) {
        try skipLines()
        if mayBeGroup, dialect == .bash, let found = reserved(), found.word == .open {
            p = found.end
            try readList(until: .brace)
            return try expect(.close)
        }
        try expect(.do)
        try readList(until: .done)
        try expect(.done)
    }

    func readFor() throws(ShellMisread) {
        skipBlanks()
        if here() == 0x28 {
            guard dialect == .bash, next() == 0x28 else { throw .syntax }
            step()
            p += 1
            try readArithmetic(closing: 0x29)
            if step() != 0x29 { throw .syntax }
            p += 1
            skipBlanks()
            if here() == 0x3B { p += 1 }
            return try readLoopBody(mayBeGroup: true)
        }
        let wordStart = words.count
        let byteStart = bytes.count
        try readWord(.single)
        guard words[wordStart].isKnown else { throw .syntax }
        let name = byteStart..<bytes.count
        try skipLines()
        var isInteger = false
        if let found = reserved(), found.word == .in {
            p = found.end
            isInteger = try readForWords()
        } else if here() == 0x3B {
            p += 1
        }
        variables.assign(scratch(name), isInteger: isInteger, in: findings)
        dropScratch(words: wordStart, bytes: byteStart)
        try readLoopBody(mayBeGroup: true)
    }

    /// The words after `in`; whether all are integers.
    private func readForWords() throws(ShellMisread) -> Bool {
        var isInteger = true
        let wordStart = words.count
        while true {
            skipBlanks()
            switch here() {
            case 0x3B:
                p += 1
                return isInteger
            case 0x0A: return isInteger
            case 0x23: skipComment()
            default:
                try readArgument()
                for index in wordStart..<words.count where !words[index].flags.contains(.integer) { isInteger = false }
            }
        }
    }

    func readCase() throws(ShellMisread) {
        skipBlanks()
        let wordStart = words.count
        let byteStart = bytes.count
        try readWord(.single)
        dropScratch(words: wordStart, bytes: byteStart)
        try skipLines()
        try expect(.in)
        while true {
            try skipLines()
            if let found = reserved(), found.word == .esac {
                p = found.end
                return
            }
            try readCasePatterns()
            try readList(until: .caseBranch, mayBeEmpty: true)
            if here() != 0x3B { continue }  // esac, read above
            if step() == 0x26 {
                if dialect == .posix { throw .syntax }
                p += 1
            } else if step() == 0x26 {
                if dialect == .posix { throw .syntax }
                p += 1
            }
        }
    }

    private func readCasePatterns() throws(ShellMisread) {
        if here() == 0x28 { p += 1 }
        while true {
            skipBlanks()
            let wordStart = words.count
            let byteStart = bytes.count
            try readWord(.single)
            dropScratch(words: wordStart, bytes: byteStart)
            skipBlanks()
            switch here() {
            case 0x7C: p += 1
            case 0x29:
                p += 1
                return
            default: throw .syntax
            }
        }
    }

    /// `function name [()] body`, from after the reserved word.
    func readFunction() throws(ShellMisread) {
        skipBlanks()
        let wordStart = words.count
        let byteStart = bytes.count
        try readWord(.single)
        guard words[wordStart].isKnown else { throw .syntax }
        dropScratch(words: wordStart, bytes: byteStart)
        skipBlanks()
        if here() == 0x28, next() != 0x28 {
            step()
            skipBlanks()
            if here() != 0x29 { throw .syntax }
            p += 1
        }
        try readFunctionBody()
    }

    /// The body counts as run: a call may be anywhere.
    func readFunctionBody() throws(ShellMisread) {
        try skipLines()
        try readCommand()
    }

    /// `coproc [name] command`.
    func readCoprocess() throws(ShellMisread) {
        skipBlanks()
        if reserved() == nil, here() != 0x28 {
            // A name is one only before a compound command.
            let from = p
            while ShellByte.continuesName(here()) { p += 1 }
            let end = p
            skipBlanks()
            let isNamed = end > from && p > end && (here() == 0x28 || isCompoundStart())
            if !isNamed { p = from } else { variables.assign(UnsafeRawBufferPointer(start: base + from, count: end - from), isInteger: false, in: findings) }
        }
        try readCommand()
    }

    private func isCompoundStart() -> Bool {
        switch reserved()?.word {
        case .open, .if, .while, .until, .for, .case, .select, .condition: true
        default: false
        }
    }

    // MARK: [[ ]]

    /// From after `[[` to after `]]`. The operands of `-eq` and its kin are arithmetic, that of `-v` has a subscript.
    func readCondition() throws(ShellMisread) {
        let wordStart = words.count
        let byteStart = bytes.count
        let outer = insideCondition
        insideCondition = true
        defer { insideCondition = outer }
        var previous = ConditionOperator.none
        var open = 0
        while true {
            try skipLines()
            guard p < count else { throw .syntax }
            switch here() {
            case _ where previous == .match: _ = try readConditionWord(&previous, from: wordStart)
            case 0x28: (open, p) = (open + 1, p + 1)
            case 0x29: (open, p) = (open - 1, p + 1)
            case 0x26, 0x7C:
                if next() != here() { throw .syntax }
                step()
                p += 1
                previous = .none
                dropScratch(words: wordStart, bytes: byteStart)
                continue
            case 0x3C where next() != 0x28, 0x3E where next() != 0x28: p += 1
            case 0x3B: throw .syntax
            case 0x3D where words.count > wordStart && previous == .none && readMatchOperator(): previous = .match
            default:
                if try readConditionWord(&previous, from: wordStart) {
                    if open != 0 { throw .syntax }
                    dropScratch(words: wordStart, bytes: byteStart)
                    return
                }
                continue
            }
        }
    }

    /// `=~` between two operands, whose tilde is none; false, with nothing read, where it is not that.
    private func readMatchOperator() -> Bool {
        guard base[p + 1] == 0x7E, base[p + 2] == 0x20 || base[p + 2] == 0x09 || base[p + 2] == 0x0A else { return false }
        p += 2
        return true
    }

    /// One word of a condition; true when it is the closing `]]`.
    private func readConditionWord(_ previous: inout ConditionOperator, from wordStart: Int) throws(ShellMisread) -> Bool {
        try readWord(previous == .match ? .regex : .single)
        let index = words.count - 1
        let word = words[index]
        switch previous {
        case .arithmetic, .variable:
            if previous == .arithmetic { evaluate(word) } else { evaluateSubscript(word) }
            previous = .none
            return false
        case .match:
            previous = .none
            return false
        case .none: break
        }
        guard word.isKnown, !word.flags.contains(.quoted) else { return false }
        if self.word(index, is: "]]") { return true }
        for name: StaticString in ["-eq", "-ne", "-lt", "-le", "-gt", "-ge"] where self.word(index, is: name) {
            if index > wordStart { evaluate(words[index - 1]) }
            previous = .arithmetic
        }
        if self.word(index, is: "-v") || self.word(index, is: "-R") { previous = .variable }
        return false
    }

    /// A word that names a variable: a subscript in it is evaluated.
    func evaluateSubscript(_ word: Word) {
        guard word.isKnown else {
            findings.unknown.insert(.code)
            return
        }
        let range = Int(word.start)..<Int(word.start) + Int(word.count)
        for at in range where bytes[at] == 0x5B {
            return readNested(scratch(at..<range.upperBound), dialect: dialect) { reader throws(ShellMisread) in
                try reader.readArithmetic(closing: 0)
            }
        }
    }

    /// Whether a known word is this text.
    func word(_ index: Int, is text: StaticString) -> Bool {
        let word = words[index]
        guard word.isKnown, Int(word.count) == text.utf8CodeUnitCount else { return false }
        for offset in 0..<Int(word.count) where bytes[Int(word.start) + offset] != text.utf8Start[offset] { return false }
        return true
    }
}

/// What the last word of a condition asks of the next one.
private enum ConditionOperator { case none, arithmetic, variable, match }

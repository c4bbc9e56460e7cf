// Simple commands: assignments, words, redirections, and the definition that a name and parentheses make.

extension ShellReader {
    func readSimple() throws(ShellMisread) {
        let wordStart = words.count
        let byteStart = bytes.count
        var isDeclaration = false
        var isPlain = true
        var hasParts = false
        loop: while true {
            skipBlanks()
            let byte = here()
            switch byte {
            case 0x0A, 0x3B, 0x7C, 0x29: break loop
            case 0 where p >= count: break loop
            case 0x26:
                guard next() == 0x3E else { break loop }
                if dialect == .posix { differs = true }
                guard try readRedirection() else { break loop }
                (isPlain, hasParts) = (false, true)
                continue
            case 0x23:
                skipComment()
                continue
            case 0x28:
                guard isPlain, words.count == wordStart + 1, words[wordStart].isKnown else { throw .syntax }
                return try readDefinition(words: wordStart, bytes: byteStart)
            default: break
            }
            if byte == 0x3C || byte == 0x3E || ShellByte.isDigit(byte) || byte == 0x7B, try readRedirection() {
                (isPlain, hasParts) = (false, true)
                continue
            }
            if words.count == wordStart {
                if try readAssignment() {
                    (isPlain, hasParts) = (false, true)
                    continue
                }
            } else if isDeclaration, try readDeclarationArgument() {
                continue
            }
            try readArgument()
            hasParts = true
            if words.count > wordStart, !isDeclaration { isDeclaration = isDeclarationName(wordStart, isFirst: words.count == wordStart + 1) }
        }
        if !hasParts { throw .syntax }
        if words.count > wordStart { try run(wordStart..<words.count) }
        dropScratch(words: wordStart, bytes: byteStart)
    }

    /// `name ()` and its body.
    private func readDefinition(words wordStart: Int, bytes byteStart: Int) throws(ShellMisread) {
        if words[wordStart].flags.contains(.quoted), dialect == .posix { throw .syntax }
        dropScratch(words: wordStart, bytes: byteStart)
        step()
        skipBlanks()
        if here() != 0x29 { throw .syntax }
        p += 1
        try readFunctionBody()
    }

    /// An argument: one word, or those that braces make of it.
    func readArgument() throws(ShellMisread) {
        if words.count >= ShellLimits.words { throw .limit }
        let start = bytes.count
        try readWord(.command)
        let word = words[words.count - 1]
        if word.flags.contains(.brace) {
            if dialect == .posix { differs = true } else { expandBraces(start..<bytes.count) }
        }
    }

    private func isDeclarationName(_ index: Int, isFirst: Bool) -> Bool {
        guard isFirst, dialect == .bash || word(index, is: "export") || word(index, is: "readonly") || word(index, is: "local") else {
            return false
        }
        for name: StaticString in ["declare", "typeset", "local", "export", "readonly", "alias"] where word(index, is: name) {
            return true
        }
        return false
    }

    // MARK: Assignments

    /// Where the `=` of an assignment that begins here stands, and the end of the name; nil when it is none. A subscript ends
    /// the search: `hasSubscript`.
    private func assignmentShape() -> (nameEnd: Int, hasSubscript: Bool)? {
        guard ShellByte.startsName(here()) else { return nil }
        let from = p
        defer { p = from }
        while ShellByte.continuesName(here()) { p += 1 }
        let nameEnd = p
        switch here() {
        case 0x3D: return (nameEnd, false)
        case 0x2B where next() == 0x3D, 0x5B:
            if dialect == .posix { differs = true }
            return dialect == .bash ? (nameEnd, here() == 0x5B) : nil
        default: return nil
        }
    }

    /// An assignment before the command's name; false when there is none here.
    func readAssignment() throws(ShellMisread) -> Bool {
        guard let shape = assignmentShape() else { return false }
        let wordStart = words.count
        let byteStart = bytes.count
        readName()
        let name = byteStart..<bytes.count
        var isElement = false
        if shape.hasSubscript {
            _ = try readSubscript()
            isElement = true
            let after = here()
            if after != 0x3D, !(after == 0x2B && next() == 0x3D) {
                // A word after all: `a[…]` with the rest that follows, a pattern whose text is not known.
                var word = Word(start: Int32(byteStart), count: 0, flags: [.unknown, .many])
                if !ShellByte.endsWord(after) {
                    try readWord(.command)
                    dropScratch(words: wordStart, bytes: bytes.count)
                }
                word.count = 0
                words.append(word)
                return true
            }
        }
        if here() == 0x2B { step() }
        p += 1
        if isElement || base[p] == 0x28 { variables.noteArray(scratch(name)) }
        let from = p
        let isInteger = try readAssignedValue(isElement: isElement)
        variables.assign(scratch(name), isInteger: isInteger, value: written(from..<p), in: findings)
        dropScratch(words: wordStart, bytes: byteStart)
        return true
    }

    /// Bytes of the text as they are written.
    private func written(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + range.lowerBound, count: max(0, min(range.upperBound, count) - range.lowerBound))
    }

    /// The value after `=`, perhaps an array; whether it is an integer. Leaves nothing on `words`.
    private func readAssignedValue(isElement: Bool) throws(ShellMisread) -> Bool {
        let wordStart = words.count
        let byteStart = bytes.count
        defer { dropScratch(words: wordStart, bytes: byteStart) }
        if base[p] == 0x28, dialect == .bash {
            p += 1
            return try readArrayElements()
        }
        if here() == 0x28 { throw .syntax }
        if ShellByte.endsWord(here()), !isProcess() { return false }
        try readWord(.value)
        return words[wordStart].flags.contains(.integer) && bytes.count - byteStart < 19
    }

    private func isProcess() -> Bool {
        (here() == 0x3C || here() == 0x3E) && next() == 0x28 && dialect == .bash
    }

    /// `( … )` of an array, from after the parenthesis.
    func readArrayElements() throws(ShellMisread) -> Bool {
        var isInteger = true
        while true {
            try skipLines()
            if p >= count { throw .syntax }
            if here() == 0x29 {
                p += 1
                return isInteger
            }
            if here() == 0x5B {
                // `[subscript]=value`
                isInteger = false
                _ = try readSubscript()
                if here() == 0x2B { p += 1 }
                if here() != 0x3D { continue }
                p += 1
                if ShellByte.endsWord(here()), !isProcess() { continue }
            }
            let wordStart = words.count
            try readArgument()
            for index in wordStart..<words.count where !words[index].flags.contains(.integer) { isInteger = false }
        }
    }

    /// An argument of `declare` and its kin that is an assignment: its value is not split, and may be an array.
    private func readDeclarationArgument() throws(ShellMisread) -> Bool {
        guard let shape = assignmentShape(), !shape.hasSubscript else { return false }
        let byteStart = bytes.count
        readName()
        let name = byteStart..<bytes.count
        if here() == 0x2B {
            addByte(0x2B, quoted: false)
            step()
        }
        addByte(0x3D, quoted: false)
        p += 1
        let valueStart = bytes.count
        if base[p] == 0x28, dialect == .bash {
            let isInteger = try readAssignedValue(isElement: false)
            variables.noteArray(scratch(name))
            variables.assign(scratch(name), isInteger: isInteger, in: findings)
            words.append(Word(start: Int32(byteStart), count: Int32(valueStart - byteStart), flags: [.unknown]))
            return true
        }
        if ShellByte.endsWord(here()), !isProcess() {
            variables.assign(scratch(name), isInteger: false, in: findings)
            words.append(Word(start: Int32(byteStart), count: Int32(bytes.count - byteStart), flags: []))
            return true
        }
        let from = p
        try readWord(.value)
        words.modify(words.count - 1) { word in
            word.count += word.start - Int32(byteStart)
            word.start = Int32(byteStart)
        }
        variables.assign(
            scratch(name), isInteger: words[words.count - 1].flags.contains(.integer), value: written(from..<p), in: findings)
        // dash before 0.5.11 splits such a value; so may other shells. bash does not.
        if !words[words.count - 1].isKnown {
            words.modify(words.count - 1) {
                if dialect == .posix { $0.flags.formUnion(.many) } else if !$0.flags.contains(.brace) { $0.flags.remove(.many) }
            }
        }
        return true
    }

    // MARK: Redirections

    /// A redirection that begins here, with its descriptor; false when there is none.
    func readRedirection() throws(ShellMisread) -> Bool {
        let from = p
        var descriptor = false
        let byte = here()
        if ShellByte.isDigit(byte) {
            var digits = 0
            while ShellByte.isDigit(here()) { (p, digits) = (p + 1, digits + 1) }
            guard here() == 0x3C || here() == 0x3E, dialect == .bash || digits == 1 else {
                if here() == 0x3C || here() == 0x3E { differs = true }
                p = from
                return false
            }
            if digits > ShellLimits.descriptorDigits { throw .limit }
            if isProcess() {
                p = from
                return false
            }
            descriptor = true
        } else if byte == 0x7B {
            guard try readNamedDescriptor() else {
                p = from
                return false
            }
            descriptor = true
        }
        switch here() {
        case 0x26:
            guard !descriptor, dialect == .bash, next() == 0x3E else { return false }
            step()
            p += 1
            if here() == 0x3E { p += 1 }
            try readTarget(isRead: false, isWrite: true)
        case 0x3C:
            if isProcess() { return false }
            try readInput()
        case 0x3E:
            if isProcess() { return false }
            try readOutput()
        default: return false
        }
        return true
    }

    /// `{name}` right before an operator.
    private func readNamedDescriptor() throws(ShellMisread) -> Bool {
        step()
        guard ShellByte.startsName(here()) else { return false }
        let start = bytes.count
        defer { dropScratch(words: words.count, bytes: start) }
        readName()
        if here() == 0x5B { _ = try readSubscript() }
        guard here() == 0x7D else { return false }
        step()
        guard here() == 0x3C || here() == 0x3E, !isProcess() else { return false }
        if dialect == .posix {
            differs = true
            return false
        }
        variables.assign(scratch(start..<bytes.count), isInteger: true, in: findings)
        return true
    }

    private func readInput() throws(ShellMisread) {
        switch step() {
        case 0x3C:
            let third = step()
            if third == 0x3C, dialect == .bash {
                p += 1
                return try dropWord()
            }
            if third == 0x2D { p += 1 }
            try readHereDelimiter(stripsTabs: third == 0x2D)
        case 0x26:
            p += 1
            try readDescriptorTarget(isOutput: false)
        case 0x3E:
            p += 1
            try readTarget(isRead: true, isWrite: true)
        default: try readTarget(isRead: true, isWrite: false)
        }
    }

    private func readOutput() throws(ShellMisread) {
        switch step() {
        case 0x3E, 0x7C:
            p += 1
            try readTarget(isRead: false, isWrite: true)
        case 0x26:
            p += 1
            try readDescriptorTarget(isOutput: true)
        default: try readTarget(isRead: false, isWrite: true)
        }
    }

    /// A here-string: its word is input, nothing is opened.
    private func dropWord() throws(ShellMisread) {
        skipBlanks()
        let wordStart = words.count
        let byteStart = bytes.count
        try readWord(.value)
        dropScratch(words: wordStart, bytes: byteStart)
    }

    /// After `>&` or `<&`: a descriptor, or a file.
    private func readDescriptorTarget(isOutput: Bool) throws(ShellMisread) {
        // To bash `>&-` is whole, whatever follows; to dash it begins a word.
        if here() == 0x2D {
            if dialect == .bash { return p += 1 }
            if !ShellByte.endsWord(next()) { differs = true }
        }
        skipBlanks()
        let wordStart = words.count
        let byteStart = bytes.count
        try readWord(.value)
        let word = words[wordStart]
        var isDescriptor = word.isKnown && word.count > 0
        for at in byteStart..<bytes.count where !ShellByte.isDigit(bytes[at]) {
            if at != bytes.count - 1 || bytes[at] != 0x2D { isDescriptor = false }
        }
        if !word.isKnown, !word.isMany, word.flags.contains(.integer) { isDescriptor = true }
        if !isDescriptor {
            notePath(isOutput ? expandedAgain(word) : word, isRead: !isOutput, isWrite: isOutput)
        }
        dropScratch(words: wordStart, bytes: byteStart)
    }

    /// bash expands the word after `>&` once more when it is no descriptor: `>&'$(id)'` runs `id`, as does `>&"$x"` with that text
    /// in `x`. A value that is no integer is code, and text that a second expansion would change is not known.
    private func expandedAgain(_ word: Word) -> Word {
        if dialect == .posix { differs = true }
        guard word.isKnown else {
            if dialect == .bash { checkInteger(word.flags, variable: word.flags.contains(.oneVariable) ? word.variable : -1) }
            return word
        }
        var word = word
        for at in Int(word.start)..<Int(word.start + word.count) {
            switch bytes[at] {
            case 0x24, 0x60, 0x3C, 0x3E:  // dollar, backquote, process substitution
                if dialect == .bash { findings.unknown.insert(.code) }
                word.flags.insert(.unknown)
            case 0x22, 0x27, 0x2A, 0x3F, 0x5B, 0x5C, 0x7B, 0x7E: word.flags.insert(.unknown)
            default: break
            }
        }
        return word
    }

    private func readTarget(isRead: Bool, isWrite: Bool) throws(ShellMisread) {
        skipBlanks()
        let wordStart = words.count
        let byteStart = bytes.count
        try readWord(.command)
        var word = words[wordStart]
        if word.flags.contains(.brace), dialect == .posix { differs = true }
        if word.flags.contains(.brace), dialect == .bash, word.isKnown {
            for at in byteStart..<bytes.count where bytes[at] == 0x2C || bytes[at] == 0x2E { word.flags.insert(.unknown) }
        }
        notePath(word, isRead: isRead, isWrite: isWrite)
        dropScratch(words: wordStart, bytes: byteStart)
    }

    func notePath(_ word: Word, isRead: Bool, isWrite: Bool) {
        let path = word.isKnown ? scratch(Int(word.start)..<Int(word.start) + Int(word.count)) : nil
        if path == nil { findings.unknown.insert(.redirection) }
        if isRead { findings.append(path: path, isWrite: false) }
        if isWrite { findings.append(path: path, isWrite: true) }
    }
}

// Options of a program, read by its row of the wrapper table as getopt_long does.

/// What an option's value is, or that it has none; the marks of `ShellWrapper`.
enum OptionKind: UInt8 {
    case flag = 0
    case value = 0x3A, attached = 0x3F, text = 0x21, written = 0x3E, readFile = 0x3C, code = 0x24, effect = 0x26
    case codeFlag = 0x25, effectFlag = 0x5E, split = 0x2A

    var hasValue: Bool {
        switch self {
        case .flag, .attached, .codeFlag, .effectFlag: false
        case .value, .text, .written, .readFile, .code, .effect, .split: true
        }
    }

    /// The kind of a short or long option in a row's options; nil when it is not among them.
    static func find(_ name: UnsafeRawBufferPointer, in options: StaticString) -> OptionKind? {
        let text = UnsafeBufferPointer(start: options.utf8Start, count: options.utf8CodeUnitCount)
        var at = 0
        while at < text.count {
            var end = at
            while end < text.count, text[end] != 0x20 { end += 1 }
            if text[at] == 0x2D {
                if name.count == 1 { for index in at + 1..<end where text[index] == name[0] { return .flag } }
            } else if end > at {
                let kind = OptionKind(rawValue: text[end - 1]) ?? .flag
                let length = kind == .flag ? end - at : end - 1 - at
                if length == name.count {
                    var same = true
                    for index in 0..<length where text[at + index] != name[index] { same = false }
                    if same { return kind }
                }
            }
            at = end + 1
        }
        return nil
    }
}

extension ShellReader {
    /// The operand after the options that begin at `first`; nil when an option is not known, or not in the table: then what
    /// follows cannot be told apart. `seen` is told each option.
    func skipOptions(
        _ range: Range<Int>, _ options: StaticString, seen: (UInt8, Word?) -> Void = { _, _ in }
    ) throws(ShellMisread) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            let word = words[index]
            if word.count == 0 { return word.isKnown ? index : nil }
            let first = bytes[Int(word.start)]
            if first != 0x2D { return index }
            if !word.isKnown || word.isMany { return nil }
            if word.count == 1 { return index }
            if bytes[Int(word.start) + 1] == 0x2D {
                if word.count == 2 { return index + 1 }
                guard let after = try readLongOption(index, range.upperBound, options, isStrict: true) else { return nil }
                index = after
            } else {
                guard let after = try readShortOptions(index, range.upperBound, options, isStrict: true, seen) else { return nil }
                index = after
            }
        }
        return index
    }

    /// Applies the options among all words, wherever they stand; those not in the table matter to nobody.
    func applyOptions(_ range: Range<Int>, _ options: StaticString) throws(ShellMisread) {
        var index = range.lowerBound
        while index < range.upperBound {
            let word = words[index]
            guard word.isKnown, word.count > 1, bytes[Int(word.start)] == 0x2D else {
                index += 1
                continue
            }
            let isLong = bytes[Int(word.start) + 1] == 0x2D
            if isLong, word.count == 2 { return }
            let after =
                try isLong
                ? readLongOption(index, range.upperBound, options, isStrict: false)
                : readShortOptions(index, range.upperBound, options, isStrict: false, { _, _ in })
            index = after ?? index + 1
        }
    }

    private func readLongOption(
        _ index: Int, _ end: Int, _ options: StaticString, isStrict: Bool
    ) throws(ShellMisread) -> Int? {
        let word = words[index]
        let start = Int(word.start) + 2
        var nameEnd = start
        while nameEnd < Int(word.start + word.count), bytes[nameEnd] != 0x3D { nameEnd += 1 }
        guard let kind = OptionKind.find(scratch(start..<nameEnd), in: options) ?? abbreviation(start..<nameEnd, options, isStrict) else {
            return isStrict ? nil : index + 1
        }
        if nameEnd < Int(word.start + word.count) {
            try apply(kind, Word(start: Int32(nameEnd + 1), count: word.start + word.count - Int32(nameEnd + 1), flags: word.flags))
            return index + 1
        }
        if !kind.hasValue {
            try apply(kind, nil)
            return index + 1
        }
        guard index + 1 < end, !words[index + 1].isMany else { return isStrict ? nil : index + 1 }
        try apply(kind, words[index + 1])
        return index + 2
    }

    /// A long option may be cut short. Where the table is not strict, anything that may stand for a row's option counts as it.
    private func abbreviation(_ range: Range<Int>, _ options: StaticString, _ isStrict: Bool) -> OptionKind? {
        guard !isStrict, range.count >= 2 else { return nil }
        let text = UnsafeBufferPointer(start: options.utf8Start, count: options.utf8CodeUnitCount)
        var at = 0
        while at < text.count {
            var end = at
            while end < text.count, text[end] != 0x20 { end += 1 }
            if text[at] != 0x2D, end - at > range.count {
                var same = true
                for offset in 0..<range.count where text[at + offset] != bytes[range.lowerBound + offset] { same = false }
                if same { return OptionKind(rawValue: text[end - 1]) ?? .flag }
            }
            at = end + 1
        }
        return nil
    }

    private func readShortOptions(
        _ index: Int, _ end: Int, _ options: StaticString, isStrict: Bool, _ seen: (UInt8, Word?) -> Void
    ) throws(ShellMisread) -> Int? {
        let word = words[index]
        let wordEnd = Int(word.start + word.count)
        var at = Int(word.start) + 1
        while at < wordEnd {
            let letter = bytes[at]
            guard let kind = OptionKind.find(scratch(at..<at + 1), in: options) else {
                if isStrict { return nil }
                at += 1
                continue
            }
            if kind == .attached {
                let value = Word(start: Int32(at + 1), count: Int32(wordEnd - at - 1), flags: word.flags)
                seen(letter, value.count > 0 ? value : nil)
                return index + 1
            }
            if !kind.hasValue {
                seen(letter, nil)
                try apply(kind, nil)
                at += 1
                continue
            }
            if at + 1 < wordEnd {
                let value = Word(start: Int32(at + 1), count: Int32(wordEnd - at - 1), flags: word.flags)
                seen(letter, value)
                try apply(kind, value)
                return index + 1
            }
            guard index + 1 < end, !words[index + 1].isMany else { return isStrict ? nil : index + 1 }
            seen(letter, words[index + 1])
            try apply(kind, words[index + 1])
            return index + 2
        }
        return index + 1
    }

    private func apply(_ kind: OptionKind, _ value: Word?) throws(ShellMisread) {
        switch kind {
        case .flag, .value, .attached, .split: break
        case .text: if let value { try runThroughShell(value) }
        case .written: if let value { notePath(value, isRead: false, isWrite: true) }
        case .readFile: if let value { notePath(value, isRead: true, isWrite: false) }
        case .code, .codeFlag: findings.unknown.insert(.code)
        case .effect, .effectFlag: findings.unknown.insert(.effect)
        }
    }

    /// A word that is run as shell text.
    func runText(_ word: Word, dialect inner: ShellDialect) {
        guard word.isKnown else {
            findings.unknown.insert(.code)
            return
        }
        readProgram(inScratch: Int(word.start)..<Int(word.start + word.count), dialect: inner)
    }

    /// Words joined by a space that are run as shell text.
    func runText(joining range: Range<Int>, dialect inner: ShellDialect) {
        let start = bytes.count
        runText(joined(range), dialect: inner)
        dropScratch(words: words.count, bytes: start)
    }

    /// A word that a program hands to `sh -c`.
    func runThroughShell(_ word: Word) throws(ShellMisread) {
        let (wordStart, byteStart) = (words.count, bytes.count)
        appendConstant("sh")
        appendConstant("-c")
        words.append(word)
        try run(wordStart..<words.count)
        dropScratch(words: wordStart, bytes: byteStart)
    }

    /// Words joined by a space that a program hands to `sh -c`.
    func runThroughShell(joining range: Range<Int>) throws(ShellMisread) {
        let start = bytes.count
        try runThroughShell(joined(range))
        dropScratch(words: words.count, bytes: start)
    }

    /// The words joined by a space, at the end of the scratch bytes; not known where one of them is not.
    private func joined(_ range: Range<Int>) -> Word {
        let start = bytes.count
        for index in range {
            let word = words[index]
            guard word.isKnown, !word.isMany else { return Word(start: Int32(start), count: 0, flags: [.unknown]) }
            if index > range.lowerBound { addByte(0x20, quoted: true) }
            for offset in 0..<Int(word.count) { addByte(bytes[Int(word.start) + offset], quoted: true) }
        }
        return Word(start: Int32(start), count: Int32(bytes.count - start), flags: [])
    }

    /// Appends a word of this text.
    func appendConstant(_ text: StaticString) {
        let start = bytes.count
        for index in 0..<text.utf8CodeUnitCount { addByte(text.utf8Start[index], quoted: true) }
        words.append(Word(start: Int32(start), count: Int32(bytes.count - start), flags: []))
    }
}

// Lists, pipelines and the reserved words that begin a compound command.

/// What ends a list.
enum ListEnd: BitwiseCopyable {
    case text, parenthesis, brace, then, `do`, done, ifBranch, caseBranch
}

/// Words that are reserved where a command may begin.
enum ReservedWord: UInt16 {
    case bang = 1, open, close, condition, `if`, then, elif, `else`, fi, `while`, until, `do`, done, `for`, `case`, esac
    case select, function, time, coproc, `in`

    static let table = WordTable(
        [(words: "! { } [[ if then elif else fi while until do done for case esac select function time coproc in", value: 1)],
        numbered: true)
    /// dash has no such word: there it is a command's name.
    var isOnlyBash: Bool {
        switch self {
        case .condition, .select, .function, .time, .coproc: true
        case .bang, .open, .close, .if, .then, .elif, .else, .fi, .while, .until, .do, .done, .for, .case, .esac, .in: false
        }
    }
}

extension ShellReader {
    /// A whole text. A shell runs its complete lines before it sees a later line's syntax error, so what was found stays.
    func readProgram() throws(ShellMisread) {
        try readList(until: .text, mayBeEmpty: true)
        try readWaitingHereDocuments()
    }

    /// Commands up to what ends the list, which is not passed.
    func readList(until end: ListEnd, mayBeEmpty: Bool = false) throws(ShellMisread) {
        var isEmpty = true
        while true {
            try skipLines()
            if isAtEnd(end) {
                if isEmpty, !mayBeEmpty { throw .syntax }
                return
            }
            if p >= count { throw .syntax }
            try readAndOr()
            isEmpty = false
            skipBlanks()
            switch here() {
            case 0x3B:
                if next() == 0x3B || next() == 0x26 {
                    if end != .caseBranch { throw .syntax }
                    return
                }
                p += 1
            case 0x26: p += 1
            case 0x0A, 0x23: break
            default:
                if !isAtEnd(end) { throw .syntax }
                return
            }
        }
    }

    /// Blanks, newlines and comments; the bodies of waiting here-documents after a newline.
    func skipLines() throws(ShellMisread) {
        while true {
            skipBlanks()
            switch here() {
            case 0x23: skipComment()
            case 0x0A:
                p += 1
                try readWaitingHereDocuments()
            default: return
            }
        }
    }

    private func isAtEnd(_ end: ListEnd) -> Bool {
        switch end {
        case .text: return p >= count
        case .parenthesis: return here() == 0x29
        case .caseBranch: return here() == 0x3B && (next() == 0x3B || next() == 0x26) || reserved()?.word == .esac
        case .brace: return reserved()?.word == .close
        case .then: return reserved()?.word == .then
        case .do: return reserved()?.word == .do
        case .done: return reserved()?.word == .done
        case .ifBranch:
            switch reserved()?.word {
            case .elif, .else, .fi: return true
            default: return false
            }
        }
    }

    /// The reserved word here and where it ends, if one stands here unquoted and alone.
    func reserved() -> (word: ReservedWord, end: Int)? {
        var at = p
        let start = bytes.count
        defer { dropScratch(words: words.count, bytes: start) }
        while true {
            while base[at] == 0x5C, base[at + 1] == 0x0A { at += 2 }
            let byte = base[at]
            if byte >= 0x61 && byte <= 0x7A || byte == 0x21 || byte == 0x7B || byte == 0x7D || byte == 0x5B {
                if bytes.count - start >= 8 { return nil }
                addByte(byte, quoted: false)
                at += 1
            } else {
                break
            }
        }
        guard bytes.count > start, ShellByte.endsWord(base[at]) else { return nil }
        let found = scratch(start..<bytes.count)
        guard let number = ReservedWord.table.find(found, hash: NameHash.of(found)), let word = ReservedWord(rawValue: number) else {
            return nil
        }
        if word.isOnlyBash, dialect == .posix {
            differs = true
            return nil
        }
        return (word, at)
    }

    func expect(_ word: ReservedWord) throws(ShellMisread) {
        skipBlanks()
        guard let found = reserved(), found.word == word else { throw .syntax }
        p = found.end
    }

    private func readAndOr() throws(ShellMisread) {
        while true {
            try readPipeline()
            skipBlanks()
            let byte = here()
            guard byte == 0x26 || byte == 0x7C, next() == byte else { return }
            step()
            p += 1
            try skipLines()
        }
    }

    private func readPipeline() throws(ShellMisread) {
        var mayBeEmpty = false
        var isFirst = true
        while true {
            skipBlanks()
            // Behind a bar `time` is a program.
            prefix: while isFirst, let found = reserved() {
                switch found.word {
                case .bang: p = found.end
                case .time:
                    p = found.end
                    skipTimeOptions()
                default: break prefix
                }
                mayBeEmpty = dialect == .bash
                skipBlanks()
            }
            if isFirst, mayBeEmpty, endsPipeline() { return }
            isFirst = false
            try readCommand()
            skipBlanks()
            guard here() == 0x7C, next() != 0x7C else { return }
            step()
            if here() == 0x26 {
                if dialect == .posix { throw .syntax }
                p += 1
            }
            try skipLines()
        }
    }

    private func endsPipeline() -> Bool {
        switch here() {
        case 0x0A, 0x3B: true
        case 0: p >= count
        default: false
        }
    }

    /// `time -p` and `time --`.
    private func skipTimeOptions() {
        for letter: UInt8 in [0x70, 0x2D] {
            skipBlanks()
            let from = p
            if here() != 0x2D || step() != letter || !ShellByte.endsWord(step()) { p = from }
        }
    }

    /// One command, simple or compound.
    func readCommand() throws(ShellMisread) {
        try deeper { reader throws(ShellMisread) in try reader.readOneCommand() }
    }

    private func readOneCommand() throws(ShellMisread) {
        skipBlanks()
        let byte = here()
        if byte == 0x28 {
            if next() == 0x28, dialect == .bash, try arithmeticEnds() {
                step()
                p += 1
                try readArithmetic(closing: 0x29)
                if step() != 0x29 { throw .syntax }
                p += 1
            } else {
                if next() == 0x28 { differs = differs || dialect == .posix }
                p += 1
                try readList(until: .parenthesis)
                p += 1
            }
            return try readTrailingRedirections()
        }
        guard let found = reserved() else { return try readSimple() }
        if found.word == .in || found.word == .time { return try readSimple() }
        p = found.end
        switch found.word {
        case .open:
            try readList(until: .brace)
            try expect(.close)
        case .if: try readIf()
        case .while, .until:
            try readList(until: .do)
            try readLoopBody()
        case .for, .select: try readFor()
        case .case: try readCase()
        case .condition: try readCondition()
        case .function: return try readFunction()
        case .coproc: return try readCoprocess()
        case .bang: return try readPipeline()
        case .close, .then, .elif, .else, .fi, .do, .done, .esac, .in, .time: throw .syntax
        }
        try readTrailingRedirections()
    }

    /// The redirections after a compound command.
    func readTrailingRedirections() throws(ShellMisread) {
        while true {
            skipBlanks()
            if try readRedirection() { continue }
            return
        }
    }
}

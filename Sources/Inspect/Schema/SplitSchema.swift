// Cuts the text of a schema file into statements: the semicolons outside of quotes, comments, parentheses and routine bodies.

/// One statement of a schema file.
struct SchemaStatement {
    var bytes: Range<Int>
    /// Of its first byte that is not space or comment, from 1.
    var line: Int
    /// Rows follow that are no statement: `COPY … FROM stdin`.
    var holdsRows = false
}

/// Walks over a schema file, in time linear in it. What psql would not send to the server is left out: lines that begin with a
/// backslash between statements, and rows behind `COPY … FROM stdin`.
struct SchemaSplitter {
    let text: UnsafeRawBufferPointer
    private var at = 0
    private var line = 1

    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { at = 3 }
    }

    /// The next statement without its semicolon; nil at the end.
    mutating func next() -> SchemaStatement? {
        while true {
            skipBetween()
            guard at < text.count else { return nil }
            let start = at
            let first = line
            let holdsRows = readStatement()
            let end = at
            if at < text.count { step() }
            if holdsRows { skipRows() }
            if end > start { return SchemaStatement(bytes: start..<end, line: first, holdsRows: holdsRows) }
        }
    }

    private func byte(_ offset: Int) -> UInt8 { offset < text.count ? text[offset] : 0 }

    private mutating func step() {
        if byte(at) == 0x0A { line += 1 }
        at += 1
    }

    private mutating func skipLine() {
        while at < text.count, byte(at) != 0x0A { at += 1 }
    }

    /// Space, comments and psql's own commands.
    private mutating func skipBetween() {
        var isLineStart = at == 0 || byte(at - 1) == 0x0A
        while at < text.count {
            let this = byte(at)
            if ByteClass.isSpace(this) || this == 0x0B {
                isLineStart = this == 0x0A || isLineStart
                step()
            } else if this == 0x5C, isLineStart {
                skipLine()
            } else if !skipComment() {
                return
            }
        }
    }

    private mutating func skipComment() -> Bool {
        if byte(at) == 0x2D, byte(at + 1) == 0x2D {
            skipLine()
            return true
        }
        guard byte(at) == 0x2F, byte(at + 1) == 0x2A else { return false }
        var depth = 0
        repeat {
            if byte(at) == 0x2F, byte(at + 1) == 0x2A {
                depth += 1
                at += 2
            } else if byte(at) == 0x2A, byte(at + 1) == 0x2F {
                depth -= 1
                at += 2
            } else {
                step()
            }
        } while depth > 0 && at < text.count
        return true
    }

    /// To the semicolon, or the end; true when rows of a COPY follow.
    private mutating func readStatement() -> Bool {
        var depth = 0
        var words = StatementWords()
        while at < text.count {
            let this = byte(at)
            if this == 0x3B, depth == 0, !words.isInBody { break }
            if skipComment() { continue }
            switch this {
            case 0x28: depth += 1
            case 0x29: depth = max(0, depth - 1)
            case 0x27:
                skipQuoted(0x27, escapes: hasEscapes)
                continue
            case 0x22:
                skipQuoted(0x22, escapes: false)
                words.add(nil)
                continue
            case 0x24 where skipDollars(): continue
            default:
                if ByteClass.startsIdentifier(this) {
                    let start = at
                    while at < text.count, ByteClass.continuesIdentifier(byte(at)) { at += 1 }
                    words.add(UnsafeRawBufferPointer(rebasing: text[start..<at]))
                    continue
                }
            }
            step()
        }
        return words.holdsRows
    }

    /// `E'…'`.
    private var hasEscapes: Bool {
        guard at > 0, byte(at - 1) | 0x20 == 0x65 else { return false }
        return at == 1 || !ByteClass.continuesIdentifier(byte(at - 2))
    }

    private mutating func skipQuoted(_ quote: UInt8, escapes: Bool) {
        step()
        while at < text.count {
            if escapes, byte(at) == 0x5C { step() } else if byte(at) == quote { break }
            if at < text.count { step() }
        }
        if at < text.count { step() }
    }

    /// `$tag$ … $tag$`; false, with nothing passed, where none begins.
    private mutating func skipDollars() -> Bool {
        if at > 0, ByteClass.continuesIdentifier(byte(at - 1)) { return false }
        var end = at + 1
        while end < text.count, byte(end) != 0x24 {
            guard ByteClass.continuesIdentifier(byte(end)), end > at + 1 || !ByteClass.isDigit(byte(end))
            else { return false }
            end += 1
        }
        guard end < text.count else { return false }
        let tag = at...end
        at = end + 1
        while at < text.count {
            if byte(at) == 0x24, at + tag.count <= text.count,
                text[at..<at + tag.count].elementsEqual(text[tag])
            {
                at += tag.count
                return true
            }
            step()
        }
        return true
    }

    /// The rows of a COPY, up to `\.` on a line of its own.
    private mutating func skipRows() {
        skipLine()
        while at < text.count {
            step()
            let start = at
            skipLine()
            if text[start..<at].elementsEqual("\\.".utf8) || text[start..<at].elementsEqual("\\.\r".utf8) {
                return
            }
        }
    }
}

/// The few words that tell where a statement ends: bodies `BEGIN ATOMIC … END`, and COPY from standard input.
private struct StatementWords {
    private var count = 0
    private var isCreate = false
    private var isRoutine = false
    private var isCopy = false
    private var sawFrom = false
    private var sawBegin = false
    private var depth = 0
    private(set) var holdsRows = false

    var isInBody: Bool { depth > 0 }

    /// nil: a quoted name.
    mutating func add(_ word: UnsafeRawBufferPointer?) {
        count += 1
        guard let word else {
            sawFrom = false
            sawBegin = false
            return
        }
        func has(_ text: StaticString) -> Bool {
            guard word.count == text.utf8CodeUnitCount else { return false }
            for index in 0..<word.count where ByteClass.folded(word[index]) != text.utf8Start[index] {
                return false
            }
            return true
        }
        if count == 1 {
            isCreate = has("create")
            isCopy = has("copy")
        }
        if isCreate, count <= 4, has("function") || has("procedure") { isRoutine = true }
        if isCopy {
            if sawFrom, has("stdin") { holdsRows = true }
            sawFrom = has("from")
        }
        guard isRoutine else { return }
        if depth == 0 {
            if sawBegin, has("atomic") { depth = 1 }
            sawBegin = has("begin")
        } else if has("case") {
            depth += 1
        } else if has("end") {
            depth -= 1
        }
    }
}

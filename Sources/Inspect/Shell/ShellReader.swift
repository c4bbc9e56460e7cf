// The reading of shell text: where it stands, what waits, and how a text inside a text is entered and left.

import Machine

/// What is known of a word that was read.
struct WordFlags: OptionSet, BitwiseCopyable {
    let rawValue: UInt16
    /// A part is not known. The word's bytes are then those before the first such part.
    static let unknown = WordFlags(rawValue: 1)
    /// It may become no word, or several.
    static let many = WordFlags(rawValue: 2)
    /// Some part is quoted.
    static let quoted = WordFlags(rawValue: 4)
    /// An unquoted `{` that brace expansion must look at.
    static let brace = WordFlags(rawValue: 8)
    /// Every literal byte is a digit or a sign, and every unknown part is an integer.
    static let integer = WordFlags(rawValue: 16)
    /// The whole word is one variable, whose number is in `variable`.
    static let oneVariable = WordFlags(rawValue: 32)
    /// An unquoted `*`, `?` or `[…]`.
    static let glob = WordFlags(rawValue: 64)
    /// A part is a substitution or expansion.
    static let expanded = WordFlags(rawValue: 128)
}

/// A word in the reader's scratch memory.
struct Word: BitwiseCopyable {
    var start: Int32
    var count: Int32
    var flags: WordFlags
    var variable: Int32 = -1
    var isKnown: Bool { !flags.contains(.unknown) }
    var isMany: Bool { flags.contains(.many) }
}

/// A here-document whose body comes after the line.
struct PendingHere: BitwiseCopyable {
    /// The delimiter, in the reader's `delimiters`.
    var start: Int32
    var count: Int32
    var isQuoted: Bool
    var stripsTabs: Bool
}

/// Reads shell text by recursive descent and writes what it finds as it goes. No tree is built.
final class ShellReader {
    // The text being read. It ends with a NUL that is not part of it, so looking one byte ahead needs no check.
    var base: UnsafePointer<UInt8>
    var count = 0
    var p = 0
    var dialect = ShellDialect.bash

    /// Texts being read, one for each depth of text inside text; reused.
    private var texts: [ArenaBuffer<UInt8>] = []
    private var textDepth = 0

    /// Scratch: bytes of words, with a mark for each that says whether it was quoted; and the words, innermost command last.
    let bytes = ArenaBuffer<UInt8>(capacity: 4096)
    let marks = ArenaBuffer<UInt8>(capacity: 4096)
    let words = ArenaBuffer<Word>(capacity: 256)
    let pending = ArenaBuffer<PendingHere>(capacity: 8)
    let delimiters = ArenaBuffer<UInt8>(capacity: 64)
    let variables = ShellVariables()

    /// Waiting here-documents below this one belong to an outer text, or to the command around a substitution.
    var pendingBase = 0
    var depth = 0
    var budget = 0
    /// Something was read that another sh reads in another way.
    var differs = false
    /// A program's own file was run, which the text may have written.
    var ranFile = false
    var wordMode = WordMode.command
    /// Between `[[` and `]]`, where a word may hold a pattern list.
    var insideCondition = false
    /// In the body of a here-document.
    var insideHereDocument = false
    var findings: ShellFindings

    init() {
        let empty = ArenaBuffer<UInt8>(capacity: 1)
        empty.append(0)
        texts.append(empty)
        base = empty.base
        findings = ShellFindings()
    }

    /// Reads a whole text into `findings`.
    func read(_ text: UnsafeRawBufferPointer, dialect: ShellDialect, into found: ShellFindings) {
        findings = found
        bytes.removeAll()
        marks.removeAll()
        words.removeAll()
        pending.removeAll()
        delimiters.removeAll()
        variables.clear()
        (pendingBase, depth, textDepth, differs, wordMode) = (0, 0, 0, false, .command)
        (insideCondition, insideHereDocument, ranFile) = (false, false, false)
        budget = text.count * ShellLimits.readingsPerByte + ShellLimits.readingsConstant
        readWhole(text, dialect: dialect)
    }

    /// Reads the text once more as bash does, and adds what that finds.
    func readAgain(_ text: UnsafeRawBufferPointer, into found: ShellFindings) {
        variables.clear()
        readWhole(text, dialect: .bash)
    }

    private func readWhole(_ text: UnsafeRawBufferPointer, dialect: ShellDialect) {
        if text.count > ShellLimits.textBytes { return refuse() }
        if text.contains(0) { refuse() }
        let first = text.firstIndex(of: 0) ?? text.count
        readNested(UnsafeRawBufferPointer(rebasing: text[0..<first]), dialect: dialect) { reader throws(ShellMisread) in
            try reader.readProgram()
        }
        variables.finish(into: findings)
        if variables.mayChangeLocale, Self.mayHoldCharacters(text) { findings.unknown.insert(.code) }
        if ranFile, mayHaveWritten { findings.unknown.insert(.code) }
    }

    /// Whether some byte is beyond ASCII, or may be written so in `$'…'`.
    private static func mayHoldCharacters(_ text: UnsafeRawBufferPointer) -> Bool {
        for at in 0..<text.count where text[at] >= 0x80 || text[at] == 0x24 && at + 1 < text.count && text[at + 1] == 0x27 { return true }
        return false
    }

    /// Whether the text writes a file that it may run.
    private var mayHaveWritten: Bool {
        if findings.unknown.contains(.redirection) { return true }
        for path in findings.writes.buffer where !findings.bytes(path.text).starts(with: "/dev/".utf8) { return true }
        return false
    }

    /// The text, or one inside it, is not read to its end.
    func refuse() {
        findings.refused = true
        findings.unknown.formUnion(.code)
    }

    /// Pays for reading so many bytes.
    func spend(_ amount: Int) throws(ShellMisread) {
        budget -= amount
        if budget < 0 { throw .limit }
    }

    /// Goes one level deeper for the time of `body`.
    func deeper(_ body: (ShellReader) throws(ShellMisread) -> Void) throws(ShellMisread) {
        depth += 1
        defer { depth -= 1 }
        if depth > ShellLimits.nesting { throw .limit }
        try body(self)
    }

    /// Reads a text that this text runs. What goes wrong in it is noted and ends only it: a shell reads such a text when it
    /// runs it, so the words around it have their effect.
    func readNested(
        _ text: UnsafeRawBufferPointer, dialect inner: ShellDialect, _ body: (ShellReader) throws(ShellMisread) -> Void
    ) {
        if depth >= ShellLimits.nesting { return refuse() }
        budget -= text.count
        if budget < 0 { return refuse() }
        textDepth += 1
        while texts.count <= textDepth { texts.append(ArenaBuffer<UInt8>(capacity: 256)) }
        let copy = texts[textDepth]
        copy.removeAll()
        _ = copy.append(bytes: text)
        copy.append(0)
        let outer = (base, count, p, dialect, pendingBase, depth, wordMode, pending.count)
        (base, count, p, dialect, pendingBase, wordMode) = (copy.base, text.count, 0, inner, pending.count, .command)
        let wordCount = words.count
        let byteCount = bytes.count
        let wasInCondition = insideCondition
        insideCondition = false
        depth += 1
        do throws(ShellMisread) { try body(self) } catch { refuse() }
        words.truncate(to: wordCount)
        bytes.truncate(to: byteCount)
        marks.truncate(to: byteCount)
        pending.truncate(to: outer.7)
        (base, count, p, dialect, pendingBase, depth, wordMode, _) = outer
        insideCondition = wasInCondition
        textDepth -= 1
    }

    /// Reads scratch bytes as a program of its own, both ways where shells differ.
    func readProgram(inScratch range: Range<Int>, dialect inner: ShellDialect) {
        let before = differs
        differs = false
        readNested(scratch(range), dialect: inner) { reader throws(ShellMisread) in try reader.readProgram() }
        if inner == .posix, differs {
            readNested(scratch(range), dialect: .bash) { reader throws(ShellMisread) in try reader.readProgram() }
        }
        differs = before || (differs && dialect == .posix)
    }

    func scratch(_ range: Range<Int>) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: bytes.base + range.lowerBound, count: range.count)
    }

    // MARK: Bytes

    /// The byte here, after any line continuations; 0 at the end.
    @inline(__always) func here() -> UInt8 {
        var byte = base[p]
        while byte == 0x5C, base[p + 1] == 0x0A {
            p += 2
            byte = base[p]
        }
        return byte
    }

    /// The byte after the one here, which must not be the end.
    @inline(__always) func next() -> UInt8 {
        var at = p + 1
        while base[at] == 0x5C, base[at + 1] == 0x0A { at += 2 }
        return base[at]
    }

    /// Goes past the byte here and gives the one after it.
    @inline(__always) @discardableResult func step() -> UInt8 {
        p += 1
        return here()
    }

    func skipBlanks() {
        while true {
            let byte = here()
            if byte == 0x20 || byte == 0x09 { p += 1 } else { return }
        }
    }

    /// Goes to the end of a comment that begins here. A backslash does not continue it.
    func skipComment() {
        while p < count, base[p] != 0x0A { p += 1 }
    }

    @inline(__always) func addByte(_ byte: UInt8, quoted: Bool) {
        bytes.append(byte)
        marks.append(quoted ? 1 : 0)
    }

    func dropScratch(words wordCount: Int, bytes byteCount: Int) {
        words.truncate(to: wordCount)
        bytes.truncate(to: byteCount)
        marks.truncate(to: byteCount)
    }
}

/// Bytes by what they are to the shell's reader.
enum ShellByte {
    /// Ends an unquoted word: blanks, newline, `;&|<>()`, and the NUL that stands for the end.
    @inline(__always) static func endsWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 0, 0x09, 0x0A, 0x20, 0x26, 0x28, 0x29, 0x3B, 0x3C, 0x3E, 0x7C: true
        default: false
        }
    }
    @inline(__always) static func startsName(_ byte: UInt8) -> Bool {
        byte >= 0x61 && byte <= 0x7A || byte >= 0x41 && byte <= 0x5A || byte == 0x5F
    }
    @inline(__always) static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    @inline(__always) static func continuesName(_ byte: UInt8) -> Bool { startsName(byte) || isDigit(byte) }
}

/// Where a word stands, which changes what ends it and what is expanded in it.
enum WordMode: BitwiseCopyable {
    /// An argument: braces, globs and word splitting count.
    case command
    /// The value of an assignment: one word, whatever it holds.
    case value
    /// Inside `[[ ]]`, or the word and the patterns of `case`: one word.
    case single
    /// After `=~`: parentheses and bars are part of it.
    case regex
}

// The door of the shell inspector: a text in, its commands, files and what is not known out.

import Machine

/// Takes shell texts apart. One is reused for many texts: once warm it allocates nothing but for brace expansion. Not
/// thread-safe. Time is linear in the text; every bound is in `ShellLimits`.
///
/// Never laxer than the truth: every program that bash or dash would run for the text, in any branch and with any input, is in
/// the commands, or a kind of `ShellUnknowns` says what is missing. Functions, loops and branches count as run.
public final class ShellInspector {
    /// Seen by tests, which ask how much it did.
    let reader = ShellReader()

    public init() {}

    /// Reads `text` as a whole program. `findings` is cleared first.
    public func inspect(_ text: UnsafeRawBufferPointer, dialect: ShellDialect, into findings: ShellFindings) {
        findings.clear()
        findings.textCount = text.count
        reader.read(text, dialect: dialect, into: findings)
        if dialect == .posix, reader.differs { reader.readAgain(text, into: findings) }
    }

    /// Writes the findings as one statement of kind `command`: an access `run` for each command with its words in normal form,
    /// `read` and `write` for files, `unknown` for what is not known. `inspection` is cleared first.
    public func fill(_ findings: ShellFindings, into inspection: Inspection) {
        inspection.clear()
        var statement = Statement()
        statement.kind = inspection.intern("command")
        statement.text = TextRef(offset: 0, count: UInt32(findings.textCount))
        for index in 0..<findings.commands.count {
            let command = findings.commands[index]
            let start = inspection.text.count
            ShellNormalForm.append(command, of: findings, to: inspection)
            append(.run, .program, TextRef(offset: UInt32(start), count: UInt32(inspection.text.count - start)), inspection)
        }
        for index in 0..<findings.writes.count { appendPath(findings.writes[index], .write, findings, inspection) }
        for index in 0..<findings.reads.count { appendPath(findings.reads[index], .read, findings, inspection) }
        for (kind, name) in ShellUnknowns.all where findings.unknown.contains(kind) {
            append(.unknown, .any, inspection.intern(name), inspection)
        }
        if findings.refused { append(.unknown, .any, inspection.intern("not understood"), inspection) }
        statement.accessCount = UInt32(inspection.accesses.count)
        inspection.append(statement)
    }

    private func append(_ verb: Verb, _ objectClass: ObjectClass, _ name: TextRef, _ inspection: Inspection) {
        inspection.append(Access(verb: verb, objectClass: objectClass, statement: 0, name: name))
    }

    /// A path that is not known is the unknown `redirection` already.
    private func appendPath(_ path: ShellPath, _ verb: Verb, _ findings: ShellFindings, _ inspection: Inspection) {
        guard path.isKnown else { return }
        append(verb, .file, inspection.intern(findings.bytes(path.text)), inspection)
    }
}

/// The one form in which rules see a command line.
public enum ShellNormalForm {
    /// Appends the words of a command, joined by one space; a word that a shell would not read as itself is in single quotes,
    /// an unknown one is `…`.
    static func append(_ command: ShellCommand, of findings: ShellFindings, to inspection: Inspection) {
        for index in 0..<Int(command.wordCount) {
            if index > 0 { inspection.appendTextByte(0x20) }
            let word = findings.words[Int(command.firstWord) + index]
            if word.isKnown { appendWord(findings.bytes(word.text), to: inspection) } else { _ = inspection.intern("…") }
        }
    }

    /// The command line for people and tests.
    public static func text(of command: ShellCommand, in findings: ShellFindings) -> String {
        let inspection = Inspection()
        append(command, of: findings, to: inspection)
        return String(decoding: inspection.text.buffer, as: UTF8.self)
    }

    private static func appendWord(_ bytes: UnsafeRawBufferPointer, to inspection: Inspection) {
        var isPlain = !bytes.isEmpty
        for byte in bytes where !isPlainByte(byte) { isPlain = false }
        if isPlain {
            _ = inspection.intern(bytes)
            return
        }
        inspection.appendTextByte(0x27)
        for byte in bytes {
            if byte == 0x27 { _ = inspection.intern("'\\''") } else { inspection.appendTextByte(byte) }
        }
        inspection.appendTextByte(0x27)
    }

    /// Bytes that need no quotes anywhere in a word. The ellipsis that stands for an unknown word is none of them.
    private static func isPlainByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x25, 0x2B, 0x2C, 0x2D, 0x2E, 0x2F, 0x3A, 0x3D, 0x40, 0x5F, 0x5E: true
        default: false
        }
    }
}

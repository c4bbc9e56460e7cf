// libFuzzer's door to the shell inspector. Seeds: the texts of Tests/InspectTests/ShellCases.

import Inspect
import Machine

nonisolated(unsafe) private let inspector = ShellInspector()
nonisolated(unsafe) private let findings = ShellFindings()
nonisolated(unsafe) private let again = ShellFindings()
nonisolated(unsafe) private let inspection = Inspection()

/// The first byte chooses the dialect, the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    let text = UnsafeRawBufferPointer(start: data + 1, count: size - 1)
    let dialect: ShellDialect = data[0] & 1 == 0 ? .bash : .posix
    inspector.inspect(text, dialect: dialect, into: findings)
    inspector.fill(findings, into: inspection)
    formsReadAsThemselves()
    if !findings.refused, size < 4096 { blankLinesChangeNothing(text, dialect) }
    return 0
}

/// The form of a command that rules see is shell text for the same words.
private func formsReadAsThemselves() {
    for index in 0..<min(findings.commands.count, 8) {
        let command = findings.commands[index]
        guard command.countIsKnown, command.wordCount < 64 else { continue }
        let words = findings.words.buffer[Int(command.firstWord)..<Int(command.firstWord + command.wordCount)]
        // Invalid UTF-8 does not survive a String, which this judge uses.
        guard words.allSatisfy({ $0.isKnown && String(validating: findings.bytes($0.text), as: UTF8.self) != nil }) else { continue }
        let form = "x " + ShellNormalForm.text(of: command, in: findings)
        Array(form.utf8).withUnsafeBytes { inspector.inspect($0, dialect: .bash, into: again) }
        guard again.commands.count > 0, again.words(of: again.commands[0]) == ["x"] + findings.words(of: command) else {
            // The marks that shells use themselves are never known.
            if form.utf8.contains(where: { $0 == 0x01 || $0 == 0x7F || $0 == 0 }) { continue }
            preconditionFailure("a form is read as other words")
        }
    }
}

/// A blank line and a comment before a text change nothing that is found in it.
private func blankLinesChangeNothing(_ text: UnsafeRawBufferPointer, _ dialect: ShellDialect) {
    var longer = Array("\n# a comment\n\n".utf8)
    longer += text
    longer.withUnsafeBytes { inspector.inspect($0, dialect: dialect, into: again) }
    guard again.commands.count == findings.commands.count, again.unknown == findings.unknown, again.refused == findings.refused,
        again.writes.count == findings.writes.count, again.reads.count == findings.reads.count
    else { preconditionFailure("a blank line changes what is found") }
}

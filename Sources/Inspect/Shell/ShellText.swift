// What was found in a shell text, for people: one line each.

import Machine

/// A shell text's findings for people.
public enum ShellText {
    /// One line for each command (`?` for a word that is not known, `…` where there may be more), path and unknown.
    public static func lines(_ found: ShellFindings) -> [String] {
        var lines = found.commands.buffer.map { command in
            "run " + found.words(of: command).map { $0.map(quoted) ?? "?" }.joined(separator: " ") + (command.countIsKnown ? "" : " …")
        }
        lines += found.reads.buffer.map { "read " + ($0.isKnown ? quoted(found.string($0.text)) : "?") }
        lines += found.writes.buffer.map { "write " + ($0.isKnown ? quoted(found.string($0.text)) : "?") }
        lines += ShellUnknowns.all.filter { found.unknown.contains($0.kind) }.map { "unknown \($0.name)" }
        if found.refused { lines.append("refused: not read to its end") }
        return lines
    }

    private static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "_-./:=,@%+".utf8.contains(byte)
        }
        return isPlain ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

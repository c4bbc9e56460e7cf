// Answers of `postern inspect --kind shell`: the commands, paths and unknowns of one shell text.

import Inspect
import Machine

/// Shell: each text is one script of a shell of its own.
struct ShellBatchAnswerer: BatchAnswerer {
    private let inspector = ShellInspector()
    private let found = ShellFindings()
    let dialect: ShellDialect

    init(dialect: ShellDialect) { self.dialect = dialect }

    mutating func answer(_ text: UnsafeRawBufferPointer, into line: inout LineJSON) {
        inspector.inspect(text, dialect: dialect, into: found)
        line.key("refused")
        line.boolean(found.refused)
        line.key("commands")
        line.array { line in
            for command in found.commands.buffer { self.command(command, &line) }
        }
        line.key("writes")
        line.array { paths(found.writes, &$0) }
        line.key("reads")
        line.array { paths(found.reads, &$0) }
        line.key("unknown")
        line.array { line in
            for (kind, name) in ShellUnknowns.all where found.unknown.contains(kind) { line.string("\(name)") }
        }
    }

    private func command(_ command: ShellCommand, _ line: inout LineJSON) {
        let words = found.words.buffer[Int(command.firstWord)..<Int(command.firstWord + command.wordCount)]
        line.object { line in
            line.key("name")
            if let name = words.first { word(name, &line) } else { line.null() }
            line.key("argv")
            line.array { line in for item in words { word(item, &line) } }
            line.key("whole")
            line.boolean(command.countIsKnown)
        }
    }

    private func word(_ word: ShellWord, _ line: inout LineJSON) {
        if word.isKnown { line.string(found.bytes(word.text)) } else { line.null() }
    }

    /// What a redirection opens; null where it is not known.
    private func paths(_ paths: ArenaBuffer<ShellPath>, _ line: inout LineJSON) {
        for path in paths.buffer { if path.isKnown { line.string(found.bytes(path.text)) } else { line.null() } }
    }
}

/// A shell text's findings for people.
enum ShellText {
    static func lines(_ found: ShellFindings) -> [String] {
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

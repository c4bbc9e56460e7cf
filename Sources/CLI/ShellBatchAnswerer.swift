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

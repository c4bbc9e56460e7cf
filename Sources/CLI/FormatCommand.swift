// `postern fmt`: the one way to lay out a policy file.

import ArgumentParser
import Foundation
import PolicyLang

struct FormatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt", abstract: "Lay out policy files in the one canonical way.",
        discussion: """
            Rewrites the files in place and prints the names of those that changed. Comments are kept, meaning never changes.

              postern fmt policies/
              postern fmt --check policies/     (for CI: changes nothing, exit status 1 when a file would change)
              postern fmt - < shop.postern      (standard input to standard output)
            """)

    @Argument(help: "Policy files, directories, or - for standard input.")
    var paths: [String]
    @Flag(name: .long, help: "Change nothing; exit status 1 when a file would change.")
    var check = false

    func run() throws {
        try Output.run {
            if paths == ["-"] { return try formatStandardInput() }
            var changed = false
            var wrong = false
            for file in try PolicyFileReader.read(paths) {
                guard let text = format(file) else {
                    wrong = true
                    continue
                }
                guard Array(text.utf8) != file.bytes else { continue }
                changed = true
                Output.print(file.path)
                if !check { try CommandFile.write(text.utf8, to: file.path) }
            }
            if wrong || (check && changed) { throw ExitStatus.found }
        }
    }

    private func formatStandardInput() throws {
        let data = FileHandle.standardInput.readDataToEndOfFile()
        guard let text = format(SourceFile(path: "<stdin>", bytes: [UInt8](data))) else { throw ExitStatus.found }
        if check {
            if Array(text.utf8) != [UInt8](data) { throw ExitStatus.found }
        } else {
            try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
        }
    }

    /// nil, after saying why, for a file with syntax errors: those are not laid out.
    private func format(_ file: SourceFile) -> String? {
        let parsed = Parser.parse(file)
        guard let text = PolicyFormatter.format(parsed) else {
            Output.diagnostics(parsed.diagnostics, [file])
            return nil
        }
        return text
    }
}

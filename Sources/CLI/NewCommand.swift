// `postern new`: a policy repository to begin with, that already passes its own checks.

import ArgumentParser
import Compiler
import Foundation
import Machine
import PolicyLang

struct NewCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Make a policy repository: policies, their tests, CI for GitHub and GitLab, a pre-commit hook.",
        discussion: """
            The directory must not be there yet, or be empty. What is made passes fmt --check, check --strict, lint and test --require-coverage.

              postern new access-policies
              postern new access-policies --name shop
            """)

    @Argument(help: "Where to make it.", completion: .directory)
    var directory: String
    @Option(name: .long, help: "The policy's name.")
    var name = "access"

    func run() throws {
        try Output.run {
            let files = try checked(RepositoryTemplate.files(policy: name))
            try prepare()
            for file in files { try write(file) }
            Output.print(files.map { directory + "/" + $0.path }.joined(separator: "\n"))
        }
    }

    /// Policies laid out, and compiled: a name that cannot be one is found before anything is written.
    private func checked(_ files: [RepositoryTemplate.File]) throws -> [RepositoryTemplate.File] {
        var checked = files
        var sources: [SourceFile] = []
        for (index, file) in files.enumerated() where file.path.hasSuffix("." + PolicyFileReader.fileExtension) {
            let source = SourceFile(path: file.path, text: file.text, index: sources.count)
            guard let text = PolicyFormatter.format(Parser.parse(source)) else { throw Impossible("'\(name)' cannot be a policy's name") }
            checked[index].text = text
            sources.append(source)
        }
        let compiled = PolicyCompiler.compile(files: sources, options: CompileOptions(date: BuildClock.now()))
        guard compiled.diagnostics.isEmpty else { throw Impossible("'\(name)' cannot be a policy's name") }
        return checked
    }

    private func prepare() throws {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) {
            let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
            // A repository that was made empty, by git or a code host, is empty enough.
            guard isDirectory.boolValue, names?.allSatisfy({ $0 == ".git" }) == true else {
                throw Impossible("\(directory) is there already, and not empty")
            }
        }
    }

    private func write(_ file: RepositoryTemplate.File) throws {
        let url = URL(fileURLWithPath: directory).appendingPathComponent(file.path)
        do {
            try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: url, options: .atomic)
            if file.isExecutable { try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: url.path) }
        } catch {
            throw Impossible("\(url.path) cannot be written")
        }
    }
}

// `postern lsp`: the language server, for editors.

import ArgumentParser
import Compiler
import Foundation
import Harness
import LanguageServer
import Machine
import PolicyLang

struct LspCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lsp", abstract: "Speak the Language Server Protocol on standard input and output.",
        discussion: """
            Started by an editor: diagnostics as one types, hover, completion, definitions, references, rename, formatting, code
            actions, semantic tokens, and a lens that runs tests. docs/editors.md says how each editor is told of it.

              postern lsp --stdio
            """)

    @Flag(name: .long, help: "Standard input and output, which is the only way; editors like to say so.")
    var stdio = false

    func run() throws {
        // An editor that dies shall not leave a signal behind that looks like a crash.
        signal(SIGPIPE, SIG_IGN)
        let session = LanguageSession(LspWorld.surroundings, version: PosternCommand.configuration.version)
        let status = ServerLoop(session, input: .standardInput, output: .standardOutput).run()
        if status != 0 { throw ExitCode(status) }
    }
}

/// Files, clock and test runner of the language server.
enum LspWorld {
    /// Directory entries that a workspace is searched through for policy files; what lies behind is not found.
    private static let entryLimit = 200_000
    /// Policy files of one folder: more than a compilation takes, so that it says so.
    private static let fileLimit = 2 * CompilerLimits.files

    static var surroundings: ServerSurroundings {
        ServerSurroundings(
            policyFiles: policyFiles, read: { PolicyFileReader.schema($0) }, secondsSince1970: { BuildClock.now().seconds }, store: store,
            runTests: runTests)
    }

    /// Files that end in `.postern`. Hidden folders and installed packages hold none of one's own.
    private static func policyFiles(_ root: String, _ isDeep: Bool) -> [String] {
        var found: [String] = []
        var folders = [root]
        var entries = 0
        while let folder = folders.popLast() {
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder).sorted()) ?? [] {
                entries += 1
                if entries > entryLimit || found.count >= fileLimit { return found }
                let path = folder + "/" + name
                if name.hasSuffix("." + PolicyFileReader.fileExtension) {
                    found.append(path)
                } else if isDeep, !name.hasPrefix("."), name != "node_modules", isFolder(path) {
                    folders.append(path)
                }
            }
        }
        return found
    }

    /// Links are not followed, so that a circle of them ends.
    private static func isFolder(_ path: String) -> Bool {
        let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
        return type == .typeDirectory
    }

    /// A page below the user's cache, which says by its rights that it is only to be read.
    private static func store(_ name: String, _ text: String) -> String? {
        let environment = ProcessInfo.processInfo.environment
        let base = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? environment["HOME"].map { $0 + "/.cache" }
        guard let base else { return nil }
        let path = "\(base)/postern/\(PosternCommand.configuration.version)/\(name)"
        let data = Data(text.utf8)
        let files = FileManager.default
        if files.contents(atPath: path) == data { return path }
        let folder = (path as NSString).deletingLastPathComponent
        do {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try? files.removeItem(atPath: path)
            try data.write(to: URL(fileURLWithPath: path), options: .atomic)
            try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
            return path
        } catch {
            return nil
        }
    }

    private static func runTests(_ compilation: Compilation, _ tests: [PolicyTest]) -> [TestVerdict] {
        guard let program = compilation.program, let bytes = try? PolicyEncoder.bytes(of: program),
            let policy = try? BundleReader.load(bytes, "the compiled policy")
        else { return [] }
        var runner = TestRunner(policy)
        let report = runner.run(tests.map { TestCase($0, compilation.sources, BuildClock.now()) })
        return report.results.map { result in
            TestVerdict(
                title: result.title, steps: result.steps,
                failures: result.failures.map { failure in
                    var lines = ["expected \(failure.expected), got \(failure.actual)"]
                    if let access = failure.access { lines.append("access: \(access)") }
                    if let rule = failure.rule { lines.append("rule: \(rule)" + (failure.rulePlace.map { " at \($0.path):\($0.line)" } ?? "")) }
                    if let reason = failure.reason { lines.append("because: \(reason)") }
                    return .init(path: failure.place.path, line: failure.place.line, text: lines.joined(separator: "\n"))
                })
        }
    }
}

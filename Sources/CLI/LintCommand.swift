// `postern lint`: advice about policies that compile, and mending where the meaning stays.

import ArgumentParser
import Compiler
import Foundation
import Harness
import Machine
import PolicyLang

struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Say what is right but not good in policy files, and mend what is safe to.",
        discussion: """
            Advice with its place and what to write instead; `postern explain L0011` says why. The policies must compile first.

              postern lint policies/
              postern lint --fix policies/            (mends in place, where the meaning stays the same, and keeps comments)
              postern lint policies/ --format sarif   (also json, github, junit)

            A comment `// lint:allow L0011 reason`, on the line or above the declaration, silences one code there.

            Exit status 1 when there is a warning left, or the policy has errors; notes alone are no failure.
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .long, help: "How to print the answer: text, json, sarif, github (workflow commands) or junit.")
    var format: CheckFormat = .text
    @Flag(name: .long, help: "Mend what can be mended without changing what the policy means.")
    var fix = false
    @Option(name: .long, help: "How many days before its end a rule is worth a word.")
    var days: Int64 = 30
    @Flag(name: .long, help: "Do not run the policy's tests to see which rules none of them decides.")
    var withoutTests = false

    func run() throws {
        try Output.run {
            let files = try PolicyFileReader.read(input.paths)
            let options = CompileOptions(date: try input.moment(), readSchema: PolicyFileReader.schema)
            let lint = LintOptions(untested: try untested(files, options), days: days)
            var looked = files
            if fix {
                let fixes = LintFixes(files: files, root: input.root, options: options, lint: lint)
                try write(fixes, over: files)
                looked = fixes.files
            }
            let result = PolicyLint.lint(files: looked, root: input.root, options: options, lint: lint)
            try show(result)
            if result.diagnostics.contains(where: { $0.severity != .note }) { throw ExitStatus.found }
        }
    }

    private func show(_ result: PolicyLint.Result) throws {
        switch format {
        case .text: Output.print(Self.text(result))
        case .json: try Output.json(LintRecord(result))
        case .sarif: try Output.json(SarifReport(result.diagnostics, result.sources, version: PosternCommand.configuration.version))
        case .github: Output.write(WorkflowCommands.text(result.diagnostics, result.sources))
        case .junit: Output.print(JUnitReport(check: result.diagnostics, result.sources, strict: true).text)
        }
    }

    private static func text(_ result: PolicyLint.Result) -> String {
        if result.hasErrors { return Diagnostics.text(result.diagnostics, result.sources) }
        let warnings = result.diagnostics.count { $0.severity == .warning }
        let mendable = result.diagnostics.count { $0.fixIt != nil }
        return DiagnosticText.render(result.diagnostics, files: result.sources)
            + "\(warnings) warnings, \(result.diagnostics.count - warnings) notes"
            + (mendable > 0 ? "; --fix can mend \(mendable) of them" : "")
    }

    /// Rules that no test decides; nil where that is not asked, or the policy has errors.
    private func untested(_ files: [SourceFile], _ options: CompileOptions) throws -> Set<String>? {
        guard !withoutTests else { return nil }
        let compiled = PolicyCompiler.compile(files: files, root: input.root, options: options)
        guard let program = compiled.program else { return nil }
        var runner = TestRunner(try BundleReader.load(PolicyEncoder.bytes(of: program), "the compiled policy"))
        let report = runner.run(compiled.tests.map { TestCase($0, compiled.sources, options.date) })
        return Set(report.coverage.uncovered.map(\.name))
    }

    private func write(_ fixes: LintFixes, over files: [SourceFile]) throws {
        for (old, new) in zip(files, fixes.files) where old.bytes != new.bytes {
            try CommandFile.write(new.bytes, to: new.path)
        }
        if format == .text, fixes.count > 0 { Output.print("mended: \(fixes.count)") }
    }
}

/// What `lint --format json` prints.
private struct LintRecord: Encodable {
    var ok: Bool
    var diagnostics: [DiagnosticRecord]

    init(_ result: PolicyLint.Result) {
        ok = !result.diagnostics.contains { $0.severity != .note }
        diagnostics = result.diagnostics.map { DiagnosticRecord($0, files: result.sources) }
    }
}

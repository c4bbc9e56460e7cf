// `postern docs`: who may do what on which resource, as a page.

import ArgumentParser
import Compiler
import Foundation

struct DocsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "docs", abstract: "Write who may do what on which resource, as Markdown or HTML.",
        discussion: """
            From the rules and their /// comments: a table for each resource, every rule with its clauses, and the names that rules use.

              postern docs policies/ > POLICY.md
              postern docs policies/ --format html --output policy.html

            Exit status 1 when the policy has errors; nothing is written then.
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .long, help: "How to write the page: markdown or html.")
    var format: PageFormat = .markdown
    @Option(name: .shortAndLong, help: "Where to write the page. Default: standard output.")
    var output: String?

    func validate() throws {
        if output?.hasSuffix("." + PolicyFileReader.fileExtension) == true {
            throw ValidationError("--output names a policy file; the page would overwrite it")
        }
    }

    func run() throws {
        try Output.run {
            let compiled = try input.compile()
            guard !compiled.hasErrors else {
                Output.diagnostics(compiled.diagnostics, compiled.sources)
                throw ExitStatus.found
            }
            let page = format == .html ? PolicyPage(compiled).html : PolicyPage(compiled).markdown
            guard let output else { return Output.write(page) }
            try CommandFile.write(page.utf8, to: output)
        }
    }
}

/// `--format` of `docs`.
enum PageFormat: String, ExpressibleByArgument, CaseIterable {
    case markdown, html
}

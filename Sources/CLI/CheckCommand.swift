// `postern check`: are these policy files right, and what do they cost?

import ArgumentParser
import Compiler
import Foundation
import PolicyLang

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check policy files: syntax, names, types, expiry, cost.",
        discussion: """
            Prints every mistake with its place and what to write instead, then the worst-case cost of each rule's condition. Rules
            that make no difference to any request are found by an argument over all of them.

              postern check policies/
              postern check shop.postern --format json
              postern check policies/ --format github     (places shown in a pull request; also sarif, junit)

            Exit status 1 when there is an error (or, with --strict, a warning).
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .long, help: "How to print the answer: text, json, sarif, github (workflow commands) or junit.")
    var format: CheckFormat = .text
    @Flag(name: .long, help: "Warnings count as errors.")
    var strict = false
    @Flag(name: .long, help: "Only the diagnostics, without the costs.")
    var quiet = false
    @Flag(name: .long, help: "Do not argue about which rules make no difference (C0610 to C0613): quicker for a very large policy.")
    var withoutProofs = false

    func run() throws {
        try Output.run {
            let compiled = try input.compile(findsDeadRules: !withoutProofs)
            let failed = compiled.hasErrors || (strict && !compiled.diagnostics.isEmpty)
            switch format {
            case .text:
                if !compiled.diagnostics.isEmpty { Output.print(Diagnostics.text(compiled.diagnostics, compiled.sources)) }
                if !quiet, !compiled.hasErrors { Output.print(costs(compiled)) }
            case .json: try Output.json(CheckReport(compiled))
            case .sarif:
                try Output.json(SarifReport(compiled.diagnostics, compiled.sources, version: PosternCommand.configuration.version))
            case .github: Output.write(WorkflowCommands.text(compiled.diagnostics, compiled.sources))
            case .junit:
                Output.print(JUnitReport(check: compiled.diagnostics, compiled.sources, strict: strict).text)
            }
            if failed { throw ExitStatus.found }
        }
    }

    private func costs(_ compiled: Compilation) -> String {
        let width = compiled.costs.map(\.rule.count).max() ?? 0
        let lines = compiled.costs.map { cost in
            "  " + cost.rule.padding(toLength: width, withPad: " ", startingAt: 0)
                + "  \(cost.instructions) instructions, worst case \(cost.cost)"
        }
        let count = compiled.program.map { program in
            [(program.rules.count, "rule"), (program.identities.count, "identity"), (program.resources.count, "resource")].map {
                Diagnostics.count($0.0, $0.1)
            }.joined(separator: ", ")
        }
        return ([count.map { "ok: " + $0 } ?? "ok"] + lines).joined(separator: "\n")
    }
}

/// What `check --format json` prints.
private struct CheckReport: Encodable {
    var ok: Bool
    var diagnostics: [DiagnosticRecord]
    var rules: [Cost]

    struct Cost: Encodable {
        var rule: String
        var instructions: Int
        var worstCaseCost: UInt64
    }

    init(_ compiled: Compilation) {
        ok = !compiled.hasErrors
        diagnostics = compiled.diagnostics.map { DiagnosticRecord($0, files: compiled.sources) }
        rules = compiled.costs.map { Cost(rule: $0.rule, instructions: $0.instructions, worstCaseCost: $0.cost) }
    }
}

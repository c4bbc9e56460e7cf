// `postern diff`: what a change of policy means.

import ArgumentParser
import Compiler
import Harness
import Machine

enum DiffFormat: String, ExpressibleByArgument, CaseIterable {
    case text, markdown, json
}

enum DiffFailure: String, ExpressibleByArgument, CaseIterable {
    case loosens, tightens, any
}

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say what a change of policy means: who may newly do what, and who may no longer.",
        discussion: """
            Both sides are a directory, a policy file, a bundle, or REVISION:path of the git repository here. Every possible request is
            argued about; each change is shown by a statement that the two policies decide differently.

              postern diff old/ new/
              postern diff main:policies policies/
              postern diff --git main policies/ --format markdown --fail-on loosens
              postern diff running.bundle policies/ --format json

            Schema files are left out: rules are compared, not databases. Exit status 1 when --fail-on says so; what cannot be decided
            fails as well then.
            """)

    @Argument(help: "OLD and NEW; with --git, NEW alone.")
    var sides: [String]
    @Option(name: .long, help: "Compare with this revision's state of the same path.")
    var git: String?
    @Option(name: .long, help: "The policy to compile, when the files hold several that none of the others uses.")
    var root: String?
    @Option(name: .long, help: "How to print the answer: text, markdown or json.")
    var format: DiffFormat = .text
    @Option(name: .long, help: "Exit status 1 for a change that loosens, tightens, or does any of the two.")
    var failOn: DiffFailure?
    @Option(name: .long, help: "Steps that the comparison may take before it is 'not decided'.")
    var budget = Prover.defaultBudget

    func validate() throws {
        if sides.count != (git == nil ? 2 : 1) {
            throw ValidationError(git == nil ? "give two sides: OLD and NEW" : "with --git give one path")
        }
        if budget < 1 { throw ValidationError("--budget must be at least 1") }
    }

    func run() throws {
        try Output.run {
            let date = BuildClock.now()
            let newest = sides[sides.count - 1]
            let before = try git.map { "\($0):\(try GitTree.fromRoot(newest))" } ?? sides[0]
            let old = try DiffSide(before, root: root, date: date)
            let new = try DiffSide(newest, root: root, date: date)
            let difference = PolicyDifference(from: old.reasoned, to: new.reasoned, budget: budget)
            let report = DiffReport(difference, old.policy, new.policy)
            switch format {
            case .text: Output.print(report.text)
            case .markdown: Output.print(report.markdown)
            case .json: try Output.json(DiffRecord(report))
            }
            if fails(difference) { throw ExitStatus.found }
        }
    }

    private func fails(_ difference: PolicyDifference) -> Bool {
        guard let failOn else { return false }
        switch (failOn, difference.verdict) {
        case (_, .notDecided), (_, .both): return true
        case (_, .same): return false
        case (.loosens, let verdict): return verdict == .loosens
        case (.tightens, let verdict): return verdict == .tightens
        case (.any, _): return true
        }
    }
}

/// What `diff --format json` prints.
private struct DiffRecord: Encodable {
    var verdict: String
    var identitiesAdded: [String]
    var identitiesRemoved: [String]
    var identitiesRenamed: [Renaming]
    var resourcesAdded: [String]
    var resourcesRemoved: [String]
    var notDecided: [String]
    var changes: [Change]

    struct Change: Encodable {
        var kind: String
        var loosens: Bool
        var identities: [String]
        var resource: String
        var accesses: [Part]
        var detail: String?
        /// Whose approval is newly needed, or no more.
        var asked: String?
        var sentence: String
        var witness: WitnessRecord?
    }

    struct Renaming: Encodable {
        var before: String
        var after: String
    }

    struct Part: Encodable {
        var verbs: [String]
        var objects: String
    }

    init(_ report: DiffReport) {
        let difference = report.difference
        verdict = difference.verdict.rawValue
        identitiesAdded = difference.addedIdentities
        identitiesRemoved = difference.removedIdentities
        identitiesRenamed = difference.renamedIdentities.map { Renaming(before: $0.before, after: $0.after) }
        resourcesAdded = difference.addedResources
        resourcesRemoved = difference.removedResources
        notDecided = difference.undecided
        changes = report.lines.map { line in
            Change(
                kind: line.kind.rawValue, loosens: line.kind.loosens, identities: line.identities, resource: line.resource,
                accesses: line.parts.map { Part(verbs: $0.verbs, objects: $0.objects) }, detail: line.detail, asked: line.asked, sentence: line.what,
                witness: line.shown.map { WitnessRecord($0) })
        }
    }
}

// The linter: every rule over one policy, what was suppressed, and what can be mended.

import Machine
import PolicyLang

public enum PolicyLint {
    /// All that there are, by code.
    public static let rules: [LintRule] = [
        .missingReason, .allowEverything, .openProduction, .looseIdentity, .matchesEverything, .unusedName, .unusedDeclaration,
        .nameStyle, .undocumentedRule, .untestedRule, .unguardedWrite, .inferableMask, .endingRule, .duplicateMember, .needlessExcept,
        .constantPart, .negatedComparison, .doubleNegation, .repeatedCondition, .clauseOrder, .literalFirst, .openFunctions,
        .singleMember, .suppression,
    ].sorted { $0.code < $1.code }

    public struct Result: Sendable {
        /// As in a compilation.
        public var sources: [SourceFile]
        /// What the linter says; where the policy has errors, those errors and nothing else.
        public var diagnostics: [Diagnostic]
        public var hasErrors: Bool
    }

    /// Cost: linear in the policy, but for the pairs of rules that a few of the linter's rules look at.
    public static func lint(
        files: [SourceFile], root: String? = nil, options: CompileOptions, lint: LintOptions = LintOptions()
    ) -> Result {
        let run = CompileRun(files: files, options: options)
        PolicyCompiler.resolve(run, root: root)
        let kept = run.parsed.indices.filter { $0 < run.givenCount || run.policyOfFile[$0] != nil }
        let sources = kept.map { run.parsed[$0].source }
        guard !run.hasErrors, !run.policies.isEmpty else {
            return Result(sources: sources, diagnostics: run.sortedDiagnostics(), hasErrors: true)
        }
        var found: [Diagnostic] = []
        for rule in rules {
            var findings = LintFindings(run, lint, rule)
            rule.check(&findings)
            found += findings.found
        }
        let suppressions = LintSuppressions(run)
        found.removeAll { suppressions.cover($0) }
        let ordered = found.enumerated().sorted {
            ($0.element.span.file, $0.element.span.start, $0.offset) < ($1.element.span.file, $1.element.span.start, $1.offset)
        }
        return Result(sources: sources, diagnostics: ordered.map(\.element), hasErrors: false)
    }
}

// What one rule of the linter is, and what it may look at.

import Machine
import PolicyLang

/// Advice about policies that compile: one code, one thing.
public struct LintRule: Sendable {
    /// Stable for ever: `L` and four digits.
    public let code: String
    let severity: Severity
    public let explanation: CodeExplanation
    let check: @Sendable (inout LintFindings) -> Void

    /// - Parameter wrong: an example that has it; `right` is the same mended. As in `CodeExplanation`.
    init(
        _ code: String, _ severity: Severity = .warning, _ meaning: String, wrong: String, right: String,
        check: @escaping @Sendable (inout LintFindings) -> Void
    ) {
        self.code = code
        self.severity = severity
        explanation = CodeExplanation(code, meaning, wrong: wrong, right: right)
        self.check = check
    }
}

/// What the linter cannot find in the files.
public struct LintOptions: Sendable {
    /// Names of rules, as the program has them, that no test has decided; nil when tests were not run.
    public var untested: Set<String>?
    /// How many days before its end a rule is worth a word.
    public var days: Int64

    public init(untested: Set<String>? = nil, days: Int64 = 30) {
        self.untested = untested
        self.days = days
    }
}

/// The policy, for one rule of the linter, and what the rule finds in it. Only a policy without errors is looked at.
struct LintFindings {
    let run: CompileRun
    let options: LintOptions
    private let code: String
    private let severity: Severity
    private(set) var found: [Diagnostic] = []

    init(_ run: CompileRun, _ options: LintOptions, _ rule: LintRule) {
        self.run = run
        self.options = options
        code = rule.code
        severity = rule.severity
    }

    /// - Parameter edits: a change that keeps the meaning; nil when there is none that is always right.
    mutating func say(_ span: SourceSpan, _ message: String, help: String? = nil, fix: String = "", edits: [TextEdit]? = nil) {
        found.append(
            Diagnostic(
                code: code, severity: severity, message: message, span: span, help: help,
                fixIt: edits.map { FixIt(title: fix, edits: $0) }))
    }

    // MARK: the policy

    func text(_ span: SourceSpan) -> String { run.parsed[span.file].source.text(in: span) }

    /// The rules that are the author's own: those that ship are not theirs to change.
    var rules: [ResolvedRule] { run.rules.filter { isOwn($0.declaration.name.span) } }

    /// The declarations of the author's own files, in their order.
    var declarations: [Declaration] { files.flatMap { run.parsed[$0].tree.declarations } }

    var files: [Int] { run.parsed.indices.filter { isOwn(SourceSpan(file: $0, start: 0, end: 0)) } }

    func isOwn(_ span: SourceSpan) -> Bool {
        guard let policy = run.policyOfFile[span.file] else { return false }
        return !run.policies[policy].ships
    }

    /// Every condition clause of the author's: of rules, identities, groups and proofs, and the bodies of named ones.
    var conditions: [Condition] {
        declarations.flatMap { declaration -> [Condition] in
            switch declaration {
            case .rule(let rule): rule.conditions.map(\.condition)
            case .identity(let identity): identity.conditions.map(\.condition)
            case .group(let group):
                if case .claims(_, let clauses) = group.membership { clauses.map(\.condition) } else { [] }
            case .let(let named): [named.condition]
            case .prove(let prove): prove.clauses.compactMap { if case .condition(let clause) = $0 { clause.condition } else { nil } }
            case .issuer, .resource, .set, .detector, .test: []
            }
        }
    }

    /// Whether a rule covers some access with the verb whatever its object is called.
    func coversEvery(_ verb: Verb, _ rule: ResolvedRule) -> Bool {
        rule.targets.isEmpty
            || rule.targets.contains { $0.verbs.contains(verb) && ($0.objects.isEmpty || $0.objects.contains { $0.name == .any && $0.columns == nil }) }
    }

    func covers(_ verb: Verb, _ rule: ResolvedRule) -> Bool { rule.targets.isEmpty || rule.targets.contains { $0.verbs.contains(verb) } }

    /// What is left of a comma-separated list when one of its elements goes: the element and the comma before it.
    static func without(_ index: Int, of spans: [SourceSpan]) -> TextEdit {
        let span = spans[index]
        return TextEdit(span: SourceSpan(file: span.file, start: spans[index - 1].end, end: span.end), replacement: "")
    }
}

extension ResolvedRule {
    /// Whether no condition has a say in it.
    var isAlways: Bool { condition == nil || condition == .constant(true) }
}

extension Condition {
    /// The condition and all that is in it, outermost first.
    var everyPart: [Condition] {
        switch self {
        case .or(let parts, _), .and(let parts, _): [self] + parts.flatMap(\.everyPart)
        case .not(let inner, _): [self] + inner.everyPart
        case .has, .comparison, .operand: [self]
        }
    }

    /// The same without its places, for comparing: the words of the text.
    func words(_ file: SourceFile) -> String {
        file.text(in: span).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

// Rules that were resolved before: taken again while their text and everything that they can speak of is the same.

import Machine
import PolicyLang

/// What resolving one rule gave and left behind in the compilation. It must leave nothing else behind: a rule that is
/// taken again does not run.
struct RememberedRule: Sendable {
    var rule: ResolvedRule
    /// All that was said, also what had been said before by another rule.
    var said: [Diagnostic]
    var referenced: Set<Entity>
    var uses: [NotedUse]
    /// Sets whose elements were asked for, which may have something to say of themselves.
    var sets: [Int]
}

extension RememberedRule {
    /// The same rule where its text stands now. Nil when something was said of it, whose places may be anywhere.
    fileprivate func moved(to declaration: RuleDeclaration) -> RememberedRule? {
        let distance = declaration.span.start - rule.declaration.span.start
        guard said.isEmpty || distance == 0 else { return nil }
        // The same bytes at the same place; only the comment before them is no part of these.
        if distance == 0, declaration.doc == rule.declaration.doc { return self }
        func moved(_ span: SourceSpan) -> SourceSpan {
            SourceSpan(file: span.file, start: span.start + distance, end: span.end + distance)
        }
        var moving = self
        moving.rule.change { rule in
            rule.declaration = declaration
            guard var mask = rule.mask else { return }
            for index in mask.columns.indices { mask.columns[index].span = moved(mask.columns[index].span) }
            for index in mask.values.indices { mask.values[index].span = moved(mask.values[index].span) }
            rule.mask = mask
        }
        return moving
    }
}

/// A short name of a policy that was needed in a file.
struct NotedUse: Hashable, Sendable {
    var file: Int
    var qualifier: String
}

/// What is written down while a rule is resolved.
struct RuleNotes {
    var said: [Diagnostic] = []
    var uses: [NotedUse] = []
    var sets: [Int] = []
}

/// Everything but rules and tests that resolving a rule looks at.
final class RuleSurroundings: Sendable {
    let files: [SyntaxTree]
    let bytes: [[UInt8]]
    let policyOfFile: [Int?]
    let policies: [String]
    /// Schema files as they were read; see `CompileMemory.schemaEpoch`.
    let schemaEpoch: Int
    let databases: [String]

    init(_ run: CompileRun, schemaEpoch: Int) {
        files = run.parsed.map(\.tree)
        bytes = run.parsed.map(\.source.bytes)
        policyOfFile = run.policyOfFile
        policies = run.policies.map { "\($0.name) \($0.prefix) \($0.ships)" }
        self.schemaEpoch = schemaEpoch
        databases = run.databases.map { "\($0.path) \($0.searchPath) \($0.resources)" }
    }

    /// Whether a rule means the same here as there. Files whose tree is the very same cost nothing.
    func areSame(as other: RuleSurroundings) -> Bool {
        guard files.count == other.files.count, policyOfFile == other.policyOfFile, policies == other.policies,
            schemaEpoch == other.schemaEpoch, databases == other.databases
        else { return false }
        return zip(files, other.files).allSatisfy { left, right in
            guard left.uses == right.uses, left.header == right.header else { return false }
            return Self.isSame(left.declarations, right.declarations) || Self.others(left) == Self.others(right)
        }
    }

    private static func others(_ tree: SyntaxTree) -> [Declaration] {
        tree.declarations.filter { declaration in
            switch declaration {
            case .rule, .test: false
            case .issuer, .identity, .group, .resource, .set, .let, .detector, .prove: true
            }
        }
    }

    /// Whether two declarations are written with the same bytes, up to their closing braces: then they read the same.
    func isSameText(_ declaration: RuleDeclaration, as other: RuleDeclaration, _ surroundings: RuleSurroundings) -> Bool {
        let file = declaration.span.file
        guard declaration.span.length == other.span.length, declaration.span.length > 0 else { return false }
        let new = bytes[file][declaration.span.start..<declaration.span.end]
        guard new.last == UInt8(ascii: "}"), declaration.clauseCount == other.clauseCount else { return false }
        return new.elementsEqual(surroundings.bytes[file][other.span.start..<other.span.end])
    }

    /// Whether two arrays are one in memory, so that nothing needs to be compared.
    static func isSame(_ left: [Declaration], _ right: [Declaration]) -> Bool {
        left.count == right.count && left.withUnsafeBufferPointer { a in right.withUnsafeBufferPointer { $0.baseAddress == a.baseAddress } }
    }
}

/// The rules of one compilation by their files, for the next.
struct RuleShelf: Sendable {
    var surroundings: RuleSurroundings
    /// By file: in the order of the text.
    var rules: [Int: [RememberedRule]] = [:]
}

extension CompileRun {
    /// Resolves every rule, or takes it from the last compilation.
    func resolveRules(_ memory: CompileMemory) {
        let surroundings = RuleSurroundings(self, schemaEpoch: memory.schemaEpoch)
        let last = memory.rules.flatMap { $0.surroundings.areSame(as: surroundings) ? $0 : nil }
        var shelf = RuleShelf(surroundings: surroundings)
        // Of files that have changed: rules by their names.
        var byName: [Int: [String: RememberedRule]] = [:]
        for (index, (declaration, policy)) in names.rules.enumerated() {
            let file = declaration.span.file
            let ordinal = shelf.rules[file]?.count ?? 0
            var known: RememberedRule?
            if let last, let before = last.rules[file] {
                if RuleSurroundings.isSame(last.surroundings.files[file].declarations, surroundings.files[file].declarations) {
                    known = before.indices.contains(ordinal) ? before[ordinal] : nil
                } else if let found = Self.rule(declaration.name.text, ordinal, before, &byName[file]),
                    surroundings.isSameText(declaration, as: found.rule.declaration, last.surroundings)
                {
                    known = found.moved(to: declaration)
                }
            }
            if var known {
                if known.rule.index != index { known.rule.change { $0.index = index } }
                recall(known)
                shelf.rules[file, default: []].append(known)
            } else {
                shelf.rules[file, default: []].append(resolveNoting(declaration, index, policy))
            }
        }
        memory.rules = shelf
    }

    /// A rule of the last compilation by its name: mostly the one in the same place, so that the table is seldom made.
    private static func rule(
        _ name: String, _ ordinal: Int, _ before: [RememberedRule], _ byName: inout [String: RememberedRule]?
    ) -> RememberedRule? {
        if before.indices.contains(ordinal), before[ordinal].rule.declaration.name.text == name { return before[ordinal] }
        if byName == nil {
            byName = Dictionary(before.map { ($0.rule.declaration.name.text, $0) }, uniquingKeysWith: { first, _ in first })
        }
        return byName?[name]
    }

    private func recall(_ known: RememberedRule) {
        for set in known.sets { _ = elements(ofSet: set) }
        for diagnostic in known.said { report(diagnostic) }
        referenced.formUnion(known.referenced)
        for use in known.uses { _ = noteUse(of: use.qualifier, in: use.file) }
        take(known.rule)
    }

    private func resolveNoting(_ declaration: RuleDeclaration, _ index: Int, _ policy: Int) -> RememberedRule {
        // Swapped and not copied: what is referenced grows with the policy.
        var outside: Set<Entity> = []
        swap(&outside, &referenced)
        notes = RuleNotes()
        let rule = resolved(declaration, index, policy)
        let written = notes ?? RuleNotes()
        notes = nil
        let inside = referenced
        swap(&outside, &referenced)
        referenced.formUnion(inside)
        take(rule)
        return RememberedRule(rule: rule, said: written.said, referenced: inside, uses: Array(Set(written.uses)), sets: written.sets)
    }
}

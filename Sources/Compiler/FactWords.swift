// Facts whose values are words from a closed list: a typo in one is an error.

import Machine
import PolicyLang

extension Fact {
    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.entry.name, $0) })

    /// The fact written so, found without a walk over the catalogue.
    static func named(_ name: String) -> Fact? { byName[name] }
}

extension CompileRun {
    /// The words that a fact's value, or an element of it, can be; nil when it can be anything.
    func words(of fact: Fact) -> [String]? {
        switch fact {
        case .identityProof: Proof.allCases.map(\.name)
        case .identityName: names.identities.map { programName($0.declaration.name.text, policy: $0.policy) }
        case .identityIssuer: names.issuers.map { programName($0.declaration.name.text, policy: $0.policy) }
        case .identityGroups: names.groups.map { programName($0.declaration.name.text, policy: $0.policy) }
        case .resourceName: names.resources.map { programName($0.declaration.name.text, policy: $0.policy) }
        case .resourceKind: Machine.ResourceKind.allCases.map(\.name)
        case .resourceTags: Set(resources.flatMap(\.tags)).sorted()
        case .accessVerb: Verb.allCases.map(\.name)
        case .statementWhere: WhereShape.allCases.map(\.name)
        case .accessObject, .accessSchema, .accessTable, .accessColumns, .requestTime, .requestSource, .sessionReason,
            .sessionAge, .statementKind, .statementCount, .statementHasWhere, .statementHasLimit, .statementLimit,
            .statementTables, .statementFunctions, .statementText, .statementFingerprint, .statementFirstSeen,
            .statementInTransaction, .commandName, .commandArgs, .commandFlags, .commandText, .commandInteractive,
            .httpMethod, .httpPath, .httpSize, .httpHeader, .kubeVerb, .kubeGroup, .kubeResource, .kubeNamespace, .kubeName,
            .kubeSubresource, .resultRows, .resultBytes:
            nil
        }
    }

    /// Whether the fact's words are names that a policy declares, so that a bare name means the file's own.
    private func areDeclaredNames(_ fact: Fact) -> Bool {
        fact == .identityName || fact == .identityIssuer || fact == .identityGroups || fact == .resourceName
    }

    /// The value that a word or string stands for where it is compared with `fact`; nil after a diagnostic.
    func word(_ text: String, isBare: Bool, of fact: Fact, _ span: SourceSpan) -> String? {
        guard let words = words(of: fact) else {
            if isBare {
                report(Wording.unknownWord(span, word: text, fact: fact.entry.name, known: nil))
                return nil
            }
            return text
        }
        var meant = text
        if isBare, areDeclaredNames(fact), !text.contains("."), let policy = policyOfFile[span.file] {
            meant = programName(text, policy: policy)
        }
        guard words.contains(meant) else {
            report(Wording.unknownWord(span, word: text, fact: fact.entry.name, known: words))
            return nil
        }
        return meant
    }
}

// What a value of a condition is in a scene: settled by it, or one of the things that may be this or that.

import Machine

/// The meaning of values in a scene under one policy.
struct SceneValues {
    enum Meaning {
        case constant(Known)
        case variable(TypedValue)
        /// A set whose members are asked one by one.
        case set(TypedValue)
        /// The caller's groups.
        case groups
        case list([String])
    }

    let key: SceneKey
    let part: ScenePart

    init(_ key: SceneKey, _ part: ScenePart) {
        self.key = key
        self.part = part
    }

    var groupNames: [String] { part.policy.groups.map(\.name) }

    /// `statement.has_where` says what `statement.where` says.
    static func normal(_ test: TypedTest) -> TypedTest {
        switch test {
        case .isTrue(.fact(.statementHasWhere)): .inSet(.fact(.statementWhere), ["keyed", "range"])
        case .known(.fact(.statementHasWhere)): .known(.fact(.statementWhere))
        default: test
        }
    }

    func meaning(of value: TypedValue) -> Meaning {
        switch value {
        case .integer(let number): .constant(.integer(number))
        case .string(let text): .constant(.text(text))
        case .claim(let name): claim(name)
        case .header: .variable(value)
        case .fact(let fact): meaning(of: fact)
        }
    }

    private func claim(_ name: String) -> Meaning {
        guard let identity = part.identity, let claim = part.policy.claim(name, of: part.policy.identities[identity].issuer) else {
            return .constant(.unknown)
        }
        // Members that are integers are asked for by their digits.
        return claim.type == .strings || claim.type == .integers ? .set(.claim(name)) : .variable(.claim(name))
    }

    private var isByCertificate: Bool {
        part.identity.map { part.policy.issuers[part.policy.identities[$0].issuer].kind == .mtls } ?? false
    }

    private func meaning(of fact: Fact) -> Meaning {
        switch fact {
        case .identityName: return .constant(.text(part.identity.flatMap { part.policy.ownNames[$0] } ?? key.identity))
        case .identityIssuer:
            return .constant(part.identity.map { .text(part.policy.issuers[part.policy.identities[$0].issuer].name) } ?? .unknown)
        case .identityGroups: return .groups
        // Who shows a certificate has proved it so; a token could be bound to one, and need not be.
        case .identityProof where isByCertificate: return .constant(.integer(Int64(Proof.mtls.rawValue)))
        case .resourceName: return .constant(.text(key.resource))
        case .resourceKind: return .constant(part.resource.map { .text(part.policy.resources[$0].kind.name) } ?? .unknown)
        case .resourceTags: return .list(part.resource.map { part.policy.resources[$0].tags } ?? [])
        case .accessVerb: return .constant(.text(key.verb.name))
        case .accessObject: return .constant(.text(key.object.text))
        case .accessSchema: return .constant(.text(key.object.schema))
        case .accessTable: return .constant(.text(key.object.name))
        case .accessColumns: return Self.hasColumns(key.verb) ? .set(.fact(.accessColumns)) : .list([])
        case .resultRows, .resultBytes: return .constant(.unknown)
        case .statementTables, .statementFunctions: return key.verb == .unknown ? .constant(.unknown) : .set(.fact(fact))
        case .statementKind, .statementWhere, .statementHasWhere, .statementHasLimit, .statementLimit, .statementFingerprint,
            .statementFirstSeen:
            // What was not understood says nothing about itself.
            return key.verb == .unknown ? .constant(.unknown) : .variable(.fact(fact))
        case .commandArgs, .commandFlags: return .set(.fact(fact))
        case .identityProof, .requestTime, .requestSource, .sessionReason, .sessionAge, .statementCount, .statementText,
            .statementInTransaction, .commandName, .commandText, .commandInteractive, .httpMethod, .httpPath, .httpSize, .httpHeader, .kubeVerb,
            .kubeGroup, .kubeResource, .kubeNamespace, .kubeName, .kubeSubresource:
            return .variable(.fact(fact))
        }
    }

    static func hasColumns(_ verb: Verb) -> Bool { verb == .select || verb == .insert || verb == .update }

    func type(of value: TypedValue) -> FactType {
        switch value {
        case .fact(let fact): fact.entry.type
        case .claim(let name): part.policy.claimTypes[name] ?? .string
        case .integer: .integer
        case .string, .header: .string
        }
    }
}

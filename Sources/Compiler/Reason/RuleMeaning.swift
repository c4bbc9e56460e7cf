// What a rule says, apart from its name, its place and its order: two rules that mean the same need no argument.

import Machine

/// A rule's meaning on a resource, by names.
struct RuleMeaning: Hashable {
    var effect: Machine.Effect
    var everyone: Bool
    var who: [String]
    var except: [String]
    var targets: [ResolvedTarget]
    var condition: TypedCondition?
    var expires: Int64?
    var limit: LimitRecord?
    var columns: [MaskedColumn]
    var values: [MaskedValue]
    var guarded: Bool
    var demand: ApprovalMeaning?

    struct MaskedColumn: Hashable {
        var schema: ResolvedSchema
        var table: ResolvedName
        var column: String
        var transform: TransformRecord
    }
    struct MaskedValue: Hashable {
        var detector: String
        var transform: TransformRecord
    }

    init(_ rule: ResolvedRule, _ policy: ReasonedPolicy) {
        effect = rule.effect
        everyone = rule.who.everyone
        who = rule.who.identities.map { policy.identities[$0].name } + rule.who.groups.map { policy.groups[$0].name }
        except = rule.who.exceptIdentities.map { policy.identities[$0].name } + rule.who.exceptGroups.map { policy.groups[$0].name }
        who.sort()
        except.sort()
        targets = rule.targets
        condition = rule.condition
        expires = rule.effect == .allow ? rule.expires : nil
        limit = rule.limit
        columns = rule.mask?.columns.map {
            MaskedColumn(schema: $0.schema, table: $0.table, column: $0.column, transform: $0.transform)
        } ?? []
        values = rule.mask?.values.map { MaskedValue(detector: $0.detector, transform: $0.transform) } ?? []
        guarded = rule.mask?.guarded ?? false
        demand = rule.approval.map { ApprovalMeaning($0, policy) }
    }
}

/// What a policy says of people: where that is the same, only rules can differ.
struct PeopleMeaning: Hashable {
    private var identities: [String: Identity] = [:]
    private var groups: [String: Group] = [:]
    private var claims: [String: [PolicyModel.Claim]] = [:]

    private struct Identity: Hashable {
        var issuer: String
        var condition: TypedCondition?
        /// `identity.name` in conditions, where that is another one.
        var ownName: String?
    }
    private struct Group: Hashable {
        var members: [String]
        var issuer: String?
        var condition: TypedCondition?
    }

    init(_ policy: ReasonedPolicy) {
        for issuer in policy.issuers { claims[issuer.name] = issuer.claims.sorted { $0.name < $1.name } }
        for (index, identity) in policy.identities.enumerated() {
            identities[identity.name] = Identity(
                issuer: policy.issuers[identity.issuer].name, condition: identity.condition, ownName: policy.ownNames[index])
        }
        for group in policy.groups {
            groups[group.name] = Group(
                members: group.members.map { policy.identities[$0].name }.sorted(), issuer: group.issuer.map { policy.issuers[$0].name },
                condition: group.condition)
        }
    }
}

extension TransformRecord {
    /// Whether it hides all that the other hides.
    func isAtLeastAsStrict(as other: TransformRecord) -> Bool {
        if self == other { return true }
        if keepsPart, other.keepsPart {
            switch (kind, other.kind) {
            case (.partial, .partial), (.partial, .last), (.last, .partial), (.last, .last): return first <= other.first && last <= other.last
            case (.range, .range): return other.step > 0 && step % other.step == 0
            case _: return kind == other.kind
            }
        }
        return strictness > other.strictness
    }

    private var strictness: Int {
        switch kind {
        case .null: 6
        case .redact: 5
        case .zero: 4
        case .hash: 3
        case .tokenize: 2
        case .partial, .last, .year, .domain, .range: 1
        }
    }

    /// As a policy writes it.
    var shown: String {
        switch kind {
        case .partial:
            "partial(" + [first > 0 ? "first: \(first)" : nil, last > 0 ? "last: \(last)" : nil].compactMap { $0 }.joined(separator: ", ") + ")"
        case .last: "last(\(last))"
        case .range: "range(\(step))"
        case .null, .redact, .hash, .zero, .tokenize, .year, .domain: "\(kind)"
        }
    }
}

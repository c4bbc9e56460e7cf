// A request that shows something, as plain data: who, where, when, what is known, and texts that should say it.

import Machine

/// A request that an argument ended in. Whoever shows it tries it first: `texts` are ways to write it, the likeliest first.
public struct Witness: Sendable, Hashable {
    public var identity: String
    public var issuer: String
    public var claims: [String: ClaimValue]
    public var proof: Proof
    public var resource: String
    public var kind: Machine.ResourceKind
    public var moment: Moment
    /// An address as text; nil when it does not matter.
    public var source: String?
    public var reason: String?
    /// `session.age`, in seconds; negative where it is unknown, as the clock says that the session has not begun.
    public var age: Int64
    public var inTransaction: Ternary
    /// What `statement.first_seen` is.
    public var isFirstSeen: Bool
    /// The access: `select public.orders(id)`.
    public var access: String
    public var texts: [String]
    /// The same, before any text was written.
    var abstract: AbstractRequest
}

/// One access and what is known of its statement. Nil is unknown.
struct AbstractRequest: Sendable, Hashable {
    var verb: Verb
    var objectClass: ObjectClass
    var schema: String
    var name: String
    /// Nil: every column.
    var columns: [String]?
    var kind: String?
    var whereShape: String?
    var hasLimit: Bool?
    var limit: Int64?
    var fingerprint: String?
    var isFirstSeen: Bool?
    var count: Int64
    var text: String?
    /// Besides the access's own.
    var tables: [String]?
    var functions: [String]?
    /// It rests on the outcome of a comparison that was not worked out.
    var isOpen: Bool
}

extension Scene {
    /// The request that a model describes.
    func witness(_ model: [Int: Int], _ part: Int) -> Witness? {
        let policy = parts[part].policy
        guard let identity = parts[part].identity, let resource = parts[part].resource else { return nil }
        let values = WitnessValues(scene: self, model: model)
        let issuer = policy.identities[identity].issuer
        var claims: [String: ClaimValue] = [:]
        for claim in policy.issuers[issuer].claims { claims[claim.name] = values.claim(claim) }
        var proof = policy.issuers[issuer].kind == .mtls ? Proof.mtls : .bearer
        if case .integer(let number)? = values.scalar(.fact(.identityProof)) { proof = Proof(rawValue: UInt8(number)) ?? .bearer }
        var moment = policy.date
        if case .integer(let number)? = values.scalar(.fact(.requestTime)) { moment = number }
        var age: Int64 = 0
        if case .integer(let number)? = values.scalar(.fact(.sessionAge)) { age = number } else if values.isUnknown(.fact(.sessionAge)) { age = -1 }
        var source: String?
        if case .address(let address)? = values.scalar(.fact(.requestSource)) { source = address.text }
        var reason: String?
        if case .text(let text)? = values.scalar(.fact(.sessionReason)) { reason = text }
        let columns = values.columns
        let statement = StatementTexts(key: key, kind: policy.resources[resource].kind, columns: columns, values: values)
        return Witness(
            identity: key.identity, issuer: policy.issuers[issuer].name, claims: claims, proof: proof, resource: key.resource,
            kind: policy.resources[resource].kind, moment: Moment(seconds: moment), source: source, reason: reason, age: age,
            inTransaction: values.flag(.statementInTransaction), isFirstSeen: values.flag(.statementFirstSeen) != .no,
            access: "\(key.verb.name) \(key.object.text)" + columns.shown, texts: statement.texts(),
            abstract: values.abstract(key))
    }
}

/// The values of a model.
struct WitnessValues {
    let scene: Scene
    let model: [Int: Int]

    /// Nil when it does not matter, or is unknown.
    func scalar(_ value: TypedValue) -> Known? {
        guard let number = scene.numbers[.value(value)], let index = model[number] else { return nil }
        let known = scene.domains[number][index]
        return known == .unknown ? nil : known
    }

    /// It matters that it is not known.
    func isUnknown(_ value: TypedValue) -> Bool {
        guard let number = scene.numbers[.value(value)], let index = model[number] else { return false }
        return scene.domains[number][index] == .unknown
    }

    func flag(_ fact: Fact) -> Ternary {
        guard let number = scene.numbers[.value(.fact(fact))] else { return fact == .statementFirstSeen ? .yes : .no }
        switch scene.domains[number][model[number] ?? 0] {
        case .boolean(let value): return Ternary(value)
        default: return .unknown
        }
    }

    private func isSet(_ quantity: Quantity) -> Bool {
        guard let number = scene.numbers[quantity] else { return false }
        return scene.domains[number][model[number] ?? 0] == .boolean(true)
    }

    /// Nil: unknown.
    func members(_ set: TypedValue) -> [String]? {
        if scene.numbers[.isKnown(set)] != nil, !isSet(.isKnown(set)) { return nil }
        var members: [String] = []
        for quantity in scene.quantities {
            if case .has(let own, let member) = quantity, own == set, isSet(quantity) { members.append(member) }
        }
        if isSet(.hasOther(set)) { members.append(Self.other(members)) }
        return members
    }

    private static func other(_ members: [String]) -> String {
        var name = "other"
        while members.contains(name) { name += "_" }
        return name
    }

    func abstract(_ key: SceneKey) -> AbstractRequest {
        func text(_ fact: Fact) -> String? { if case .text(let text)? = scalar(.fact(fact)) { text } else { nil } }
        func number(_ fact: Fact) -> Int64? { if case .integer(let number)? = scalar(.fact(fact)) { number } else { nil } }
        func flag(_ fact: Fact) -> Bool? {
            guard let number = scene.numbers[.value(.fact(fact))],
                case .boolean(let value) = scene.domains[number][model[number] ?? 0]
            else { return nil }
            return value
        }
        func set(_ fact: Fact) -> [String]? { scene.numbers[.hasOther(.fact(fact))] == nil ? [] : members(.fact(fact)) }
        return AbstractRequest(
            verb: key.verb, objectClass: key.object.objectClass, schema: key.object.schema, name: key.object.name,
            columns: columns.names, kind: text(.statementKind),
            whereShape: text(.statementWhere) ?? flag(.statementHasWhere).map { $0 ? "range" : "none" }, hasLimit: flag(.statementHasLimit),
            limit: number(.statementLimit), fingerprint: text(.statementFingerprint), isFirstSeen: flag(.statementFirstSeen),
            count: number(.statementCount) ?? 1, text: text(.statementText), tables: set(.statementTables),
            functions: set(.statementFunctions), isOpen: isOpen)
    }

    /// It rests on a comparison that was not worked out.
    var isOpen: Bool {
        model.keys.contains { index in
            switch scene.quantities[index] {
            case .pattern, .outcome: true
            case .value, .isKnown, .has, .hasOther: false
            }
        }
    }

    struct Columns {
        /// Nil: every column.
        var names: [String]?
        var shown: String { names.map { $0.isEmpty ? "" : "(\($0.joined(separator: ", ")))" } ?? "(*)" }
    }

    var columns: Columns {
        guard SceneValues.hasColumns(scene.key.verb) else { return Columns(names: []) }
        return Columns(names: members(.fact(.accessColumns)))
    }

    /// What the token says; nil when it does not say it.
    func claim(_ claim: PolicyModel.Claim) -> ClaimValue? {
        if claim.type == .strings || claim.type == .integers {
            func made(_ members: [String]) -> ClaimValue { claim.type == .strings ? .strings(members) : .integers(numbers(members, of: .claim(claim.name))) }
            guard scene.numbers[.hasOther(.claim(claim.name))] != nil else { return claim.isOptional ? nil : made([]) }
            // What does not matter of an optional claim is left out.
            let matters = scene.quantities.indices.contains { index in
                guard model[index] != nil else { return false }
                switch scene.quantities[index] {
                case .isKnown(let set), .has(let set, _), .hasOther(let set): return set == .claim(claim.name)
                case .value, .outcome, .pattern: return false
                }
            }
            if claim.isOptional, !matters { return nil }
            return members(.claim(claim.name)).map(made)
        }
        guard let number = scene.numbers[.value(.claim(claim.name))] else { return claim.isOptional ? nil : Self.plain(claim.type) }
        guard let index = model[number] ?? (claim.isOptional ? nil : 0) else { return nil }
        switch scene.domains[number][index] {
        case .text(let text): return .string(text)
        case .integer(let value): return claim.type == .time ? .time(value) : .integer(value)
        case .boolean(let value): return .boolean(value)
        case .unknown, .unclear, .address: return nil
        }
    }

    /// The members' numbers; for the one that stands for all that no rule names, one that none of them is.
    private func numbers(_ members: [String], of set: TypedValue) -> [Int64] {
        let held = members.compactMap { Int64($0) }
        if held.count == members.count { return held }
        let named = scene.quantities.compactMap { if case .has(set, let member) = $0 { Int64(member) } else { nil } }
        var other: Int64 = 0
        while named.contains(other) { other += 1 }
        return held + [other]
    }

    private static func plain(_ type: FactType) -> ClaimValue {
        switch type {
        case .boolean: .boolean(false)
        case .integer, .duration, .size: .integer(1)
        case .time: .time(0)
        case .integers: .integers([])
        case .string, .address: .string("x")
        case .strings: .strings([])
        }
    }
}

extension NetworkAddress {
    /// Dotted where it is IPv4, else eight groups (RFC 4291, section 2.2).
    var text: String {
        if high == 0, low >> 32 == 0xFFFF {
            return [24, 16, 8, 0].map { String(UInt8(truncatingIfNeeded: low >> UInt64($0))) }.joined(separator: ".")
        }
        return [high, low].flatMap { half in
            [48, 32, 16, 0].map { String(UInt16(truncatingIfNeeded: half >> UInt64($0)), radix: 16) }
        }.joined(separator: ":")
    }
}

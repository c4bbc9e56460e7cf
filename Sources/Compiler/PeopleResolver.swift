// Issuers with their claims, identities, and groups with everyone in them.

import Machine
import PolicyLang

extension CompileRun {
    func resolvePeople() {
        for (declaration, policy) in names.issuers { resolve(declaration, policy) }
        for (declaration, policy) in names.identities { resolve(declaration, policy) }
        for index in names.groups.indices { resolveGroup(index) }
    }

    // MARK: issuers

    private func resolve(_ declaration: IssuerDeclaration, _ policy: Int) {
        var claims: [PolicyModel.Claim] = []
        var first: [String: SourceSpan] = [:]
        for claim in declaration.claims {
            if let other = first[claim.name.text] {
                report(Wording.duplicateName(claim.name.span, name: claim.name.text, first: other))
                continue
            }
            first[claim.name.text] = claim.name.span
            let type = type(of: claim)
            if let other = claimTypes[claim.name.text], other != type {
                report(
                    Wording.claimTwoTypes(
                        claim.typeSpan, claim: claim.name.text, type: type, other: other,
                        first: firstDeclaration(ofClaim: claim.name.text)))
                continue
            }
            claimTypes[claim.name.text] = type
            claims.append(.init(name: claim.name.text, type: type, isOptional: claim.isOptional))
        }
        let settings = declaration.settings.compactMap { setting -> (key: String, values: [String])? in
            switch setting.value {
            case .strings(let values): (setting.key.text, values.map(\.value))
            case .words(let values): (setting.key.text, values.map(\.text))
            case .claims: nil
            }
        }
        issuers.append(
            ResolvedIssuer(
                name: programName(declaration.name.text, policy: policy), kind: Self.kind(declaration.kind),
                settings: settings, claims: claims, declared: declaration.name, doc: declaration.doc, span: declaration.span))
    }

    /// A kind that the parser did not know has had its diagnostic; any other will do.
    private static func kind(_ kind: PolicyLang.IssuerKind?) -> Machine.IssuerKind {
        switch kind {
        case .oidc, nil: .oidc
        case .jwks: .jwks
        case .mtls: .mtls
        case .saml: .saml
        }
    }

    func type(of claim: ClaimDeclaration) -> FactType {
        switch claim.type {
        case .scalar(.string): return .string
        case .scalar(.int): return .integer
        case .scalar(.bool): return .boolean
        case .scalar(.time): return .time
        case .set(of: .string): return .strings
        case .set(of: .int): return .integers
        }
    }

    private func firstDeclaration(ofClaim name: String) -> SourceSpan? {
        for (declaration, _) in names.issuers {
            if let claim = declaration.claims.first(where: { $0.name.text == name }) { return claim.typeSpan }
        }
        return nil
    }

    // MARK: identities

    private func resolve(_ declaration: IdentityDeclaration, _ policy: Int) {
        var issuer = 0
        if case .issuer(let index)? = resolve(declaration.issuer, as: [.issuer], what: "issuer") {
            issuer = index
        } else {
            // Kept, so that other names still find it; the diagnostic keeps the program from being made.
            issuer = -1
        }
        let place = ConditionPlace(use: .claimsOnly, issuers: issuer < 0 ? [] : [issuer], kinds: [])
        let condition = issuer < 0 ? .constant(true) : typed(declaration.conditions, in: place)
        identities.append(
            ResolvedIdentity(
                name: programName(declaration.name.text, policy: policy), issuer: issuer, condition: condition,
                declared: declaration.name, doc: declaration.doc, span: declaration.span))
    }

    // MARK: groups

    private func resolveGroup(_ index: Int) {
        let (declaration, policy) = names.groups[index]
        var group = ResolvedGroup(
            name: programName(declaration.name.text, policy: policy), members: [], issuer: nil, condition: nil,
            declared: declaration.name, doc: declaration.doc, span: declaration.span)
        switch declaration.membership {
        case .members:
            var path = [index]
            var members: Set<Int> = []
            var done: Set<Int> = []
            gather(index, into: &members, &path, &done)
            group.members = members.sorted()
        case .claims(let issuer, let conditions):
            if case .issuer(let found)? = resolve(issuer, as: [.issuer], what: "issuer") {
                group.issuer = found
                group.condition = typed(conditions, in: ConditionPlace(use: .claimsOnly, issuers: [found], kinds: []))
            }
        }
        groups.append(group)
    }

    /// Adds everyone in a group of members, through the groups inside it.
    private func gather(_ index: Int, into members: inout Set<Int>, _ path: inout [Int], _ done: inout Set<Int>) {
        guard case .members(let names) = self.names.groups[index].declaration.membership else { return }
        for name in names {
            switch resolve(name, as: [.identity, .group], what: "identity or group") {
            case .identity(let identity): members.insert(identity)
            case .group(let inner):
                if let start = path.firstIndex(of: inner) {
                    reportCycle(path[start...].map { Entity.group($0) }, name.span, name: name.text)
                    continue
                }
                if case .claims = self.names.groups[inner].declaration.membership {
                    report(Wording.conditionalMember(name.span, group: name.text))
                    continue
                }
                // Bounded: every step down is a group that is not yet on the path.
                guard path.count < CompilerLimits.groupDepth else {
                    report(Wording.tooLarge(name.span, what: "groups inside each other", limit: CompilerLimits.groupDepth))
                    continue
                }
                guard done.insert(inner).inserted else { continue }
                path.append(inner)
                gather(inner, into: &members, &path, &done)
                path.removeLast()
            default: continue
            }
        }
    }

    // MARK: reach

    /// Identities that may be meant by `who`.
    func reach(of who: ResolvedWho) -> Set<Int> {
        var reach: Set<Int> = who.everyone ? Set(identities.indices) : Set(who.identities)
        for group in who.groups { reach.formUnion(possibleMembers(of: group)) }
        reach.subtract(who.exceptIdentities)
        // Someone who only may be in an excepted group may also not be.
        for group in who.exceptGroups { reach.subtract(groups[group].members) }
        return reach
    }

    private func possibleMembers(of group: Int) -> Set<Int> {
        var members = Set(groups[group].members)
        if let issuer = groups[group].issuer {
            members.formUnion(identities.indices.filter { identities[$0].issuer == issuer })
        }
        return members
    }

    /// Resolves a `who` clause; nil means everyone.
    func resolve(_ clause: WhoClause?) -> ResolvedWho {
        guard let clause else { return ResolvedWho(everyone: true) }
        var who = ResolvedWho(everyone: clause.isAny)
        (who.identities, who.groups) = callers(clause.names)
        (who.exceptIdentities, who.exceptGroups) = callers(clause.except)
        return who
    }

    func callers(_ written: [QualifiedName]) -> (identities: [Int], groups: [Int]) {
        var identities: Set<Int> = []
        var groups: Set<Int> = []
        for name in written {
            switch resolve(name, as: [.identity, .group], what: "identity or group") {
            case .identity(let index): identities.insert(index)
            case .group(let index): groups.insert(index)
            default: continue
            }
        }
        return (identities.sorted(), groups.sorted())
    }
}

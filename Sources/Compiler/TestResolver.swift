// Resolves the policy's own tests into plain data.

import Machine
import PolicyLang

extension CompileRun {
    func resolveTests() {
        for (declaration, policy) in names.tests {
            if let test = resolve(declaration, policy) { tests.append(test) }
        }
    }

    private func resolve(_ declaration: TestDeclaration, _ policy: Int) -> PolicyTest? {
        // What is missing has had the parser's diagnostic.
        guard let subject = declaration.subject, let on = declaration.resource else { return nil }
        let identity = resolve(subject.identity, as: [.identity], what: "identity")
        let resource = resolve(on, as: [.resource], what: "resource")
        guard case .identity(let who)? = identity, case .resource(let where_)? = resource, identities[who].issuer >= 0 else {
            return nil
        }
        guard resources[where_].kind == .postgres else {
            report(Wording.testKind(on.span, resource: resources[where_].name, kind: resources[where_].kind))
            return nil
        }
        let issuer = issuers[identities[who].issuer]
        var test = PolicyTest(
            title: declaration.title.value, identity: identities[who].name, issuer: issuer.name,
            claims: demandedClaims(of: identities[who].condition), resource: resources[where_].name,
            moment: declaration.moment.map { Moment(seconds: $0.epochSeconds) }, examples: [], span: declaration.span)
        if issuer.kind == .mtls { test.proof = .mtls }
        for fact in subject.facts { set(fact, in: &test, issuer) }
        for example in declaration.examples {
            switch example {
            case .message(let it): test.examples.append(.message(message(it)))
            case .row(let it): test.examples.append(.row(row(it)))
            }
        }
        return test
    }

    /// What a token must say to have the identity, as far as the condition demands it outright.
    func demandedClaims(of condition: TypedCondition) -> [String: ClaimValue] {
        switch condition {
        case .and(let parts):
            return parts.map { demandedClaims(of: $0) }.reduce(into: [:]) { $0.merge($1) { first, _ in first } }
        case .test(let test): return demandedClaim(of: test)
        case .or(let parts): return parts.first.map { demandedClaims(of: $0) } ?? [:]
        case .not(.test(.isTrue(.claim(let name)))): return [name: .boolean(false)]
        case .not, .constant: return [:]
        }
    }

    private func demandedClaim(of test: TypedTest) -> [String: ClaimValue] {
        switch test {
        case .equal(.claim(let name), .string(let text)), .startsWith(.claim(let name), .string(let text)),
            .endsWith(.claim(let name), .string(let text)), .contains(.claim(let name), .string(let text)):
            [name: .string(text)]
        case .equal(.claim(let name), .integer(let number)), .atMost(.claim(let name), .integer(let number)),
            .atMost(.integer(let number), .claim(let name)):
            [name: claimTypes[name] == .time ? .time(number) : .integer(number)]
        case .isTrue(.claim(let name)): [name: .boolean(true)]
        case .inSet(.claim(let name), let members): members.first.map { [name: .string($0)] } ?? [:]
        case .less(.claim(let name), .integer(let number)) where claimTypes[name] == .time: [name: .time(number &- 1)]
        case .less(.integer(let number), .claim(let name)) where claimTypes[name] == .time: [name: .time(number &+ 1)]
        case .subsetOfSet(.claim(let name), let members): [name: .strings(members)]
        case .subsetOfNumbers(.claim(let name), let members): [name: .integers(members)]
        case .has(.claim(let name), .integer(let number)): [name: .integers([number])]
        case .has(.claim(let name), .string(let text)): [name: .strings([text])]
        case .isTrue, .known, .equal, .less, .atMost, .has, .startsWith, .endsWith, .contains, .inSet, .subsetOfSet, .subsetOfNumbers, .matches,
            .inWindow, .inNetwork:
            [:]
        }
    }

    // MARK: with

    private func set(_ fact: TestFact, in test: inout PolicyTest, _ issuer: ResolvedIssuer) {
        if let name = fact.path.claim {
            guard let claim = issuer.claims.first(where: { $0.name == name.text }) else {
                report(Wording.testClaim(name.span, claim: name.text, issuer: issuer.name, known: issuer.claims.map(\.name)))
                return
            }
            test.claims[claim.name] = value(fact.value, claim.type)
            return
        }
        if let key = fact.path.key {
            report(Wording.testFact(key.span, name: fact.path.text))
            return
        }
        switch Fact.named(fact.path.text) {
        case .identityProof?:
            guard case .path(let path) = fact.value, let proof = Proof.allCases.first(where: { $0.name == path.text }) else {
                report(Wording.typeMismatch(fact.value.span, found: "value", wanted: "`bearer`, `dpop` or `mtls`"))
                return
            }
            if issuer.kind == .mtls, proof != .mtls { report(Wording.proofOfCertificate(fact.value.span, issuer: issuer.name)) }
            test.proof = proof
        case .requestSource?:
            guard case .string(let text) = fact.value, let network = NetworkRecord(text: text.value), network.prefix == 128 else {
                report(Wording.badNetwork(fact.value.span))
                return
            }
            test.source = text.value
        case .sessionReason?:
            guard case .string(let text)? = value(fact.value, .string) else { return }
            test.reason = text
        default: report(Wording.testFact(fact.path.span, name: fact.path.text))
        }
    }

    private func value(_ operand: Operand, _ type: FactType) -> ClaimValue? {
        switch (operand, type) {
        case (.string(let it), .string): return .string(it.value)
        case (.integer(let it), .integer): return .integer(it.value)
        case (.moment(let it), .time): return .time(it.epochSeconds)
        case (.boolean(let it), .boolean): return .boolean(it.value)
        case (.set(let it), .strings): return .strings(elements(of: it).compactMap(\.text))
        case (.set(let it), .integers): return integers(it)
        case (.string, _), (.integer, _), (.moment, _), (.boolean, _), (.set, _), (.duration, _), (.size, _), (.path, _):
            report(Wording.typeMismatch(operand.span, found: "value", wanted: type.name))
            return nil
        }
    }

    private func integers(_ literal: SetLiteral) -> ClaimValue? {
        var numbers: [Int64] = []
        for element in elements(of: literal) {
            guard case .integer(let number) = element.value else {
                report(Wording.setElement(element.span, found: ConditionTyper.kind(of: element.value), wanted: "integers"))
                return nil
            }
            numbers.append(number)
        }
        return .integers(numbers)
    }

    // MARK: examples

    private func message(_ example: MessageExample) -> PolicyTest.Message {
        var rule: String?
        if let name = example.rule, case .rule(let index)? = resolve(name, as: [.rule], what: "rule") {
            let (declaration, policy) = names.rules[index]
            rule = programName(declaration.name.text, policy: policy)
        }
        return .init(text: example.message.value, outcome: example.outcome, rule: rule, span: example.span)
    }

    private func row(_ example: RowExample) -> PolicyTest.Row {
        let table = example.table.last.flatMap { $0.kind == .any ? nil : $0.text }
        let schema = example.table.count == 2 && example.table[0].kind != .any ? example.table[0].text : nil
        return .init(
            schema: schema, table: table, cells: example.input.map(cell), expected: example.expected.map(cell),
            span: example.span)
    }

    private func cell(_ cell: RowCell) -> PolicyTest.Cell {
        let value: String? =
            switch cell.value {
            case .null: nil
            case .literal(.string(let it)): it.value
            case .literal(.integer(let it)): String(it.value)
            case .literal(.duration(let it)): String(it.seconds)
            case .literal(.size(let it)): String(it.bytes)
            case .literal(.boolean(let it)): it.value ? "t" : "f"
            case .literal(.moment), .literal(.set), .literal(.path): parsed[cell.span.file].source.text(in: cell.value.span)
            }
        return .init(column: cell.column.text, value: value, span: cell.span)
    }
}

extension RowValue {
    var span: SourceSpan {
        switch self {
        case .null(let span): span
        case .literal(let operand): operand.span
        }
    }
}

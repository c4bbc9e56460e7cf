// `postern explain`: how a policy would decide a statement, rule by rule; and what a diagnostic's code means.

import ArgumentParser
import Compiler
import Decision
import Foundation
import Inspect
import Machine

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Show how a policy decides a statement, rule by rule; or what a diagnostic's code means.",
        discussion: """
            Decides by the gateway's own path, and lists for each access every rule whose verbs and objects match it.

              postern explain policies/ --as support_agent --on shop 'select * from payments where id = 1'

            Exit status 1 when the statement is refused. With a code alone: what it means, an example that has it, and the example mended.

              postern explain P0211
            """)

    @Argument(help: "Policy files, directories or a bundle, and last the SQL text; or a diagnostic's code.")
    var arguments: [String]
    @Option(name: .long, help: "The policy to compile, when the files hold several.")
    var root: String?
    @Option(name: .customLong("as"), help: "The identity, by name.")
    var identity: String?
    @Option(name: .customLong("on"), help: "The resource, by name.")
    var resource: String?
    @Option(name: .long, help: "A claim, NAME=TEXT (NAME=a,b for a set). May be repeated.")
    var claim: [String] = []
    @Option(name: .long, help: "Decide as of this second since 1970. Default: now.")
    var at: Int64?
    @OptionGroup var output: FormatOption

    /// The code to explain; nil when a statement is.
    private var code: String? {
        guard arguments.count == 1, identity == nil, resource == nil, CodeExplanation.isCode(arguments[0]) else { return nil }
        return arguments[0]
    }

    func validate() throws {
        if code != nil { return }
        if arguments.count == 1, arguments[0].wholeMatch(of: /[A-Za-z]\d{4}/) != nil {
            throw ValidationError("no diagnostic has the code \(arguments[0]): they begin with P, C or L, as P0211 does")
        }
        if arguments.count < 2 { throw ValidationError("give policy files (or a bundle) and then the SQL text; or a code alone") }
        if identity == nil || resource == nil { throw ValidationError("say with --as who asks, and with --on which resource") }
    }

    func run() throws {
        try Output.run {
            if let code { return try explain(code) }
            guard let identity, let resource else { return }
            let policy = try BundleReader.program(Array(arguments.dropLast()), root: root)
            let caller = try CallerChoice.caller(identity, claims: claim, in: policy)
            let moment = at.map { Moment(seconds: $0) } ?? BuildClock.clock()
            guard
                let gate = Gate(
                    policy: policy, caller: caller, resource: resource,
                    facts: SessionFacts(caller: caller, source: nil, start: moment),
                    secrets: MaskSecrets(hashKey: [UInt8](repeating: 0, count: 32)), memory: FirstSeen())
            else {
                let known = policy.program.resources.map { policy.text($0.name) }
                throw Impossible("no resource '\(resource)' in this policy; it has \(known.joined(separator: ", "))")
            }
            let report = Explanation(gate, policy, Array((arguments.last ?? "").utf8), Circumstances(moment: moment))
            if output.isJSON { try Output.json(report) } else { Output.print(report.text) }
            if !report.allowed { throw ExitStatus.found }
        }
    }
}

extension ExplainCommand {
    private func explain(_ code: String) throws {
        guard let explanation = CodeExplanation.of(code) else {
            throw Impossible("there is no diagnostic with the code \(code.uppercased())")
        }
        let record = CodeRecord(
            code: explanation.code, meaning: explanation.meaning, wrong: explanation.wrong, right: explanation.right,
            surroundings: CodeExplanation.surroundings)
        if output.isJSON { try Output.json(record) } else { Output.print(record.text) }
    }
}

/// What `explain CODE` prints.
private struct CodeRecord: Encodable {
    var code: String
    var meaning: String
    var wrong: String
    var right: String
    /// What stands above examples without a line `policy …`.
    var surroundings: String

    var text: String {
        func indented(_ example: String) -> String {
            example.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n")
        }
        return "\(code): \(meaning)\n\nwrong:\n\n\(indented(wrong))\n\nright:\n\n\(indented(right))"
    }
}

/// What `explain` prints of a statement.
private struct Explanation: Encodable {
    struct Considered: Encodable {
        var rule: String
        var effect: String
        var observe: Bool
        var finding: String
        var place: String
    }
    struct AccessReport: Encodable {
        var access: String
        var considered: [Considered]
    }
    var allowed: Bool
    var effect: String
    var message: String?
    var detail: String?
    var hint: String?
    var masks: [String]
    /// Masks that would apply if they did not only observe.
    var observedMasks: [String] = []
    var accesses: [AccessReport]

    init(_ gate: Gate, _ policy: VerifiedProgram, _ text: [UInt8], _ circumstances: Circumstances) {
        (allowed, effect, message, detail, hint, masks) = text.withUnsafeBytes { bytes in
            switch gate.consider(.query(bytes), at: circumstances) {
            case .forward(let permit):
                let masks = gate.maskRuleNames(permit.decision.masks)
                return (true, "allow", nil, nil, nil, masks)
            case .hold(let held):
                let asked = held.request.demands.map { demand in
                    let why = demand.because.isEmpty ? "" : ": \(demand.because)"
                    return "\(demand.quorum) of \(demand.approvers.joined(separator: ", ")) by \(demand.rule.name)\(why)"
                }
                return (false, "held", "it waits until people agree", asked.joined(separator: "; "), nil, [])
            case .refuse(let refusal):
                return (false, refusal.decision.effect.name, refusal.message, refusal.detail, refusal.hint, [])
            }
        }
        observedMasks = gate.lastObserved.map(Int.init).filter { policy.program.rules[$0].effect == .mask }.map { policy.ruleName($0) }
        let explained = text.withUnsafeBytes { gate.explain($0, at: circumstances) }
        accesses = explained.map { explanation in
            AccessReport(
                access: InspectionText.whole(explanation.access, of: gate.lastInspection),
                considered: explanation.considered.map { considered in
                    let place = policy.place(of: considered.rule)
                    return Considered(
                        rule: policy.ruleName(considered.rule), effect: considered.effect.name, observe: considered.observe,
                        finding: considered.finding.words, place: "\(place.path):\(place.line)")
                })
        }
    }

    var text: String {
        var lines = [allowed ? "allowed" : "refused (\(effect)): \(message ?? "")"]
        if let detail { lines.append("  detail: " + detail) }
        if let hint { lines.append("  hint:   " + hint) }
        for access in accesses {
            lines.append(access.access)
            for considered in access.considered {
                let observed = considered.observe ? "observe " : ""
                lines.append("  \(observed)\(considered.effect) \(considered.rule) (\(considered.place)) \(considered.finding)")
            }
            if access.considered.isEmpty { lines.append("  no rule has this verb and object") }
        }
        if !masks.isEmpty { lines.append("masks in force: " + masks.joined(separator: ", ")) }
        if !observedMasks.isEmpty { lines.append("masks that only observe: " + observedMasks.joined(separator: ", ")) }
        return lines.joined(separator: "\n")
    }
}

/// A caller for tools that take an identity's name in place of a token.
enum CallerChoice {
    static func caller(_ identity: String, claims: [String], in policy: VerifiedProgram) throws -> Caller {
        guard let record = policy.program.identities.first(where: { policy.text($0.name) == identity }) else {
            let known = policy.program.identities.map { policy.text($0.name) }
            throw Impossible("no identity '\(identity)' in this policy; it has \(known.joined(separator: ", "))")
        }
        let issuer = policy.program.issuers[Int(record.issuer)]
        var values: [String: ClaimValue] = [:]
        for pair in claims {
            guard let equals = pair.firstIndex(of: "=") else { throw ValidationError("--claim is written NAME=TEXT") }
            let name = String(pair[..<equals])
            let text = String(pair[pair.index(after: equals)...])
            values[name] = try value(text, type: type(of: name, issuer, policy), name: name)
        }
        let verified = VerifiedClaims(
            issuer: policy.text(issuer.name), subject: identity, values: values, proof: issuer.kind == .mtls ? .mtls : .bearer)
        guard let caller = policy.caller(named: identity, claims: verified) else {
            throw Impossible("no identity '\(identity)' in this policy")
        }
        return caller
    }

    private static func type(of name: String, _ issuer: IssuerRecord, _ policy: VerifiedProgram) throws -> FactType {
        let declared = issuer.claims.map { policy.program.claims[Int($0.claim)] }
        guard let claim = declared.first(where: { policy.text($0.name) == name }) else {
            throw Impossible("issuer \(policy.text(issuer.name)) declares no claim '\(name)'")
        }
        return claim.type
    }

    private static func value(_ text: String, type: FactType, name: String) throws -> ClaimValue {
        switch type {
        case .strings: return .strings(text.split(separator: ",").map(String.init))
        case .boolean:
            guard let flag = Bool(text) else { throw Impossible("claim \(name) is true or false") }
            return .boolean(flag)
        case .time:
            guard let seconds = Int64(text) ?? Moment(rfc3339: text)?.seconds, Moment.writable.contains(seconds) else {
                throw Impossible("claim \(name) is a time such as 2026-03-02T03:00:00Z, or a number of seconds since 1970")
            }
            return .time(seconds)
        case .integers:
            let numbers = text.split(separator: ",").map { Int64($0) }
            guard !numbers.contains(nil) else { throw Impossible("claim \(name) is whole numbers, by commas") }
            return .integers(numbers.compactMap { $0 })
        case .integer, .duration, .size:
            guard let number = Int64(text) else { throw Impossible("claim \(name) is a whole number") }
            return .integer(number)
        case .string, .address: return .string(text)
        }
    }
}

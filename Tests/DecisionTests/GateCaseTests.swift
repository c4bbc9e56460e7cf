// Runs scripts of messages through a gate, as text in and text out.

import Compiler
import Decision
import Foundation
import Inspect
import Machine
import Mask
import PolicyLang
import TestSupport
import Testing

/// A case file is a policy, perhaps schema files that each begin with a line `==== path`, a line `----`, and a script.
/// Script lines:
///
///     as NAME on RESOURCE           a new session; those before it end
///     also NAME on RESOURCE         a new session; those before it stay open
///     query TEXT                    consider, and print the outcome
///     parse [NAME] : TEXT           consider a Parse; its ticket waits
///     settle N                      the backend completed N statements of the oldest waiting ticket
///     bind PORTAL [STATEMENT]       bind; `-` is the unnamed one
///     execute PORTAL                consider an Execute
///     function SCHEMA.NAME          consider a FunctionCall
///     at 2026-03-02T03:00Z          the moment from here on, as seconds since 1970
///     in yes | no | unknown         whether messages from here on are sent in a transaction
///     fail                          the backend said that a statement failed
///     abandon                       nobody will say what became of the oldest waiting ticket
///     withdraw                      the message of the oldest waiting ticket was not sent after all
///     says SUBJECT [of ISSUER] yes|no [REASON]   somebody answers what was held last
///     again                         decide what was held last again, with what was said, and print the outcome
///     suppose                       what would happen to it if everybody agreed
///     watch ROWS BYTES              what came of the message that passed last: prints the watches that hold
///     observed                      prints the rules that only observe and would have acted
///     becomes N                     the policy after the N-th line `++++` is in force
///     begun                         what is in force was set by the start-up message
///
/// A line that begins with `=> ` is what the line before it must print.
@Suite struct GateCaseTests {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
    static let names =
        (try? FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".case") }.sorted()) ?? []

    @Test func thereAreCases() { #expect(Self.names.count >= 4) }

    @Test(arguments: names) func script(_ name: String) throws {
        let url = Self.directory.appendingPathComponent(name)
        let text = try String(contentsOf: url, encoding: .utf8)
        let parts = text.components(separatedBy: "\n----\n")
        try #require(parts.count == 2, "\(name) needs a policy, a line ----, and a script")
        let policies = try parts[0].components(separatedBy: "\n++++\n").map { try GatePolicy.compile($0, name: name) }
        let script = GateScript(policies[0])
        script.later = Array(policies.dropFirst())
        var output: [String] = []
        for line in parts[1].components(separatedBy: "\n") where !line.hasPrefix("=> ") {
            output.append(line)
            if let answer = try script.run(line) { output.append("=> " + answer) }
        }
        let result = parts[0] + "\n----\n" + output.joined(separator: "\n")
        try CaseFolder.expect(result, at: url)
    }
}

enum GatePolicy {
    static func compile(_ text: String, name: String = "test") throws -> VerifiedProgram {
        let parts = text.components(separatedBy: "\n==== ")
        var schemas: [String: [UInt8]] = [:]
        for part in parts.dropFirst() {
            let lines = part.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            schemas[String(lines[0])] = Array((lines.last ?? "").utf8)
        }
        let options = CompileOptions(date: Moment(seconds: 1_772_000_000)) { [schemas] in schemas[$0] }
        let compiled = PolicyCompiler.compile(files: [SourceFile(path: name, text: parts[0])], options: options)
        let program = try #require(
            compiled.program, "\(DiagnosticText.render(compiled.diagnostics, files: compiled.sources))")
        return try VerifiedProgram.load(try ProgramCodec.encode(program))
    }

    static func gate(
        _ program: VerifiedProgram, as identity: String, on resource: String, _ ledger: LimitLedger? = nil,
        _ approvals: ApprovalLedger? = nil
    ) throws -> Gate {
        let claims = VerifiedClaims(
            issuer: program.text(program.issuers[0].name), subject: identity, values: ["sub": .string(identity)], proof: .bearer
        )
        guard case .caller(let caller) = program.identify(claims) else { throw ScriptError.noCaller(identity) }
        let facts = SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0))
        return try #require(
            Gate(
                policy: program, caller: caller, resource: resource, facts: facts,
                secrets: MaskSecrets(hashKey: Array(repeating: 7, count: 32)), memory: FirstSeen(), ledger: ledger, approvals: approvals))
    }
}

enum ScriptError: Error {
    case noCaller(String)
    case badLine(String)
}

/// One script's state.
final class GateScript {
    private let program: VerifiedProgram
    private var gate: Gate?
    private var open: [Gate] = []
    private let ledger = LimitLedger()
    private let approvals = ApprovalLedger()
    var later: [VerifiedProgram] = []
    private var held: HeldMessage?
    private var heldMessage: (text: [UInt8], make: (UnsafeRawBufferPointer) -> Message)?
    private var answers: [ApprovalAnswer] = []
    private var ticket: WatchTicket?
    private var agreement: PortalAgreement?
    private var tickets: [NameTicket] = []
    private var circumstances = Circumstances(moment: Moment(seconds: 1_772_000_000))

    init(_ program: VerifiedProgram) { self.program = program }

    func run(_ line: String) throws -> String? {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard let word = words.first, !word.hasPrefix("#") else { return nil }
        let rest = words.count > 1 ? words[1] : ""
        switch word {
        case "as", "also":
            let parts = rest.components(separatedBy: " on ")
            if word == "as" {
                gate = nil
                open = []
            }
            gate = try GatePolicy.gate(program, as: parts[0], on: parts.count > 1 ? parts[1] : "", ledger, approvals)
            open += gate.map { [$0] } ?? []
            tickets = []
            circumstances.inTransaction = .no
            return nil
        case "at":
            guard let seconds = Int64(rest) else { throw ScriptError.badLine(line) }
            circumstances.moment = Moment(seconds: seconds)
            return nil
        case "in":
            circumstances.inTransaction = rest == "yes" ? .yes : rest == "no" ? .no : .unknown
            return nil
        case "says":
            try say(rest)
            return nil
        case "again":
            let message = try #require(heldMessage)
            return try decide(message.text) { gate, buffer, script in
                guard let held = script.held.take() else { return .refuse(GateScript.nothingHeld) }
                let outcome = gate.resolve(held, message.make(buffer), with: script.answers, at: script.circumstances)
                script.held = consume held
                return outcome
            }
        case "suppose":
            let message = try #require(heldMessage)
            return try decide(message.text) { gate, buffer, script in
                guard let held = script.held.take() else { return .refuse(GateScript.nothingHeld) }
                return gate.suppose(held, message.make(buffer), at: script.circumstances)
            }
        case "watch":
            let numbers = rest.split(separator: " ").compactMap { UInt64($0) }
            guard numbers.count == 2, let ticket, let gate else { return "no watch is about it" }
            let found = gate.watch(ticket, ResultFacts(rows: numbers[0], bytes: numbers[1]))
            return found.isEmpty ? "no watch holds" : found.map { sighting in
                let told = sighting.notify.isEmpty ? "" : " tells " + sighting.notify.joined(separator: " ")
                return (sighting.isObserved ? "observe " : "") + sighting.rule.name + told
            }.joined(separator: ", ")
        case "observed":
            let rules = (gate?.lastObserved).map { $0.map { program.ruleName(Int($0)) }.sorted() } ?? []
            return rules.isEmpty ? "none" : rules.joined(separator: " ")
        case "becomes":
            guard let number = Int(rest), later.indices.contains(number - 1) else { throw ScriptError.badLine(line) }
            return switch gate?.adopt(later[number - 1], at: circumstances.moment) {
            case .adopted: "adopted"
            case .renamed: "the session ends: names mean something else"
            case .deaf(let channel): "the session ends: it listens on \(channel)"
            case .powerless: "the session ends: nothing is allowed any more"
            case .unknown, nil: "the session ends"
            }
        case "binds":
            let name = rest == "-" ? "" : rest
            let statements = gate?.names.statement(name) ?? []
            return try consider("") { _ in .bind(to: statements) }
        case "fail":
            gate?.names.noteFailure()
            return nil
        case "begun":
            gate?.names.beginSession()
            return nil
        case "withdraw":
            guard !tickets.isEmpty else { throw ScriptError.badLine(line) }
            gate?.names.withdraw(tickets.removeFirst())
            return nil
        case "abandon":
            guard !tickets.isEmpty else { throw ScriptError.badLine(line) }
            gate?.names.abandon(tickets.removeFirst())
            return nil
        case "query": return try consider(rest) { .query($0) }
        case "parse":
            let parts = rest.components(separatedBy: " : ")
            guard parts.count == 2 else { throw ScriptError.badLine(line) }
            let name = parts[0] == "-" ? "" : parts[0]
            return try consider(parts[1]) { .parse(name: name, text: $0) }
        case "settle":
            guard let completed = Int(rest), !tickets.isEmpty else { throw ScriptError.badLine(line) }
            gate?.names.settle(tickets.removeFirst(), completed: completed)
            return nil
        case "bind":
            let parts = rest.split(separator: " ").map { $0 == "-" ? "" : String($0) }
            gate?.names.bind(portal: parts[0], to: parts.count > 1 ? parts[1] : "")
            return nil
        case "execute": return try consider("") { _ in .execute(portal: rest == "-" ? "" : rest) }
        case "function":
            let parts = rest.components(separatedBy: ".")
            return try consider("") { _ in .functionCall(schema: parts[0], name: parts.last ?? "") }
        default: throw ScriptError.badLine(line)
        }
    }

    private static let nothingHeld = Refusal(
        decision: DecisionRecord(effect: .invalid, rule: -1, revision: 0), message: "nothing is held")

    private func say(_ rest: String) throws {
        var words = rest.split(separator: " ").map(String.init)
        guard words.count >= 2 else { throw ScriptError.badLine(rest) }
        let subject = words.removeFirst()
        var issuer = program.text(program.issuers[0].name)
        if words[0] == "of", words.count > 2 {
            issuer = words[1]
            words.removeFirst(2)
        }
        let claims = VerifiedClaims(issuer: issuer, subject: subject, values: ["sub": .string(subject)], proof: .bearer)
        answers.append(
            ApprovalAnswer(
                claims: claims, agrees: words[0] == "yes", reason: words.dropFirst().joined(separator: " "), at: circumstances.moment))
    }

    private func consider(_ text: String, _ message: @escaping (UnsafeRawBufferPointer) -> Message) throws -> String {
        let bytes = Array(text.replacingOccurrences(of: "\\n", with: "\n").utf8)
        answers = []
        held = nil
        heldMessage = (bytes, message)
        return try decide(bytes) { gate, buffer, script in
            gate.consider(message(buffer), at: script.circumstances, under: script.agreement)
        }
    }

    private func decide(
        _ bytes: [UInt8], _ make: (Gate, UnsafeRawBufferPointer, GateScript) -> Outcome
    ) throws -> String {
        let gate = try #require(gate)
        ticket = nil
        return bytes.withUnsafeBytes { buffer in
            switch make(gate, buffer, self) {
            case .forward(let permit):
                if let ticket = permit.ticket { tickets.append(ticket) }
                ticket = permit.watch
                if permit.agreement != nil { agreement = permit.agreement }
                let masks = gate.maskRuleNames(permit.decision.masks)
                let bounds = [permit.limits?.rows, permit.limits?.bytes, permit.limits?.runtime].compactMap { $0 }
                let limits = bounds.map { "\($0.amount) \($0.kind.rawValue) by \($0.rule.name)" }
                return permit.decision.effect.name + (masks.isEmpty ? "" : " masks " + masks.joined(separator: " "))
                    + (limits.isEmpty ? "" : " limits " + limits.joined(separator: ", "))
            case .hold(let waiting):
                let asked = waiting.request.demands.map {
                    "\($0.rule.name) asks \($0.quorum) of \($0.approvers.joined(separator: ", "))"
                        + ($0.because.isEmpty ? "" : " (\($0.because))")
                }
                let text = "held until \(waiting.request.deadline.seconds): " + asked.joined(separator: "; ")
                held = consume waiting
                return text
            case .refuse(let refusal):
                let rule = refusal.rule.map { " by \($0.name) line \($0.line)" } ?? ""
                let hint = refusal.hint ?? ""
                let isShown = refusal.decision.effect == .limited || hint.hasPrefix("the proof lacks")
                return "\(refusal.decision.effect.name)\(rule): \(refusal.message)\(isShown ? "; " + hint : "")"
            }
        }
    }
}

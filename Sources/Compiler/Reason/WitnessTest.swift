// A witness as a `test` of the policy language: what was found once is looked for ever after.

import Foundation
import Machine
import PolicyLang

extension Witness {
    /// The declaration, ready to stand in the policy. It says what should come of the text.
    public func test(title: String, text: String, expecting outcome: String) -> String {
        var lines = ["test \(StringLiteral.written(title)) {"]
        var facts = claims.sorted { $0.key < $1.key }.map { "\(ClaimPath.text($0.key)) = \(Self.shown($0.value))" }
        if proof != .bearer { facts.append("identity.proof = \(proof.name)") }
        if let source { facts.append("request.source = \(StringLiteral.written(source))") }
        if let reason { facts.append("session.reason = \(StringLiteral.written(reason))") }
        lines.append("  as \(identity)" + (facts.isEmpty ? "" : " with { \(facts.joined(separator: ", ")) }"))
        lines.append("  on \(resource)")
        lines.append("  at \(Self.shown(moment))")
        if inTransaction == .yes { lines.append("  \"begin\" -> allow") }
        lines.append("  \(StringLiteral.written(text)) -> \(outcome)")
        return (lines + ["}"]).joined(separator: "\n")
    }

    /// Whether a test says all of it: how old a session is, and what was run before, it cannot say.
    /// Nor can it write a time before 1970.
    public var isTestable: Bool {
        let isWritable = claims.values.allSatisfy { if case .time(let seconds) = $0 { seconds >= 0 } else { true } }
        return age == 0 && isFirstSeen && inTransaction != .unknown && isWritable
    }

    /// Claims and facts, for people.
    public var circumstances: [String] {
        var lines = claims.sorted { $0.key < $1.key }.map { "\(ClaimPath.text($0.key)) = \(Self.shown($0.value))" }
        if proof != .bearer { lines.append("identity.proof = \(proof.name)") }
        if let source { lines.append("request.source = \(source)") }
        if let reason { lines.append("session.reason = \(StringLiteral.written(reason))") }
        if age != 0 { lines.append(age > 0 ? "session.age = \(age)s" : "session.age is not known") }
        if inTransaction != .no { lines.append(inTransaction == .yes ? "inside a transaction" : "perhaps inside a transaction") }
        if !isFirstSeen { lines.append("the statement was run before") }
        return lines
    }

    public static func shown(_ moment: Moment) -> String {
        Date(timeIntervalSince1970: TimeInterval(moment.seconds)).ISO8601Format()
    }

    public static func shown(_ value: ClaimValue) -> String {
        switch value {
        case .string(let text): StringLiteral.written(text)
        case .integer(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .time(let seconds): Moment(seconds: seconds).rfc3339
        case .integers(let numbers): "{ " + numbers.map(String.init).joined(separator: ", ") + " }"
        case .strings(let texts): "{ " + texts.map { StringLiteral.written($0) }.joined(separator: ", ") + " }"
        }
    }
}

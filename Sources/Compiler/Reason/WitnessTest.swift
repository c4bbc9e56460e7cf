// A witness as a `test` of the policy language: what was found once is looked for ever after.

import Foundation
import Machine

extension Witness {
    /// The declaration, ready to stand in the policy. It says what should come of the text.
    public func test(title: String, text: String, expecting outcome: String) -> String {
        var lines = ["test \(Self.quoted(title)) {"]
        var facts = claims.sorted { $0.key < $1.key }.map { "\(ClaimPath.text($0.key)) = \(Self.shown($0.value))" }
        if proof != .bearer { facts.append("identity.proof = \(proof.name)") }
        if let source { facts.append("request.source = \(Self.quoted(source))") }
        if let reason { facts.append("session.reason = \(Self.quoted(reason))") }
        lines.append("  as \(identity)" + (facts.isEmpty ? "" : " with { \(facts.joined(separator: ", ")) }"))
        lines.append("  on \(resource)")
        lines.append("  at \(Self.shown(moment))")
        if inTransaction == .yes { lines.append("  \"begin\" -> allow") }
        lines.append("  \(Self.quoted(text)) -> \(outcome)")
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
        if let reason { lines.append("session.reason = \(Self.quoted(reason))") }
        if age != 0 { lines.append(age > 0 ? "session.age = \(age)s" : "session.age is not known") }
        if inTransaction != .no { lines.append(inTransaction == .yes ? "inside a transaction" : "perhaps inside a transaction") }
        if !isFirstSeen { lines.append("the statement was run before") }
        return lines
    }

    public static func shown(_ moment: Moment) -> String {
        Date(timeIntervalSince1970: TimeInterval(moment.seconds)).ISO8601Format()
    }

    static func shown(_ value: ClaimValue) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .integer(let number): "\(number)"
        case .boolean(let flag): "\(flag)"
        case .time(let seconds): Moment(seconds: seconds).rfc3339
        case .integers(let numbers): "{ " + numbers.map(String.init).joined(separator: ", ") + " }"
        case .strings(let texts): "{ " + texts.map(quoted).joined(separator: ", ") + " }"
        }
    }

    /// As the language writes strings.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                if scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format {
                    quoted += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}

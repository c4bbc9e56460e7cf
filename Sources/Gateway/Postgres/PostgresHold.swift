// A message that waits for people: what they are shown, what they said, and what the gateway is told of it.

import Decision
import Foundation
import Machine
import NIOCore
import Recording

/// The one message of a session that waits; everything behind it waits too.
final class PostgresHold {
    /// Names the request to people: the session's id and the number of the message in the recording.
    let id: String
    /// The gate's proof, kept until the message is let through or refused.
    var message: HeldMessage
    private(set) var request: ApprovalRequest
    /// Everything that was asked since it waits; what is asked now may be less.
    private var demands: [ApprovalDemand]
    /// The statement as it is recorded.
    let text: String
    /// Values that were bound, as far as they can be shown.
    let parameters: [String]
    /// Of the record that says that it is held.
    let sequence: UInt64
    var answers: [ApprovalAnswer] = []
    /// It is to be refused, for this reason.
    var withdrawn: String?
    /// Something has changed: it is to be decided again.
    var isDue = false

    init(id: String, _ message: consuming HeldMessage, text: String, parameters: [String], sequence: UInt64) {
        self.id = id
        request = message.request
        demands = message.request.demands
        self.message = message
        self.text = text
        self.parameters = parameters
        self.sequence = sequence
    }

    /// It was decided again, and still waits; perhaps for others.
    func renew(_ message: consuming HeldMessage) {
        request = message.request
        for demand in request.demands where !demands.contains(where: { $0.rule.name == demand.rule.name }) { demands.append(demand) }
        self.message = message
        isDue = false
    }

    func recorded(
        _ step: RecordedApproval.Step, asker: Caller, approver: VerifiedClaims? = nil, reason: String? = nil
    ) -> RecordedApproval {
        RecordedApproval(
            id: id, step: step,
            demands: demands.map {
                RecordedApproval.Demand(
                    rule: $0.rule.name, because: $0.because, approvers: $0.approvers, quorum: $0.quorum, valid: $0.validity)
            },
            asker: Self.name(asker.claims), approver: approver.map(Self.name), reason: reason,
            deadline: UInt64(clamping: request.deadline.seconds).multipliedReportingOverflow(by: 1_000_000_000).partialValue)
    }

    static func name(_ claims: VerifiedClaims) -> String { "\(claims.subject) of \(claims.issuer)" }
}

/// What happens around approvals, for whoever shows requests to people and tells channels.
enum PostgresApprovalNews {
    case asked(PostgresHold)
    /// Still waiting, under another policy or with more answers.
    case changed(PostgresHold)
    case settled(PostgresHold, RecordedApproval.Step)
}

/// Values of a Bind (PostgreSQL manual, section 55.7) for people to read: text as it is, binary as hexadecimal.
enum PostgresBindValues {
    /// Values that are shown, and bytes of each.
    static let shown = 100
    static let shownBytes = 256

    /// - Parameter body: of the Bind, after the two names.
    static func texts(_ body: UnsafeRawBufferPointer) -> [String] {
        var reader = PostgresReader(body)
        guard let formatCount = reader.uint16() else { return [] }
        var formats: [Int] = []
        for _ in 0..<formatCount {
            guard let format = reader.int16() else { return [] }
            formats.append(format)
        }
        guard let count = reader.uint16() else { return [] }
        var texts: [String] = []
        for index in 0..<count {
            guard let length = reader.int32() else { return texts }
            guard length >= 0 else {
                texts.append("NULL")
                continue
            }
            guard let bytes = reader.bytes(length) else { return texts }
            if texts.count == shown {
                texts.append("… and \(count - shown) more")
                return texts
            }
            let format = formats.isEmpty ? 0 : formats[formats.count == 1 ? 0 : min(index, formats.count - 1)]
            texts.append(text(bytes, isBinary: format != 0))
        }
        return texts
    }

    private static func text(_ bytes: UnsafeRawBufferPointer, isBinary: Bool) -> String {
        let start = bytes.prefix(shownBytes)
        let rest = bytes.count > shownBytes ? "… (\(bytes.count) bytes)" : ""
        if isBinary { return "0x" + start.map { String(format: "%02x", $0) }.joined() + rest }
        return "'" + String(decoding: start, as: UTF8.self) + "'" + rest
    }
}

extension PostgresClock {
    /// ISO 8601 in UTC.
    static func text(_ nanoseconds: UInt64) -> String {
        Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).ISO8601Format()
    }
}

extension PostgresRefusal {
    /// What a client is told while its message waits.
    static func write(waiting hold: PostgresHold, to out: inout ByteBuffer) {
        var fields = PostgresErrorFields()
        let wanted = hold.request.demands.map { "\($0.quorum) of \($0.approvers.joined(separator: ", ")) (rule \($0.rule.name))" }
        let until = Date(timeIntervalSince1970: TimeInterval(hold.request.deadline.seconds)).ISO8601Format()
        fields.set(PostgresErrorFields.Code.severity, Array("NOTICE".utf8))
        fields.set(PostgresErrorFields.Code.severityInEnglish, Array("NOTICE".utf8))
        fields.set(PostgresErrorFields.Code.sqlstate, Array("00000".utf8))
        fields.set(
            PostgresErrorFields.Code.message,
            Array("this statement waits for approval by \(wanted.joined(separator: " and ")) until \(until)".utf8))
        let because = hold.request.demands.map(\.because).filter { !$0.isEmpty }
        if !because.isEmpty { fields.set(PostgresErrorFields.Code.detail, Array(because.joined(separator: " ").utf8)) }
        fields.set(PostgresErrorFields.Code.hint, Array("request \(hold.id); cancel the statement to withdraw it".utf8))
        fields.write(.noticeResponse, to: &out)
    }
}

// A refusal in PostgreSQL's own error, and the few errors that end a session.

import Decision
import Identity
import NIOCore

/// What the gateway says in its own name.
enum PostgresRefusal {
    /// insufficient_privilege: what drivers and people know as "not allowed".
    static let sqlstate = "42501"
    /// configuration_limit_exceeded: a limit of policy is used up.
    static let limitState = "53400"

    /// query_canceled: nobody waits for it any more.
    static let withdrawnState = "57014"

    /// The ErrorResponse of a refused message: the rule's `because` as message, the access, rule and line as detail, how to ask as hint.
    static func write(_ refusal: Refusal, to out: inout ByteBuffer) {
        var detail = refusal.detail
        if detail == nil {
            var parts: [String] = []
            if let access = refusal.access { parts.append("access: \(access)") }
            if let rule = refusal.rule { parts.append("rule \(rule.name) at \(rule.path):\(rule.line)") }
            if !parts.isEmpty { detail = parts.joined(separator: "; ") }
        }
        write("ERROR", state(refusal), refusal.message, detail: detail, hint: refusal.hint, to: &out)
    }

    static func state(_ refusal: Refusal) -> String {
        switch refusal.decision.effect {
        case .allow, .deny, .uncovered, .guarded: sqlstate
        case .invalid: PostgresFault.Kind.protocolViolation.rawValue
        case .limited: limitState
        case .held, .approved, .declined: sqlstate
        case .withdrawn: withdrawnState
        }
    }

    static func write(
        _ severity: String, _ state: String, _ message: String, detail: String? = nil, hint: String? = nil,
        to out: inout ByteBuffer
    ) {
        var fields = PostgresErrorFields()
        fields.set(PostgresErrorFields.Code.severity, Array(severity.utf8))
        fields.set(PostgresErrorFields.Code.severityInEnglish, Array(severity.utf8))
        fields.set(PostgresErrorFields.Code.sqlstate, Array(state.utf8))
        fields.set(PostgresErrorFields.Code.message, Array(message.utf8))
        if let detail { fields.set(PostgresErrorFields.Code.detail, Array(detail.utf8)) }
        if let hint { fields.set(PostgresErrorFields.Code.hint, Array(hint.utf8)) }
        fields.write(.errorResponse, to: &out)
    }
}

/// Why a session or a login ends. `publicText` is told to the client, who is told nothing where it is empty; `reason` goes to the log and
/// holds no secret and no customer's data.
public struct PostgresFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The SQLSTATE told to the client (PostgreSQL manual, appendix A).
    public enum Kind: String, Sendable, CaseIterable {
        case protocolViolation = "08P01"
        case connectionFailure = "08006"
        case featureNotSupported = "0A000"
        case invalidAuthorization = "28000"
        case invalidPassword = "28P01"
        case undefinedDatabase = "3D000"
        case invalidParameterValue = "22023"
        case undefinedObject = "42704"
        case cannotChangeParameter = "55P02"
        case tooManyConnections = "53300"
        case insufficientPrivilege = "42501"
        case policyLimit = "53400"
        case limitExceeded = "54000"
        case adminShutdown = "57P01"
        case crashShutdown = "57P02"
        case cannotConnectNow = "57P03"
        case internalError = "XX000"

        /// Whether a session that ends so is ended because of what came of a message: a limit, or a result that cannot be masked.
        var stopsWhatRuns: Bool { self == .policyLimit || self == .limitExceeded || self == .internalError }

        /// Whether PostgreSQL says this of a start-up setting: one that it does not know, a value that it does not take.
        var concernsSetting: Bool { self == .invalidParameterValue || self == .undefinedObject || self == .cannotChangeParameter }
    }
    public var kind: Kind
    public var publicText: String
    public var reason: String

    init(_ kind: Kind, _ publicText: String, reason: String? = nil) {
        self.kind = kind
        self.publicText = publicText
        self.reason = reason ?? publicText
    }

    public var description: String { "\(kind.rawValue): \(reason)" }

    /// The one thing a client is told when it may not log in, whatever the reason.
    static func authentication(_ reason: String) -> PostgresFault {
        PostgresFault(.invalidPassword, "authentication failed", reason: reason)
    }
    /// What is wrong with a client's own certificate it is told, as TLS would by an alert: that helps it, and nobody else.
    static func authentication(_ error: any Error) -> PostgresFault {
        guard let failure = error as? CertificateFailure else { return authentication("\(error)") }
        return PostgresFault(.invalidAuthorization, failure.publicText, reason: "\(failure)")
    }
    /// A backend that refused the gateway's login. About a setting that the client itself sent, the backend's own words are passed on;
    /// anything else of it is for the log.
    static func login(state: String, message: String) -> PostgresFault {
        let reason = "the backend refused the login: \(state) \(message)"
        switch Kind(rawValue: state) {
        case .cannotConnectNow?: return PostgresFault(.cannotConnectNow, reason)
        case .tooManyConnections?:
            return PostgresFault(.tooManyConnections, "the database behind this gateway takes no more connections now", reason: reason)
        case let kind? where kind.concernsSetting: return PostgresFault(kind, message, reason: reason)
        default: return .backend(reason)
        }
    }
    /// A client or a backend that does not speak PostgreSQL's protocol.
    static func violation(_ reason: String) -> PostgresFault { PostgresFault(.protocolViolation, reason) }
    /// A backend that does not speak it: the client is not told how.
    static func backend(_ reason: String) -> PostgresFault {
        PostgresFault(.connectionFailure, "the database behind this gateway answered out of order", reason: reason)
    }

    /// The FATAL that the client is told.
    func write(to out: inout ByteBuffer) {
        guard !publicText.isEmpty else { return }
        PostgresRefusal.write("FATAL", kind.rawValue, publicText, to: &out)
    }
}

// A message that waits for people: what is asked of whom, what they answered, and the proof that the gate holds it.

import Inspect
import Machine

/// What one approve rule asks for.
public struct ApprovalDemand: Sendable, Hashable {
    public var rule: RuleCitation
    /// Index into the program's rules.
    public var index: Int32
    /// Empty when the rule gives no reason.
    public var because: String
    /// Names of the identities and groups whose members may agree.
    public var approvers: [String]
    /// How many different subjects have to agree.
    public var quorum: Int
    /// Seconds that the message waits.
    public var within: Int64
    public var valid: ApprovalRecord.Validity
    /// `valid` in the policy's words.
    public var validity: String
    /// Channels that are told.
    public var notify: [String]

    init(_ policy: VerifiedProgram, rule: Int, _ record: ApprovalRecord) {
        self.rule = RuleCitation(policy, rule)
        index = Int32(rule)
        because = policy.text(policy.program.rules[rule].because)
        approvers = policy.approvers(of: rule)
        quorum = Int(record.quorum)
        within = record.within
        valid = record.valid
        validity = record.validity
        notify = policy.channels(of: rule)
    }
}

/// What one person said. The claims are verified by whoever makes this.
public struct ApprovalAnswer: Sendable, Hashable {
    public var claims: VerifiedClaims
    public var agrees: Bool
    /// In the person's own words; may be empty.
    public var reason: String
    public var at: Moment

    public init(claims: VerifiedClaims, agrees: Bool, reason: String, at: Moment) {
        self.claims = claims
        self.agrees = agrees
        self.reason = reason
        self.at = at
    }
}

/// What is asked, for those who are to answer.
public struct ApprovalRequest: Sendable, Hashable {
    /// Its effect is `held`, its rule the first that asks.
    public var decision: DecisionRecord
    /// All of them have to be satisfied. Never empty.
    public var demands: [ApprovalDemand]
    /// The accesses of the message, as `postern inspect` prints them; the first of them where there are very many.
    public var accesses: [String]
    /// When the message was held first.
    public var asked: Moment
    /// From then on nobody's agreement helps.
    public var deadline: Moment

    /// Accesses that are listed.
    static let listedAccesses = 100
}

/// Proof that the gate holds one message for people. Only `Gate` makes one, and it cannot be copied; whoever keeps it lets go of it when
/// the message was let through or refused.
public struct HeldMessage: ~Copyable {
    public let request: ApprovalRequest
    /// Tells this message from another one that is put in its place.
    let mark: UInt64

    init(request: ApprovalRequest, mark: UInt64) {
        self.request = request
        self.mark = mark
    }
}

/// What people agreed to for the statements that a portal was bound to: it holds for the executions of that portal.
public final class PortalAgreement {
    let answers: [ApprovalAnswer]
    let asked: Moment
    let statements: [PreparedStatement]

    init(answers: [ApprovalAnswer], asked: Moment, statements: [PreparedStatement]) {
        self.answers = answers
        self.asked = asked
        self.statements = statements
    }
}

/// Answers that a message is decided with.
struct ApprovalAnswers {
    enum Kind {
        case given([ApprovalAnswer])
        /// Everybody who is asked agrees: what would happen then.
        case supposed
    }
    var kind: Kind
    /// When the message was held; nil when it is decided for the first time.
    var asked: Moment?
    /// Said about the message that is decided, and not about the Bind before it.
    var isOwn = true

    static let none = ApprovalAnswers(kind: .given([]), asked: nil)

    var given: [ApprovalAnswer] {
        switch kind {
        case .given(let answers): answers
        case .supposed: []
        }
    }
    var areSupposed: Bool {
        switch kind {
        case .given: false
        case .supposed: true
        }
    }
}

extension Message {
    /// A number that differs for messages that differ, as far as 64 bits tell.
    var mark: UInt64 {
        var mark: UInt64 = 0xcbf2_9ce4_8422_2325
        func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { mark = (mark ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            mark = (mark ^ 0xFF) &* 0x0000_0100_0000_01b3
        }
        switch self {
        case .query(let text): add(text)
        case .parse(let name, let text):
            add(name.utf8)
            add(text)
        case .bind(let statements): for statement in statements { add(statement.text.bytes) }
        case .execute(let portal): add(portal.utf8)
        case .functionCall(let schema, let name):
            add(schema.utf8)
            add(name.utf8)
        }
        return mark
    }
}

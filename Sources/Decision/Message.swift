// What a client asks, as the gate is given it, and the circumstances it asks in.

import Inspect
import Machine

/// One client message. The bytes are borrowed: they are read before `Gate.consider` returns and not kept.
public enum Message {
    /// PostgreSQL's simple Query, or any SQL text that runs as soon as it is sent.
    case query(UnsafeRawBufferPointer)
    /// PostgreSQL's Parse: text that is prepared now under a name (empty: unnamed) and executed later.
    case parse(name: String, text: UnsafeRawBufferPointer)
    /// PostgreSQL's Bind, where an approve may ask: the statements that a portal would stand for. Planning them evaluates constants, so
    /// that people are asked before, and not only before Execute. Nothing else about a Bind is judged here.
    case bind(to: [PreparedStatement])
    /// PostgreSQL's Execute: runs what was bound to a portal (empty: unnamed). Judged again, with the policy and time of now.
    case execute(portal: String)
    /// PostgreSQL's FunctionCall, by the name that the backend's catalogue gave for its OID.
    case functionCall(schema: String, name: String)
}

/// What is true around a message. The decision plane has no clock and no connection: all of it is a parameter.
public struct Circumstances: Sendable {
    public var moment: Moment
    public var lexical: LexicalState
    public var inTransaction: Ternary

    public init(moment: Moment, lexical: LexicalState = LexicalState(), inTransaction: Ternary = .no) {
        self.moment = moment
        self.lexical = lexical
        self.inTransaction = inTransaction
    }
}

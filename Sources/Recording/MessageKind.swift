// What kind of message was recorded, and in which circumstances it was judged.

import Machine

/// A recorded client message. Raw values are part of the database's format and never reused.
public enum MessageKind: UInt8, Sendable, CaseIterable {
    case query = 1
    /// Text prepared under a name.
    case parse = 2
    /// A portal bound to a statement; `parameters` is the message's body after the two names, as it came.
    case bind = 3
    case execute = 4
    /// `name` is the function's schema and `text` its name.
    case functionCall = 5
    /// A statement (`name`) or a portal (`portal`) closed; which one is in `text`: `S` or `P`.
    case close = 6
    /// A part of what the client copies in; recorded only when asked for.
    case copyData = 7

    public var name: String { "\(self)" }
}

/// Kinds that only rows have.
enum RowKind {
    /// A Bind that succeeded and the Execute of its portal that came right behind it, in one row: an Execute's row that has the Bind's
    /// `name` and `parameters` too. Its number is the Execute's; the Bind's is the one before. How long the Bind took is not kept.
    static let boundExecute: UInt8 = 32
}

/// What was true around a message, small enough for every row.
public struct RecordedCircumstances: Sendable, Hashable {
    /// The session's lexical state in the packed form that its inspector defines; 0 is the state at start.
    public var lexical: UInt64
    public var inTransaction: Ternary

    public init(lexical: UInt64 = 0, inTransaction: Ternary = .no) {
        self.lexical = lexical
        self.inTransaction = inTransaction
    }
}

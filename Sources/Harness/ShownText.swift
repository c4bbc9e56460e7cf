// The text behind an Execute, so that a report can show what was run.

import Recording

/// Follows names of statements and portals through a session, for examples only: nothing is decided by it.
struct ShownText {
    /// Names followed in one session; beyond, an Execute is shown by its portal.
    static let limit = 4096

    private var statements: [String: String] = [:]
    private var portals: [String: String] = [:]

    /// One line for a message, bounded.
    mutating func line(of message: RecordedMessage) -> String {
        switch message.kind {
        case .query: return Excerpt.line(message.text)
        case .parse:
            let line = Excerpt.line(message.text)
            if statements.count < Self.limit || statements[message.name] != nil { statements[message.name] = line }
            return line
        case .bind:
            if portals.count < Self.limit || portals[message.portal] != nil { portals[message.portal] = statements[message.name] }
            return ""
        case .execute: return portals[message.portal] ?? "execute of portal \"\(message.portal)\""
        case .functionCall:
            return Excerpt.line("function call of \(message.name).\(String(decoding: message.text, as: UTF8.self))")
        case .close, .copyData: return ""
        }
    }
}

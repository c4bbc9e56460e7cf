// `postern sessions`: what was recorded.

import ArgumentParser
import Foundation
import Machine
import Recording

struct SessionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "List recorded sessions, or show one.", subcommands: [List.self, Show.self])

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List recorded sessions, the newest first.",
            discussion: "  postern sessions list --recording /var/lib/postern/recording --identity nightly_report --since 7d")

        @Option(name: .long, help: "Directory of the recording.")
        var recording: String
        @OptionGroup var filter: RecordingFilter
        @Flag(name: .long, help: "Only sessions in which something was refused, or stopped while it ran.")
        var refused = false
        @Option(name: .long, help: "At most so many.")
        var limit = 50
        @OptionGroup var output: FormatOption

        func run() throws {
            try Output.run {
                let reader = try RecordingFilter.open(recording)
                defer { reader.close() }
                var chosen = try filter.filter()
                chosen.limit = limit
                chosen.latestFirst = true
                if refused { chosen.decision = .refused }
                let sessions: [RecordedSession]
                do {
                    sessions = try reader.sessions(chosen)
                } catch {
                    throw Impossible("\(recording): \(error)")
                }
                if output.isJSON { return try Output.json(sessions.map(SessionRecordText.init)) }
                let header = ["session", "started", "identity", "resource", "from", "messages", "refused", "stopped", "policy"]
                let rows = sessions.map { session in
                    [
                        session.id.description, RecordedTime.text(session.startedAt), session.identity, session.resource,
                        session.sourceAddress, String(session.messages), String(session.refused), String(session.stopped),
                        "\(session.programName) \(session.programRevision)",
                    ]
                }
                Output.print(Columns.text([header] + rows))
            }
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show every message of a session, in order.",
            discussion: "  postern sessions show 0190a3c2-… --recording /var/lib/postern/recording")

        @Argument(help: "The session's id, or its first characters.")
        var session: String
        @Option(name: .long, help: "Directory of the recording.")
        var recording: String
        @OptionGroup var output: FormatOption

        func run() throws {
            try Output.run {
                let reader = try RecordingFilter.open(recording)
                defer { reader.close() }
                let found: RecordedSession
                let messages: [RecordedMessage]
                let events: [RecordedEvent]
                do {
                    var filter = SessionFilter()
                    filter.idPrefix = session
                    let matching = try reader.sessions(filter)
                    guard let one = matching.first else { throw Impossible("no session '\(session)' in \(recording)") }
                    guard matching.count == 1 else {
                        throw Impossible("\(matching.count) sessions begin with '\(session)': give more of the id")
                    }
                    found = one
                    messages = try reader.messages(of: one)
                    events = try reader.events(of: one)
                } catch let error as RecordingError {
                    throw Impossible("\(recording): \(error)")
                }
                if output.isJSON { return try Output.json(ShownSession(found, messages, events)) }
                Output.print(ShownSession(found, messages, events).text)
            }
        }
    }
}

/// A session as JSON.
private struct SessionRecordText: Encodable {
    var id: String
    var identity: String
    var groups: [String]
    var issuer: String
    var subject: String
    var claims: [String: String]
    var proof: String
    var resource: String
    var source: String
    var database: String
    var backendUser: String
    var policy: String
    var policyRevision: UInt64
    var started: String
    var ended: String?
    var endReason: String?
    var messages: UInt64
    var refused: UInt64
    var stopped: UInt64

    init(_ session: RecordedSession) {
        id = session.id.description
        identity = session.identity
        groups = session.groups
        issuer = session.claims.issuer
        subject = session.claims.subject
        claims = session.claims.values.mapValues(\.text)
        proof = session.claims.proof.name
        resource = session.resource
        source = session.sourceAddress
        database = session.database
        backendUser = session.backendUser
        policy = session.programName
        policyRevision = session.programRevision
        started = RecordedTime.text(session.startedAt)
        ended = session.endedAt.map(RecordedTime.text)
        endReason = session.endReason
        messages = session.messages
        refused = session.refused
        stopped = session.stopped
    }
}

/// A session with its messages, as JSON and as text.
private struct ShownSession: Encodable {
    struct Line: Encodable {
        var sequence: UInt64
        var at: String
        var kind: String
        var text: String
        var statement: String
        var portal: String
        /// Hexadecimal: what Bind carried after the names.
        var parameters: String?
        var decision: String
        var rule: String?
        var policyRevision: UInt64
        var maskRules: [String]
        var fingerprint: String?
        var milliseconds: Double?
        var rows: UInt64?
        var bytes: UInt64?
        var sqlstate: String?
    }
    var session: SessionRecordText
    var messages: [Line]
    var events: [ShownEvent]

    init(_ session: RecordedSession, _ messages: [RecordedMessage], _ events: [RecordedEvent]) {
        self.session = SessionRecordText(session)
        self.events = events.map(ShownEvent.init)
        self.messages = messages.map { message in
            Line(
                sequence: message.sequence, at: RecordedTime.text(message.at), kind: message.kind.name,
                text: String(decoding: message.text, as: UTF8.self), statement: message.name, portal: message.portal,
                parameters: message.parameters.isEmpty ? nil : message.parameters.map { String(format: "%02x", $0) }.joined(),
                decision: message.effect.name, rule: message.rule, policyRevision: message.programRevision,
                maskRules: message.maskRules,
                fingerprint: message.fingerprint == 0 ? nil : String(format: "%016llx", message.fingerprint),
                milliseconds: message.outcome.map { Double($0.duration) / 1e6 }, rows: message.outcome?.rows,
                bytes: message.outcome?.bytes, sqlstate: message.outcome?.sqlstate)
        }
    }

    var text: String {
        var lines = [
            "session  \(session.id)", "identity \(session.identity) (\(session.issuer), subject \(session.subject))",
            "resource \(session.resource), database \(session.database) as \(session.backendUser), from \(session.source)",
            "policy   \(session.policy) revision \(session.policyRevision)",
            "from     \(session.started) until \(session.ended ?? "now") \(session.endReason ?? "")", "",
        ]
        for message in messages {
            let rule = message.rule.map { " by \($0)" } ?? ""
            let masks = message.maskRules.isEmpty ? "" : ", masked by " + message.maskRules.joined(separator: ", ")
            lines.append("\(message.sequence)  \(message.at)  \(message.kind)  \(message.decision)\(rule)\(masks)")
            if !message.text.isEmpty {
                lines.append("    " + message.text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n    "))
            }
            if let milliseconds = message.milliseconds {
                let error = message.sqlstate.map { ", error \($0)" } ?? ""
                lines.append("    " + String(format: "%.3f ms", milliseconds) + ", \(message.rows ?? 0) rows\(error)")
            }
            for event in events where event.sequence == message.sequence { lines.append("    \(event.at)  \(event.text)") }
        }
        return lines.joined(separator: "\n")
    }
}

enum RecordedTime {
    /// ISO 8601 in UTC, to the millisecond.
    static func text(_ nanoseconds: UInt64) -> String {
        Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).ISO8601Format(.init(includingFractionalSeconds: true))
    }
}

enum Columns {
    /// Left-aligned columns, two spaces apart.
    static func text(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        return rows.map { row in
            row.enumerated().map { index, cell in
                index == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[index] - cell.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension ClaimValue {
    /// As a person reads it.
    var text: String {
        switch self {
        case .string(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): String(flag)
        case .time(let seconds): Moment(seconds: seconds).rfc3339
        case .integers(let numbers): numbers.map(String.init).joined(separator: ", ")
        case .strings(let texts): texts.joined(separator: ", ")
        }
    }
}

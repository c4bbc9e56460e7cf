// What waits for people, as the approvals API writes it and the command reads it.

import Decision
import Foundation
import Machine

/// A request as an approver sees it; the JSON of the API.
public struct ShownApproval: Codable, Sendable {
    public struct Demand: Codable, Sendable {
        public var rule: String
        public var place: String
        public var because: String
        public var by: [String]
        public var quorum: Int
        public var valid: String
    }
    public struct Said: Codable, Sendable {
        public var by: String
        public var agrees: Bool
        public var reason: String
    }
    public var id: String
    public var session: String
    public var identity: String
    public var subject: String
    public var issuer: String
    public var resource: String
    public var statement: String
    public var parameters: [String]
    public var accesses: [String]
    public var demands: [Demand]
    public var asked: String
    public var until: String
    public var answers: [Said]

    init(_ card: ApprovalCard, statement limit: Int = .max) {
        func time(_ moment: Moment) -> String { Date(timeIntervalSince1970: TimeInterval(moment.seconds)).ISO8601Format() }
        id = card.id
        session = card.session
        identity = card.caller.identity
        subject = card.caller.claims.subject
        issuer = card.caller.claims.issuer
        resource = card.resource
        statement = ChannelNotice.shortened(card.text, to: limit)
        parameters = card.parameters
        accesses = card.request.accesses
        demands = card.request.demands.map {
            Demand(
                rule: $0.rule.name, place: "\($0.rule.path):\($0.rule.line)", because: $0.because, by: $0.approvers, quorum: $0.quorum,
                valid: $0.validity)
        }
        asked = time(card.request.asked)
        until = time(card.request.deadline)
        answers = card.answers.map {
            Said(by: "\($0.claims.subject) of \($0.claims.issuer)", agrees: $0.agrees, reason: $0.reason)
        }
    }
}

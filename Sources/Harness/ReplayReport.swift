// What a replay found: changes in groups, with counts, times and an example each.

import Decision
import Recording

/// The result of a replay.
public struct ReplayReport: Sendable, Hashable, Codable {
    public enum Comparison: String, Sendable, Hashable, Codable {
        /// With what was decided when the messages were recorded.
        case recorded
        /// With what another program decides of the same messages.
        case program
    }

    /// Messages that changed in the same way: same identity and resource, rules, masks and statement fingerprint.
    public struct Group: Sendable, Hashable, Codable {
        public var transition: Transition
        public var direction: Direction
        public var identity: String
        public var resource: String
        public var before: ReplayVerdict
        public var after: ReplayVerdict
        /// Sixteen hexadecimal digits; nil for statements that were not understood.
        public var fingerprint: String?
        public var count: Int
        /// Nanoseconds since 1970.
        public var first: UInt64
        public var last: UInt64
        public var example: Example
    }

    public struct Example: Sendable, Hashable, Codable {
        public var session: String
        public var sequence: UInt64
        /// One line, cut where it is long.
        public var text: String
        /// What the refusal would say; nil when it would be allowed.
        public var message: String?
        public var access: String?
        public var rulePath: String?
        public var ruleLine: Int?
    }

    public var comparedWith = Comparison.recorded
    public var sessions = 0
    /// Messages that were judged on both sides.
    public var messages = 0
    public var unchanged = 0
    /// Messages whose recorded refusal came from the gateway itself and not from policy, so that it cannot be compared.
    public var incomparable = 0
    /// The first and the last recorded time, in nanoseconds since 1970; nil without messages.
    public var first: UInt64?
    public var last: UInt64?
    /// The most frequent first within their transition.
    public var groups: [Group] = []
    /// Changed messages by transition and direction, also those beyond `Replay.groupLimit`.
    public var counts: [Tally] = []
    /// Changed messages that are in no group because there were too many groups.
    public var ungrouped = 0

    public struct Tally: Sendable, Hashable, Codable {
        public var transition: Transition
        public var direction: Direction
        public var messages: Int
    }

    private var index: [Key: Int] = [:]

    private struct Key: Hashable {
        let transition: Transition
        let identity: String
        let resource: String
        let before: ReplayVerdict
        let after: ReplayVerdict
        let fingerprint: UInt64
    }

    private enum CodingKeys: String, CodingKey {
        case comparedWith, sessions, messages, unchanged, incomparable, first, last, groups, counts, ungrouped
    }

    init() {}

    public var changed: Int { counts.reduce(0) { $0 + $1.messages } }
    public var isLoosened: Bool { counts.contains { $0.direction.isLoosened } }
    public var isTightened: Bool { counts.contains { $0.direction.isTightened } }

    /// When a replay counts as failed.
    public enum FailOn: String, Sendable, Hashable, CaseIterable {
        case loosened, tightened, any
    }

    public func fails(on condition: FailOn) -> Bool {
        switch condition {
        case .loosened: isLoosened
        case .tightened: isTightened
        case .any: changed > 0
        }
    }

    mutating func add(_ change: ReplayChange, isRecorded: Bool) {
        messages += 1
        first = min(first ?? change.message.at, change.message.at)
        last = max(last ?? change.message.at, change.message.at)
        if isRecorded && change.isTheGatewaysOwn {
            incomparable += 1
            return
        }
        guard let transition = Transition(from: change.before, to: change.after) else {
            unchanged += 1
            return
        }
        let direction = Direction(transition, from: change.before, to: change.after)
        count(transition, direction)
        let key = Key(
            transition: transition, identity: change.session.identity, resource: change.session.resource, before: change.before,
            after: change.after, fingerprint: change.fingerprint)
        if let known = index[key] {
            groups[known].count += 1
            groups[known].first = min(groups[known].first, change.message.at)
            groups[known].last = max(groups[known].last, change.message.at)
        } else if groups.count < Replay.groupLimit {
            index[key] = groups.count
            groups.append(Group(change, transition, direction))
        } else {
            ungrouped += 1
        }
    }

    private mutating func count(_ transition: Transition, _ direction: Direction) {
        if let known = counts.firstIndex(where: { $0.transition == transition && $0.direction == direction }) {
            counts[known].messages += 1
        } else {
            counts.append(Tally(transition: transition, direction: direction, messages: 1))
        }
    }

    /// Puts groups and counts in the order of the report, the same for the same recording.
    mutating func sort() {
        index = [:]
        func rank(_ transition: Transition) -> Int { Transition.reportOrder.firstIndex(of: transition) ?? Transition.reportOrder.count }
        counts.sort { (rank($0.transition), $0.direction.rawValue) < (rank($1.transition), $1.direction.rawValue) }
        groups.sort { a, b in
            if a.transition != b.transition { return rank(a.transition) < rank(b.transition) }
            if a.count != b.count { return a.count > b.count }
            if a.identity != b.identity { return a.identity < b.identity }
            return (a.first, a.example.session, a.example.sequence) < (b.first, b.example.session, b.example.sequence)
        }
    }
}

extension Transition {
    /// What was let in comes first: it is what a reviewer must not miss.
    static let reportOrder: [Transition] = [.allowed, .askable, .denied, .held, .masks, .otherReason]
}

extension ReplayChange {
    /// A recorded refusal that did not come from policy alone. `invalid` is the wire's; `limited` is a counter's, and a replay counts
    /// neither requests nor sessions; `guarded` may need the backend's catalogue,
    /// which a replay does not have, so it stands as long as the same masks are in force.
    var isTheGatewaysOwn: Bool {
        guard !before.passes, after.passes else { return false }
        switch message.effect {
        // Nobody waits in a replay.
        case .invalid, .limited, .withdrawn: return true
        case .guarded: return !EffectiveMask.direction(from: before.masks, to: after.masks).isLoosened
        case .allow, .deny, .uncovered, .held, .approved, .declined: return false
        }
    }
}

extension ReplayReport.Group {
    init(_ change: ReplayChange, _ transition: Transition, _ direction: Direction) {
        let digits = String(change.fingerprint, radix: 16)
        self.init(
            transition: transition, direction: direction, identity: change.session.identity, resource: change.session.resource,
            before: change.before, after: change.after,
            fingerprint: change.fingerprint == 0 ? nil : String(repeating: "0", count: 16 - digits.count) + digits, count: 1,
            first: change.message.at, last: change.message.at,
            example: ReplayReport.Example(
                session: change.session.id.description, sequence: change.message.sequence, text: change.line,
                message: change.refusal?.message, access: change.refusal?.access, rulePath: change.refusal?.rule?.path,
                ruleLine: change.refusal?.rule?.line))
    }
}

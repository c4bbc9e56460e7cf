// A decision as replay compares it: by names, so that decisions of different programs can be held against each other.

import Decision
import Machine
import Recording

/// What one program made of one message.
public struct ReplayVerdict: Sendable, Hashable, Codable {
    public var passes: Bool
    /// As `DecisionRecord.Effect` has it (`held`: people would be asked), or `no identity` when the caller is none of the program's.
    public var effect: String
    /// The deciding rule; nil when no rule decided.
    public var rule: String?
    /// What is masked of what the message reads, sorted.
    public var masks: [EffectiveMask]

    static let nobody = ReplayVerdict(passes: false, effect: "no identity", rule: nil, masks: [])

    init(passes: Bool, effect: String, rule: String?, masks: [EffectiveMask]) {
        self.passes = passes
        self.effect = effect
        self.rule = rule
        self.masks = masks
    }

    init(_ decided: Decided, of policy: VerifiedProgram, masks: [EffectiveMask]) {
        // Where even an agreement would not help, nobody need be asked.
        let record = decided.held != nil ? decided.refusal?.decision ?? decided.record : decided.record
        self.init(
            passes: record.effect.passes, effect: record.effect.name,
            rule: record.rule >= 0 ? policy.ruleName(Int(record.rule)) : nil, masks: masks)
    }

    /// What people answered stands.
    mutating func keepAnswer(of message: RecordedMessage) {
        passes = message.effect.passes
        effect = message.effect.name
        rule = message.rule
        if !passes { masks = [] }
    }

    /// How far it comes by itself.
    fileprivate enum Standing: Int {
        case refused, asked, passes
    }
    fileprivate var standing: Standing { passes ? .passes : effect == DecisionRecord.Effect.held.name ? .asked : .refused }

    init(_ message: RecordedMessage, masks: [EffectiveMask]) {
        self.init(passes: message.effect.passes, effect: message.effect.name, rule: message.rule, masks: masks)
    }
}

/// What a change of policy does to a message.
public enum Transition: String, Sendable, Hashable, Codable, CaseIterable {
    /// allow→deny.
    case denied
    /// deny→allow.
    case allowed
    /// Denied before and after, by another rule or for another cause.
    case otherReason
    /// Allowed before and after, under other masks.
    case masks
    /// People would be asked about what was allowed.
    case held
    /// People would be asked about what was denied.
    case askable

    /// nil when nothing changed.
    init?(from old: ReplayVerdict, to new: ReplayVerdict) {
        switch (old.standing, new.standing) {
        case (.passes, .asked): self = .held
        case (.refused, .asked): self = .askable
        case (.passes, .refused), (.asked, .refused): self = .denied
        case (.refused, .passes), (.asked, .passes): self = .allowed
        case (.refused, .refused), (.asked, .asked):
            if old.rule == new.rule && old.effect == new.effect { return nil }
            self = .otherReason
        case (.passes, .passes):
            if old.masks == new.masks { return nil }
            self = .masks
        }
    }

    public var title: String {
        switch self {
        case .denied: "allow -> deny"
        case .allowed: "deny -> allow"
        case .otherReason: "deny -> deny for another reason"
        case .masks: "allow -> allow with other masks"
        case .held: "allow -> approval"
        case .askable: "deny -> approval"
        }
    }
}

/// The direction of a change: more is refused or hidden, less is, or both.
public enum Direction: String, Sendable, Hashable, Codable {
    case tightened, loosened, both, neither

    init(_ transition: Transition, from old: ReplayVerdict, to new: ReplayVerdict) {
        switch transition {
        case .denied, .held: self = .tightened
        case .allowed, .askable: self = .loosened
        case .otherReason: self = .neither
        case .masks: self = EffectiveMask.direction(from: old.masks, to: new.masks)
        }
    }

    public var isLoosened: Bool { self == .loosened || self == .both }
    public var isTightened: Bool { self == .tightened || self == .both }
}

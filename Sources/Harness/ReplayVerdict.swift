// A decision as replay compares it: by names, so that decisions of different programs can be held against each other.

import Decision
import Machine
import Recording

/// What one program made of one message.
public struct ReplayVerdict: Sendable, Hashable, Codable {
    public var passes: Bool
    /// `allow`, `deny`, `uncovered`, `guarded`, `invalid`, or `no identity` when the caller is none of the program's.
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
        self.init(
            passes: decided.record.effect.passes, effect: decided.record.effect.name,
            rule: decided.record.rule >= 0 ? policy.ruleName(Int(decided.record.rule)) : nil, masks: masks)
    }

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

    /// nil when nothing changed.
    init?(from old: ReplayVerdict, to new: ReplayVerdict) {
        switch (old.passes, new.passes) {
        case (true, false): self = .denied
        case (false, true): self = .allowed
        case (false, false):
            if old.rule == new.rule && old.effect == new.effect { return nil }
            self = .otherReason
        case (true, true):
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
        }
    }
}

/// The direction of a change: more is refused or hidden, less is, or both.
public enum Direction: String, Sendable, Hashable, Codable {
    case tightened, loosened, both, neither

    init(_ transition: Transition, from old: ReplayVerdict, to new: ReplayVerdict) {
        switch transition {
        case .denied: self = .tightened
        case .allowed: self = .loosened
        case .otherReason: self = .neither
        case .masks: self = EffectiveMask.direction(from: old.masks, to: new.masks)
        }
    }

    public var isLoosened: Bool { self == .loosened || self == .both }
    public var isTightened: Bool { self == .tightened || self == .both }
}

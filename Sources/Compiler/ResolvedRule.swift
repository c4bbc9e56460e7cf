// A rule after resolution, kept behind one reference: lists of rules are filtered and walked over everywhere.

import Machine
import PolicyLang

/// A value like any other: changing one leaves its copies as they were. Copying costs one reference instead of a score of them,
/// changing costs a copy of all parts, so whoever makes a rule changes `Parts` first.
struct ResolvedRule: Sendable {
    struct Parts: Sendable {
        var name: String
        /// Index in the name table's rules.
        var index: Int
        var effect: Machine.Effect
        var observe: Bool
        var who: ResolvedWho
        /// Identities that may be meant: a group with a condition may hold anyone of its issuer.
        var reach: Set<Int>
        /// Resources, sorted.
        var on: [Int]
        /// None: any access.
        var targets: [ResolvedTarget]
        /// Nil: always.
        var condition: TypedCondition?
        var because: String?
        var expires: Int64?
        var mask: ResolvedMask?
        /// Without its condition, which is made when the rule is emitted.
        var limit: LimitRecord?
        /// Without its condition, as above.
        var approval: ApprovalRecord?
        /// Channels, sorted.
        var notify: [String] = []
        var declaration: RuleDeclaration
        /// False when it can never apply: it is left out of the program.
        var isEmitted = true
    }

    private final class Box: Sendable {
        let parts: Parts
        init(_ parts: Parts) { self.parts = parts }
    }

    private var box: Box

    init(_ parts: Parts) { box = Box(parts) }

    /// Changes any of its parts.
    mutating func change(_ body: (inout Parts) -> Void) {
        var parts = box.parts
        body(&parts)
        box = Box(parts)
    }

    var name: String { box.parts.name }
    var index: Int { box.parts.index }
    var effect: Machine.Effect { box.parts.effect }
    var observe: Bool { box.parts.observe }
    var who: ResolvedWho { box.parts.who }
    var reach: Set<Int> { box.parts.reach }
    var on: [Int] { box.parts.on }
    var targets: [ResolvedTarget] { box.parts.targets }
    var condition: TypedCondition? { box.parts.condition }
    var because: String? { box.parts.because }
    var expires: Int64? { box.parts.expires }
    var mask: ResolvedMask? { box.parts.mask }
    var limit: LimitRecord? { box.parts.limit }
    var approval: ApprovalRecord? { box.parts.approval }
    var notify: [String] { box.parts.notify }
    var declaration: RuleDeclaration { box.parts.declaration }
    var isEmitted: Bool { box.parts.isEmitted }
}

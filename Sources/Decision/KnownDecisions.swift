// Decisions that a session has met before and that nothing but the message's accesses made: not decided twice.

import Machine

/// What was allowed without a limit, a watch, an approval or a rule that only observes, by what the inspector says is the same. Only
/// decisions for which no condition asked about the moment, the transaction, the text or whether it was seen before are here: what is
/// left is the caller, the resource, the policy and the accesses, and the first three are the gate's own.
struct KnownDecisions {
    struct Entry: BitwiseCopyable {
        /// `Inspection.origin`; 0 for none.
        var origin: UInt64
        /// Of the mask rules that apply.
        var masks: UInt64
        var fingerprint: UInt64
        var rule: Int32
    }
    private static let places = 64
    private var entries: [Entry] = []

    /// A policy that was adopted decides anew.
    mutating func removeAll() { entries.removeAll() }

    /// nil where it is not known, and always for 0.
    @inline(__always) func find(_ origin: UInt64) -> Entry? {
        guard !entries.isEmpty, origin != 0 else { return nil }
        let entry = entries[Int(truncatingIfNeeded: origin) & (Self.places - 1)]
        return entry.origin == origin ? entry : nil
    }

    mutating func note(_ origin: UInt64, _ record: DecisionRecord) {
        guard origin != 0 else { return }
        if entries.isEmpty { entries = Array(repeating: Entry(origin: 0, masks: 0, fingerprint: 0, rule: 0), count: Self.places) }
        entries[Int(truncatingIfNeeded: origin) & (Self.places - 1)] = Entry(
            origin: origin, masks: record.masks, fingerprint: record.fingerprint, rule: record.rule)
    }

    /// Whether a message does nothing that the gate has to remember: it only uses what is there.
    static func onlyUses(_ found: Inspection) -> Bool {
        let verbs: VerbSet = [.select, .insert, .update, .delete, .call, .lock]
        return found.accesses.buffer.allSatisfy { verbs.contains($0.verb) }
    }
}

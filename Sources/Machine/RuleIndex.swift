// Finds the clauses an access may match by verb, schema and name: a decision's cost does not grow with rules that cannot apply.

/// Buckets of clause numbers under (verb, schema, name), either of the last two possibly "any". Immutable.
final class RuleIndex: Sendable {
    private let slots: FixedMemory<RuleIndexView.Slot>
    private let members: FixedMemory<UInt32>
    private let clauseCount: Int
    private let levels: UInt8
    private let verbs: VerbSet

    /// - Parameters:
    ///   - clauses: in deciding order; buckets keep it.
    ///   - path: the resource's search path, to which unqualified clauses are spread.
    init(_ clauses: [Clause], path: [Symbol], _ kind: ResourceKind, _ pgCatalog: UInt32) {
        var pairs: [(key: UInt64, clause: UInt32)] = []
        var levels: UInt8 = 0
        for (number, clause) in clauses.enumerated() {
            let schemas: [UInt32] =
                switch clause.schemaPart {
                case .any, .pattern: [RuleIndexView.any]
                case .exactly: [clause.schema]
                case .path: Array(Set(path + [0, pgCatalog]))
                }
            let name = clause.namePart == .exactly ? clause.name : RuleIndexView.any
            for verb in Verb.allCases where clause.verbs.contains(verb) && kind.verbs.contains(verb) {
                for schema in schemas {
                    pairs.append((RuleIndexView.key(verb, schema, name), UInt32(number)))
                    levels |= RuleIndexView.level(anySchema: schema == RuleIndexView.any, anyName: name == RuleIndexView.any)
                }
            }
        }
        pairs.sort { ($0.key, $0.clause) < ($1.key, $1.clause) }
        var buckets = 0
        for index in pairs.indices where index == 0 || pairs[index].key != pairs[index - 1].key { buckets += 1 }
        var size = 8
        while size < buckets * 2 { size *= 2 }
        var slots = [RuleIndexView.Slot](repeating: .init(key: RuleIndexView.empty, start: 0, count: 0), count: size)
        var start = 0
        while start < pairs.count {
            var end = start
            while end < pairs.count, pairs[end].key == pairs[start].key { end += 1 }
            var slot = RuleIndexView.hash(pairs[start].key) & (size - 1)
            while slots[slot].key != RuleIndexView.empty { slot = (slot + 1) & (size - 1) }
            slots[slot] = .init(key: pairs[start].key, start: UInt32(start), count: UInt32(end - start))
            start = end
        }
        self.slots = FixedMemory(slots)
        members = FixedMemory(pairs.map { $0.clause } + (0..<UInt32(clauses.count)))
        clauseCount = clauses.count
        self.levels = levels
        verbs = kind.verbs
    }

    var view: RuleIndexView {
        RuleIndexView(
            slots: slots.base, members: members.base, mask: slots.count - 1, levels: levels, verbs: verbs,
            allStart: members.count - clauseCount, allCount: clauseCount)
    }
}

/// A rule index as plain pointers.
struct RuleIndexView: BitwiseCopyable {
    struct Slot: BitwiseCopyable, Sendable {
        var key: UInt64
        var start: UInt32
        var count: UInt32
    }
    /// Stands for any schema or name. Symbols are below 2^20, so neither this nor an absent symbol is one.
    static let any: UInt32 = 0xFF_FFFF
    static let empty = UInt64.max

    let slots: UnsafePointer<Slot>
    /// Bucket after bucket; at the end every clause, for verbs that the resource's kind does not have.
    let members: UnsafePointer<UInt32>
    let mask: Int
    let levels: UInt8
    let verbs: VerbSet
    let allStart: Int
    let allCount: Int

    @inline(__always)
    static func key(_ verb: Verb, _ schema: UInt32, _ name: UInt32) -> UInt64 {
        UInt64(verb.rawValue) << 48 | UInt64(schema) << 24 | UInt64(name)
    }

    @inline(__always)
    static func level(anySchema: Bool, anyName: Bool) -> UInt8 { 1 << ((anySchema ? 2 : 0) + (anyName ? 1 : 0)) }

    @inline(__always)
    static func hash(_ key: UInt64) -> Int {
        let product = key &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: (product ^ product >> 29) >> 11 & 0xFFFF_FFFF)
    }

    @inline(__always)
    private func bucket(_ key: UInt64) -> (start: Int, count: Int) {
        var slot = Self.hash(key) & mask
        while true {
            let entry = slots[slot]
            if entry.key == key { return (Int(entry.start), Int(entry.count)) }
            if entry.key == Self.empty { return (0, 0) }
            slot = (slot &+ 1) & mask
        }
    }

    /// Calls with each run of `members` that may match: at most four, or all clauses for a verb foreign to the resource's kind.
    @inline(__always)
    func forEach(verb: Verb, schema: UInt32, name: UInt32, _ body: (_ start: Int, _ count: Int) -> Void) {
        guard verbs.contains(verb) else {
            body(allStart, allCount)
            return
        }
        var level: UInt8 = 0
        while level < 4 {
            if levels & (1 << level) != 0 {
                let schema = level & 2 != 0 ? Self.any : schema
                let name = level & 1 != 0 ? Self.any : name
                if schema <= Self.any, name <= Self.any {
                    let found = bucket(Self.key(verb, schema, name))
                    if found.count > 0 { body(found.start, found.count) }
                }
            }
            level &+= 1
        }
    }
}

// One object pattern of one rule, resolved for a resource: what an access is held against.

/// A rule's verbs on one object pattern. A rule without objects is one clause that matches any object.
struct Clause: BitwiseCopyable, Sendable {
    enum Part: UInt8, BitwiseCopyable, Sendable {
        case any, exactly, path, pattern
    }
    /// Deciding order within a bucket: denies, allows, approves (which ask), grants (what approves let pass once they are satisfied), rules
    /// that only observe, the limits of allows, and watches.
    enum Role: UInt8, BitwiseCopyable, Sendable {
        case deny, allow, approve, grant, observedDeny, observedAllow, observedApprove, limit, watch
        /// Unknown counts against it.
        var isAllow: Bool { self == .allow || self == .observedAllow || self == .grant }
        var isObserved: Bool { self == .observedDeny || self == .observedAllow || self == .observedApprove }
        /// The effect of its rule; nil for what is a second reading of a rule.
        var effect: Effect? {
            switch self {
            case .deny, .observedDeny: .deny
            case .allow, .observedAllow: .allow
            case .approve, .observedApprove: .approve
            case .watch: .watch
            case .grant, .limit: nil
            }
        }
    }
    static let none = UInt32.max

    var verbs: VerbSet
    var expires: Int64
    /// Index into `Program.rules`.
    var rule: UInt32
    /// The condition's first instruction, or `none`.
    var code: UInt32
    /// The object pattern's columns in the specialisation's list; a count of `none` is the whole object.
    var firstColumn: UInt32
    var columnCount: UInt32
    var schema: UInt32
    var name: UInt32
    var schemaPart: Part
    var namePart: Part
    var objectClass: ObjectClass
    var role: Role

    /// Only an allow expires. `Int64.max` is never.
    @inline(__always)
    func hasExpired(at moment: Int64) -> Bool { expires <= moment && expires != .max }
    var hasColumns: Bool { columnCount != Self.none }
}

extension ConditionFrame {
    /// Whether a clause's verbs and object match the access: the whole truth, of which the index is a filter.
    // Mutating only so that the frame is used where it lies, and not copied.
    @inline(__always)
    mutating func matches(
        _ clause: UnsafePointer<Clause>, _ access: Access, schema: UInt32, name: UInt32, _ plan: UnsafePointer<SpecialisationView>
    ) -> Bool {
        guard clause.pointee.verbs.contains(access.verb) else { return false }
        switch clause.pointee.objectClass {
        case .any: break
        case .table: guard access.objectClass == .table || access.objectClass == .view else { return false }
        case .view, .index, .sequence, .schema, .function, .trigger, .type, .role, .database, .extension, .parameter, .file,
            .program, .channel:
            guard access.objectClass == clause.pointee.objectClass else { return false }
        }
        switch clause.pointee.namePart {
        case .any: break
        case .exactly, .path: guard name == clause.pointee.name else { return false }
        case .pattern:
            let path = access.objectClass == .file
            let outcome = patterns._withUnsafeGuaranteedRef { $0.match(Int(clause.pointee.name), bytes(access.name), path: path) }
            guard outcome == .yes || (outcome == .unknown && !clause.pointee.role.isAllow) else { return false }
        }
        switch clause.pointee.schemaPart {
        case .any, .pattern: return true
        case .exactly: return schema == clause.pointee.schema
        case .path: return isOnPath(clause, access, schema: schema, plan)
        }
    }

    /// An unqualified pattern matches objects without a schema, those in a schema of the search path, and, as PostgreSQL
    /// looks there first, `pg_catalog`'s functions and its `pg_…` relations. An allow reaches into `pg_catalog` only by an
    /// exact name.
    private mutating func isOnPath(
        _ clause: UnsafePointer<Clause>, _ access: Access, schema: UInt32, _ plan: UnsafePointer<SpecialisationView>
    ) -> Bool {
        if access.schema.isEmpty { return true }
        for index in 0..<plan.pointee.pathCount where plan.pointee.path[index] == schema { return true }
        guard schema == plan.pointee.pgCatalog, clause.pointee.namePart == .exactly || !clause.pointee.role.isAllow else { return false }
        if access.objectClass == .function { return true }
        let name = bytes(access.name)
        return name.count >= 3 && name[0] == UInt8(ascii: "p") && name[1] == UInt8(ascii: "g") && name[2] == UInt8(ascii: "_")
    }

    /// Whether the access's columns meet (deny), stay within (allow), or may stay within (limit) the clause's. Numbers the access's columns when it must.
    @inline(__always)
    mutating func columnsFit(_ clause: UnsafePointer<Clause>, _ current: Access, _ plan: UnsafePointer<SpecialisationView>) -> Bool {
        guard clause.pointee.hasColumns else { return true }
        let allows = clause.pointee.role.isAllow || clause.pointee.role == .limit
        guard !current.everyColumn, let range = columnRange(current), let items = columnItems else {
            return !clause.pointee.role.isAllow
        }
        readyColumns(range)
        let first = Int(clause.pointee.firstColumn)
        let end = first &+ Int(clause.pointee.columnCount)
        for index in range {
            let listed = containsSorted(plan.pointee.columns, first, end, items[index].symbol)
            if listed != allows { return !allows }
        }
        return allows
    }
}

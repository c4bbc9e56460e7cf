// Takes the applying rules apart into clauses and masks for one resource.

struct ClauseBuilder {
    let program: Program
    let kind: ResourceKind
    private let pathIsEmpty: Bool
    private let maskOrdinals: [Int: Int]
    private(set) var clauses: [Clause] = []
    private(set) var columns: [UInt32] = []
    private(set) var masks: [MaskClause] = []
    private(set) var maskTargets: [Clause] = []
    private(set) var baseMasks: [UInt64]

    init(_ program: Program, resource: Int) {
        self.program = program
        kind = program.resources[resource].kind
        pathIsEmpty = program.resources[resource].searchPath.isEmpty
        let masks = program.rules.indices.filter { program.rules[$0].effect == .mask }
        maskOrdinals = Dictionary(uniqueKeysWithValues: masks.enumerated().map { ($1, $0) })
        baseMasks = [UInt64](repeating: 0, count: (masks.count + 63) / 64)
    }

    /// - Parameter isCertain: the rule is about the caller; otherwise it may be: then it forbids, asks, masks and bounds, and permits nothing.
    mutating func add(_ index: Int, isCertain: Bool) {
        let rule = program.rules[index]
        switch rule.effect {
        case .allow:
            if isCertain { clauses.append(contentsOf: parts(of: index, rule.observe ? .observedAllow : .allow)) }
            if rule.limit != nil, !rule.observe { clauses.append(contentsOf: parts(of: index, .limit)) }
        case .deny: clauses.append(contentsOf: parts(of: index, rule.observe ? .observedDeny : .deny))
        case .mask: addMask(index, rule)
        case .approve:
            clauses.append(contentsOf: parts(of: index, rule.observe ? .observedApprove : .approve))
            if isCertain, !rule.observe { clauses.append(contentsOf: parts(of: index, .grant)) }
        case .watch: clauses.append(contentsOf: parts(of: index, .watch))
        }
    }

    mutating func sort() {
        clauses.sort { ($0.role.rawValue, $0.rule) < ($1.role.rawValue, $1.rule) }
    }

    private mutating func addMask(_ index: Int, _ rule: RuleRecord) {
        guard let ordinal = maskOrdinals[index] else { return }
        if rule.condition == nil, rule.targets.isEmpty, !rule.observe {
            baseMasks[ordinal / 64] |= 1 << UInt64(ordinal % 64)
            return
        }
        let targets = rule.targets.isEmpty ? [] : parts(of: index, .deny)
        masks.append(
            MaskClause(
                rule: UInt32(index), ordinal: UInt32(ordinal), code: rule.condition?.start ?? Clause.none,
                firstTarget: UInt32(maskTargets.count), targetCount: UInt32(targets.count), observe: rule.observe))
        maskTargets.append(contentsOf: targets)
    }

    private mutating func parts(of index: Int, _ role: Clause.Role) -> [Clause] {
        let rule = program.rules[index]
        var whole = Clause(
            verbs: .all, expires: role.isAllow || role == .limit ? rule.expires ?? .max : .max, rule: UInt32(index),
            code: code(rule, role), firstColumn: 0, columnCount: Clause.none, schema: 0, name: 0,
            schemaPart: .any, namePart: .any, objectClass: .any, role: role)
        if rule.targets.isEmpty { return [whole] }
        var parts: [Clause] = []
        for target in rule.targets {
            whole.verbs = target.verbs
            if target.objects.isEmpty { parts.append(whole) }
            for object in target.objects { parts.append(clause(object, whole)) }
        }
        return parts
    }

    /// The condition as the role reads it.
    private func code(_ rule: RuleRecord, _ role: Clause.Role) -> UInt32 {
        let condition =
            switch role {
            case .limit: rule.limit?.condition
            case .grant: rule.approval?.condition
            case .deny, .allow, .approve, .observedDeny, .observedAllow, .observedApprove, .watch: rule.condition
            }
        return condition?.start ?? Clause.none
    }

    private mutating func clause(_ object: ObjectPattern, _ whole: Clause) -> Clause {
        var clause = whole
        clause.objectClass = object.objectClass
        switch object.schema {
        case .any: clause.schemaPart = .any
        case .exactly(let symbol):
            clause.schemaPart = .exactly
            clause.schema = symbol
        // Without a path an unqualified name could be in any schema: what forbids takes them all.
        case .searchPath: clause.schemaPart = pathIsEmpty && !whole.role.isAllow ? .any : .path
        }
        switch object.name {
        case .any: clause.namePart = .any
        case .exactly(let symbol):
            clause.namePart = .exactly
            clause.name = symbol
        case .pattern(let pattern):
            clause.namePart = .pattern
            clause.name = pattern
        }
        if let list = object.columns {
            clause.firstColumn = UInt32(columns.count)
            clause.columnCount = UInt32(list.count)
            columns.append(contentsOf: list)
        }
        return clause
    }
}

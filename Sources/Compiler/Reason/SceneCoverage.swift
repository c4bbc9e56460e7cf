// Which rules cover a scene's access, as diagrams, and what that comes to.

import Machine

extension ResolvedObject {
    /// Class, schema and name; columns are asked apart.
    func matches(_ object: SceneObject, searchPath: [String], allows: Bool) -> Bool {
        switch objectClass {
        case .any: break
        case .table: guard object.objectClass == .table || object.objectClass == .view else { return false }
        default: guard objectClass == object.objectClass else { return false }
        }
        var isExact = false
        switch name {
        case .any: break
        case .exactly(let text):
            guard text.utf8.elementsEqual(object.name.utf8) else { return false }
            isExact = true
        case .pattern(let kind, let text):
            guard Self.automaton(kind, text, object.objectClass).matches(object.name) else { return false }
        }
        switch schema {
        case .any: return true
        case .exactly(let text): return text.utf8.elementsEqual(object.schema.utf8)
        case .searchPath:
            if object.schema.isEmpty || searchPath.contains(object.schema) { return true }
            guard object.schema == "pg_catalog", isExact || !allows else { return false }
            return object.objectClass == .function || object.name.utf8.starts(with: "pg_".utf8)
        }
    }

    /// In a path `*` stays within one level.
    static func automaton(_ kind: PatternRecord.Kind, _ text: String, _ objectClass: ObjectClass) -> TextAutomaton {
        kind == .words ? .words(text) : .glob(text, separator: objectClass == .file ? "/" : nil)
    }
}

extension ResolvedRule {
    /// Whether its verbs and objects can be about an access, whatever its columns and the facts.
    func mayBeAbout(_ verb: Verb, _ object: SceneObject, searchPath: [String]) -> Bool {
        if targets.isEmpty { return true }
        return targets.contains { target in
            guard target.verbs.contains(verb) else { return false }
            return target.objects.isEmpty
                || target.objects.contains { $0.matches(object, searchPath: searchPath, allows: effect == .allow) }
        }
    }
}

extension Scene {
    /// How a rule is held against an access.
    enum Reading {
        /// It must certainly cover: all columns within, the condition certainly true.
        case permits
        /// It may cover: some column meets, the condition not certainly false.
        case forbids
        /// It may cover, but all columns within: limits.
        case bounds
        /// The condition not certainly false; columns do not count: masks.
        case masks
    }

    func covers(_ rule: ResolvedRule, _ part: Int, _ reading: Reading) throws(Undecided) -> Diagrams.Node {
        guard let resource = parts[part].resource, rule.on.contains(resource) else { return Diagrams.never }
        var node = try target(rule, part, reading)
        if node == Diagrams.never { return node }
        node = try diagrams.and(node, isAbout(rule.who, part, reading))
        if node == Diagrams.never { return node }
        let truth = try truth(rule.condition, part)
        node = try diagrams.and(node, reading == .permits ? truth.yes : diagrams.not(truth.no))
        if let expires = rule.expires, rule.effect == .allow {
            let expired = try self.truth(.test(.atMost(.integer(expires), .fact(.requestTime))), part)
            node = try diagrams.and(node, diagrams.not(expired.yes))
        }
        return node
    }

    /// What permits must certainly be about the caller; what forbids, asks, masks or bounds must not certainly be about others.
    private func isAbout(_ who: ResolvedWho, _ part: Int, _ reading: Reading) throws(Undecided) -> Diagrams.Node {
        guard let identity = parts[part].identity, !who.exceptIdentities.contains(identity) else { return Diagrams.never }
        let permits = reading == .permits
        var node = who.everyone || who.identities.contains(identity) ? Diagrams.always : Diagrams.never
        for group in who.groups where node != Diagrams.always {
            let member = try isMember(group, part)
            node = try diagrams.or(node, permits ? member.yes : diagrams.not(member.no))
        }
        for group in who.exceptGroups where node != Diagrams.never {
            let member = try isMember(group, part)
            node = try diagrams.and(node, permits ? member.no : diagrams.not(member.yes))
        }
        return node
    }

    private func target(_ rule: ResolvedRule, _ part: Int, _ reading: Reading) throws(Undecided) -> Diagrams.Node {
        if rule.targets.isEmpty || reading == .masks && key.verb == .unknown { return Diagrams.always }
        let path = parts[part].resource.map { parts[part].policy.resources[$0].searchPath } ?? []
        var node = Diagrams.never
        for target in rule.targets where target.verbs.contains(key.verb) {
            if target.objects.isEmpty { return Diagrams.always }
            let allows = rule.effect == .allow || reading == .permits
            for object in target.objects where object.matches(key.object, searchPath: path, allows: allows) {
                node = try diagrams.or(node, columns(object.columns, reading))
            }
        }
        return node
    }

    private func columns(_ written: [String]?, _ reading: Reading) throws(Undecided) -> Diagrams.Node {
        guard let written, reading != .masks else { return Diagrams.always }
        let columns = TypedValue.fact(.accessColumns)
        let known = try isKnown(columns)
        switch reading {
        case .permits: return try diagrams.and(known, isInside(columns, written))
        case .bounds: return try diagrams.or(diagrams.not(known), isInside(columns, written))
        case .forbids, .masks:
            var meets = try diagrams.not(known)
            for column in written { meets = try diagrams.or(meets, has(columns, column)) }
            return meets
        }
    }

    /// What a policy decides of the access. Of an identified caller it is one of three: it passes at once, it passes once people have
    /// agreed, or it is refused.
    struct Decision {
        /// It passes, at once or after an approval.
        var passes: Diagrams.Node
        /// It passes at once.
        var isFree: Diagrams.Node
        /// It passes once people have agreed.
        var isHeld: Diagrams.Node
        /// A deny covers it.
        var denied: Diagrams.Node
        /// Approve rules, and where each asks.
        var asking: [(rule: ResolvedRule, node: Diagrams.Node)]
    }

    func decision(_ part: Int) throws(Undecided) -> Decision {
        var denied = Diagrams.never
        var covered = Diagrams.never
        var asked = Diagrams.never
        var asking: [(rule: ResolvedRule, node: Diagrams.Node)] = []
        for rule in parts[part].rules {
            switch rule.effect {
            case .deny: denied = try diagrams.or(denied, covers(rule, part, .forbids))
            case .allow: covered = try diagrams.or(covered, covers(rule, part, .permits))
            case .approve:
                // It asks wherever it may cover, and lets pass what no allow covers only where it certainly does.
                let node = try covers(rule, part, .forbids)
                asked = try diagrams.or(asked, node)
                covered = try diagrams.or(covered, covers(rule, part, .permits))
                if node != Diagrams.never { asking.append((rule, node)) }
            case .mask, .watch: continue
            }
        }
        var passes = try diagrams.and(covered, diagrams.not(denied))
        passes = try diagrams.and(passes, isIdentified(part))
        return Decision(
            passes: passes, isFree: try diagrams.and(passes, diagrams.not(asked)), isHeld: try diagrams.and(passes, asked), denied: denied,
            asking: asking)
    }

    /// What is so in every world: a statement's tables are those of its accesses, and `has_where` says what `where` says.
    func constraints() throws(Undecided) -> Diagrams.Node { try diagrams.and(tablesHold(), wheresAgree()) }

    private func wheresAgree() throws(Undecided) -> Diagrams.Node {
        guard let has = numbers[.value(.fact(.statementHasWhere))], let shape = numbers[.value(.fact(.statementWhere))] else {
            return Diagrams.always
        }
        var node = Diagrams.never
        for (wanted, shapes) in [(Known.boolean(true), ["range", "keyed"]), (.boolean(false), ["none", "tautology"]), (.unknown, [])] {
            let left = try diagrams.node(has, domains[has].map { $0 == wanted ? Diagrams.always : Diagrams.never })
            let right = try diagrams.node(
                shape,
                domains[shape].map { known in
                    if case .text(let text) = known { return shapes.contains(text) ? Diagrams.always : Diagrams.never }
                    return shapes.isEmpty ? Diagrams.always : Diagrams.never
                })
            node = try diagrams.or(node, diagrams.and(left, right))
        }
        return node
    }

    private func tablesHold() throws(Undecided) -> Diagrams.Node {
        let tables = TypedValue.fact(.statementTables)
        guard numbers[.hasOther(tables)] != nil, key.object.objectClass == .table || key.object.objectClass == .view else {
            return Diagrams.always
        }
        let own = numbers[.has(tables, key.object.text)] == nil ? Quantity.hasOther(tables) : .has(tables, key.object.text)
        guard let number = numbers[own] else { return Diagrams.always }
        let holds = try diagrams.node(number, domains[number].map { $0 == .boolean(true) ? Diagrams.always : Diagrams.never })
        return try diagrams.or(diagrams.not(isKnown(tables)), holds)
    }
}

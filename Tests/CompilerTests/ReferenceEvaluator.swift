// The policy language once more, slow and obvious, straight from its page over the syntax tree: the judge of the machine.

import Machine
import PolicyLang

/// Decides requests by walking a syntax tree. It knows nothing of programs, opcodes, symbols or polarity.
struct ReferenceEvaluator {
    struct Decision: Equatable {
        var outcome: Verdict.Outcome
        var rule: String?
        var access: Int?
        /// Names of the masks that apply, and of observed rules that would have acted.
        var masks: Set<String> = []
        var observed: Set<String> = []
        /// Names of the allows whose limits hold.
        var limits: Set<String> = []
        /// Names of the approves that ask.
        var asking: Set<String> = []
        /// Names of the watches that may hold for the answer, and of those that do.
        var watching: Set<String> = []
        var watched: Set<String> = []
    }

    let tree: SyntaxTree
    let request: ReferenceRequest
    /// What came of the request is not known yet.
    var hidesResult = false
    /// Nil: no identity, or more than one, or perhaps more than one.
    let identity: String?
    let groups: Set<String>
    /// Groups that the caller may be in, as far as its claims tell.
    let possibleGroups: Set<String>
    /// The claims make one identity at most, or may: only then has whoever has them a say in an approval.
    let isOneAtMost: Bool

    init(_ tree: SyntaxTree, _ request: ReferenceRequest) {
        self.tree = tree
        self.request = request
        let facts = ReferenceFacts(tree: tree, request: request, identity: "", groups: [], possibleGroups: [])
        var matching: [String] = []
        var possible = 0
        for case .identity(let it) in tree.declarations where it.issuer.text == request.issuer {
            switch facts.joined(it.conditions) {
            case true?: matching.append(it.name.text)
            case false?: continue
            case nil: possible += 1
            }
        }
        let identity = matching.count == 1 && possible == 0 ? matching[0] : nil
        isOneAtMost = matching.count + possible <= 1
        var groups: Set<String> = []
        var possibleGroups: Set<String> = []
        for case .group(let it) in tree.declarations {
            switch it.membership {
            case .members: if let identity, Self.members(it, tree).contains(identity) { groups.insert(it.name.text) }
            case .claims(let issuer, let conditions):
                guard issuer.text == request.issuer else { continue }
                switch facts.joined(conditions) {
                case true?: groups.insert(it.name.text)
                case false?: continue
                case nil: possibleGroups.insert(it.name.text)
                }
            }
        }
        self.identity = identity
        self.groups = groups
        self.possibleGroups = possibleGroups
    }

    /// Whether somebody with these claims may agree to a rule.
    func mayAgree(to rule: RuleDeclaration) -> Bool {
        let names = Set(rule.approvers.map(\.text))
        return isOneAtMost && (identity.map(names.contains) ?? false || !groups.isDisjoint(with: names))
    }

    private static func members(_ group: GroupDeclaration, _ tree: SyntaxTree) -> Set<String> {
        guard case .members(let names) = group.membership else { return [] }
        var result: Set<String> = []
        for name in names {
            result.insert(name.text)
            for case .group(let inner) in tree.declarations where inner.name.text == name.text {
                result.formUnion(members(inner, tree))
            }
        }
        return result
    }

    private var rules: [RuleDeclaration] {
        tree.declarations.compactMap { if case .rule(let rule) = $0 { rule } else { nil } }
    }

    private var resource: ResourceDeclaration? {
        for case .resource(let it) in tree.declarations where it.name.text == request.resource { return it }
        return nil
    }

    private var searchPath: [String] { resource?.searchPath?.map(\.text) ?? ["public"] }

    // MARK: the decision

    func decide() -> Decision {
        let applying = rules.filter { isAbout($0) != false }
        var observed: Set<String> = []
        for rule in applying where rule.isObserved && rule.effect != .mask && rule.effect != .watch {
            if request.accesses.indices.contains(where: { covers(rule, $0) }) { observed.insert(rule.name.text) }
        }
        for rule in applying where rule.effect == .deny && !rule.isObserved {
            if let access = request.accesses.indices.first(where: { covers(rule, $0) }) {
                return Decision(outcome: .denied, rule: rule.name.text, access: access, observed: observed)
            }
        }
        let allows = applying.filter { $0.effect == .allow && !$0.isObserved }
        // What another access sets going is covered with that one.
        let own = request.accesses.indices.filter { !request.accesses[$0].isThrough }
        let approves = applying.filter { $0.effect == .approve && !$0.isObserved }
        for access in own where !allows.contains(where: { covers($0, access) }) && !approves.contains(where: { grants($0, access) }) {
            return Decision(outcome: .uncovered, rule: nil, access: access, observed: observed)
        }
        var decision = Decision(outcome: .allowed, rule: nil, access: nil, observed: observed)
        for rule in approves {
            guard let access = request.accesses.indices.first(where: { covers(rule, $0) }) else { continue }
            if decision.asking.isEmpty { (decision.outcome, decision.rule, decision.access) = (.approval, rule.name.text, access) }
            decision.asking.insert(rule.name.text)
        }
        for rule in applying where rule.effect == .watch {
            var blind = self
            blind.hidesResult = true
            if request.accesses.indices.contains(where: { blind.covers(rule, $0) }) { decision.watching.insert(rule.name.text) }
            if request.accesses.indices.contains(where: { covers(rule, $0) }) { decision.watched.insert(rule.name.text) }
        }
        if !request.accesses.isEmpty, decision.asking.isEmpty { decision.rule = allows.first { covers($0, 0) }?.name.text }
        for rule in allows where !rule.limits.isEmpty && request.accesses.indices.contains(where: { mayCover(rule, $0) }) {
            decision.limits.insert(rule.name.text)
        }
        for rule in applying where rule.effect == .mask && masks(rule) {
            if rule.isObserved { decision.observed.insert(rule.name.text) } else { decision.masks.insert(rule.name.text) }
        }
        return decision
    }

    /// `who` and `on`. Nil: perhaps.
    private func isAbout(_ rule: RuleDeclaration) -> Bool? {
        guard let identity else { return false }
        func isMeant(_ names: [QualifiedName]) -> Bool? {
            if names.contains(where: { $0.text == identity || groups.contains($0.text) }) { return true }
            return names.contains { possibleGroups.contains($0.text) } ? nil : false
        }
        guard isOn(rule) else { return false }
        guard let who = rule.who else { return true }
        let isNamed = who.isAny ? true : isMeant(who.names)
        let isExcepted = isMeant(who.except)
        if isNamed == false || isExcepted == true { return false }
        return isNamed == true && isExcepted == false ? true : nil
    }

    private func isOn(_ rule: RuleDeclaration) -> Bool {
        guard let on = rule.on else { return false }
        func matches(_ selector: ResourceSelector) -> Bool {
            switch selector {
            case .any: true
            case .name(let name): name.text == request.resource
            case .tag(let tag): resource?.tags.contains { $0.text == tag.text } ?? false
            }
        }
        return on.include.contains(where: matches) && !on.except.contains(where: matches)
    }

    private func covers(_ rule: RuleDeclaration, _ index: Int) -> Bool {
        let access = request.accesses[index]
        if rule.effect == .allow, let expires = rule.expires, expires.epochSeconds <= request.moment { return false }
        guard rule.effect != .allow || isAbout(rule) == true, isTarget(rule, access) else { return false }
        let value = facts(statement: access.statement, access: access).joined(rule.conditions)
        // Unknown never helps the caller.
        return rule.effect == .allow ? value == true : value != false
    }

    /// Whether an access may pass by an approve once that is satisfied: it is definitely about it.
    private func grants(_ rule: RuleDeclaration, _ index: Int) -> Bool {
        let access = request.accesses[index]
        guard isAbout(rule) == true, isTarget(rule, access, permits: true) else { return false }
        return facts(statement: access.statement, access: access).joined(rule.conditions) == true
    }

    /// Whether an allow covers an access, or would if what is not known were known.
    private func mayCover(_ rule: RuleDeclaration, _ index: Int) -> Bool {
        let access = request.accesses[index]
        if let expires = rule.expires, expires.epochSeconds <= request.moment { return false }
        guard isTarget(rule, access, mayFit: true) else { return false }
        return facts(statement: access.statement, access: access).joined(rule.conditions) != false
    }

    private func masks(_ rule: RuleDeclaration) -> Bool {
        // `to any` says what no `to` says.
        let isWide = rule.to?.verbClauses.contains { clause in
            clause.objects.allSatisfy(isAnything) && clause.verbs.contains { if case .any = $0 { true } else { false } }
        }
        if isWide ?? true {
            return (0..<max(request.statements.count, 1)).contains {
                facts(statement: $0, access: nil).joined(rule.conditions) != false
            }
        }
        return request.accesses.contains { access in
            // What was not understood may be anything.
            (access.verb == .unknown || isTarget(rule, access, usesColumns: false))
                && facts(statement: access.statement, access: nil).joined(rule.conditions) != false
        }
    }

    private func facts(statement: Int, access: ReferenceAccess?) -> ReferenceFacts {
        var asked = request
        if hidesResult { asked.rows = nil }
        return ReferenceFacts(
            tree: tree, request: asked, identity: identity ?? "", groups: groups, possibleGroups: possibleGroups, statement: statement, access: access)
    }

    // MARK: verbs and objects

    private func isTarget(
        _ rule: RuleDeclaration, _ access: ReferenceAccess, usesColumns: Bool = true, mayFit: Bool = false, permits: Bool = false
    ) -> Bool {
        guard let to = rule.to else { return true }
        return to.verbClauses.contains { clause in
            let objects = clause.objects.filter { !isAnything($0) }
            return clause.verbs.contains { verb in
                guard matches(verb, access.verb, clause, rule) else { return false }
                return objects.isEmpty
                    || clause.objects.contains { matches($0, access, allows: rule.effect == .allow || permits, usesColumns: usesColumns, mayFit: mayFit) }
            }
        }
    }

    private func isAnything(_ object: PolicyLang.ObjectPattern) -> Bool {
        object.objectClass == nil && object.columns == nil && object.path.count == 1 && object.path[0].kind == .any
    }

    private func matches(_ pattern: VerbPattern, _ verb: Verb, _ clause: VerbClause, _ rule: RuleDeclaration) -> Bool {
        let hasObjects = clause.objects.contains { !isAnything($0) }
        switch pattern {
        // With an object it is what can be done to a table.
        case .any:
            return !hasObjects || ![.unknown, .transact, .call, .set, .listen, .notify, .read, .write, .run].contains(verb)
        case .verb(let name):
            let isPath = clause.objects.contains { $0.path.count == 1 && $0.path[0].kind == .text }
            let group = name.text == "define" || !isPath ? VerbGroup(rawValue: name.text) : nil
            if let group, group.verbs.contains(verb) { return true }
            guard verb.name == name.text else { return false }
            // The word of a group is also a verb: where a path says so, or where a rule forbids without an object.
            return VerbGroup(rawValue: name.text) == nil || isPath || !hasObjects && rule.effect != .allow
        }
    }

    private func matches(
        _ object: PolicyLang.ObjectPattern, _ access: ReferenceAccess, allows: Bool, usesColumns: Bool, mayFit: Bool
    ) -> Bool {
        let defining: Set<Verb> = [.create, .alter, .drop, .comment, .grant, .revoke]
        if let word = object.objectClass?.text, defining.contains(access.verb) {
            let isTable = word == "table" && access.objectClass == .view
            guard access.objectClass.name == word || isTable else { return false }
        }
        if let word = object.objectClass?.text, access.verb == .truncate, word != "table" { return false }
        if object.path.isEmpty { return true }
        switch access.verb {
        case .read, .write, .run:
            guard object.path.count == 1 else { return false }
            let isPath = access.verb != .run
            return object.path[0].kind == .any || Glob.matches(object.path[0].text, access.name, separator: isPath ? "/" : nil)
        case .set, .listen, .notify:
            return object.path[0].kind == .any || paths(object.path).contains { $0.joined(separator: ".") == access.name }
        default: break
        }
        return paths(object.path).contains { path in
            var path = path
            var columns = object.columns.map(columns)
            let hasColumns = access.verb == .select || access.verb == .insert || access.verb == .update
            if hasColumns, columns == nil, path.count == 3 || path.count == 2 && path[0] == "*" && path[1] != "*" {
                columns = [path.removeLast()]
            }
            if let columns, usesColumns, !columns.contains("*") {
                guard fits(access.columns, columns, allows: allows, mayFit: mayFit) else { return false }
            }
            return isNamed(path, access, hasSchema: hasSchema(object, access), allows: allows)
        }
    }

    /// `allow t(a, b)` covers a subset, `deny t(c)` what it intersects; nil is every column.
    private func fits(_ used: [String]?, _ written: [String], allows: Bool, mayFit: Bool) -> Bool {
        guard let used else { return !allows || mayFit }
        return allows ? Set(used).isSubset(of: written) : !Set(used).isDisjoint(with: written)
    }

    private func hasSchema(_ object: PolicyLang.ObjectPattern, _ access: ReferenceAccess) -> Bool {
        guard let word = object.objectClass?.text, access.verb != .select else { return true }
        return !["schema", "role", "database", "extension"].contains(word)
    }

    private func isNamed(_ path: [String], _ access: ReferenceAccess, hasSchema: Bool, allows: Bool) -> Bool {
        guard let name = path.last, name == "*" || name == access.name else { return false }
        if path.count == 2 { return path[0] == "*" || path[0] == access.schema }
        if name == "*" || !hasSchema || access.schema.isEmpty { return true }
        if searchPath.contains(access.schema) { return true }
        // PostgreSQL looks into pg_catalog first.
        return access.schema == "pg_catalog" && (access.objectClass == .function || access.name.hasPrefix("pg_"))
    }

    /// A path's names with `*` for any, one path for each element of the set that it names or ends in.
    private func paths(_ segments: [ObjectSegment]) -> [[String]] {
        let plain = segments.map { $0.kind == .any ? "*" : $0.text }
        guard let last = segments.last, last.kind == .name, let elements = elements(ofSet: last.text) else { return [plain] }
        if segments.count == 1 { return elements }
        return elements.map { plain.dropLast() + $0 }
    }

    private func columns(_ segments: [ObjectSegment]) -> [String] {
        segments.flatMap { segment -> [String] in
            if segment.kind == .any { return ["*"] }
            if segment.kind == .name, let elements = elements(ofSet: segment.text) {
                return elements.map { $0.joined(separator: ".") }
            }
            return [segment.text]
        }
    }

    private func elements(ofSet name: String) -> [[String]]? {
        ReferenceFacts.elements(ofSet: name, tree)?.compactMap { operand in
            switch operand {
            case .path(let path): path.segments.map(\.text)
            case .string(let text): [text.value]
            default: nil
            }
        }
    }
}

/// The glob of objects and of `like`, by trying everything.
enum Glob {
    static func matches(_ pattern: String, _ text: String, separator: Character?) -> Bool {
        matches(Array(pattern), Array(text), separator)
    }

    private static func matches(_ pattern: [Character], _ text: [Character], _ separator: Character?) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == "*" {
            let isDouble = pattern.count > 1 && pattern[1] == "*"
            let rest = Array(pattern.dropFirst(isDouble ? 2 : 1))
            for length in 0...text.count {
                if !isDouble, let separator, text.prefix(length).contains(separator) { break }
                if matches(rest, Array(text.dropFirst(length)), separator) { return true }
            }
            return false
        }
        guard let head = text.first else { return false }
        guard first == head || first == "?" && head != separator else { return false }
        return matches(Array(pattern.dropFirst()), Array(text.dropFirst()), separator)
    }
}

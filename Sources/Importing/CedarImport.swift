// Cedar policies as allows and denies over a database's tables.

/// Reads the policies of Cedar files.
///
/// `permit` becomes `allow`, `forbid` becomes `deny`: both languages refuse by default, and in both what forbids wins. Entities of the
/// resource are tables, actions are verbs, attributes of the principal are claims. Nothing is allowed that Cedar would not: a permit that
/// cannot be said in full is narrowed or becomes a comment, a forbid that cannot is widened, and both say so.
public enum CedarImport {
    /// Bytes of one file at most.
    public static let limit = 4 << 20

    public static func policy(_ files: [[UInt8]], name: String = "cedar") throws(ImportError) -> ImportedPolicy {
        var policies: [CedarPolicy] = []
        for bytes in files {
            guard bytes.count <= limit else { throw ImportError("a file is larger than \(limit) bytes") }
            policies += try CedarParser.parse(bytes)
        }
        guard !policies.isEmpty else { throw ImportError("there is no policy in the files") }
        var writer = CedarWriter(policy: name)
        return try writer.write(policies)
    }
}

private struct CedarWriter {
    private var conditions: CedarConditions
    private var page: PolicyPage {
        get { conditions.page }
        set { conditions.page = newValue }
    }

    init(policy: String) {
        conditions = CedarConditions(
            page: PolicyPage(
                policy: policy,
                about: [
                    "Policies of Cedar, over the tables of a database. Actions are taken for the verbs that their names say,",
                    "resources for tables, and attributes of the principal for claims of its token.",
                ]))
    }

    /// Rules first, so that it is known which claims and people they need; the page has those above.
    mutating func write(_ policies: [CedarPolicy]) throws(ImportError) -> ImportedPolicy {
        var written: [[String]] = []
        for (number, policy) in policies.enumerated() { written.append(rule(policy, number + 1)) }
        Placeholders.addIssuer(&page, claims: ["sub string"] + conditions.declarations)
        for identity in conditions.identities {
            Placeholders.addIdentity(
                &page, identity.name, subject: identity.entity.id, about: "The principal \(identity.entity.text): say which token is its.")
        }
        if conditions.identities.isEmpty {
            page.note("Whoever the issuer vouches for: say which tokens these are.", isDoc: true)
            page.add("identity \(page.name("anyone", sort: "identity")) from workloads { }")
            page.gap()
        }
        page.note("The database whose tables are the resources: put its tags and its search path here.", isDoc: true)
        page.add("resource \(page.name("database", sort: "resource")) : postgres { tags imported }")
        page.gap()
        for line in written.joined() { line.hasPrefix("// ") ? page.note(String(line.dropFirst(3))) : page.add(line) }
        return try page.finish()
    }

    // MARK: one policy

    private mutating func rule(_ policy: CedarPolicy, _ number: Int) -> [String] {
        conditions.begin(isPermit: policy.isPermit)
        var notes: [String] = []
        let strict = policy.isPermit
        var parts: [CedarCondition] = []
        let who = principal(policy.principal, strict, &parts, &notes)
        let verbs = action(policy.action, of: policy.resource, strict, &notes)
        let objects = resource(policy.resource, strict, &notes)
        for clause in policy.conditions {
            // In an `unless` the opposite must hold, so it may be wrong only the other way.
            let inner = conditions.condition(clause.expression, isStrict: clause.isWhen ? strict : !strict, text: clause.text)
            parts.append(clause.isWhen ? inner : .opposite(inner))
        }
        if !conditions.unsaid.isEmpty { notes.append("a condition") }
        let whole = parts.reduce(CedarCondition.constant(true)) { .both($0, $1) }
        let title = policy.id ?? "policy \(number)"
        var lines = policy.annotations.map { "// \($0)" }
        let isLost = who == nil || verbs == nil || objects == nil || whole == .constant(false)
        if isLost {
            lines.append("// Not carried over: \(title)\(notes.isEmpty ? ", which never holds" : ", for what cannot be said here: " + Self.list(notes)).")
            lines.append("// \(policy.text)")
            return lines + [""]
        }
        if !notes.isEmpty {
            lines.append("// \(strict ? "Narrower" : "Wider") than the Cedar policy, for what cannot be said here: \(Self.list(notes)).")
            lines.append("// \(policy.text)")
        }
        let name = page.freshName(policy.id ?? "policy \(number)", sort: "rule")
        lines += ["\(strict ? "allow" : "deny") \(name) {", "who \(who ?? "any")", "on \(page.name("database", sort: "resource"))"]
        lines += accesses(verbs ?? [], objects ?? [], policy.resource, strict)
        if whole != .constant(true) { lines.append("when \(whole.text)") }
        if !strict { lines.append("because \(PolicyText.quoted(PolicyText.visible("Forbidden by \(title).")))") }
        return lines + ["}", ""]
    }

    /// The line that says what a rule is about; none for one that is about everything.
    private func accesses(_ verbs: [String], _ objects: [String], _ scope: CedarScope, _ strict: Bool) -> [String] {
        let all = objects.joined(separator: ", ")
        if strict, !all.isEmpty || isTables(scope), scope.types != ["schema"] { return ["to \(ofTables(verbs, all))"] }
        let every = Self.onTables + (strict ? [] : ["create", "call"])
        let list = (verbs.isEmpty && !all.isEmpty ? every : verbs).joined(separator: ", ")
        if list.isEmpty { return [] }
        // What is not understood may be about the object as well.
        return ["to \(list)\(all.isEmpty ? "" : " from " + all)\(strict || all.isEmpty ? "" : ", unknown")"]
    }

    /// Every verb that a table can have; those of the second half need to be told that it is one.
    private static let onRows = ["select", "insert", "update", "delete", "truncate", "lock", "maintain"]
    private static let onDefinitions = ["alter", "drop", "comment", "grant", "revoke"]
    private static let onTables = onRows + onDefinitions

    private func ofTables(_ verbs: [String], _ objects: String) -> String {
        let own = verbs.isEmpty ? Self.onTables : verbs
        let (rows, definitions) = (own.filter { !Self.onDefinitions.contains($0) }, own.filter(Self.onDefinitions.contains))
        var parts: [String] = []
        if !rows.isEmpty { parts.append(rows.joined(separator: ", ") + (objects.isEmpty ? "" : " from " + objects)) }
        if !definitions.isEmpty { parts.append(definitions.joined(separator: ", ") + " on table" + (objects.isEmpty ? "" : " " + objects)) }
        return parts.joined(separator: ", ")
    }

    private func isTables(_ scope: CedarScope) -> Bool {
        if case .type = scope { scope.types == ["table"] } else { false }
    }

    private static func list(_ notes: [String]) -> String { notes.joined(separator: "; ") }

    /// Nil: nobody can be said to be meant.
    private mutating func principal(
        _ scope: CedarScope, _ strict: Bool, _ parts: inout [CedarCondition], _ notes: inout [String]
    ) -> String? {
        switch scope {
        case .any: return "any"
        case .equal(let entity): return conditions.identity(entity)
        case .inside(let groups) where groups.count == 1:
            guard let test = conditions.isIn(groups[0]) else { return lost("the principal's group", strict, &notes) }
            parts.append(.test(test))
            return "any"
        case .type(let type, in: let group):
            guard let isOf = conditions.isOf(type: type) else { return lost("the principal's type", strict, &notes) }
            parts.append(.test(isOf))
            guard let group else { return "any" }
            guard let isIn = conditions.isIn(group) else { return lost("the principal's group", strict, &notes) }
            parts.append(.test(isIn))
            return "any"
        case .inside, .slot: return lost("the principal", strict, &notes)
        }
    }

    private func lost(_ what: String, _ strict: Bool, _ notes: inout [String]) -> String? {
        notes.append(what)
        return strict ? nil : "any"
    }

    /// Nil: no verb. Empty: any.
    private func action(_ scope: CedarScope, of resource: CedarScope, _ strict: Bool, _ notes: inout [String]) -> [String]? {
        // What an entity called a function is asked, no table is.
        let isCalled = !resource.types.isDisjoint(with: ["function", "procedure", "routine"])
        let entities: [CedarEntity]
        switch scope {
        case .any where strict && isCalled: return ["call"]
        case .any: return []
        // One action alone that others are in is a group, and which are in it only a schema says.
        case .inside(let list) where !strict && list.count == 1:
            notes.append("what is in \(list[0].text)")
            return []
        case .equal(let entity): entities = [entity]
        case .inside(let list): entities = list
        case .type, .slot:
            notes.append("the action")
            return strict ? nil : []
        }
        var verbs: [String] = []
        for entity in entities {
            guard let verb = Self.verb(entity.id) else {
                notes.append("the action \(entity.id)")
                // A deny of fewer actions would forbid less.
                if !strict { return [] }
                continue
            }
            if strict, isCalled != (verb == "call"), !resource.types.isEmpty, resource.types != ["schema"] {
                notes.append("the action \(entity.id) on it")
                continue
            }
            if !verbs.contains(verb) { verbs.append(verb) }
        }
        return verbs.isEmpty ? nil : verbs
    }

    /// The verb that an action's name says. Names with an object in them (`viewPhoto`) say more than a verb.
    private static func verb(_ name: String) -> String? {
        switch name.lowercased() {
        case "select", "read", "view", "get", "list", "query": "select"
        case "insert", "create", "add": "insert"
        case "update", "edit", "modify": "update"
        case "delete", "remove": "delete"
        case "truncate": "truncate"
        case "drop": "drop"
        case "alter": "alter"
        case "call", "execute": "call"
        case "lock": "lock"
        default: nil
        }
    }

    /// Nil: no object. Empty: every object.
    private func resource(_ scope: CedarScope, _ strict: Bool, _ notes: inout [String]) -> [String]? {
        func unknown(_ what: String) -> [String]? {
            notes.append(what)
            return strict ? nil : []
        }
        switch scope {
        case .any: return []
        case .equal(let entity) where !scope.types.isDisjoint(with: ["schema", "database"]): return unknown("the resource \(entity.text)")
        case .equal(let entity): return [Self.object(entity)]
        case .inside(let entities):
            var objects: [String] = []
            for entity in entities {
                let type = entity.type.split(separator: ":").last.map(String.init)?.lowercased()
                if type == "schema" {
                    objects.append(PolicyText.segment(entity.id) + ".any")
                } else if !strict {
                    return unknown("what is in \(entity.text)")
                } else {
                    notes.append("what is in \(entity.text)")
                }
            }
            return objects.isEmpty ? nil : objects
        case .type(_, in: nil) where scope.types == ["table"]: return []
        case .type(let type, _): return unknown("resources of the type \(type)")
        case .slot: return unknown("the resource")
        }
    }

    /// `Table::"app.orders"` names the schema as well.
    private static func object(_ entity: CedarEntity) -> String {
        let parts = entity.id.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, !parts.contains("") { return PolicyText.object(schema: parts[0], name: parts[1]) }
        return PolicyText.quoted(entity.id)
    }
}

// PostgreSQL's GRANTs, as a dump has them, as people and allow rules.

/// Reads what `pg_dump --schema-only` and `pg_dumpall --roles-only` write, in one file or both one after the other.
///
/// A role that may log in becomes an identity, one that has members a group; each privilege on tables, columns and functions becomes an
/// access that is allowed. Nothing is allowed that the dump does not say: tables in a schema that the grantee may not use, tables with row
/// security, and grants to nobody are comments.
public enum GrantsImport {
    /// Bytes at most.
    public static let limit = 64 << 20
    /// Members of all roles together, at most.
    public static let membershipLimit = 5_000

    public static func policy(_ bytes: [UInt8], name: String = "grants") throws(ImportError) -> ImportedPolicy {
        guard bytes.count <= limit else { throw ImportError("the file is larger than \(limit) bytes") }
        var reader = GrantReader()
        for statement in SQLStatements(bytes) { reader.read(statement) }
        let memberships = reader.state.members.values.reduce(0) { $0 + $1.count }
        guard memberships <= membershipLimit else { throw ImportError("the file makes more than \(membershipLimit) memberships of roles") }
        var writer = GrantWriter(reader.state, policy: name)
        return try writer.write()
    }
}

private struct GrantWriter {
    private let state: GrantState
    private var page: PolicyPage

    init(_ state: GrantState, policy: String) {
        self.state = state
        page = PolicyPage(policy: policy, about: ["The privileges of a PostgreSQL database, as its GRANTs have them."])
    }

    mutating func write() throws(ImportError) -> ImportedPolicy {
        let grantees = Set(state.grants.keys.map(\.grantee))
        guard !grantees.isEmpty || !state.roles.isEmpty else { throw ImportError("the file has no GRANT and no CREATE ROLE") }
        Placeholders.addIssuer(&page, claims: ["sub string"])
        page.note("The database of the dump: put its tags and its search path here.", isDoc: true)
        page.add("resource database : postgres { tags imported }")
        page.gap()
        addPeople(grantees)
        for grantee in grantees.sorted() { add(grantee) }
        for role in state.superusers.sorted() { page.note("\(role) is a superuser, whom no GRANT bounds. Nothing of that is carried over.") }
        if !state.notes.isEmpty {
            page.note("Not carried over:")
            for note in state.notes { page.note("- " + note) }
        }
        return try page.finish()
    }

    // MARK: people

    private mutating func addPeople(_ grantees: Set<String>) {
        var logins: Set<String> = Set(state.roles.filter(\.value).keys)
        for grantee in grantees where grantee != GrantState.publicRole { logins.formUnion(state.logins(of: grantee)) }
        for group in state.members.keys { logins.formUnion(state.logins(of: group)) }
        logins.remove(GrantState.publicRole)
        for role in logins.sorted() {
            Placeholders.addIdentity(
                &page, page.name(role, sort: "identity"), subject: role, about: "The workload that logs in as \(role): say which token is its.")
        }
        for role in Set(state.members.keys).union(state.roles.keys).sorted() where role != GrantState.publicRole {
            guard isGroup(role) else { continue }
            let members = state.logins(of: role)
            guard !members.isEmpty else {
                page.note("The role \(role) has no members that may log in.")
                page.gap()
                continue
            }
            page.note("The role \(role), and who has its privileges.", isDoc: true)
            let named = members.map { page.name($0, sort: "identity") }
            page.add("group \(page.name(role + (logins.contains(role) ? "_role" : ""), sort: "group")) { \(named.joined(separator: ", ")) }")
            page.gap()
        }
    }

    private func isGroup(_ role: String) -> Bool { state.roles[role] == false || !(state.members[role] ?? []).isEmpty }

    /// Nil: nobody.
    private mutating func who(_ grantee: String) -> String? {
        if grantee == GrantState.publicRole { return "any" }
        guard isGroup(grantee) else { return page.name(grantee, sort: "identity") }
        let logins = state.logins(of: grantee)
        return logins.isEmpty ? nil : page.name(grantee + (logins.contains(grantee) ? "_role" : ""), sort: "group")
    }

    // MARK: rules

    private static let verbs = ["select", "insert", "update", "delete", "truncate", "maintain"]

    private mutating func add(_ grantee: String) {
        let grants = state.grants.filter { $0.key.grantee == grantee }
        var left: [String] = []
        var accesses: [(verb: String, objects: [String])] = []
        for verb in Self.verbs + ["execute"] {
            let own = grants.filter { $0.key.privilege == verb }.sorted { $0.key.object < $1.key.object }
            var objects: [String] = []
            for (grant, columns) in own {
                if let why = reason(against: grant) {
                    left.append("\(verb) on \(shown(grant.object)): \(why)")
                } else {
                    objects.append(object(grant.object, columns))
                }
            }
            if !objects.isEmpty { accesses.append((verb == "execute" ? "call" : verb, objects)) }
        }
        for (grant, _) in grants.sorted(by: { ($0.key.object, $0.key.privilege) < ($1.key.object, $1.key.privilege) })
        where !Self.verbs.contains(grant.privilege) && grant.privilege != "execute" {
            left.append("\(grant.privilege) on \(shown(grant.object)): there is no such access here")
        }
        let who = who(grantee)
        if let who, !accesses.isEmpty {
            page.note(grantee == GrantState.publicRole ? "What everybody may." : "What \(grantee) may.", isDoc: true)
            page.add("allow \(page.name("\(grantee) may", sort: "rule")) {")
            page.add("who \(who)")
            page.add("on database")
            page.add("to " + accesses.map { "\($0.verb) \($0.objects.joined(separator: ", "))" }.joined(separator: ", "))
            page.add("}")
            page.gap()
        } else if who == nil {
            left = accesses.flatMap { access in access.objects.map { "\(access.verb) on \($0): nobody has the role" } } + left
        }
        guard !left.isEmpty else { return }
        page.note("Not carried over, of what \(grantee) may:")
        for line in left.prefix(1_000) { page.note("- " + line) }
        page.gap()
    }

    /// Why a grant cannot be an allow without allowing more than it did; nil when it can.
    private func reason(against grant: Grant) -> String? {
        if state.isInvoker(grant.object) { return "the view reads with the rights of whoever reads it" }
        if state.hasRowSecurity(grant.object) { return "a row security policy chooses the rows, which has no counterpart here" }
        if !state.mayUse(grant.object.schema, grant.grantee) { return "the schema may not be used by \(grant.grantee)" }
        if grant.object.kind == .function, state.isOverloaded(grant.object) { return "there are several functions of this name" }
        return nil
    }

    private func object(_ object: GrantedObject, _ columns: Set<String>?) -> String {
        let name = PolicyText.object(schema: object.schema, name: object.name)
        guard let columns else { return name }
        return name + "(" + columns.sorted().map(PolicyText.segment).joined(separator: ", ") + ")"
    }

    private func shown(_ object: GrantedObject) -> String { (object.schema.map { $0 + "." } ?? "") + object.name }
}

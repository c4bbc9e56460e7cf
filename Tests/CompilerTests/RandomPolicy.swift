// Random policies as text, and random requests that have a fair chance to meet them.

import Machine
import TestSupport

/// A small world: two issuers, four identities, three databases, a handful of tables. Everything it writes should compile.
struct RandomPolicy {
    private var random: SeededGenerator
    /// Whether all who may come to the present condition are from the issuer with the many claims.
    private var isRich = false
    private var isWatch = false
    private var isMask = false

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private static let head = """
        policy world edition 1
        issuer rich : oidc {
          url "https://rich.example"
          audience "postern"
          claims {
            sub string, team string optional, groups set of string optional, level int optional, admin bool optional,
            levels set of int optional, until time optional, "https://rich.example/unit" string optional
          }
        }
        issuer plain : oidc { url "https://plain.example"  audience "postern"  claims { sub string, groups set of string optional } }
        identity ada from rich { when claim.sub == "ada" }
        identity bob from rich { when claim.sub in { "bob", "robert" } }
        identity eve from plain { when claim.sub starts with "eve" }
        identity boss from rich { when claim.sub == "max" and claim.admin }
        identity max from rich { when claim.sub == "max" unless claim.level >= 5 }
        group people { ada, eve }
        group everyone_named { people, bob }
        group dba from rich { when "dba" in claim.groups }
        group seniors from rich { when claim.level >= 5 unless claim.admin }
        group shopkeepers from plain { when "shop" in claim.groups }
        resource one : postgres { tags production, pii  search_path public }
        resource two : postgres { tags staging  search_path app  schema "two.sql" }
        resource three : postgres { tags production  search_path public, app }
        set contact = { email, phone }
        set money = { payments, app.ledger }
        set names = { "ada", bob, "eve" }
        set both = { names, "zoe" }

        """

    /// What the second database holds: all that rules name there, where they name it.
    static let schema = ["public", "app"].map { schema in
        ["orders", "customers", "payments", "ledger", "email", "phone"].map { table in
            "create table \(schema).\(table) (id int, email text, phone text, note text, total numeric);\n"
        }.joined()
    }.joined()

    /// A policy's text.
    mutating func policy() -> String {
        var text = Self.head
        isRich = false
        isMask = false
        for index in 0..<2 { text += "let cond\(index) = \(condition(depth: 2, names: index))\n" }
        // Half of them begin with a wide allow, or hardly any request would get through.
        if random.chance(50) {
            text +=
                "allow wide { on any\n  to \(random.pick(["any", "select, insert, update, delete, call, set", "any", "read, write, define"]))\n"
            text += random.chance(40) ? "  limit 3 rows\n}\n" : "}\n"
        }
        if random.chance(25) { text += "approve asks { on any\n  to \(random.pick(["update, delete", "select, insert", "any"]))\n  by dba\n}\n" }
        for index in 0..<(1 + random.below(7)) { text += rule(index) }
        return text
    }

    // MARK: rules

    private mutating func rule(_ index: Int) -> String {
        rule(index, effect: random.pick(["allow", "allow", "allow", "allow", "deny", "deny", "mask", "approve", "approve", "watch"]))
    }

    /// - Parameter mayObserve: false for a rule that is to act.
    mutating func rule(_ index: Int, effect: String, mayObserve: Bool = true) -> String {
        isMask = effect == "mask"
        isWatch = effect == "watch"
        let permits = effect == "allow" || effect == "approve"
        var text = "\(mayObserve && random.chance(12) ? "observe " : "")\(effect) rule\(index) {\n"
        text += who()
        // An allow on a database with two schemas in its path must name schemas.
        let on = random.pick([
            "one", "one", "two", "one, two", "tag staging", "any", "tag production", "any except two", "three",
        ])
        let isCertain = on == "one" || on == "two" || on == "one, two" || on == "tag staging"
        text += "  on \(on)\n"
        if random.chance(85) { text += "  to \(targets(mayBeBare: !permits || isCertain))\n" }
        for _ in 0..<random.below(3) {
            text += "  \(random.pick(["when", "when", "unless"])) \(condition(depth: 3, names: 2))\n"
        }
        if effect == "allow", random.chance(15) { text += "  expires 2026-03-\(10 + random.below(19))\n" }
        if effect == "allow", random.chance(40) { text += "  limit \(1 + random.below(9)) rows\n" }
        if effect == "approve" { text += "  by \(random.pick(["dba", "ada", "people, bob"]))\n" }
        if isMask {
            text += "  column \(random.pick(["customers.contact", "any.email", "public.orders.{id, note}"])) with redact\n"
        }
        return text + "}\n"
    }

    /// Who has to agree, and how, of an approve that is changed.
    private mutating func demand() -> String {
        var text = "  by \(random.pick(["dba", "ada", "people, bob", "people", "dba, eve", "everyone_named"]))\n"
        if random.chance(30) { text += "  quorum 2\n" }
        if random.chance(20) { text += "  within \(random.pick(["5m", "1h"]))\n" }
        if random.chance(30) { text += "  valid \(random.pick(["session", "10m", "2h", "once"]))\n" }
        return text
    }

    /// A policy's text with one or two rules changed: others in their place, one more, one less, or effects turned round.
    mutating func changed(_ text: String) -> String {
        var parts: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isRule = ["allow ", "deny ", "approve ", "mask ", "watch ", "observe "].contains { line.hasPrefix($0) }
            if isRule || parts.isEmpty { parts.append("") }
            parts[parts.count - 1] += line + "\n"
        }
        for index in 0..<(1 + random.below(2)) where parts.count > 1 {
            let at = 1 + random.below(parts.count - 1)
            // What an approve asks for, asked of others.
            if parts[at].hasPrefix("approve "), random.chance(60) {
                let lines = parts[at].split(separator: "\n").filter { line in
                    !["  by ", "  quorum ", "  within ", "  valid "].contains { line.hasPrefix($0) }
                }
                parts[at] = lines.dropLast().joined(separator: "\n") + "\n" + demand() + "}\n"
                continue
            }
            switch random.below(4) {
            case 0: parts.remove(at: at)
            case 1: parts.append(rule(100 + index))
            case 2: parts[at] = rule(200 + index)
            default: if parts[at].hasPrefix("observe ") { parts[at].removeFirst("observe ".count) } else { parts.append(rule(300 + index)) }
            }
        }
        return parts.joined()
    }

    /// A proof about the same world.
    mutating func proof(_ index: Int) -> String {
        (isMask, isWatch) = (false, false)
        var text = who()
        let isNever = random.chance(60)
        let on = isNever ? random.pick(["one", "two", "any", "tag production", "one, two"]) : random.pick(["one", "two", "tag staging"])
        text += "  on \(on)\n"
        for _ in 0..<random.below(3) {
            text += "  \(random.pick(["when", "when", "unless"])) \(condition(depth: 2, names: 2))\n"
        }
        let targets = targets(mayBeBare: true)
        // Four in ten of the first kind have a rule that makes them true, and perhaps say less than it.
        let rule = isNever && random.chance(40) ? "deny backing\(index) {\n" + text + "  to \(targets)\n}\n" : ""
        if random.chance(30) { text += "  when \(condition(depth: 1, names: 2))\n" }
        return rule + "prove proof\(index) {\n" + text + "  \(isNever ? "never" : "always") \(targets)\n}\n"
    }

    private mutating func who() -> String {
        let (text, rich) = random.pick([
            ("any", false), ("ada", true), ("bob, ada", true), ("eve", false), ("people", false), ("dba", true),
            ("any except eve", true), ("any except dba", false), ("everyone_named except seniors", false),
            ("seniors, bob", true),
            ("people except eve", true), ("any except seniors, shopkeepers", false), ("shopkeepers, boss", false), ("max, boss", true),
        ])
        isRich = rich
        return "  who \(text)\n"
    }

    /// Verbs without an object stand last: before another verb they would share its objects.
    private mutating func targets(mayBeBare: Bool) -> String {
        if random.chance(12) {
            return random.pick(["any", "unknown", "write", "read", "define", "transact", "select, insert"])
        }
        var parts = (0..<(1 + random.below(3))).map { target(mayBeBare: mayBeBare, isFirst: $0 == 0) }
        if random.chance(12) {
            parts.append(random.pick(["unknown", "write", "read", "define", "transact", "select, insert", "grant"]))
        }
        return parts.joined(separator: ", ")
    }

    /// After a comma `any` would be an object of the verb before.
    private mutating func target(mayBeBare: Bool, isFirst: Bool) -> String {
        switch 1 + random.below(11) {
        case 1:
            return
                "call \(mayBeBare ? random.pick(["version", "pg_read_file", "archive"]) : random.pick(["pg_catalog.version", "any.archive"]))"
        case 2: return random.pick(["set search_path, app.user", "set any", "set timezone"])
        case 3:
            return random.pick([
                "read \"/etc/*\"", "write \"/tmp/**\"", "run \"gzip *\", \"cat ?\"", "read, write \"/var/data\"",
            ])
        case 4:
            let object =
                mayBeBare
                ? random.pick(["table orders", "orders", "view orders, customers", "index"])
                : random.pick(["table app.orders", "role", "schema app"])
            return "\(random.pick(["drop", "create, alter", "define", "alter"])) \(object)"
        case 5:
            return
                "\(random.pick(["delete from", "truncate", "lock", "delete, truncate"])) \(object(mayBeBare, columns: false))"
        default:
            let verbs = random.pick([
                "select from", "insert into", "update", "select, insert", isFirst ? "any" : "grant", "write", "read",
            ])
            // Only these three have columns; `any` and `write` bring others with them.
            let columns = !["any", "write", "grant"].contains(verbs)
            return verbs + " "
                + (0..<(1 + random.below(2))).map { _ in object(mayBeBare, columns: columns) }.joined(separator: ", ")
        }
    }

    private mutating func object(_ mayBeBare: Bool, columns: Bool) -> String {
        let qualified = [
            "public.orders", "app.orders", "app.any", "public.customers", "pg_catalog.pg_class", "public.contact", "any.any",
        ]
        let bare = ["orders", "customers", "money", "pg_class", "any"]
        if columns, random.chance(15) { return random.pick(["any.email", "public.customers.phone", "any.contact"]) }
        var text = random.pick(mayBeBare ? bare + qualified : qualified)
        if columns, random.chance(40) {
            text += "(\(random.some(["id", "email", "phone", "note", "contact", "any"], most: 3).joined(separator: ", ")))"
        }
        return text
    }

    // MARK: conditions

    /// - Parameter names: how many of the conditions `cond0`, `cond1` may be named.
    private mutating func condition(depth: Int, names: Int) -> String {
        guard depth > 0, random.chance(65) else { return atom(names) }
        switch random.below(4) {
        case 0: return "not (\(condition(depth: depth - 1, names: names)))"
        case 1: return "(\(condition(depth: depth - 1, names: names)) or \(condition(depth: depth - 1, names: names)))"
        case 2:
            return
                "(\(condition(depth: depth - 1, names: names)) and \(condition(depth: depth - 1, names: names)) and \(atom(names)))"
        default: return "(\(condition(depth: depth - 1, names: names)) and not \(atom(names)))"
        }
    }

    private mutating func atom(_ names: Int) -> String {
        if names > 0, random.chance(12) { return "cond\(random.below(names))" }
        var choices = Self.common
        if isRich { choices += Self.claims + Self.claims }
        // Named conditions may come to stand in a mask.
        if isWatch { choices += ["result.rows > 10", "result.rows <= 3", "result.rows == statement.count"] }
        if !isMask, names == 2 { choices += Self.ofAccess }
        return random.pick(choices)
    }

    private static let common = [
        "statement.has_where", "statement.has_limit", "statement.first_seen", "statement.in_transaction", "true", "false",
        "statement.has_where == false", "statement.limit < 100", "10 <= statement.limit", "statement.limit in { 10, 100 }",
        "statement.count > 1", "statement.count == 1", "statement.where == keyed", "statement.where != \"none\"",
        "statement.where in { range, keyed }", "statement.kind == \"select\"", "statement.kind in { \"insert\", \"update\" }",
        "statement.kind starts with \"se\"", "statement.kind like \"*ate\"", "statement.kind matches \"^(select|delete)$\"",
        "statement.text contains \"orders\"", "statement.text ends with \"42\"", "statement.text like \"select ?* from*\"",
        "statement.text contains \"\"", "\"public.orders\" in statement.tables",
        "statement.tables in { \"public.orders\", app.orders }",
        "statement.functions contains \"count\"", "statement.fingerprint == \"00000000000000ff\"",
        "identity.name == ada", "identity.name in names", "identity.name != eve", "claim.sub in both",
        "identity.issuer == rich", "identity.proof >= dpop", "identity.proof == mtls", "identity.proof in { bearer, mtls }",
        "dba in identity.groups", "\"people\" in identity.groups", "identity.groups in { people, everyone_named }",
        "resource.name == one", "production in resource.tags", "resource.kind == postgres",
        "request.time in \"Mon-Fri 08:00-18:00 Europe/Berlin\"",
        "request.time in { \"Sat-Mon 22:00-06:00 America/New_York\", \"Wed-Wed 00:00-24:00 UTC\" }",
        "request.time < 2026-03-15T12:00Z", "request.time >= 2026-03-02", "session.age < 2h", "session.age >= 30m",
        "request.source in \"10.0.0.0/8\"", "request.source in { \"192.0.2.0/25\", \"10.1.2.3\" }",
        "request.source == \"10.1.2.3\"",
        "session.reason contains \"INC-\"", "has session.reason", "has request.source", "has statement.limit",
        "claim.sub == \"ada\"", "claim.sub in names", "claim.sub == identity.name", "has claim.groups",
        "\"dba\" in claim.groups",
        "claim.groups in { dba, dev }", "claim.groups contains \"dev\"", "claim.sub in identity.groups",
    ]

    private static let claims = [
        "claim.team == \"shop\"", "claim.team != \"shop\"", "claim.team in { shop, \"ops\" }", "claim.level > 3",
        "claim.level <= statement.count", "claim.level in { 1, 7 }", "claim.admin", "claim.admin == false", "has claim.team",
        "has claim.level", "claim.team == claim.sub", "claim.team ends with \"p\"", "claim.admin == statement.has_where",
        "claim.level == statement.limit",
        "3 in claim.levels", "claim.levels contains 7", "claim.levels in { 3, 7, 10 }", "claim.level in claim.levels", "has claim.levels",
        "statement.limit in claim.levels", "claim.until > request.time", "request.time >= claim.until", "claim.until == 2026-03-15",
        "claim.until < 2026-03-15T12:00Z", "claim.until in \"Mon-Fri 08:00-18:00 Europe/Berlin\"", "has claim.until",
        "claim[\"https://rich.example/unit\"] == \"shop\"", "claim[\"https://rich.example/unit\"] in names", "has claim[\"https://rich.example/unit\"]",
    ]

    private static let ofAccess = [
        "access.verb == select", "access.verb in { insert, update, delete }", "access.object == \"public.orders\"",
        "access.schema == \"public\"", "access.table like \"*o*\"", "access.columns in contact",
        "access.columns contains \"email\"",
        "has access.columns", "access.columns in { id, contact, note }", "access.table == \"customers\"",
        "access.object in money",
    ]

    // MARK: requests

    mutating func request() -> ReferenceRequest {
        var request = ReferenceRequest()
        let subject = random.pick(["ada", "bob", "robert", "eve", "eve-2", "zoe", "max"])
        request.issuer = subject.hasPrefix("eve") ? "plain" : "rich"
        request.claims["sub"] = .string(subject)
        if random.chance(60) {
            request.claims["groups"] = .strings(random.pick([["dba"], ["dev"], ["dba", "dev"], [], ["ops"]]))
        }
        if request.issuer == "rich" {
            if random.chance(50) { request.claims["team"] = .string(random.pick(["shop", "ops", "ada"])) }
            if random.chance(50) { request.claims["level"] = .integer(random.pick([1, 2, 5, 7])) }
            if random.chance(50) { request.claims["levels"] = .integers(random.pick([[], [3], [3, 7], [1, 5], [10, 100, -4]])) }
            if random.chance(50) { request.claims["https://rich.example/unit"] = .string(random.pick(["shop", "ada"])) }
            if random.chance(50) { request.claims["until"] = .time(1_773_532_800 + random.pick([0, -1, 86_400 * 9, -86_400 * 9, -1_773_532_801])) }
            if random.chance(50) { request.claims["admin"] = .boolean(random.chance(50)) }
        }
        request.proof = random.pick(Proof.allCases)
        request.resource = random.pick(["one", "one", "two", "three"])
        // March 2026, with the change to summer time, and now and then a moment outside the zones' table.
        request.moment =
            random.chance(5)
            ? random.pick([0, 1_577_836_799, 2_524_608_000, -5]) : 1_772_323_200 + Int64(random.below(31 * 86_400))
        request.sessionStart = request.moment - Int64(random.below(10_000)) + 100
        if random.chance(60) { request.reason = random.pick(["INC-17", "curious", ""]) }
        if random.chance(70) { request.source = random.pick(["10.1.2.3", "192.0.2.7", "192.0.2.200", "203.0.113.9"]) }
        if random.chance(80) { request.rows = random.pick([0, 1, 3, 11, 5_000]) }
        request.inTransaction = random.pick([nil, true, false])
        for index in 0..<(1 + random.below(2)) { addStatement(index, to: &request) }
        return request
    }

    private mutating func addStatement(_ index: Int, to request: inout ReferenceRequest) {
        let kind = random.pick(["select", "insert", "update", "delete"])
        let text = random.pick(["select id from orders", "\(kind) orders 42", "select 1", ""])
        let start = request.text.utf8.count
        request.text += text
        var statement = ReferenceStatement()
        statement.text = start..<(start + text.utf8.count)
        if random.chance(80) {
            statement.kind = kind
            statement.whereShape = random.chance(80) ? random.pick(WhereShape.allCases) : nil
            statement.hasLimit = random.pick([nil, true, false])
            if random.chance(50) { statement.limit = random.pick([1, 10, 100, 5_000]) }
            statement.functions = random.pick([[], ["count"], ["pg_catalog.version", "count"]])
            if random.chance(50) { statement.fingerprint = random.pick([0xFF, .max, 0]) }
            statement.firstSeen = random.pick([nil, true, false])
        }
        request.statements.append(statement)
        for number in 0..<(random.chance(50) ? 1 : random.below(4)) {
            var access = access(index)
            // By a schema, what a statement says may set something else going.
            if number > 0, access.verb != .unknown { access.isThrough = random.chance(30) }
            request.accesses.append(access)
        }
    }

    private mutating func access(_ statement: Int) -> ReferenceAccess {
        let verb = random.pick([
            Verb.select, .select, .select, .insert, .update, .delete, .truncate, .lock, .create, .alter, .drop, .call, .set,
            .read,
            .write, .run, .unknown,
        ])
        var access = ReferenceAccess(
            verb: verb, objectClass: .table, statement: statement,
            schema: random.pick(["public", "public", "app", "pg_catalog", "other"]),
            name: random.pick(["orders", "orders", "customers", "payments", "ledger", "pg_class", "email", "secret"]),
            columns: []
        )
        switch verb {
        case .select, .insert, .update:
            if random.chance(20) {
                access.columns = nil
            } else if random.chance(90) {
                access.columns = random.some(["id", "email", "phone", "note", "secret"], most: 3)
            }
        case .create, .alter, .drop:
            access.objectClass = random.pick([.table, .view, .index, .schema, .role])
            if access.objectClass == .schema || access.objectClass == .role { access.schema = "" }
        case .call:
            access.objectClass = .function
            access.name = random.pick(["version", "pg_read_file", "archive"])
        case .set:
            (access.objectClass, access.schema) = (.parameter, "")
            access.name = random.pick(["search_path", "app.user", "timezone"])
        case .read, .write:
            (access.objectClass, access.schema) = (.file, "")
            access.name = random.pick(["/etc/passwd", "/etc/ssl/key", "/tmp/a/b", "/var/data"])
        case .run:
            (access.objectClass, access.schema) = (.program, "")
            access.name = random.pick(["gzip -9 > /x", "cat x", "cat xy"])
        case .unknown: (access.objectClass, access.schema, access.name) = (.any, "", "not understood")
        default: break
        }
        return access
    }
}

// Requests that are made for one policy: near what its rules name, and beside each the same with one thing changed.

import Machine
import PolicyLang
import TestSupport

struct JudgedRequests {
    private var random: SeededGenerator
    private let words: JudgedVocabulary

    init(_ words: JudgedVocabulary, seed: UInt64) {
        self.words = words
        // The tables that are kept were drawn from these.
        random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1)
    }

    mutating func request() -> ReferenceRequest {
        var request = ReferenceRequest()
        let issuer = random.pick(words.issuers)
        request.issuer = issuer.name.text
        for claim in issuer.claims { chooseClaim(claim, &request) }
        request.resource = random.pick(words.resources).name.text
        choosePlace(&request)
        for index in 0..<(random.chance(90) ? 1 : 2) { addStatement(index, &request) }
        return request
    }

    /// The same request with one thing changed.
    mutating func neighbour(of request: ReferenceRequest) -> ReferenceRequest {
        var changed = request
        switch random.below(6) {
        case 0:
            let claims = words.issuers.first { $0.name.text == request.issuer }?.claims ?? []
            if !claims.isEmpty { chooseClaim(random.pick(claims), &changed) }
        case 1: choosePlace(&changed)
        case 2: changed.resource = random.pick(words.resources).name.text
        case 3: describe(random.below(changed.statements.count), &changed)
        case 4:
            let place = random.below(max(changed.accesses.count, 1))
            guard changed.accesses.indices.contains(place), JudgedRow.hasColumns(changed.accesses[place].verb) else { break }
            changed.accesses[place].columns = columns([])
        default:
            let place = random.below(max(changed.accesses.count, 1))
            guard changed.accesses.indices.contains(place) else { break }
            let kept = changed.accesses[place]
            changed.accesses[place] = access(kept.statement, changed.resource)
            changed.accesses[place].isThrough = kept.isThrough
        }
        return changed
    }

    // MARK: who, where, when

    private mutating func chooseClaim(_ claim: ClaimDeclaration, _ request: inout ReferenceRequest) {
        let name = claim.name.text
        request.claims[name] = nil
        // A claim that no condition asks for would only be in the way.
        guard name == "sub" || words.facts.contains("claim.\(name)"), !claim.isOptional || random.chance(70) else { return }
        let texts = words.texts("claim.\(name)")
        switch claim.type {
        case .scalar(.string):
            // Who is nobody meets no rule: seldom.
            let known = texts.filter { $0 != "other" }
            request.claims[name] = .string(random.pick(name == "sub" && !known.isEmpty && random.chance(92) ? known : texts))
        case .scalar(.int): request.claims[name] = .integer(random.pick(words.numbers("claim.\(name)")))
        case .scalar(.bool): request.claims[name] = .boolean(random.chance(40))
        case .set(of: .string): request.claims[name] = .strings(random.chance(15) ? [] : random.some(texts, most: 2))
        case .scalar(.time), .set(of: .int): return
        }
    }

    /// What is known of the session and the moment, where some condition asks for it.
    private mutating func choosePlace(_ request: inout ReferenceRequest) {
        let moments = words.moments.sorted()
        // Monday, the second of March 2026, in the morning.
        request.moment = moments.isEmpty ? 1_772_442_900 : random.pick(moments)
        if !moments.isEmpty, random.chance(5) { request.moment = random.pick([0, 2_524_608_000]) }
        request.sessionStart = request.moment
        request.proof = words.facts.contains("identity.proof") ? random.pick(Proof.allCases) : .bearer
        if words.facts.contains("session.age") {
            request.sessionStart = random.chance(12) ? request.moment + 60 : request.moment - random.pick(words.numbers("session.age"))
        }
        request.reason = isAsked("session.reason") ? random.pick(words.texts("session.reason")) : nil
        let addresses = words.texts("request.source").filter { $0 != "other" } + ["203.0.113.9"]
        request.source = isAsked("request.source") ? random.pick(addresses) : nil
        request.inTransaction = isAsked("statement.in_transaction") ? random.chance(50) : nil
        request.rows = isAsked("result.rows") ? random.pick(words.numbers("result.rows")) : nil
    }

    /// Whether a fact is known this time: most that are asked for are.
    private mutating func isAsked(_ fact: String) -> Bool { words.facts.contains(fact) && random.chance(75) }

    // MARK: the message

    private mutating func addStatement(_ index: Int, _ request: inout ReferenceRequest) {
        request.statements.append(ReferenceStatement())
        for number in 0..<random.pick([1, 1, 1, 1, 2, 2, 3, 0]) {
            var access = access(index, request.resource)
            if number > 0, access.verb != .unknown { access.isThrough = random.chance(25) }
            request.accesses.append(access)
        }
        request.statements[index].text = request.text.utf8.count..<request.text.utf8.count
        if words.facts.contains("statement.text") {
            request.text += random.pick(words.texts("statement.text"))
            request.statements[index].text = request.statements[index].text.lowerBound..<request.text.utf8.count
        }
        describe(index, &request)
    }

    /// What is known of a statement, but for its text and accesses.
    private mutating func describe(_ index: Int, _ request: inout ReferenceRequest) {
        var statement = ReferenceStatement()
        statement.text = request.statements[index].text
        let verb = request.accesses.first { $0.statement == index }?.verb.name ?? "select"
        statement.kind = verb
        if words.facts.contains("statement.kind") {
            statement.kind = random.chance(15) ? nil : random.pick(words.texts("statement.kind") + [verb])
        }
        let asksWhere = words.facts.contains("statement.where") || words.facts.contains("statement.has_where")
        if asksWhere { statement.whereShape = random.chance(20) ? nil : random.pick(WhereShape.allCases) }
        if isAsked("statement.limit") { statement.limit = random.pick(words.numbers("statement.limit")) }
        if isAsked("statement.has_limit") { statement.hasLimit = random.chance(50) }
        if isAsked("statement.functions") { statement.functions = random.some(words.texts("statement.functions"), most: 2) }
        if isAsked("statement.fingerprint") { statement.fingerprint = random.pick([0xFF, 0xFE]) }
        if isAsked("statement.first_seen") { statement.firstSeen = random.chance(50) }
        request.statements[index] = statement
    }

    private mutating func access(_ statement: Int, _ resource: String) -> ReferenceAccess {
        let target = random.pick(words.targets)
        var verb = random.pick(target.verbs)
        // Now and then what is done is something else.
        if !target.isText, random.chance(12) { verb = random.pick([.select, .insert, .update, .delete, .drop, .unknown]) }
        var access = ReferenceAccess(
            verb: verb, objectClass: JudgedRow.defaultClass(verb), statement: statement, schema: "", name: "", columns: [])
        let name = target.path.last.flatMap { $0 == "*" ? nil : $0 } ?? random.pick(words.tables.sorted())
        switch access.objectClass {
        case .any: access.name = "not understood"
        case .file, .program: access.name = target.isText ? Self.text(target.path.last ?? "", random.chance(75)) : "/srv/" + name
        case .parameter, .channel: access.name = target.path.count > 1 ? target.path.joined(separator: ".") : name
        default:
            (access.schema, access.name) = (schema(target, resource), name)
            if [.create, .alter, .drop, .comment, .grant, .revoke].contains(verb) {
                access.objectClass = target.objectClass ?? random.pick([.table, .view, .index, .role])
                if random.chance(20) { access.objectClass = random.pick([.table, .view, .schema, .function]) }
                if [.schema, .role, .database].contains(access.objectClass) { access.schema = "" }
            }
        }
        if JudgedRow.hasColumns(verb) { access.columns = columns(target.columns) }
        return access
    }

    private mutating func schema(_ target: JudgedVocabulary.Target, _ resource: String) -> String {
        let path = words.resources.first { $0.name.text == resource }?.searchPath?.map(\.text) ?? ["public"]
        if target.path.count > 1, target.path[0] != "*", random.chance(85) { return target.path[0] }
        return random.pick(path + path + path + [random.pick(["pg_catalog", "other", "app"])])
    }

    private mutating func columns(_ named: [String]) -> [String]? {
        if random.chance(12) { return nil }
        if random.chance(8) { return [] }
        return random.some(named.isEmpty || random.chance(35) ? words.columns.sorted() : named.sorted(), most: 3)
    }

    /// A path that a pattern matches, or one that it does not, a directory deeper.
    private static func text(_ pattern: String, _ matches: Bool) -> String {
        let text = pattern.replacing("**", with: "a/b").replacing("*", with: "x")
        return matches ? text : text + "/y"
    }
}

// Every sentence of the compiler, in one place: codes, messages, and help that says what to write.

import Inspect
import Machine
import PolicyLang

enum Wording {
    private static func make(
        _ code: CompilerCode, _ severity: Severity, _ span: SourceSpan, _ message: String, help: String? = nil,
        related: [RelatedPlace] = [], fixIt: FixIt? = nil
    ) -> Diagnostic {
        Diagnostic(
            code: code.rawValue, severity: severity, message: message, span: span, help: help, related: related, fixIt: fixIt)
    }

    static func error(
        _ code: CompilerCode, _ span: SourceSpan, _ message: String, help: String? = nil, related: [RelatedPlace] = [],
        fixIt: FixIt? = nil
    ) -> Diagnostic {
        make(code, .error, span, message, help: help, related: related, fixIt: fixIt)
    }

    static func warning(
        _ code: CompilerCode, _ span: SourceSpan, _ message: String, help: String? = nil, related: [RelatedPlace] = [],
        fixIt: FixIt? = nil
    ) -> Diagnostic {
        make(code, .warning, span, message, help: help, related: related, fixIt: fixIt)
    }

    /// `a`, `a and b`, `a, b and c`.
    static func list(_ items: [String], _ joint: String) -> String {
        guard items.count > 1, let last = items.last else { return items.first ?? "" }
        return items.dropLast().joined(separator: ", ") + " \(joint) " + last
    }

    private static let shownNames = 6

    /// A guess, or a short list of what there is.
    static func suggestion(_ word: String, _ known: [String]) -> String? {
        if let nearest = Spelling.nearest(to: word, among: known) { return "did you mean `\(nearest)`?" }
        guard !known.isEmpty, known.count <= shownNames else { return nil }
        return "there is \(list(known.map { "`\($0)`" }, "and"))"
    }

    // MARK: schema files

    static func noSchemaFile(_ span: SourceSpan, path: String) -> Diagnostic {
        error(
            .noSchemaFile, span, "the schema file `\(path)` cannot be read",
            help: "write it with `postern schema pull`; the path is relative to this file")
    }

    static func schemaNotPostgres(_ span: SourceSpan, kind: Machine.ResourceKind) -> Diagnostic {
        error(
            .schemaNotPostgres, span, "a resource of kind `\(kind.name)` has no schema file", help: "only `postgres` has one")
    }

    /// What the reader of schema files says, at the place where the policy names the file.
    static func schema(_ span: SourceSpan, path: String, _ diagnostic: SchemaDiagnostic) -> Diagnostic {
        make(
            diagnostic.isError ? .schemaNotUnderstood : .schemaPassedOver, diagnostic.isError ? .error : .warning, span,
            "line \(diagnostic.line) of `\(path)`: \(diagnostic.message)", help: diagnostic.help)
    }

    static func unknownTable(_ span: SourceSpan, name: String, path: String, known: [String]) -> Diagnostic {
        error(
            .unknownTable, span, "the schema has no table or view `\(name)`",
            help: suggestion(name, known) ?? "bring `\(path)` up to date with `postern schema pull`, or mend the name")
    }

    static func unknownColumn(
        _ span: SourceSpan, column: String, table: String?, path: String, known: [String]
    ) -> Diagnostic {
        error(
            .unknownColumn, span, table.map { "`\($0)` has no column `\(column)`" } ?? "no table has a column `\(column)`",
            help: suggestion(column, known) ?? "bring `\(path)` up to date with `postern schema pull`, or mend the name")
    }

    // MARK: files and policies

    static func noSuchPolicy(_ span: SourceSpan, name: String, known: [String]) -> Diagnostic {
        error(
            .noSuchPolicy, span, "there is no policy `\(name)`",
            help: suggestion(name, known) ?? "give the file that begins with `policy \(name)` as well")
    }

    static func useCycle(_ span: SourceSpan, path: [String]) -> Diagnostic {
        error(
            .useCycle, span, "policies use each other in a circle: \(path.joined(separator: " uses "))",
            help: "move what they share into a policy of its own")
    }

    static func severalRoots(_ span: SourceSpan, names: [String]) -> Diagnostic {
        error(
            .severalRoots, span,
            "\(list(names.map { "`\($0)`" }, "and")) are not used by any other policy, so there is no one root",
            help: "compile one of them, or `use` one from the other")
    }

    static func reservedPolicyName(_ span: SourceSpan, name: String) -> Diagnostic {
        error(
            .reservedPolicyName, span, "`\(name)` is taken: policies under `std` ship with Postern",
            help: "give the policy another name")
    }

    static func useClash(_ span: SourceSpan, qualifier: String, first: SourceSpan) -> Diagnostic {
        error(
            .useClash, span, "`\(qualifier)` already stands for another policy in this file",
            help: "give one of the two policies another last name",
            related: [RelatedPlace(message: "the first `use`", span: first)])
    }

    static func unusedUse(_ span: SourceSpan, qualifier: String) -> Diagnostic {
        warning(
            .unusedUse, span, "nothing in this file is from `\(qualifier)`, and the policy has no rules",
            help: "leave the line out", fixIt: FixIt(title: "remove the line", edits: [TextEdit(span: span, replacement: "")]))
    }

    static func unusedPolicy(_ span: SourceSpan, name: String, root: String) -> Diagnostic {
        warning(
            .unusedPolicy, span, "nothing in `\(root)` uses `\(name)`, so it is left out",
            help: "write `use \(name)` where it is needed, or leave the file out")
    }

    static func noSuchRoot(_ span: SourceSpan, name: String?, known: [String]) -> Diagnostic {
        guard let name else {
            return error(.noSuchRoot, span, "there is no policy to compile", help: "begin a file with `policy name edition 1`")
        }
        return error(.noSuchRoot, span, "no given file declares the policy `\(name)`", help: suggestion(name, known))
    }

    // MARK: names

    static func duplicateName(_ span: SourceSpan, name: String, first: SourceSpan) -> Diagnostic {
        error(
            .duplicateName, span, "`\(name)` is declared twice", help: "give one of the two another name",
            related: [RelatedPlace(message: "the first `\(name)`", span: first)])
    }

    static func unknownName(_ span: SourceSpan, name: String, what: String, policy: String?, known: [String]) -> Diagnostic {
        let place = policy.map { " in `\($0)`" } ?? ""
        return error(.unknownName, span, "there is no \(what) `\(name)`\(place)", help: suggestion(name, known))
    }

    static func wrongSort(_ span: SourceSpan, name: String, is sort: Sort, wanted: String, declared: SourceSpan) -> Diagnostic {
        error(
            .wrongSort, span, "`\(name)` is \(sort.article) \(sort.rawValue), and \(one(wanted)) is wanted here",
            help: "write the name of \(one(wanted))",
            related: [RelatedPlace(message: "declared here", span: declared)])
    }

    /// The word with its article; what begins with a quoted word has none.
    private static func one(_ word: String) -> String {
        guard let first = word.first, first != "`" else { return word }
        return ("aeiou".contains(first) ? "an " : "a ") + word
    }

    static func unknownQualifier(_ span: SourceSpan, name: String, used: [String], ships: String?) -> Diagnostic {
        error(
            .unknownQualifier, span, "this file uses no policy whose last name is `\(name)`",
            help: ships.map { "write `use \($0)` under the file's first line" } ?? suggestion(name, used)
                ?? "write `use` and the policy's name under the file's first line")
    }

    static func nameCycle(_ span: SourceSpan, name: String, sort: Sort) -> Diagnostic {
        error(.nameCycle, span, "the \(sort.rawValue) `\(name)` contains itself", help: "leave it out here")
    }

    static func unknownTag(_ span: SourceSpan, tag: String, known: [String]) -> Diagnostic {
        error(.unknownTag, span, "no resource has the tag `\(tag)`", help: suggestion(tag, known))
    }

    static func searchPathNotSQL(_ span: SourceSpan, kind: Machine.ResourceKind) -> Diagnostic {
        error(
            .searchPathNotSQL, span, "only databases have a search path, and this resource is \(kind.name)",
            help: "leave the line out")
    }

    // MARK: claims, facts and types

    static func claimTwoTypes(
        _ span: SourceSpan, claim: String, type: FactType, other: FactType, first: SourceSpan?
    ) -> Diagnostic {
        error(
            .claimTwoTypes, span, "`\(claim)` is \(one(type.name)) here and \(one(other.name)) for another issuer",
            help: "a claim has one type in all issuers, so that a rule about it means one thing",
            related: first.map { [RelatedPlace(message: "the other type", span: $0)] } ?? [])
    }

    static func claimNotDeclared(_ span: SourceSpan, claim: String, issuers: [String], known: [String]) -> Diagnostic {
        if issuers.isEmpty {
            return error(
                .claimNotDeclared, span, "no issuer declares the claim `\(claim)`", help: suggestion(claim, known))
        }
        let who = list(issuers.map { "`\($0)`" }, "and")
        let guess = Spelling.nearest(to: claim, among: known).map { "did you mean `\($0)`?" }
        return error(
            .claimNotDeclared, span, "callers from \(who) can come here, whose tokens have no claim `\(claim)`",
            help: guess ?? "declare the claim there, or say in `who` whom the rule is about")
    }

    static func unknownFact(_ span: SourceSpan, name: String, nearest: String?) -> Diagnostic {
        error(
            .unknownFact, span, "there is no fact `\(name)`",
            help: nearest.map { "did you mean `\($0)`?" } ?? "write a fact such as `statement.has_where`, or `claim.` and a claim"
        )
    }

    static func factNotOfKind(
        _ span: SourceSpan, fact: String, kind: Machine.ResourceKind, kinds: [Machine.ResourceKind]
    ) -> Diagnostic {
        error(
            .factNotOfKind, span, "`\(fact)` does not exist for \(kind.name), which this rule is also about",
            help: "it exists for \(list(kinds.map(\.name), "and")): write a rule of its own for those")
    }

    /// Why a fact cannot stand somewhere.
    enum FactPlace {
        case onlyClaims, onlyAfterResult, maskIsNotAboutOneAccess
    }

    static func factNotHere(_ span: SourceSpan, fact: String, why: FactPlace) -> Diagnostic {
        switch why {
        case .onlyClaims:
            error(
                .factNotHere, span, "`\(fact)` is not known when a caller's identity is settled",
                help: "write `claim.` and a claim; other facts belong into rules")
        case .onlyAfterResult:
            error(
                .factNotHere, span, "`\(fact)` is known only after the result, too late to decide",
                help: "use it in a `watch` rule")
        case .maskIsNotAboutOneAccess:
            error(
                .factNotHere, span, "`\(fact)` is of one access, and a mask is about a whole result",
                help: "name the columns in `column`, or the tables in `to`")
        }
    }

    static func typeMismatch(_ span: SourceSpan, found: String, wanted: String, help: String? = nil) -> Diagnostic {
        error(.typeMismatch, span, "\(one(found)) stands where \(one(wanted)) is wanted", help: help ?? shape(of: wanted))
    }

    /// How a value of a type is written.
    private static func shape(of type: String) -> String? {
        switch type {
        case "string": "write it in quotes"
        case "integer": "write a number such as 10_000"
        case "duration": "write a duration such as 15m"
        case "size": "write a size such as `100 MiB`"
        case "time": "write a time such as 2026-03-02T03:00Z"
        default: nil
        }
    }

    static func relationNotForType(_ span: SourceSpan, relation: Relation, type: String) -> Diagnostic {
        let help: String? =
            switch type {
            case FactType.strings.name: "write `\"x\" in` the set, the set `contains \"x\"`, or the set `in { … }`"
            case FactType.integers.name: "write `3 in` the set, the set `contains 3`, or the set `in { … }`"
            case FactType.boolean.name: "write it alone, or with `not`"
            case FactType.address.name: "write `in \"10.0.0.0/8\"`"
            case FactType.string.name: "write `==`, `in`, `like`, `matches`, `starts with`, `ends with` or `contains`"
            case FactType.time.name: "write `<`, `>=` and so on, or `in \"Mon-Fri 08:00-18:00 Europe/Berlin\"`"
            default: "write `==`, `<`, `<=`, `>`, `>=` or `in { … }`"
            }
        return error(.relationNotForType, span, "`\(relation.rawValue)` does not work on \(one(type))", help: help)
    }

    /// - Parameter known: nil when the fact's values are no closed list.
    static func unknownWord(_ span: SourceSpan, word: String, fact: String, known: [String]?) -> Diagnostic {
        guard let known else {
            return error(.unknownWord, span, "`\(word)` is no value of `\(fact)`", help: "write a string in quotes")
        }
        return error(.unknownWord, span, "`\(word)` is no value that `\(fact)` can have", help: suggestion(word, known))
    }

    static func notACondition(_ span: SourceSpan, what: String) -> Diagnostic {
        error(.notACondition, span, "\(one(what)) is neither true nor false", help: "compare it with something")
    }

    static func noFactCompared(_ span: SourceSpan) -> Diagnostic {
        error(
            .noFactCompared, span, "this compares no fact, so it says nothing about a request", help: "write a fact on one side")
    }

    static func badPattern(_ span: SourceSpan, why: String) -> Diagnostic {
        error(
            .badPattern, span, "this is no pattern: \(why)",
            help: "write a glob such as \"select *\" after `like`, a PCRE2 pattern after `matches`")
    }

    static func badWindow(_ span: SourceSpan, why: String) -> Diagnostic {
        error(.badWindow, span, "this is no window of time: \(why)", help: "write \"Mon-Fri 08:00-18:00 Europe/Berlin\"")
    }

    static func unknownZone(_ span: SourceSpan, zone: String, nearest: String?) -> Diagnostic {
        error(
            .unknownZone, span, "there is no time zone `\(zone)`",
            help: nearest.map { "did you mean `\($0)`?" }
                ?? "write a name such as Europe/Berlin, `UTC`, or an offset such as +02:00")
    }

    static func badNetwork(_ span: SourceSpan) -> Diagnostic {
        error(
            .badNetwork, span, "this is no address or network",
            help: "write \"192.0.2.7\", \"10.0.0.0/8\" or \"2001:db8::/32\", with no bits behind the prefix")
    }

    static func setElement(_ span: SourceSpan, found: String, wanted: String) -> Diagnostic {
        error(.setElement, span, "the set holds \(one(found)), and only \(wanted) can stand here")
    }

    // MARK: rules

    static func verbNotOfKind(_ span: SourceSpan, verb: String, kinds: [Machine.ResourceKind]) -> Diagnostic {
        let known = kinds.flatMap { kind in Verb.allCases.filter { kind.verbs.contains($0) }.map(\.name) }
        return error(
            .verbNotOfKind, span, "there is no `\(verb)` on \(list(kinds.map(\.name), "or"))",
            help: Spelling.nearest(to: verb, among: known).map { "did you mean `\($0)`?" }
                ?? "write a verb of that kind of resource, or name another resource")
    }

    static func objectShape(_ span: SourceSpan, why: String, help: String) -> Diagnostic {
        error(.objectShape, span, why, help: help)
    }

    static func columnsNotForVerb(_ span: SourceSpan, verbs: String) -> Diagnostic {
        error(
            .columnsNotForVerb, span, "\(verbs) is about a whole object, not about columns",
            help: "leave the columns out, or write the verb apart from those that have columns")
    }

    static func ambiguousSchema(_ span: SourceSpan, name: String, resource: String, path: [String]) -> Diagnostic {
        let where_ = path.isEmpty ? "has no search path" : "looks in \(list(path.map { "`\($0)`" }, "and"))"
        return error(
            .ambiguousSchema, span, "`\(name)` may be in more than one schema, as `\(resource)` \(where_)",
            help: "write `schema.\(name)`: an allow must be sure of what it allows")
    }

    static func mixedKinds(_ span: SourceSpan, verb: String, families: [String]) -> Diagnostic {
        error(
            .mixedKinds, span, "after `\(verb)` this means one thing on \(list(families, "and another on"))",
            help: "write a rule for each kind of resource")
    }

    static func expired(_ span: SourceSpan, effect: String, rule: String) -> Diagnostic {
        error(
            .expired, span, "the \(effect) rule `\(rule)` has expired, and would have to stop protecting",
            help: "give it a later date, or remove the rule")
    }

    static func conditionalMember(_ span: SourceSpan, group: String) -> Diagnostic {
        error(
            .conditionalMember, span, "`\(group)` is a condition on claims, and cannot be a member of another group",
            help: "name both groups where they are needed")
    }

    // MARK: masks

    static func unorderableMasks(_ span: SourceSpan, what: String, first: SourceSpan) -> Diagnostic {
        error(
            .unorderableMasks, span, "two masks may apply to \(what), and neither is the stricter",
            help: "let one keep no more characters than the other at either end",
            related: [RelatedPlace(message: "the other mask", span: first)])
    }

    static func maskEveryColumn(_ span: SourceSpan) -> Diagnostic {
        error(.maskEveryColumn, span, "a mask needs to know its columns", help: "name the columns")
    }

    static func maskWithoutColumns(_ span: SourceSpan, kind: Machine.ResourceKind, resource: String) -> Diagnostic {
        error(
            .maskWithoutColumns, span, "`\(resource)` is \(kind.name), and has no columns",
            help: "write `value` and detectors, or a rule of its own for the databases")
    }

    // MARK: warnings

    static func allowCoversUnknown(_ span: SourceSpan, deny: String, verbs: String, denySpan: SourceSpan) -> Diagnostic {
        warning(
            .allowCoversUnknown, span, "`to any` also allows what is not understood, which `\(deny)` then cannot see as \(verbs)",
            help: "list the verbs, or write a rule that denies `unknown`",
            related: [RelatedPlace(message: "the rule that it gets past", span: denySpan)])
    }

    static func unreachableRule(_ span: SourceSpan, rule: String, why: String) -> Diagnostic {
        warning(.unreachableRule, span, "`\(rule)` can never apply: \(why)", help: "remove the rule, or widen it")
    }

    static func contradictoryRule(_ span: SourceSpan, rule: String, conditions: Int) -> Diagnostic {
        warning(
            .contradictoryRule, span,
            "`\(rule)` can never apply: " + (conditions > 0 ? "no request meets its conditions" : "no token makes anyone it is about"),
            help: conditions > 0
                ? "correct the condition that excludes the others, or whom the rule is about, or remove the rule"
                : "correct whom the rule is about, or remove the rule")
    }

    static func overriddenRule(
        _ span: SourceSpan, rule: String, _ effect: Machine.Effect, _ others: [(name: String, span: SourceSpan)]
    ) -> Diagnostic {
        let verb = effect == .approve ? "asks about" : "allows"
        let by = others.map { "`\($0.name)`" }
        return warning(
            .overriddenRule, span, "everything that `\(rule)` \(verb) is denied" + (by.isEmpty ? "" : " by \(list(by, "and"))"),
            help: "remove the rule, or let the deny leave out what is meant here",
            related: others.map { RelatedPlace(message: "the rule that denies it", span: $0.span) })
    }

    static func coveredRule(
        _ span: SourceSpan, rule: String, _ effect: Machine.Effect, _ others: [(name: String, span: SourceSpan)]
    ) -> Diagnostic {
        let verb = effect == .approve ? "asks about" : effect == .deny ? "denies" : "allows"
        let by = others.map { "`\($0.name)`" }
        return warning(
            .coveredRule, span, "`\(rule)` makes no difference: all that it \(verb), \(list(by, "and")) \(by.count == 1 ? "does" : "do") as well",
            help: "remove the rule, or say what it was meant to add",
            related: others.map { RelatedPlace(message: "the rule that does the same", span: $0.span) })
    }

    static func testCannotFail(_ span: SourceSpan) -> Diagnostic {
        warning(
            .testCannotFail, span, "this example cannot fail: the message is not understood, and is denied for that whatever the rules say",
            help: "correct the statement; `postern inspect` says what is not understood")
    }

    static func unusedDeclaration(_ span: SourceSpan, sort: Sort, name: String) -> Diagnostic {
        warning(.unusedDeclaration, span, "nothing uses the \(sort.rawValue) `\(name)`", help: "remove it")
    }

    static func identityWithoutAllow(_ span: SourceSpan, name: String) -> Diagnostic {
        warning(
            .identityWithoutAllow, span, "no rule allows `\(name)` anything", help: "write an `allow` for it, or remove it")
    }

    static func maskNeverAllowed(_ span: SourceSpan, column: String) -> Diagnostic {
        warning(
            .maskNeverAllowed, span, "no rule allows anyone whom this mask is about to read `\(column)`",
            help: "check the name, or leave the column out")
    }

    static func expiredAllow(_ span: SourceSpan, rule: String) -> Diagnostic {
        warning(.expiredAllow, span, "the allow `\(rule)` has expired and allows nothing any more", help: "remove the rule")
    }

    static func upperCaseName(_ span: SourceSpan, name: String) -> Diagnostic {
        warning(
            .upperCaseName, span, "`\(name)` has capital letters, which PostgreSQL keeps only in quoted names",
            help: "write `\(name.lowercased())`, or \"\(name)\" in quotes if its name has capitals")
    }

    static func constantCondition(_ span: SourceSpan, rule: String, value: Bool) -> Diagnostic {
        warning(
            .constantCondition, span, "the condition of `\(rule)` is always \(value)",
            help: value ? "leave it out" : "remove the rule, or correct the condition")
    }

    // MARK: tests

    static func testFact(_ span: SourceSpan, name: String) -> Diagnostic {
        error(
            .testFact, span, "a test cannot set `\(name)`",
            help: "set `claim.` and a claim, `identity.proof`, `request.source` or `session.reason`; the message says the rest")
    }

    static func testClaim(_ span: SourceSpan, claim: String, issuer: String, known: [String]) -> Diagnostic {
        error(
            .testClaim, span, "tokens of `\(issuer)` have no claim `\(claim)`", help: suggestion(claim, known))
    }

    // MARK: limits and what is still missing

    static func stepOutOfRange(_ span: SourceSpan, most: Int) -> Diagnostic {
        error(.tooLarge, span, "the step of a range is a number from 2 to \(most)", help: "write `range(10)`, say")
    }

    static func tooLarge(_ span: SourceSpan, what: String, limit: Int) -> Diagnostic {
        error(.tooLarge, span, "there are more \(what) than the \(limit) that are accepted", help: "divide it")
    }

    static func tooGreat(_ span: SourceSpan, what: String, limit: Int) -> Diagnostic {
        error(.tooLarge, span, "there are more \(what) than the \(limit) that are accepted", help: "write a smaller number")
    }

    static func notVerifiable(_ span: SourceSpan, why: String) -> Diagnostic {
        error(
            .notVerifiable, span, "the machine would refuse the program: \(why)",
            help: "divide what stands here, or make it smaller")
    }
}

// Every sentence that this module says to a policy author, part two: declarations, clauses, conditions, objects.

extension Wording {
    // MARK: P02 the file's shape

    static func expected(_ expected: String, found: String, span: SourceSpan, help: String?) -> Diagnostic {
        error("P0201", span, "expected \(expected), found \(found)", help: help)
    }

    static func missingHeader(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0202", span, "the file does not begin with `policy`",
            help: "write `policy NAME edition \(LanguageLimits.newestEdition)` as its first line")
    }

    static func missingEdition(_ span: SourceSpan) -> Diagnostic {
        let words = "edition \(LanguageLimits.newestEdition)"
        return error(
            "P0203", span, "the policy does not say its edition", help: "write `\(words)` after the name",
            fixIt: replace(span, with: " \(words)", title: "write `\(words)`"))
    }

    static func unknownEdition(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0204", span, "this compiler does not know this edition",
            help: "write `\(LanguageLimits.newestEdition)`, or use a newer compiler")
    }

    static func secondHeader(_ span: SourceSpan, isFirst: Bool) -> Diagnostic {
        error(
            "P0205", span, isFirst ? "`policy` stands below other declarations" : "the file has a second `policy`",
            help: isFirst ? "move it to the first line" : "one file is one policy; put the rest into its own file")
    }

    static func lateUse(_ span: SourceSpan) -> Diagnostic {
        error("P0206", span, "`use` stands below other declarations", help: "move it right below `policy`")
    }

    static func expectedDeclaration(_ span: SourceSpan, found: String) -> Diagnostic {
        error(
            "P0207", span, "expected a declaration, found \(found)",
            help: "a declaration begins with a word such as `identity`, `resource`, `allow` or `deny`")
    }

    static func strayBrace(_ span: SourceSpan) -> Diagnostic {
        error("P0215", span, "nothing is open that this could close", help: "remove it")
    }

    static func unknownDeclaration(_ span: SourceSpan, word: String) -> Diagnostic {
        error(
            "P0208", span, "`\(word)` begins no declaration",
            help: didYouMean(word, among: Vocabulary.declarations)
                ?? "a declaration begins with a word such as `identity`, `resource`, `allow` or `deny`")
    }

    static func unclosedBlock(_ span: SourceSpan, what: String, opening: SourceSpan) -> Diagnostic {
        error(
            "P0209", span, "this block is never closed", help: "write `}` below the last clause",
            related: [RelatedPlace(message: "the \(what) begins here", span: opening)])
    }

    static func leftOver(_ span: SourceSpan, found: String, words: [String], word: String?) -> Diagnostic {
        let guess = word.flatMap { didYouMean($0, among: words) }
        let shown = found.utf8.count <= 40 ? found : String(found.prefix(20)) + "…"
        return error(
            "P0210", span, "nothing was expected here, found `\(shown)`",
            help: guess ?? "write `,` between items, `and` or `or` between conditions, and begin each clause with its word")
    }

    static func unknownClause(_ span: SourceSpan, word: String, what: String, words: [String]) -> Diagnostic {
        let shown = what.hasPrefix("i") || what.hasPrefix("a") ? "an \(what)" : "a \(what)"
        return error(
            "P0211", span, "`\(word)` begins no clause of \(shown)",
            help: didYouMean(word, among: words) ?? "write one of \(oneOf(words)), or `,` before it to go on with a list")
    }

    static func reservedName(_ span: SourceSpan, word: String) -> Diagnostic {
        error("P0212", span, "`\(word)` cannot be a name", help: "the language reads it as a word of its own; write another")
    }

    static func trailingComma(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0213", span, "nothing follows this comma", help: "remove it, or write another item",
            fixIt: replace(span, with: "", title: "remove `,`"))
    }

    static func needlessMark(_ span: SourceSpan, mark: String, word: String) -> Diagnostic {
        error(
            "P0214", span, "no `\(mark)` stands after `\(word)`", help: "remove it",
            fixIt: replace(span, with: " ", title: "remove `\(mark)`"))
    }

    // MARK: P03 clauses

    static func repeatedClause(_ span: SourceSpan, word: String, first: SourceSpan) -> Diagnostic {
        error(
            "P0301", span, "`\(word)` is given twice", help: "write it once, with everything it should say",
            related: [RelatedPlace(message: "it was given here first", span: first)])
    }

    static func missingClause(_ span: SourceSpan, _ clause: String, of what: String) -> Diagnostic {
        let example =
            switch clause {
            case "on": what == "test" ? "on orders_db" : "on any"
            case "by": "by dba"
            case "as": "as deployer"
            default: "\(clause) \"…\""
            }
        let shown = what.hasPrefix("a") ? "an \(what)" : "a \(what)"
        return error("P0302", span, "\(shown) needs `\(clause)`", help: "write a line such as `\(example)`")
    }

    static func clauseOfOtherEffect(_ span: SourceSpan, word: ClauseWord, effect: Effect) -> Diagnostic {
        error(
            "P0303", span, "`\(word.rawValue)` has no meaning in a rule that says `\(effect.rawValue)`",
            help: "it belongs in rules that say \(oneOf(word.effects.map(\.rawValue)))")
    }

    static func settingOfOtherKind(_ span: SourceSpan, key: String, kind: IssuerKind) -> Diagnostic {
        error(
            "P0304", span, "an issuer of kind `\(kind.rawValue)` has no `\(key)`",
            help: "it may have \(oneOf(IssuerKeys.keys(of: kind).map(\.name)))")
    }

    static func missingSettings(_ span: SourceSpan, kind: IssuerKind, keys: [String]) -> Diagnostic {
        let words = keys.map { "`\($0)`" }.joined(separator: " and ")
        return error(
            "P0305", span, "an issuer of kind `\(kind.rawValue)` needs \(words)",
            help: "write a line such as `\(keys.first ?? "") \"…\"`")
    }

    static func jwksNeedsOneSource(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0306", span, "an issuer of kind `jwks` needs either `file` or `url`",
            help: "write where its keys are, once")
    }

    static func maskMasksNothing(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0307", span, "this mask says nothing to mask",
            help: "write a line such as `column customers.email with redact` or `value pii.iban with redact`")
    }

    static func proofProvesNothing(_ span: SourceSpan) -> Diagnostic {
        error("P0308", span, "this proof says nothing to prove", help: "write a line such as `never drop`")
    }

    static func testTestsNothing(_ span: SourceSpan) -> Diagnostic {
        error("P0309", span, "this test says nothing to test", help: "write a line such as `\"select 1\" -> allow`")
    }

    static func anyInList(_ span: SourceSpan, word: String) -> Diagnostic {
        error(
            "P0310", span, "`\(word)` cannot stand in a list of names",
            help: word == "any" ? "write `any` alone, or `any except` and names" : "write `any except` and names")
    }

    static func unknownWord(_ span: SourceSpan, word: String, what: String, known: [String]) -> Diagnostic {
        error(
            "P0311", span, "there is no \(what) `\(word)`",
            help: didYouMean(word, among: known) ?? "write one of \(oneOf(known))")
    }

    // MARK: P05 conditions

    static func singleEquals(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0501", span, "values are compared with `==`", help: "write `==`",
            fixIt: replace(span, with: "==", title: "write `==`"))
    }

    static func wordForEquals(_ span: SourceSpan, word: String) -> Diagnostic {
        error(
            "P0502", span, "values are compared with `==`, not `\(word)`", help: "write `==`, or `!=` for the contrary")
    }

    static func chainedComparison(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0503", span, "a comparison cannot be compared again",
            help: "write two comparisons and join them with `and`")
    }

    static func notAfterOperand(_ span: SourceSpan) -> Diagnostic {
        error("P0504", span, "`not` stands before a comparison, not inside it", help: "write `not a in b`")
    }

    static func hasAfterOperand(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0505", span, "`has` stands before a fact and asks whether it is there",
            help: "write `contains` to ask for an element")
    }

    static func conditionTooDeep(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0506", span, "this condition is nested deeper than \(LanguageLimits.conditionDepth)",
            help: "name a part of it with `let`")
    }

    // MARK: P06 verbs and objects

    static func unknownVerb(_ span: SourceSpan, word: String) -> Diagnostic {
        error(
            "P0601", span, "there is no verb `\(word)`",
            help: didYouMean(word, among: Vocabulary.verbs) ?? "write verbs such as `select` or `run`, or `any`")
    }

    static func verbAsObject(_ span: SourceSpan, word: String) -> Diagnostic {
        error(
            "P0602", span, "`\(word)` is a verb, so it cannot stand for an object",
            help: "write `\"\(word)\"`, or the name with its schema")
    }

    static func tooManySegments(_ span: SourceSpan) -> Diagnostic {
        error("P0603", span, "this name has too many parts", help: "write at most schema, table and column")
    }

    static func columnWithoutTable(_ span: SourceSpan, column: String) -> Diagnostic {
        error(
            "P0604", span, "this column has no table",
            help: "write the table before it, or `any.\(column)` for every table")
    }
}

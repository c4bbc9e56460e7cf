// Reads rules: the head, the clauses each effect may have, and the simple clauses.

extension Parser {
    mutating func parseRule() throws(Reported) -> RuleDeclaration {
        let doc = docBefore(index)
        let start = index
        var observeSpan: SourceSpan?
        if at(word: "observe") {
            observeSpan = currentSpan
            advance()
        }
        guard isAtWord, let effect = Effect(rawValue: current.text) else {
            throw fail(expected: "\(Wording.oneOf(Effect.allCases.map(\.rawValue))) after `observe`")
        }
        let effectSpan = currentSpan
        advance()
        let name = try declaredName("the rule's name")
        hasOnClause = false
        var clauses: [RuleClause] = []
        var seen: [String: SourceSpan] = [:]
        let what = "\(effect.rawValue) rule"
        let hadMistake = try block(
            of: what, words: ClauseWord.words, suggested: ClauseWord.words(for: effect),
            opening: span(from: start)
        ) {
            (parser, text) throws(Reported) in
            guard let word = ClauseWord(rawValue: text) else { return }
            let wordSpan = parser.currentSpan
            let isAllowed = word.effects.contains(effect)
            if !isAllowed { parser.report(Wording.clauseOfOtherEffect(wordSpan, word: word, effect: effect)) }
            let isFirst = word.mayRepeat || !isAllowed || parser.noteClause(text, wordSpan, &seen)
            let clause = try parser.parseRuleClause(word)
            if isAllowed && isFirst { clauses.append(clause) }
        }
        let rule = RuleDeclaration(
            effect: effect, effectSpan: effectSpan, observeSpan: observeSpan, name: name, clauses: clauses, doc: doc,
            span: span(from: start))
        if !hadMistake { requireClauses(of: rule) }
        return rule
    }

    private mutating func requireClauses(of rule: RuleDeclaration) {
        if rule.on == nil { report(Wording.missingClause(rule.name.span, "on", of: "\(rule.effect.rawValue) rule")) }
        switch rule.effect {
        case .approve:
            if rule.approvers.isEmpty { report(Wording.missingClause(rule.name.span, "by", of: "approve rule")) }
        case .mask:
            if rule.columns.isEmpty && rule.values.isEmpty { report(Wording.maskMasksNothing(rule.name.span)) }
        case .allow, .deny, .watch: break
        }
    }

    private mutating func parseRuleClause(_ word: ClauseWord) throws(Reported) -> RuleClause {
        let start = index
        if word == .when || word == .unless { return .condition(try parseConditionClause()) }
        advance()
        takeNeedlessMark(after: word.rawValue)
        mark(.body)
        switch word {
        case .who: return .who(try parseWho(from: start))
        case .on: return .on(try parseOn(from: start))
        case .to: return .to(try parseTo(from: start))
        case .when, .unless: return .condition(try parseConditionClause())
        case .because:
            let text = try string("the reason as a string")
            return .because(text, span(from: start))
        case .expires:
            let moment = try parseMoment("a date such as 2026-12-31")
            return .expires(moment, span(from: start))
        case .limit:
            let items = try list { (parser) throws(Reported) in try parser.parseLimitItem() }
            return .limit(items, span(from: start))
        case .by:
            let names = try list { (parser) throws(Reported) in try parser.qualifiedName("the name of a group") }
            return .by(names, span(from: start))
        case .quorum:
            let count = try integer("the number of approvers")
            if count.value < 1 { report(Wording.amountBelowOne(count.span)) }
            return .quorum(count, span(from: start))
        case .within:
            let duration = try parseDuration("a duration such as 15m")
            return .within(duration, span(from: start))
        case .valid:
            let validity = try parseValidity()
            return .valid(validity, span(from: start))
        case .column: return .column(try parseColumn(from: start))
        case .value: return .value(try parseValue(from: start))
        case .guarded:
            // Nothing follows the word, so what comes next begins a line of its own.
            layout.roles[index].remove(.body)
            return .guarded(span(from: start))
        case .notify:
            let names = try list { (parser) throws(Reported) in try parser.qualifiedName("whom to notify") }
            return .notify(names, span(from: start))
        }
    }

    // MARK: who and where

    mutating func parseWho(from start: Int) throws(Reported) -> WhoClause {
        var clause = WhoClause(anySpan: nil, names: [], except: [], span: currentSpan)
        if at(word: "any") {
            clause.anySpan = currentSpan
            advance()
        } else {
            clause.names = try list { (parser) throws(Reported) in try parser.caller() }
        }
        if take(word: "except") {
            clause.except = try list { (parser) throws(Reported) in try parser.caller() }
        }
        clause.span = span(from: start)
        return clause
    }

    private mutating func caller() throws(Reported) -> QualifiedName {
        if at(word: "any") || at(word: "except") { throw fail(Wording.anyInList(currentSpan, word: current.text)) }
        return try qualifiedName("the name of an identity or group, or `any`")
    }

    mutating func parseOn(from start: Int) throws(Reported) -> OnClause {
        var clause = OnClause(include: [], except: [], span: currentSpan)
        clause.include = try parseSelectors(mayBeAny: true)
        if take(word: "except") { clause.except = try parseSelectors(mayBeAny: false) }
        clause.span = span(from: start)
        hasOnClause = true
        return clause
    }

    /// Reads `any`, or names, where `tag` makes tags of all that follow it.
    private mutating func parseSelectors(mayBeAny: Bool) throws(Reported) -> [ResourceSelector] {
        if mayBeAny, at(word: "any") {
            let any = ResourceSelector.any(currentSpan)
            advance()
            return [any]
        }
        var areTags = false
        return try list { (parser) throws(Reported) in
            if parser.at(word: "any") || parser.at(word: "except") {
                throw parser.fail(Wording.anyInList(parser.currentSpan, word: parser.current.text))
            }
            if parser.at(word: "tag"), parser.token(after: 1).kind == .word {
                parser.advance()
                areTags = true
            }
            if areTags { return .tag(try parser.name("a tag")) }
            return .name(try parser.qualifiedName("a resource's name, `tag` and a tag, or `any`"))
        }
    }

    // MARK: amounts

    private mutating func parseValidity() throws(Reported) -> Validity {
        if take(word: "once") { return .once }
        if take(word: "session") { return .session }
        return .period(try parseDuration("`once`, `session` or a duration such as 15m"))
    }

    mutating func parseDuration(_ what: String) throws(Reported) -> DurationLiteral {
        guard case .duration(let seconds) = current.kind else { throw fail(expected: what) }
        let literal = DurationLiteral(seconds: seconds, span: currentSpan)
        if seconds < 1 { report(Wording.amountBelowOne(currentSpan)) }
        advance()
        return literal
    }

    mutating func parseMoment(_ what: String) throws(Reported) -> MomentLiteral {
        guard case .moment(let seconds, let isDay) = current.kind else { throw fail(expected: what) }
        let literal = MomentLiteral(epochSeconds: seconds, isDay: isDay, span: currentSpan)
        advance()
        return literal
    }

    private static let limitHelp =
        "write `10_000 rows`, `600 per minute`, `30s runtime`, `5 concurrent` or `100 MiB bytes`"

    private mutating func parseLimitItem() throws(Reported) -> LimitItem {
        let start = index
        let limit: Limit
        switch current.kind {
        case .duration(let seconds):
            try amount(seconds)
            try expect(word: "runtime", "after a limit's duration")
            limit = .runtime(seconds: seconds)
        case .size(let bytes):
            try amount(bytes)
            try expect(word: "bytes", "after a limit's size")
            limit = .bytes(bytes)
        case .integer(let count):
            try amount(count)
            limit = try parseCountLimit(count)
        case .word, .string, .moment, .mark, .end:
            throw fail(expected: "a limit", help: Self.limitHelp)
        }
        return LimitItem(limit: limit, span: span(from: start))
    }

    private mutating func amount(_ value: Int64) throws(Reported) {
        if value < 1 { report(Wording.amountBelowOne(currentSpan)) }
        advance()
    }

    private mutating func parseCountLimit(_ count: Int64) throws(Reported) -> Limit {
        if take(word: "rows") { return .rows(count) }
        if take(word: "concurrent") { return .concurrent(count) }
        if take(word: "bytes") { return .bytes(count) }
        if isAtWord, let scale = Units.bytes[current.text] {
            let (bytes, overflows) = count.multipliedReportingOverflow(by: scale)
            if overflows { report(Wording.numberTooLarge(previousSpan.joined(with: currentSpan))) }
            advance()
            try expect(word: "bytes", "after a limit's size")
            return .bytes(overflows ? 1 : bytes)
        }
        guard take(word: "per") else { throw fail(expected: "what the number limits", help: Self.limitHelp) }
        let periods = RatePeriod.allCases.map(\.rawValue)
        let word = try name("a period", help: "write one of \(Wording.oneOf(periods))")
        guard let period = RatePeriod(rawValue: word.text) else {
            throw fail(Wording.unknownWord(word.span, word: word.text, what: "period", known: periods))
        }
        return .rate(count, per: period)
    }
}

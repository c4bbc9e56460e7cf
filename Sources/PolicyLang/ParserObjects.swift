// Reads verbs and objects: what stands after `to`, `never` and `always`.

extension Parser {
    /// Reads verb clauses with commas between them, from the token after the clause's word on.
    ///
    /// A comma separates verbs, objects and verb clauses alike. What stands after it is a verb when it is a word of
    /// `Vocabulary.verbs` without `.` or `(` behind it, and an object otherwise.
    mutating func parseTo(from start: Int) throws(Reported) -> ToClause {
        var clauses = [try parseVerbClause()]
        while at(.comma) {
            advance()
            if reportTrailingComma() { break }
            mark(.item)
            clauses.append(try parseVerbClause())
        }
        return ToClause(verbClauses: clauses, span: span(from: start))
    }

    private func isVerb(at position: Int) -> Bool {
        let token = tokens[min(position, tokens.count - 1)]
        return token.kind == .word && Vocabulary.verbSet.contains(token.text) && !isQualified(at: position)
    }

    /// Whether a name goes on behind the token: `.` or `(` follows.
    private func isQualified(at position: Int) -> Bool {
        let next = tokens[min(position + 1, tokens.count - 1)]
        return next.kind == .mark(.dot) || next.kind == .mark(.openParen)
    }

    /// Whether `when (` or `unless (` stands here. Where nothing need follow, that begins a condition; where a name must,
    /// it is an object with its columns. No other clause can begin with a parenthesis.
    private func opensCondition(at position: Int) -> Bool {
        let token = tokens[min(position, tokens.count - 1)]
        let next = tokens[min(position + 1, tokens.count - 1)]
        return token.kind == .word && (token.text == "when" || token.text == "unless") && clauseWords.contains(token.text)
            && next.kind == .mark(.openParen)
    }

    private mutating func parseVerbClause() throws(Reported) -> VerbClause {
        let start = index
        var verbs = [try parseVerb()]
        // No object has been read, so a further `any` is a verb as well.
        while at(.comma), isVerb(at: index + 1) || tokens[index + 1].text == "any" && !isQualified(at: index + 1) {
            advance()
            mark(.item)
            verbs.append(try parseVerb())
        }
        let preposition = parsePreposition(after: verbs)
        var objects: [ObjectPattern] = []
        let takesClass = verbs.contains { verb in
            if case .verb(let name) = verb { Vocabulary.verbsWithClasses.contains(name.text) } else { false }
        }
        if preposition != nil || isAtObject {
            var objectClass: Name?
            objects.append(try parseObject(takesClass: takesClass, &objectClass))
            while at(.comma), !isVerb(at: index + 1) {
                advance()
                if reportTrailingComma() { break }
                mark(.item)
                objects.append(try parseObject(takesClass: takesClass, &objectClass))
            }
        }
        return VerbClause(verbs: verbs, preposition: preposition, objects: objects, span: span(from: start))
    }

    private mutating func parseVerb() throws(Reported) -> VerbPattern {
        guard isAtWord, !isAtBoundary else {
            throw fail(expected: "a verb", help: "write verbs such as `select`, or `any`")
        }
        let name = Name(current.text, span: currentSpan)
        if name.text == "any" {
            advance()
            return .any(name.span)
        }
        guard Vocabulary.verbSet.contains(name.text) else {
            throw fail(Wording.unknownVerb(name.span, word: name.text))
        }
        advance()
        return .verb(name)
    }

    /// Takes the preposition, and tells the formatter which one reads best. `on` is one only when the block's `on`
    /// clause has been read: before that it begins that clause.
    private mutating func parsePreposition(after verbs: [VerbPattern]) -> Name? {
        var best: String?
        switch verbs.last {
        case .verb(let last)?: best = Vocabulary.bestPreposition(after: last.text)
        case .any?: best = "from"
        case nil: break
        }
        let isPreposition = isAtWord && Vocabulary.prepositions.contains(current.text)
            && !isQualified(at: index) && (current.text != "on" || hasOnClause && !current.startsLine)
        if isPreposition {
            let word = Name(current.text, span: currentSpan)
            if let best, best != word.text {
                mark(.dropped)
                layout.inserted[index + 1] = best
            } else if best == nil, !needsPreposition(at: index + 1) {
                mark(.dropped)
            }
            advance()
            return word
        }
        if isAtObject, let best { layout.inserted[index] = best }
        return nil
    }

    /// Whether an object would be taken for a clause or a preposition if none stood before it.
    private func needsPreposition(at position: Int) -> Bool {
        let token = tokens[min(position, tokens.count - 1)]
        if opensCondition(at: position) { return true }
        guard token.kind == .word, !isQualified(at: position) else { return false }
        return clauseWords.contains(token.text) || Vocabulary.prepositions.contains(token.text)
    }

    /// Whether an object stands here: a string, or a word that does not begin a clause.
    private var isAtObject: Bool {
        if case .string = current.kind { return true }
        guard isAtWord, !isAtBoundary else { return false }
        return !clauseWords.contains(current.text) || isQualified(at: index) && !opensCondition(at: index)
    }

    private mutating func parseObject(
        takesClass: Bool, _ objectClass: inout Name?
    ) throws(Reported) -> ObjectPattern {
        let start = index
        if isVerb(at: index), !isAtBoundary {
            throw fail(Wording.verbAsObject(currentSpan, word: current.text))
        }
        if isAtWord, Vocabulary.objectClassSet.contains(current.text), !isQualified(at: index), takesClass {
            let word = Name(current.text, span: currentSpan)
            objectClass = word
            advance()
            if !isAtObject {
                return ObjectPattern(objectClass: word, path: [], columns: nil, span: word.span)
            }
        }
        var path = [try parseSegment("a table, a string or `any`")]
        while take(.dot) {
            if path.count == 3 { throw fail(Wording.tooManySegments(currentSpan)) }
            path.append(try parseSegment("a name after `.`"))
        }
        var columns: [ObjectSegment]?
        if at(.openParen) { columns = try parseColumns(mayBeCondition: path.count == 1 && opensCondition(at: index - 1)) }
        return ObjectPattern(objectClass: objectClass, path: path, columns: columns, span: span(from: start))
    }

    /// `mayBeCondition` where the author may have meant a condition by what must be an object called `when` or `unless`.
    private mutating func parseColumns(mayBeCondition: Bool) throws(Reported) -> [ObjectSegment] {
        let word = tokens[index - 1].text
        let help = mayBeCondition ? "a condition begins with `\(word)` on a line of its own, with no comma and no `from` before it" : nil
        mark(.tight)
        advance()
        let columns = try list { (parser) throws(Reported) in try parser.parseSegment("a column's name", help: help) }
        guard at(.closeParen) else { throw fail(expected: "`,` or `)`", help: help) }
        advance()
        return columns
    }

    /// Reads one part of an object's name.
    mutating func parseSegment(_ what: String, help: String? = nil) throws(Reported) -> ObjectSegment {
        if case .string = current.kind {
            let segment = ObjectSegment(kind: .text, text: current.text, span: currentSpan)
            advance()
            return segment
        }
        let name = try name(what, help: help)
        return ObjectSegment(kind: name.text == "any" ? .any : .name, text: name.text, span: name.span)
    }
}

// Reads conditions, with `and` binding tighter than `or`, and `not` tighter than both.

extension Parser {
    /// Reads `when condition` or `unless condition`.
    mutating func parseConditionClause() throws(Reported) -> ConditionClause {
        let start = index
        let isNegated = current.text == "unless"
        let word = current.text
        advance()
        takeNeedlessMark(after: word)
        mark(.body)
        let condition = try parseCondition()
        return ConditionClause(isNegated: isNegated, condition: condition, span: span(from: start))
    }

    mutating func parseCondition() throws(Reported) -> Condition {
        conditionDepth = 0
        return try parseOr()
    }

    /// Takes `and` or `or`, unless a declaration or clause of that name begins here.
    private mutating func takeConnective(_ word: String) -> Bool {
        guard at(word: word), !isAtBoundary else { return false }
        mark(.connective)
        advance()
        return true
    }

    private mutating func parseOr() throws(Reported) -> Condition {
        let start = index
        var operands = [try parseAnd()]
        while takeConnective("or") { operands.append(try parseAnd()) }
        return operands.count == 1 ? operands[0] : .or(operands, span(from: start))
    }

    private mutating func parseAnd() throws(Reported) -> Condition {
        let start = index
        var operands = [try parseNot()]
        while takeConnective("and") { operands.append(try parseNot()) }
        return operands.count == 1 ? operands[0] : .and(operands, span(from: start))
    }

    private mutating func parseNot() throws(Reported) -> Condition {
        let start = index
        guard at(word: "not") else { return try parsePrimary() }
        advance()
        try enter(at: start)
        defer { conditionDepth -= 1 }
        let operand = try parseNot()
        return .not(operand, span(from: start))
    }

    private mutating func enter(at position: Int) throws(Reported) {
        conditionDepth += 1
        if conditionDepth > LanguageLimits.conditionDepth {
            throw fail(Wording.conditionTooDeep(span(of: tokens[position])))
        }
    }

    private mutating func parsePrimary() throws(Reported) -> Condition {
        let start = index
        if take(.openParen) {
            try enter(at: start)
            defer { conditionDepth -= 1 }
            let condition = try parseOr()
            guard at(.closeParen) else {
                let isList = at(.comma) && start > 0 && clauseWords.contains(tokens[start - 1].text)
                let help = "this is a condition; before an object of that name stands `from`, or it is written in quotes"
                throw fail(expected: "`)`, `and` or `or`", help: isList ? help : nil)
            }
            advance()
            return condition
        }
        if at(word: "has"), token(after: 1).kind == .word {
            advance()
            let path = try parsePath()
            return .has(path, span(from: start))
        }
        let left = try parseOperand()
        guard let (relation, relationSpan) = try takeRelation() else { return .operand(left) }
        let right = try parseOperand()
        if let again = try takeRelation() { throw fail(Wording.chainedComparison(again.1)) }
        return .comparison(
            Comparison(
                left: left, relation: relation, relationSpan: relationSpan, right: right, span: span(from: start)))
    }

    /// Takes an operator that compares; nil when none stands here.
    private mutating func takeRelation() throws(Reported) -> (Relation, SourceSpan)? {
        let start = index
        switch current.kind {
        case .mark(.assign):
            report(Wording.singleEquals(currentSpan))
            advance()
            return (.equal, span(from: start))
        case .mark(let mark):
            guard let relation = Relation(rawValue: mark.rawValue) else { return nil }
            advance()
            return (relation, span(from: start))
        case .word:
            return isAtBoundary ? nil : try takeRelationWord()
        case .string, .integer, .duration, .size, .moment, .end:
            return nil
        }
    }

    private mutating func takeRelationWord() throws(Reported) -> (Relation, SourceSpan)? {
        let start = index
        switch current.text {
        case "in", "like", "matches", "contains":
            let relation = Relation(rawValue: current.text)
            advance()
            return relation.map { ($0, span(from: start)) }
        case "starts", "ends":
            let word = current.text
            advance()
            try expect(word: "with", "after `\(word)`")
            return (word == "starts" ? .startsWith : .endsWith, span(from: start))
        case "not":
            throw fail(Wording.notAfterOperand(currentSpan))
        case "has":
            throw fail(Wording.hasAfterOperand(currentSpan))
        case "is", "equals":
            report(Wording.wordForEquals(currentSpan, word: current.text))
            advance()
            return (.equal, span(from: start))
        default:
            return nil
        }
    }

    // MARK: operands

    mutating func parseOperand() throws(Reported) -> Operand {
        let place = currentSpan
        switch current.kind {
        case .string: return .string(try string("a string"))
        case .integer(let value): return try parseIntegerOrSize(value)
        case .duration(let seconds):
            advance()
            return .duration(DurationLiteral(seconds: seconds, span: place))
        case .size(let bytes):
            advance()
            return .size(SizeLiteral(bytes: bytes, span: place))
        case .moment(let seconds, let isDay):
            advance()
            return .moment(MomentLiteral(epochSeconds: seconds, isDay: isDay, span: place))
        case .mark(.openBrace): return .set(try parseSetLiteral())
        case .word where current.text == "true" || current.text == "false":
            let literal = BooleanLiteral(value: current.text == "true", span: place)
            advance()
            return .boolean(literal)
        case .word: return .path(try parsePath())
        case .mark, .end:
            throw fail(expected: "a fact or a value")
        }
    }

    /// An integer, or a size when a unit of bytes follows on the same line: `10 MiB`.
    private mutating func parseIntegerOrSize(_ value: Int64) throws(Reported) -> Operand {
        let start = index
        advance()
        guard isAtWord, !current.startsLine, let scale = Units.bytes[current.text] else {
            return .integer(IntegerLiteral(value: value, span: span(from: start)))
        }
        advance()
        let whole = span(from: start)
        let (bytes, overflows) = value.multipliedReportingOverflow(by: scale)
        if value < 0 { report(Wording.negativeAmount(whole)) } else if overflows { report(Wording.numberTooLarge(whole)) }
        return .size(SizeLiteral(bytes: overflows || value < 0 ? 1 : bytes, span: whole))
    }

    mutating func parsePath() throws(Reported) -> FactPath {
        let start = index
        if isAtWord, ["and", "or", "except"].contains(current.text) || Vocabulary.relationWords.contains(current.text),
            token(after: 1).kind != .mark(.dot)
        {
            throw fail(expected: "a fact or a value")
        }
        var segments = [try name("a fact or a value")]
        while take(.dot) { segments.append(try name("a name after `.`")) }
        var key: StringLiteral?
        if at(.openBracket) {
            mark(.tight)
            advance()
            key = try string("a key as a string")
            try expect(.closeBracket, "after the key")
        }
        return FactPath(segments: segments, key: key, span: span(from: start))
    }

    /// Reads `{ a, "b", 3 }`.
    mutating func parseSetLiteral() throws(Reported) -> SetLiteral {
        let start = index
        let elements = try braces("with the set's elements") { (parser) throws(Reported) in
            if parser.at(.openBrace) { throw parser.fail(Wording.nestedSet(parser.currentSpan)) }
            return try parser.parseOperand()
        }
        return SetLiteral(elements: elements, span: span(from: start))
    }
}

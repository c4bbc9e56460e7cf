// Reads detectors, proofs and tests.

extension Parser {
    mutating func parseDetector() throws(Reported) -> DetectorDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the detector's name")
        var detector = DetectorDeclaration(
            name: name, pattern: nil, checksum: nil, context: [], doc: doc, span: name.span)
        var seen: [String: SourceSpan] = [:]
        let hadMistake = try block(
            of: "detector", words: ["pattern", "checksum", "context"], opening: span(from: start)
        ) { (parser, word) throws(Reported) in
            let wordSpan = parser.currentSpan
            parser.advance()
            parser.takeNeedlessMark(after: word)
            parser.mark(.body)
            let isFirst = parser.noteClause(word, wordSpan, &seen)
            switch word {
            case "pattern":
                let pattern = try parser.string("the pattern as a string")
                if isFirst { detector.pattern = pattern }
            case "checksum":
                let checksum = try parser.name("the name of a checksum, such as `luhn`")
                if isFirst { detector.checksum = checksum }
            default:
                let words = try parser.braces("with words as strings") { (parser) throws(Reported) in
                    try parser.string("a word as a string")
                }
                if isFirst { detector.context = words }
            }
        }
        if !hadMistake, detector.pattern == nil { report(Wording.missingClause(name.span, "pattern", of: "detector")) }
        detector.span = span(from: start)
        return detector
    }

    mutating func parseProve() throws(Reported) -> ProveDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let name = try declaredName("the proof's name")
        hasOnClause = false
        var clauses: [ProveClause] = []
        var seen: [String: SourceSpan] = [:]
        let words = ["who", "on", "when", "unless", "never", "always"]
        let hadMistake = try block(of: "proof", words: words, opening: span(from: start)) {
            (parser, word) throws(Reported) in
            let clauseStart = parser.index
            if word == "when" || word == "unless" {
                clauses.append(.condition(try parser.parseConditionClause()))
                return
            }
            let isFirst = parser.noteClause(word, parser.currentSpan, &seen)
            parser.advance()
            parser.takeNeedlessMark(after: word)
            parser.mark(.body)
            let clause: ProveClause
            switch word {
            case "who": clause = .who(try parser.parseWho(from: clauseStart))
            case "on": clause = .on(try parser.parseOn(from: clauseStart))
            case "never": clause = .never(try parser.parseTo(from: clauseStart))
            default: clause = .always(try parser.parseTo(from: clauseStart))
            }
            if isFirst { clauses.append(clause) }
        }
        if !hadMistake {
            if seen["on"] == nil { report(Wording.missingClause(name.span, "on", of: "proof")) }
            if seen["never"] == nil, seen["always"] == nil { report(Wording.proofProvesNothing(name.span)) }
        }
        return ProveDeclaration(name: name, clauses: clauses, doc: doc, span: span(from: start))
    }

    mutating func parseTest() throws(Reported) -> TestDeclaration {
        let doc = docBefore(index)
        let start = index
        advance()
        let title = try string("the test's title as a string")
        var test = TestDeclaration(
            title: title, subject: nil, resource: nil, moment: nil, examples: [], doc: doc, span: title.span)
        let hadMistake = try parseTestBlock(&test, opening: span(from: start))
        if !hadMistake {
            if test.subject == nil { report(Wording.missingClause(title.span, "as", of: "test")) }
            if test.resource == nil { report(Wording.missingClause(title.span, "on", of: "test")) }
            if test.examples.isEmpty { report(Wording.testTestsNothing(title.span)) }
        }
        test.span = span(from: start)
        return test
    }

    private mutating func parseTestBlock(
        _ test: inout TestDeclaration, opening: SourceSpan
    ) throws(Reported) -> Bool {
        var result = test
        var seen: [String: SourceSpan] = [:]
        defer { test = result }
        return try block(of: "test", words: ["as", "on", "at", "row"], opening: opening, takesStrings: true) {
            (parser, word) throws(Reported) in
            let wordSpan = parser.currentSpan
            switch word {
            case "as", "on", "at":
                let isFirst = parser.noteClause(word, wordSpan, &seen)
                try parser.parseTestSetting(word, into: &result, isFirst: isFirst)
            case "row":
                result.examples.append(.row(try parser.parseRowExample()))
            default:
                result.examples.append(.message(try parser.parseMessageExample()))
            }
        }
    }

    private mutating func parseTestSetting(
        _ word: String, into test: inout TestDeclaration, isFirst: Bool
    ) throws(Reported) {
        let start = index
        advance()
        takeNeedlessMark(after: word)
        mark(.body)
        switch word {
        case "as":
            let identity = try qualifiedName("an identity's name")
            var facts: [TestFact] = []
            if take(word: "with") {
                facts = try braces("with facts and their values") { (parser) throws(Reported) in
                    try parser.parseTestFact()
                }
            }
            if isFirst { test.subject = TestSubject(identity: identity, facts: facts, span: span(from: start)) }
        case "on":
            let resource = try qualifiedName("a resource's name")
            if isFirst { test.resource = resource }
        default:
            let moment = try parseMoment("a time such as 2026-03-02T03:00Z")
            if isFirst { test.moment = moment }
        }
    }

    private mutating func parseTestFact() throws(Reported) -> TestFact {
        let start = index
        let path = try parsePath()
        try expect(.assign, "and a value")
        let value = try parseOperand()
        return TestFact(path: path, value: value, span: span(from: start))
    }

    private mutating func parseMessageExample() throws(Reported) -> MessageExample {
        let start = index
        let message = try string("a message as a string")
        mark(.joint)
        try expect(.arrow, "and the expected decision")
        let outcomes = TestOutcome.allCases.map(\.rawValue)
        let word = try name("a decision", help: "write one of \(Wording.oneOf(outcomes))")
        guard let outcome = TestOutcome(rawValue: word.text) else {
            throw fail(Wording.unknownWord(word.span, word: word.text, what: "decision", known: outcomes))
        }
        var rule: QualifiedName?
        if take(word: "by") { rule = try qualifiedName("a rule's name") }
        return MessageExample(message: message, outcome: outcome, rule: rule, span: span(from: start))
    }

    private mutating func parseRowExample() throws(Reported) -> RowExample {
        let start = index
        advance()
        var table: [ObjectSegment] = []
        if !at(.openBrace) {
            table.append(try parseSegment("a table's name or `{`"))
            if take(.dot) { table.append(try parseSegment("a table's name")) }
        }
        let input = try parseCells()
        mark(.joint)
        try expect(.arrow, "and the expected row")
        let expected = try parseCells()
        return RowExample(table: table, input: input, expected: expected, span: span(from: start))
    }

    private mutating func parseCells() throws(Reported) -> [RowCell] {
        try braces("with columns and values") { (parser) throws(Reported) in
            let start = parser.index
            let column: Name
            if case .string = parser.current.kind {
                column = Name(parser.current.text, span: parser.currentSpan)
                parser.advance()
            } else {
                column = try parser.name("a column's name")
            }
            try parser.expect(.colon, "after a column's name")
            let value: RowValue
            if parser.at(word: "null") {
                value = .null(parser.currentSpan)
                parser.advance()
            } else {
                value = .literal(try parser.parseCellLiteral())
            }
            return RowCell(column: column, value: value, span: parser.span(from: start))
        }
    }

    private mutating func parseCellLiteral() throws(Reported) -> Operand {
        let isName = isAtWord && current.text != "true" && current.text != "false"
        if isName || at(.openBrace) {
            throw fail(expected: "a value", help: "write a string, a number, `true`, `false` or `null`")
        }
        return try parseOperand()
    }
}

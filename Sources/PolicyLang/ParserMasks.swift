// Reads the clauses of mask rules: columns, values and transforms.

extension Parser {
    mutating func parseColumn(from start: Int) throws(Reported) -> ColumnClause {
        let targets = try list { (parser) throws(Reported) in try parser.parseColumnTarget() }
        let transform = try parseWith()
        return ColumnClause(targets: targets, transform: transform, span: span(from: start))
    }

    mutating func parseValue(from start: Int) throws(Reported) -> ValueClause {
        let detectors = try list { (parser) throws(Reported) in try parser.qualifiedName("a detector's name") }
        let transform = try parseWith()
        return ValueClause(detectors: detectors, transform: transform, span: span(from: start))
    }

    private mutating func parseColumnTarget() throws(Reported) -> ColumnTarget {
        let start = index
        var segments = [try parseSegment("a table and a column, such as `customers.email`")]
        var columns: [ObjectSegment]?
        while columns == nil, take(.dot) {
            if at(.openBrace) {
                mark(.tight)
                columns = try braces("with the columns") { (parser) throws(Reported) in
                    try parser.parseSegment("a column's name")
                }
            } else {
                segments.append(try parseSegment("a column's name, or names in braces"))
            }
        }
        let whole = span(from: start)
        let named = columns ?? [segments.removeLast()]
        if segments.isEmpty { throw fail(Wording.columnWithoutTable(whole, column: named[0].text)) }
        if segments.count > 2 { throw fail(Wording.tooManySegments(whole)) }
        return ColumnTarget(table: segments, columns: named, span: whole)
    }

    private mutating func parseWith() throws(Reported) -> Transform {
        mark(.joint)
        try expect(word: "with", "and a transform")
        return try parseTransform()
    }

    private static let transforms = [
        "null", "redact", "zero", "hash", "tokenize", "year", "domain", "range", "partial", "last",
    ]

    private mutating func parseTransform() throws(Reported) -> Transform {
        let start = index
        let word = try name(
            "a transform", help: "write `null`, `redact`, `zero`, `hash`, `tokenize`, `year`, `domain`, `range(10)`, `partial(first: 2)` or `last(4)`")
        let kind: Transform.Kind
        switch word.text {
        case "null": kind = .null
        case "redact": kind = .redact
        case "hash": kind = .hash
        case "zero": kind = .zero
        case "tokenize": kind = .tokenize
        case "year": kind = .year
        case "domain": kind = .domain
        case "range":
            try openArguments("with the step of the ranges")
            kind = .range(try parseCharacterCount("a step"))
            try closeArguments()
        case "partial": kind = try parsePartial(word)
        case "last":
            try openArguments("with how many characters stay")
            kind = .last(try parseCharacterCount())
            try closeArguments()
        default:
            throw fail(Wording.unknownWord(word.span, word: word.text, what: "transform", known: Self.transforms))
        }
        return Transform(kind: kind, span: span(from: start))
    }

    private mutating func openArguments(_ place: String) throws(Reported) {
        mark(.tight)
        try expect(.openParen, place)
    }

    private mutating func closeArguments() throws(Reported) {
        guard take(.closeParen) else { throw fail(expected: "`)`") }
    }

    private mutating func parseCharacterCount(_ what: String = "a number of characters") throws(Reported) -> Int64 {
        let count = try integer(what)
        if count.value < 0 { report(Wording.negativeAmount(count.span)) }
        return max(count.value, 0)
    }

    /// Reads `(first: n, last: m)`, each at most once, at least one of them.
    private mutating func parsePartial(_ word: Name) throws(Reported) -> Transform.Kind {
        try openArguments("with `first:` or `last:`")
        var first: Int64?
        var last: Int64?
        _ = try list { (parser) throws(Reported) in
            let end = try parser.name("`first:` or `last:`")
            switch end.text {
            case "first" where first == nil, "last" where last == nil: break
            case "first", "last":
                throw parser.fail(Wording.repeatedArgument(end.span, word: end.text))
            default:
                throw parser.fail(
                    Wording.unknownWord(end.span, word: end.text, what: "end of a value", known: ["first", "last"]))
            }
            try parser.expect(.colon, "after `\(end.text)`")
            let count = try parser.parseCharacterCount()
            if end.text == "first" { first = count } else { last = count }
        }
        try closeArguments()
        if (first ?? 0) == 0 && (last ?? 0) == 0 { report(Wording.partialOfNothing(word.span)) }
        return .partial(first: first ?? 0, last: last ?? 0)
    }
}

// a_expr and b_expr: operators by precedence. Operands are in ReadPrimary, calls in ReadCall.

import Machine

extension SQLReader {
    /// Precedences of gram.y, low to high.
    enum Precedence {
        static let or = 1, and = 2, not = 3, test = 4, comparison = 5, between = 6, op = 8, add = 9, multiply = 10
        static let power = 11, at = 12, collate = 13, sign = 14
    }

    /// An a_expr. With `restricted`, a b_expr: no AND, OR, NOT, IS NULL, BETWEEN, IN, LIKE, AT or COLLATE at its top.
    @discardableResult
    func expression(_ minimum: Int = Precedence.or, restricted: Bool = false) throws(Misread) -> Expr {
        try enter()
        let start = beginExpr()
        let left: Expr
        if let simple = try simpleOperand(start) { left = simple } else { left = try operand(restricted: restricted) }
        let expr = mayOperate ? try operators(left, start, minimum, restricted: restricted) : left
        leave()
        return expr
    }

    /// A constant, a name or `a.b` with nothing behind it that belongs to it: most operands, found in one look. Nil for
    /// everything else, and what is nil here is read by `operand`, which knows these too.
    @inline(__always) private func simpleOperand(_ start: ExprStart) throws(Misread) -> Expr? {
        switch cursor.pointee.kind {
        case .integer, .decimal, .string, .escapeString, .unicodeString, .dollarString, .bitString, .hexString, .parameter:
            if cursor[1].mark.extendsOperand { return nil }
            cursor += 1
            return finish(start, .constant)
        case .word, .quotedWord:
            guard cursor.pointee.keyword == .none, cursor.pointee.value != 0, !cursor[1].isString else { return nil }
            let first = Symbol(id: Int32(bitPattern: cursor.pointee.value))
            if !cursor[1].mark.extendsOperand {
                cursor += 1
                reference(.plain, name: first)
                return finish(start, .column, name: first)
            }
            guard cursor[1].mark == .dot, cursor[2].kind == .word || cursor[2].kind == .quotedWord, cursor[2].value != 0,
                !cursor[3].mark.extendsOperand, !cursor[3].isString
            else { return nil }
            let last = Symbol(id: Int32(bitPattern: cursor[2].value))
            cursor += 3
            reference(.qualified, name: last, qualifier: first)
            return finish(start, .column, name: last)
        case .end, .unicodeWord, .mark: return nil
        }
    }

    /// Passes a constant that is a whole item of a list, which is all that `expression` would do with it.
    @inline(__always) func acceptConstant() -> Bool {
        guard cursor.pointee.isLiteral, cursor[1].mark == .comma || cursor[1].mark == .closeParen else { return false }
        cursor += 1
        return true
    }

    /// Passes `a` or `a.b` that is a whole item of a list, which is all that `expression` would do with it; nil where it is more.
    @inline(__always) func acceptColumn() -> Symbol? {
        guard cursor.pointee.kind == .word || cursor.pointee.kind == .quotedWord, cursor.pointee.value != 0 else { return nil }
        let first = Symbol(id: Int32(bitPattern: cursor.pointee.value))
        if endsItem(cursor[1]) {
            cursor += 1
            reference(.plain, name: first)
            return first
        }
        guard cursor[1].mark == .dot, cursor[2].kind == .word || cursor[2].kind == .quotedWord, cursor[2].value != 0,
            endsItem(cursor[3])
        else { return nil }
        let last = Symbol(id: Int32(bitPattern: cursor[2].value))
        cursor += 3
        reference(.qualified, name: last, qualifier: first)
        return last
    }

    @inline(__always) private func endsItem(_ token: Token) -> Bool { token.mark == .comma || token.keyword == .from }

    /// An expression that is often a constant or a name alone: those are read here, without a call.
    @inline(__always)
    func operandOrExpression(_ minimum: Int = Precedence.or, restricted: Bool = false) throws(Misread) -> Expr {
        if nesting >= InspectLimits.nesting { throw .tooDeep }
        let start = beginExpr()
        guard let left = try simpleOperand(start) else { return try expression(minimum, restricted: restricted) }
        return mayOperate ? try operated(left, start, minimum, restricted: restricted) : left
    }

    private func operated(_ left: Expr, _ start: ExprStart, _ minimum: Int, restricted: Bool) throws(Misread) -> Expr {
        try enter()
        let expr = try operators(left, start, minimum, restricted: restricted)
        leave()
        return expr
    }

    /// The next token may be an infix or postfix operator.
    @inline(__always) private var mayOperate: Bool {
        cursor.pointee.kind == .mark ? cursor.pointee.mark.isInfix : keywords.operators[Int(cursor.pointee.keyword.rawValue)]
    }

    /// Prefix operators and then a primary.
    private func operand(restricted: Bool) throws(Misread) -> Expr {
        let start = beginExpr()
        switch token.mark {
        case .plus, .minus:
            advance()
            let inner = try expression(Precedence.sign, restricted: restricted)
            return finish(start, inner.form == .constant ? .constant : .other)
        case .otherOperator:
            advance()
            try expression(Precedence.add, restricted: restricted)
            return finish(start, .other)
        case .none, .openParen, .closeParen, .openBracket, .closeBracket, .comma, .semicolon, .colon, .dot, .typecast, .dotDot,
            .colonEquals, .equalsGreater, .star, .slash, .percent, .caret, .less, .greater, .equal, .lessEqual,
            .greaterEqual, .notEqual:
            break
        }
        if !restricted, accept(.not) {
            let inner = try expression(Precedence.not)
            return finish(start, .other, truth: negated(inner))
        }
        if at(.operator), peek(1).mark == .openParen {
            try namedOperator()
            try expression(Precedence.add, restricted: restricted)
            return finish(start, .other)
        }
        return try primary()
    }

    /// What is the same for every row stays so; whether it is true or false is only known of the literals.
    private func negated(_ inner: Expr) -> Expr.Truth {
        if inner.form == .trueLiteral { return .never }
        switch truth(of: inner) {
        case .tautology, .never: return .tautology
        case .unsettled, .range, .keyed: return .range
        }
    }

    /// The infix and postfix operators behind `left`, as long as they bind at least as tightly as `minimum`.
    func operators(_ left: Expr, _ start: ExprStart, _ minimum: Int, restricted: Bool = false) throws(Misread) -> Expr {
        var left = left
        while true {
            if token.kind == .mark {
                guard let precedence = Self.precedence(of: token.mark), precedence >= minimum else { return left }
                left = try infix(left, start, precedence, restricted: restricted)
            } else if token.keyword != .none {
                guard let next = try wordOperator(left, start, minimum, restricted: restricted) else { return left }
                left = next
            } else {
                return left
            }
        }
    }

    private static func precedence(of mark: Mark) -> Int? {
        switch mark {
        case .less, .greater, .equal, .lessEqual, .greaterEqual, .notEqual: Precedence.comparison
        case .otherOperator: Precedence.op
        case .plus, .minus: Precedence.add
        case .star, .slash, .percent: Precedence.multiply
        case .caret: Precedence.power
        case .none, .openParen, .closeParen, .openBracket, .closeBracket, .comma, .semicolon, .colon, .dot, .typecast, .dotDot,
            .colonEquals, .equalsGreater:
            nil
        }
    }

    private func infix(
        _ left: Expr, _ start: ExprStart, _ precedence: Int, restricted: Bool
    ) throws(Misread) -> Expr {
        let mark = token.mark
        if precedence == Precedence.comparison, left.isColumn, cursor[1].isLiteral || cursor[1].kind == .parameter,
            endsOperand(cursor[2])
        {
            // What `comparison` says of a column and a constant.
            cursor += 2
            return finish(start, .other, truth: mark == .equal ? .keyed : .range)
        }
        let written = token
        advance()
        if !restricted, at(.any) || at(.some) || at(.all), peek(1).mark == .openParen {
            let right = try quantified()
            let keyed = mark == .equal && left.isColumn && right.form == .constant
            if mark == .equal, lists(left, in: right) { return finish(start, .other, truth: .tautology) }
            return finish(start, .other, truth: keyed ? .keyed : .unsettled)
        }
        let right = try operandOrExpression(precedence + 1, restricted: restricted)
        if precedence == Precedence.comparison {
            return finish(start, .other, truth: comparison(mark, left, right))
        }
        if mark == .otherOperator, written.end - written.start <= 3, message[Int(written.start)] == 0x7E,
            matchesAll(right, like: written.end - written.start > 1 && message[Int(written.start) + 1] == 0x7E)
        {
            return finish(start, .other, truth: .tautology)
        }
        return finish(start, left.form == .constant && right.form == .constant ? .constant : .other)
    }

    /// Nothing here belongs to the operand before, nor binds more tightly than a comparison.
    @inline(__always) private func endsOperand(_ token: Token) -> Bool {
        if token.kind == .mark { return !token.mark.isInfix && !token.mark.extendsOperand }
        return !keywords.operators[Int(token.keyword.rawValue)] || token.keyword == .and || token.keyword == .or
    }

    /// `ANY (…)`, `SOME (…)`, `ALL (…)`: constant when all inside is.
    private func quantified() throws(Misread) -> Expr {
        let all = at(.all)
        advance()
        let inner = try parenthesized()
        var result = inner
        if all || inner.form != .constant { result.form = .other }
        return result
    }

    /// `OPERATOR(schema.+)`: another schema's operator may run anything.
    func namedOperator() throws(Misread) {
        let start = token.start
        try expect(.operator)
        try expect(.openParen)
        var schema = Symbol.none
        while token.isName {
            schema = try columnId()
            try expect(.dot)
        }
        guard token.kind == .mark else { throw .syntax }
        switch token.mark {
        case .none, .openParen, .closeParen, .openBracket, .closeBracket, .comma, .semicolon, .colon, .dot, .typecast, .dotDot,
            .colonEquals, .equalsGreater:
            throw .syntax
        case .plus, .minus, .star, .slash, .percent, .caret, .less, .greater, .equal, .lessEqual, .greaterEqual, .notEqual,
            .otherOperator:
            break
        }
        let name = symbols.symbol(slice(token))
        advance()
        try expect(.closeParen)
        guard !schema.isNone, schema != known.pgCatalog else { return }
        _ = try access(.call, .function, schema: schema, name: name, start, tokens[p - 1].end)
        findings.function(schema: schema, name: name)
    }

    /// The operators that are words; nil when the next token is none that binds so tightly.
    private func wordOperator(
        _ left: Expr, _ start: ExprStart, _ minimum: Int, restricted: Bool
    ) throws(Misread) -> Expr? {
        switch keyword {
        case .or, .and:
            let isOr = at(.or)
            let precedence = isOr ? Precedence.or : Precedence.and
            guard !restricted, minimum <= precedence else { return nil }
            advance()
            let right = try expression(precedence + 1)
            return finish(start, .other, truth: combined(left, right, or: isOr))
        case .is:
            guard minimum <= Precedence.test else { return nil }
            return try isTest(left, start, restricted: restricted)
        case .isnull, .notnull:
            guard !restricted, minimum <= Precedence.test else { return nil }
            let isNull = accept(.isnull)
            if !isNull { advance() }
            return nullTest(left, isNull)
        case .between, .in, .like, .ilike, .similar, .not:
            guard !restricted, minimum <= Precedence.between else { return nil }
            // SUBSTRING(a SIMILAR b …) has no TO.
            if at(.similar), peek(1).keyword != .to { return nil }
            return try patternOrRange(left, start)
        case .overlaps:
            guard !restricted, minimum <= Precedence.between else { return nil }
            advance()
            grammarCall("overlaps")
            try expression(Precedence.op)
            return finish(start, .other)
        case .at:
            guard !restricted, minimum <= Precedence.at else { return nil }
            if peek(1).keyword == .local {
                grammarCall("timezone")
                advance()
                advance()
                return finish(start, .other, name: .none)
            }
            guard peek(1).keyword == .time, peek(2).keyword == .zone else { return nil }
            grammarCall("timezone")
            advance()
            advance()
            advance()
            try expression(Precedence.at + 1)
            return finish(start, .other)
        case .collate:
            guard !restricted, minimum <= Precedence.collate else { return nil }
            advance()
            try anyName()
            return finish(start, left.form == .constant ? .constant : .other)
        case .operator:
            guard minimum <= Precedence.op, peek(1).mark == .openParen else { return nil }
            try namedOperator()
            if !restricted, at(.any) || at(.some) || at(.all), peek(1).mark == .openParen {
                _ = try quantified()
            } else {
                try expression(Precedence.op + 1, restricted: restricted)
            }
            return finish(start, .other)
        default: return nil  // every other key word ends the expression
        }
    }

    private func nullTest(_ operand: Expr, _ isNull: Bool) -> Expr {
        var test = operand
        test.form = isNull ? .isNull : .isNotNull
        test.truth = .unsettled
        test.name = .none
        return test
    }

    /// IS [NOT] NULL, TRUE, FALSE, UNKNOWN, DISTINCT FROM, DOCUMENT, NORMALIZED, JSON.
    private func isTest(_ left: Expr, _ start: ExprStart, restricted: Bool) throws(Misread) -> Expr {
        advance()
        let negative = accept(.not)
        if accept(.distinct) {
            try expect(.from)
            let right = try expression(Precedence.test + 1, restricted: restricted)
            return finish(start, .other, truth: !sameTokens(left, right) ? .unsettled : negative ? .tautology : .never)
        }
        if accept(.document) { return finish(start, .other) }
        guard !restricted else { throw .syntax }
        if accept(.null) { return nullTest(left, !negative) }
        if accept(.true) || accept(.false) || accept(.unknown) { return finish(start, .other) }
        if accept(.nfc) || accept(.nfd) || accept(.nfkc) || accept(.nfkd) {
            try expect(.normalized)
            grammarCall("is_normalized")
            return finish(start, .other)
        }
        if accept(.normalized) {
            grammarCall("is_normalized")
            return finish(start, .other)
        }
        if accept(.json) {
            if accept(.value) || accept(.array) || accept(.object) || accept(.scalar) {}
            try jsonUniqueness()
            return finish(start, .other)
        }
        throw .syntax
    }

    /// [NOT] BETWEEN, IN, LIKE, ILIKE, SIMILAR TO.
    private func patternOrRange(_ left: Expr, _ start: ExprStart) throws(Misread) -> Expr? {
        let negative = at(.not)
        if negative {
            switch peek(1).keyword {
            case .between, .in, .like, .ilike, .similar: advance()
            default: return nil
            }
        }
        if accept(.between) {
            if !accept(.symmetric) { _ = accept(.asymmetric) }
            let low = try expression(Precedence.comparison, restricted: true)
            try expect(.and)
            let high = try expression(Precedence.between + 1)
            let around = !negative && (sameTokens(left, low) || sameTokens(left, high))
            return finish(start, .other, truth: around ? .tautology : .unsettled)
        }
        if accept(.in) {
            guard at(.openParen) else { throw .syntax }
            let list = try parenthesized()
            let keyed = !negative && left.isColumn && list.form == .constant
            if !negative, lists(left, in: list) { return finish(start, .other, truth: .tautology) }
            return finish(start, .other, truth: keyed ? .keyed : .unsettled)
        }
        let similar = accept(.similar)
        if similar {
            try expect(.to)
            grammarCall("similar_to_escape")
        } else {
            advance()
        }
        var everything = false
        if at(.any) || at(.some) || at(.all), peek(1).mark == .openParen {
            _ = try quantified()
        } else {
            let pattern = try expression(Precedence.between + 1)
            everything = matchesAll(pattern, like: true) || (!negative && sameTokens(left, pattern))
        }
        if accept(.escape) {
            if !similar { grammarCall("like_escape") }
            try expression(Precedence.between + 1)
        }
        return finish(start, .other, truth: !everything ? .unsettled : negative ? .never : .tautology)
    }

    /// any_name: of a collation, an operator class, a text search object.
    func anyName() throws(Misread) {
        _ = try columnId()
        while accept(.dot) { _ = try label() }
    }
}

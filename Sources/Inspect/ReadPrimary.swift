// c_expr: literals, parameters, names with their indirection, parentheses, CASE, ARRAY, ROW, EXISTS, casts.

import Machine

extension SQLReader {
    func primary() throws(Misread) -> Expr {
        let start = beginExpr()
        let expr = try bareprimary(start)
        return try postfix(expr, start)
    }

    /// `::type`, `[…]` and `.field` behind an operand.
    private func postfix(_ expr: Expr, _ start: ExprStart) throws(Misread) -> Expr {
        var expr = expr
        while true {
            switch token.mark {
            case .typecast:
                advance()
                try typeName(cast: true)
                let name = expr.name
                expr = finish(start, expr.form == .constant ? .constant : .other, name: name)
            case .openBracket:
                try subscripts()
                expr = finish(start, expr.form == .constant ? .constant : .other)
            case .dot:
                advance()
                try fieldSelection()
                expr = finish(start, .other)
            case .none, .openParen, .closeParen, .closeBracket, .comma, .semicolon, .colon, .dotDot, .colonEquals,
                .equalsGreater,
                .plus, .minus, .star, .slash, .percent, .caret, .less, .greater, .equal, .lessEqual, .greaterEqual,
                .notEqual, .otherOperator:
                return expr
            }
        }
    }

    /// `(x).name` may be a field or a function of x.
    private func fieldSelection() throws(Misread) {
        if accept(.star) {
            statement.hasStar = true
            return
        }
        let written = token
        let name = try label()
        let flags = symbols.flags(name)
        if flags.contains(.otherFunction), flags.contains(.rowFunction) {
            _ = try access(.call, .function, schema: known.pgCatalog, name: name, written.start, written.end)
        }
    }

    /// `[a]`, `[a:b]`, `[:]`.
    func subscripts() throws(Misread) {
        try expect(.openBracket)
        if !at(.colon) { try expression() }
        if accept(.colon), !at(.closeBracket) { try expression() }
        try expect(.closeBracket)
    }

    private func bareprimary(_ start: ExprStart) throws(Misread) -> Expr {
        switch token.kind {
        case .integer, .decimal, .string, .escapeString, .unicodeString, .dollarString, .bitString, .hexString, .parameter:
            advance()
            return finish(start, .constant)
        case .mark:
            guard at(.openParen) else { throw .syntax }
            return try parenthesized()
        case .quotedWord, .unicodeWord: return try nameOrCall(start)
        case .word:
            if keyword == .none { return try nameOrCall(start) }
            return try keywordPrimary(start)
        case .end: throw .syntax
        }
    }

    private func keywordPrimary(_ start: ExprStart) throws(Misread) -> Expr {
        switch keyword {
        case .null:
            advance()
            return finish(start, .constant)
        case .true:
            advance()
            return finish(start, .trueLiteral)
        case .false:
            advance()
            return finish(start, .falseLiteral)
        case .case: return try caseExpression(start)
        case .exists where peek(1).mark == .openParen:
            advance()
            _ = try subquery(use: use.union(.filter).subtracting(.output))
            return finish(start, .other)
        case .array where peek(1).mark == .openBracket:
            advance()
            let constant = try arrayElements()
            return finish(start, constant ? .constant : .other)
        case .array where peek(1).mark == .openParen:
            advance()
            _ = try subquery(use: use.insideExpression)
            return finish(start, .other)
        case .row where peek(1).mark == .openParen:
            advance()
            try expect(.openParen)
            if !at(.closeParen) { try commaSeparated { () throws(Misread) in try self.expression() } }
            try expect(.closeParen)
            return finish(start, .row)
        case .interval where peek(1).isString || peek(1).mark == .openParen:
            if let constant = try intervalConstant(start) { return constant }
            return try nameOrCall(start)
        default: break  // the other key words are calls, constants of a type, or names
        }
        if let constant = try typedConstant(start) { return constant }
        if let value = try valueFunction(start) { return value }
        if let call = try specialCall(start) { return call }
        guard startsColumnId(token) || startsFunctionName(token) else { throw .syntax }
        return try nameOrCall(start)
    }

    // MARK: Parentheses

    /// `(`: a sub-query, a row, a list or an expression. Constant when every item is.
    func parenthesized() throws(Misread) -> Expr {
        let start = beginExpr()
        try enter()
        defer { leave() }
        if holdsQuery(p) {
            _ = try subquery(use: use.insideExpression)
            return finish(start, .query)
        }
        return try list(start)
    }

    /// `(a)`, `(a, b)`.
    private func list(_ start: ExprStart) throws(Misread) -> Expr {
        try expect(.openParen)
        var only = try operandOrExpression()
        var constant = only.form == .constant || only.form == .trueLiteral || only.form == .falseLiteral
        var items = 1
        while accept(.comma) {
            let item = try operandOrExpression()
            constant = constant && (item.form == .constant || item.form == .trueLiteral || item.form == .falseLiteral)
            items += 1
        }
        try expect(.closeParen)
        if items == 1 {
            // Of a null test the tokens are the operand's, with or without parentheses around the test.
            if only.form != .isNull, only.form != .isNotNull {
                only.lastToken = Int32(p)
                only.firstToken = start.token
            }
            return only
        }
        return finish(start, constant ? .constant : .row)
    }

    func startsQuery(_ token: Token) -> Bool {
        switch token.keyword {
        case .select, .values, .with, .table: true
        default: false
        }
    }

    /// Whether the parentheses that open at a token hold a query. `((select …) …)` does when what follows the inner
    /// parentheses goes on with a query, or when nothing follows and they hold one.
    func holdsQuery(_ open: Int) -> Bool {
        var at = open
        while tokens[at].mark == .openParen, at + 1 < tokens.count, at - open <= InspectLimits.nesting {
            if startsQuery(tokens[at + 1]) { return true }
            guard tokens[at + 1].mark == .openParen else { return false }
            let close = Int(tokens[at + 1].value)
            guard close > at, close + 1 < tokens.count else { return false }
            if tokens[close + 1].mark != .closeParen { return startsQueryTail(tokens[close + 1]) }
            at += 1
        }
        return false
    }

    /// What may follow a query in parentheses that is only the first arm of a larger one.
    func startsQueryTail(_ token: Token) -> Bool {
        switch token.keyword {
        case .union, .intersect, .except, .order, .limit, .offset, .fetch, .for: true
        default: false
        }
    }

    // MARK: CASE and ARRAY

    private func caseExpression(_ start: ExprStart) throws(Misread) -> Expr {
        try expect(.case)
        if !at(.when) { try expression() }
        repeat {
            try expect(.when)
            try expression()
            try expect(.then)
            try expression()
        } while at(.when)
        if accept(.else) { try expression() }
        try expect(.end)
        return finish(start, .other)
    }

    /// `[a, [b, c]]`; true when all are constants.
    private func arrayElements() throws(Misread) -> Bool {
        try enter()
        defer { leave() }
        try expect(.openBracket)
        var constant = true
        if !at(.closeBracket) {
            repeat {
                if at(.openBracket) {
                    constant = try arrayElements() && constant
                } else {
                    constant = try expression().form == .constant && constant
                }
            } while accept(.comma)
        }
        try expect(.closeBracket)
        return constant
    }
}

// What the reader keeps of an expression: enough to know whether a WHERE chooses rows, and what an output column is.

import Machine

/// A summary of an expression already read; there is no tree.
struct Expr: BitwiseCopyable {
    enum Form: UInt8 {
        case other
        /// One column reference and nothing else.
        case column
        /// A literal, a parameter, a cast or list of those.
        case constant
        case trueLiteral, falseLiteral
        case isNull, isNotNull
        /// A sub-query in parentheses.
        case query
        /// `(a, b)`, `row(…)`.
        case row
    }
    /// Whether a condition chooses rows.
    enum Truth: UInt8 { case unsettled, tautology, never, range, keyed }

    var form: Form
    var truth: Truth = .unsettled
    /// A name that the output column certainly gets without AS; none where not certain.
    var name: Symbol = .none
    /// The tokens it is made of; of `isNull` and `isNotNull`: of the operand.
    var firstToken: Int32
    var lastToken: Int32
    /// References and tables read inside it.
    var firstRef: Int32
    var lastRef: Int32
    /// Something in it may be a column of the query around: without, it is the same for every row, whatever it reads.
    var mayNameColumns: Bool

    /// One column reference that is no variable of the code around.
    @inline(__always) var isColumn: Bool { form == .column && mayNameColumns }
}

extension SQLReader {
    /// Where an expression begins, to be finished by `finish`.
    struct ExprStart: BitwiseCopyable {
        var token: Int32
        var ref: Int32
        var pending: Int32
        var constants: Int32
    }

    @inline(__always) func beginExpr() -> ExprStart {
        ExprStart(
            token: Int32(truncatingIfNeeded: p), ref: Int32(truncatingIfNeeded: refs.count),
            pending: pendingColumns, constants: constantConditions)
    }

    @inline(__always)
    func finish(_ start: ExprStart, _ form: Expr.Form, name: Symbol = .none, truth: Expr.Truth = .unsettled) -> Expr {
        var truth = truth
        // A condition that is the same for every row, inside a call or CASE, may make that the same too.
        if form == .other, truth == .unsettled, constantConditions > start.constants { truth = .tautology }
        if isConstant(truth) { constantConditions += 1 }
        return Expr(
            form: form, truth: truth, name: name, firstToken: start.token, lastToken: Int32(truncatingIfNeeded: p),
            firstRef: start.ref, lastRef: Int32(truncatingIfNeeded: refs.count),
            mayNameColumns: pendingColumns > start.pending)
    }

    /// References that wait to be resolved and are certainly no variables.
    @inline(__always) private var pendingColumns: Int32 { Int32(truncatingIfNeeded: pending.count) &- pendingVariables }

    /// A condition that names no column is the same for every row, also where its sub-queries read other tables.
    func truth(of expr: Expr) -> Expr.Truth {
        if expr.truth != .unsettled { return expr.truth }
        if !expr.mayNameColumns { return expr.form == .falseLiteral ? .never : .tautology }
        return .range
    }

    /// The truth of `left AND right` or `left OR right`.
    func combined(_ left: Expr, _ right: Expr, or isOr: Bool) -> Expr.Truth {
        let (a, b) = (truth(of: left), truth(of: right))
        if isOr {
            if a == .tautology || b == .tautology || complementary(left, right) { return .tautology }
            if a == .never { return b }
            if b == .never { return a }
            return .range
        }
        if a == .never || b == .never || complementary(left, right) { return .never }
        if a == .keyed || b == .keyed { return .keyed }
        return a == .tautology && b == .tautology ? .tautology : .range
    }

    /// `x is null or x is not null`, `x or not x`, `x < 1 or x >= 1`.
    private func complementary(_ left: Expr, _ right: Expr) -> Bool {
        let forms = (left.form, right.form)
        if forms == (.isNull, .isNotNull) || forms == (.isNotNull, .isNull) { return sameTokens(left, right) }
        if beginApart(left, right) { return false }
        let a = withoutParentheses(Int(left.firstToken)..<Int(left.lastToken))
        let b = withoutParentheses(Int(right.firstToken)..<Int(right.lastToken))
        if tokens[a.lowerBound].keyword == .not { return sameTokens(withoutNot(a), b) }
        if tokens[b.lowerBound].keyword == .not { return sameTokens(a, withoutNot(b)) }
        return differInOneComparison(a, b)
    }

    /// Neither begins with NOT or a parenthesis, and they have not as many tokens, or begin with two names: no two that are
    /// compared here would be found to be the same but for an operator. That is most of what stands beside AND.
    private func beginApart(_ left: Expr, _ right: Expr) -> Bool {
        let (x, y) = (tokens[Int(left.firstToken)], tokens[Int(right.firstToken)])
        guard x.mark != .openParen, y.mark != .openParen, x.keyword != .not, y.keyword != .not else { return false }
        if left.lastToken &- left.firstToken != right.lastToken &- right.firstToken { return true }
        return x.kind == .word && y.kind == .word && x.value != 0 && y.value != 0 && x.value != y.value
    }

    private func withoutNot(_ range: Range<Int>) -> Range<Int> {
        withoutParentheses(range.lowerBound + 1..<range.upperBound)
    }

    /// The same tokens but for one operator, which says the opposite.
    private func differInOneComparison(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count, a.count <= Self.comparedTokens else { return false }
        var differences = 0
        for index in 0..<a.count {
            let (x, y) = (a.lowerBound + index, b.lowerBound + index)
            if sameToken(x, y) { continue }
            switch (tokens[x].mark, tokens[y].mark) {
            case (.equal, .notEqual), (.notEqual, .equal), (.less, .greaterEqual), (.greaterEqual, .less), (.greater, .lessEqual),
                (.lessEqual, .greater):
                differences += 1
            default: return false  // two other tokens
            }
        }
        return differences == 1
    }

    /// The truth of a comparison. `x = x` is true of every row that has an x.
    func comparison(_ mark: Mark, _ left: Expr, _ right: Expr) -> Expr.Truth {
        if !left.mayNameColumns, !right.mayNameColumns {
            return codeDepth > 0 && (namesVariable(left) || namesVariable(right)) ? .tautology : .unsettled
        }
        if isConstant(left.truth) || isConstant(right.truth) { return .tautology }
        switch mark {
        case .equal:
            // A name is never the same tokens as a constant, so the most frequent condition is settled at once.
            if left.isColumn, right.form == .constant { return .keyed }
            if left.form == .constant, right.isColumn { return .keyed }
            if sameTokens(left, right) || sameColumn(left, right) { return .tautology }
            return .range
        case .lessEqual, .greaterEqual:
            return sameTokens(left, right) || sameColumn(left, right) ? .tautology : .range
        case .less, .greater, .notEqual: return sameTokens(left, right) ? .never : .range
        case .none, .openParen, .closeParen, .openBracket, .closeBracket, .comma, .semicolon, .colon, .dot, .typecast, .dotDot,
            .colonEquals, .equalsGreater, .plus, .minus, .star, .slash, .percent, .caret, .otherOperator:
            return .range
        }
    }

    private func namesVariable(_ expr: Expr) -> Bool {
        for ref in Int(expr.firstRef)..<Int(expr.lastRef) where refs[ref].mayBeVariable { return true }
        return false
    }

    /// A condition that was found to be the same for every row.
    @inline(__always) func isConstant(_ truth: Expr.Truth) -> Bool { truth == .tautology || truth == .never }

    /// `id` and `t.id`, where the query has only one table.
    func sameColumn(_ left: Expr, _ right: Expr) -> Bool {
        guard left.form == .column, right.form == .column, left.name == right.name, scopes.count > 0 else { return false }
        guard sources.count - Int(scopes[scopes.count - 1].firstSource) == 1 else { return false }
        return codeDepth == 0 || !isField(left) && !isField(right)
    }

    /// In code: `record.name` of a variable that is declared there, which no table in sight goes by.
    private func isField(_ expr: Expr) -> Bool {
        let ref = Int(expr.firstRef)
        return refs[ref].kind == .qualified && refs[ref].qualifier != sources[sources.count - 1].alias && isParameterOfRoutine(ref)
    }

    /// The list names `left` itself: `id in (1, id)`, `id = any (array[id])`.
    func lists(_ column: Expr, in list: Expr) -> Bool {
        guard column.form == .column, list.form != .query else { return false }
        for index in Int(list.firstRef)..<Int(list.lastRef) where refs[index].name == column.name { return true }
        return false
    }

    /// Tokens of a condition that are compared with another's; longer ones are taken as different.
    private static let comparedTokens = 64

    /// Whether two expressions are the same tokens, folded; parentheses around either do not matter.
    func sameTokens(_ left: Expr, _ right: Expr) -> Bool {
        sameTokens(
            withoutParentheses(Int(left.firstToken)..<Int(left.lastToken)),
            withoutParentheses(Int(right.firstToken)..<Int(right.lastToken)))
    }

    private func sameTokens(_ a: Range<Int>, _ b: Range<Int>) -> Bool {
        guard a.count == b.count, a.count > 0, a.count <= Self.comparedTokens else { return false }
        for index in 0..<a.count where !sameToken(a.lowerBound + index, b.lowerBound + index) { return false }
        return true
    }

    private func sameToken(_ left: Int, _ right: Int) -> Bool {
        let (x, y) = (tokens[left], tokens[right])
        guard x.mark == y.mark else { return false }
        if x.isName, y.isName {
            guard let first = try? symbol(of: x), let second = try? symbol(of: y) else { return false }
            return first == second
        }
        guard x.kind == y.kind else { return false }
        let (s, t) = (slice(x), slice(y))
        guard s.count == t.count else { return false }
        for at in 0..<s.count where s[at] != t[at] { return false }
        return true
    }

    @inline(__always) private func withoutParentheses(_ range: Range<Int>) -> Range<Int> {
        tokens[range.lowerBound].mark == .openParen ? insideParentheses(range) : range
    }

    private func insideParentheses(_ range: Range<Int>) -> Range<Int> {
        var range = range
        guard range.count <= Self.comparedTokens + 2 * InspectLimits.nesting else { return range }
        while range.count > 2, tokens[range.lowerBound].mark == .openParen, tokens[range.upperBound - 1].mark == .closeParen {
            var depth = 0
            for at in range.lowerBound..<range.upperBound - 1 {
                if tokens[at].mark == .openParen { depth += 1 }
                if tokens[at].mark == .closeParen { depth -= 1 }
                if depth == 0 { return range }
            }
            range = range.lowerBound + 1..<range.upperBound - 1
        }
        return range
    }

    /// LIKE '%' and `~ ''` are true of every row that has a value.
    func matchesAll(_ pattern: Expr, like: Bool) -> Bool {
        guard pattern.lastToken - pattern.firstToken == 1, tokens[Int(pattern.firstToken)].isString,
            let symbol = try? stringSymbol(tokens[Int(pattern.firstToken)])
        else { return false }
        for byte in symbols.bytes(symbol)
        where like ? byte != 0x25 : !(byte == 0x2E || byte == 0x2A || byte == 0x5E || byte == 0x24) {
            return false
        }
        return !(like && symbol.isNone)
    }
}

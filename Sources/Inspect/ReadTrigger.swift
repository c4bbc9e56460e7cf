// Triggers, event triggers and rules: code that later statements run without naming it.

import Machine

extension SQLReader {
    /// CREATE [CONSTRAINT] TRIGGER: `create` of it, and `alter` of its table. Its condition is read as it stands: `old` and `new`
    /// are rows of the table. Its function is called by later statements, not by this one.
    func createTrigger() throws(Misread) {
        kind = "create trigger"
        _ = accept(.constraint)
        try expect(.trigger)
        let start = token.start
        let name = try columnId()
        let end = tokens[p - 1].end
        try triggerEvents()
        let table = try qualifiedName()
        let range = try accesses(.alter, .table, table)
        _ = try access(.create, .trigger, schema: table.schema, name: name, start, end)
        // A constraint trigger may stand for a foreign key of another table.
        if accept(.from) { _ = try accesses(.alter, .table, try qualifiedName()) }
        while !at(.when), !at(.execute) {
            guard token.isName, !atEnd else { throw .syntax }
            advance()
        }
        if accept(.when) { try onPastRows(range, unqualified: true) { () throws(Misread) in try self.oneInParentheses() } }
        try triggerFunction()
    }

    /// BEFORE | AFTER | INSTEAD OF event OR event …, up to ON. `UPDATE OF a, b` lists columns.
    private func triggerEvents() throws(Misread) {
        while !accept(.on) {
            guard token.isName || at(.comma), !atEnd else { throw .syntax }
            let listsColumns = at(.of) && tokens[p - 1].keyword == .update
            advance()
            if listsColumns { try commaSeparated { () throws(Misread) in _ = try self.columnId() } }
        }
    }

    /// EXECUTE FUNCTION name (constants).
    private func triggerFunction() throws(Misread) {
        try expect(.execute)
        guard accept(.function) || accept(.procedure) else { throw .syntax }
        _ = try routineName()
        try expect(.openParen)
        while !accept(.closeParen) {
            guard token.isName || token.isLiteral || at(.comma), !atEnd else { throw .syntax }
            advance()
        }
    }

    /// CREATE EVENT TRIGGER name ON event [WHEN tag IN (…) AND …] EXECUTE FUNCTION name ().
    func createEventTrigger() throws(Misread) {
        kind = "create event trigger"
        try expect(.event)
        try expect(.trigger)
        let start = token.start
        let name = try columnId()
        _ = try access(.create, .trigger, schema: .none, name: name, start, tokens[p - 1].end)
        try expect(.on)
        _ = try label()
        if accept(.when) {
            repeat {
                _ = try columnId()
                try expect(.in)
                try expect(.openParen)
                try commaSeparated { () throws(Misread) in
                    guard self.token.isString else { throw Misread.syntax }
                    self.advance()
                }
                try expect(.closeParen)
            } while accept(.and)
        }
        try triggerFunction()
    }

    /// CREATE RULE name AS ON event TO table [WHERE condition] DO [ALSO | INSTEAD] NOTHING | command | (command; …). PostgreSQL
    /// resolves the commands' names now, and statements on the table run them unseen, so what they do counts as done.
    func createRule() throws(Misread) {
        kind = "create rule"
        try expect(.rule)
        let start = token.start
        let name = try columnId()
        let end = tokens[p - 1].end
        try expect(.as)
        try expect(.on)
        guard accept(.select) || accept(.insert) || accept(.update) || accept(.delete) else { throw .syntax }
        try expect(.to)
        let table = try qualifiedName()
        let range = try accesses(.alter, .table, table)
        _ = try access(.create, .any, schema: table.schema, name: name, start, end)
        if accept(.where) { try onPastRows(range, unqualified: true) { () throws(Misread) in try self.expression() } }
        try expect(.do)
        if !accept(.instead) { _ = accept(.also) }
        try onPastRows(range, unqualified: false) { () throws(Misread) in try self.ruleActions() }
        kind = "create rule"
        statement.returnsRows = false
        statement.hasLimit = .no
        statement.limit = nil
    }

    private func ruleActions() throws(Misread) {
        if accept(.nothing) { return }
        guard at(.openParen), !holdsQuery(p) || holdsSeveral() else { return try ruleAction() }
        try expect(.openParen)
        repeat {
            if at(.semicolon) || at(.closeParen) { continue }
            try ruleAction()
        } while accept(.semicolon)
        try expect(.closeParen)
    }

    /// Whether the parentheses here hold semicolons: commands, and no query.
    private func holdsSeveral() -> Bool {
        let close = Int(token.value)
        return close > p && (p..<close).contains { tokens[$0].mark == .semicolon }
    }

    private func ruleAction() throws(Misread) {
        if at(.notify) {
            advance()
            let channel = token
            _ = try access(.notify, .channel, schema: .none, name: try columnId(), channel.start, channel.end)
            if accept(.comma) {
                guard token.isString else { throw .syntax }
                advance()
            }
        } else if try !queryOrModification() {
            throw .syntax
        }
    }

    /// Where `old` and `new` are rows of a table, whose columns a condition may also name without them.
    private func onPastRows(
        _ range: (first: Int32, count: Int32), unqualified: Bool, _ body: () throws(Misread) -> Void
    ) throws(Misread) {
        openScope()
        for alias in [known.old, known.new] {
            addTarget(range, alias: alias)
            sources[sources.count - 1].qualifiedOnly = !unqualified
        }
        use = .filter
        try body()
        try closeScope()
    }
}

// Statements about the session: transactions, settings, prepared statements, cursors, notifications.

import Machine

extension SQLReader {
    /// False, with nothing read, when the statement is not one of these.
    func sessionStatement() throws(Misread) -> Bool {
        switch keyword {
        case .begin, .start, .commit, .end, .rollback, .abort, .savepoint, .release: try transactionStatement()
        case .set: try setStatement()
        case .reset: try resetStatement()
        case .show: try showStatement()
        case .prepare: try prepareStatement()
        case .execute: try executeStatement()
        case .deallocate: try deallocateStatement()
        case .declare: try declareCursor()
        case .fetch, .move: try fetchStatement()
        case .close: try closeStatement()
        case .discard: try discardStatement()
        case .listen, .unlisten, .notify: try notifyStatement()
        default: return false
        }
        return true
    }

    // MARK: Transactions

    /// These have no access: they are always allowed. Two-phase commit is `transact`.
    private func transactionStatement() throws(Misread) {
        switch keyword {
        case .begin:
            kind = "begin"
            statement.transactionStep = .begin
            advance()
            if at(.atomic) { throw .atomicBody }
            workOrTransaction()
            try transactionModes()
        case .start:
            kind = "begin"
            statement.transactionStep = .begin
            advance()
            try expect(.transaction)
            try transactionModes()
        case .savepoint:
            kind = "savepoint"
            statement.transactionStep = .savepoint
            advance()
            effectName = try columnId()
        case .release:
            kind = "release"
            advance()
            _ = accept(.savepoint)
            statement.transactionStep = .release
            effectName = try columnId()
        case .commit, .end:
            kind = "commit"
            statement.mayChangeLexicalState = true
            let commit = at(.commit)
            advance()
            if commit, accept(.prepared) { return try twoPhase("commit prepared") }
            statement.transactionStep = .commit
            workOrTransaction()
            try chain()
        default:
            kind = "rollback"
            statement.mayChangeLexicalState = true
            let rollback = at(.rollback)
            advance()
            if rollback, accept(.prepared) { return try twoPhase("rollback prepared") }
            workOrTransaction()
            if rollback, accept(.to) {
                _ = accept(.savepoint)
                statement.transactionStep = .rollbackTo
                effectName = try columnId()
            } else {
                statement.transactionStep = .rollback
                try chain()
            }
        }
    }

    private func workOrTransaction() { if !accept(.work) { _ = accept(.transaction) } }

    private func chain() throws(Misread) {
        guard accept(.and) else { return }
        _ = accept(.no)
        try expect(.chain)
    }

    private func twoPhase(_ kind: StaticString) throws(Misread) {
        self.kind = kind
        guard token.isString else { throw .syntax }
        let written = token
        let name = (try? stringSymbol(token)) ?? .none
        advance()
        _ = try access(.transact, .any, schema: .none, name: name, written.start, written.end)
    }

    /// ISOLATION LEVEL …, READ ONLY, READ WRITE, [NOT] DEFERRABLE, with or without commas.
    private func transactionModes() throws(Misread) {
        var first = true
        while !atEnd {
            if !first { _ = accept(.comma) }
            first = false
            if accept(.isolation) {
                try expect(.level)
                if accept(.read) {
                    guard accept(.uncommitted) || accept(.committed) else { throw .syntax }
                } else if accept(.repeatable) {
                    try expect(.read)
                } else {
                    try expect(.serializable)
                }
            } else if accept(.read) {
                guard accept(.only) || accept(.write) else { throw .syntax }
            } else {
                _ = accept(.not)
                try expect(.deferrable)
            }
        }
    }

    // MARK: Settings

    func setAccess(_ name: Symbol, _ start: UInt32, _ end: UInt32) throws(Misread) {
        _ = try access(.set, .parameter, schema: .none, name: name, start, end)
        let bytes = symbols.bytes(name)
        for lexical in Self.lexicalParameters where bytes.elementsEqual(lexical.utf8) { statement.mayChangeLexicalState = true }
    }

    /// Settings that change how text is cut into tokens or what its names mean.
    private static let lexicalParameters: [StaticName] = [
        "standard_conforming_strings", "client_encoding", "search_path", "role", "session_authorization", "backslash_quote",
        "all", "discard", "schema", "names",
    ]

    func setAccess(named name: StaticString, _ start: UInt32) throws(Misread) {
        try setAccess(symbols.symbol(name), start, tokens[max(p - 1, 0)].end)
    }

    private func setStatement() throws(Misread) {
        kind = "set"
        try expect(.set)
        var isLocal = false
        if at(.session) || at(.local), peek(1).mark != .equal, peek(1).keyword != .to, peek(1).mark != .dot {
            let session = at(.session)
            if session, peek(1).keyword == .characteristics {
                advance()
                advance()
                try expect(.as)
                try expect(.transaction)
                try setAccess(named: "transaction", token.start)
                return try transactionModes()
            }
            isLocal = !session
            if !(session && peek(1).keyword == .authorization) { advance() }
        }
        let first = p
        try setRest()
        noteChange(by: first..<p, locally: isLocal)
    }

    /// What SET does to path and role, from its tokens behind SESSION and LOCAL.
    private func noteChange(by words: Range<Int>, locally isLocal: Bool) {
        var first = words.lowerBound
        let isSession = tokens[first].keyword == .session && tokens[first + 1].keyword == .authorization
        if isSession { first += 1 }
        let named = (try? symbol(of: tokens[first])).map(foldedParameter)
        let hasMark = tokens[first + 1].mark == .equal || tokens[first + 1].keyword == .to
        let values = first + (hasMark ? 2 : 1)..<words.upperBound
        let isDefault = values.count == 1 && tokens[values.lowerBound].keyword == .default
        if tokens[first].keyword == .schema || named == known.searchPath {
            if isDefault { return change(path: isLocal ? .unknown : .start) }
            change(path: isLocal ? .listedLocally : .listed)
            return listPath(values)
        }
        let isUser = isSession || named == known.sessionAuthorization
        if isUser || named == known.role { noteRole(values, isUser: isUser, locally: isLocal) }
    }

    private func noteRole(_ values: Range<Int>, isUser: Bool, locally isLocal: Bool) {
        let value = tokens[values.lowerBound]
        guard values.count == 1, value.isName || value.isString, let role = try? value.isString ? stringSymbol(value) : symbol(of: value),
            !role.isNone
        else { return change(path: .unknown) }
        if isUser {
            if isLocal { return change(path: .unknown) }
            if value.keyword == .default { return change(path: .noAuthorization) }
            change(path: .authorization)
            return listedPath.append(role)
        }
        if value.keyword == .default || symbols.bytes(role).elementsEqual("none".utf8) {
            return change(path: isLocal ? .unknown : .noRole)
        }
        change(path: isLocal ? .roleLocally : .role)
        listedPath.append(role)
    }

    /// What may stand behind SET, also in ALTER ROLE … SET.
    func setRest() throws(Misread) {
        let start = token.start
        switch keyword {
        case .transaction where peek(1).mark != .equal && peek(1).keyword != .to:
            statement.setsTransaction = true
            advance()
            if accept(.snapshot) {
                guard token.isString else { throw .syntax }
                advance()
                return try setAccess(named: "transaction_snapshot", start)
            }
            return try transactionModes()
        case .constraints:
            advance()
            if !accept(.all) { try commaSeparated { () throws(Misread) in _ = try self.qualifiedName() } }
            guard accept(.deferred) || accept(.immediate) else { throw .syntax }
        case .time where peek(1).keyword == .zone:
            advance()
            advance()
            if at(.interval) {
                guard try intervalConstant(beginExpr()) != nil else { throw .syntax }
            } else {
                try settingValue()
            }
            try setAccess(named: "timezone", start)
        case .schema, .catalog:
            let schema = at(.schema)
            advance()
            guard token.isString else { throw .syntax }
            advance()
            if schema { try setAccess(named: "search_path", start) } else { throw .unsupported }
        case .names:
            advance()
            if !atEnd { try settingValue() }
            try setAccess(named: "client_encoding", start)
        case .role where peek(1).mark != .equal && peek(1).keyword != .to:
            advance()
            try settingValue()
            try setAccess(named: "role", start)
        case .session where peek(1).keyword == .authorization:
            advance()
            advance()
            try settingValue()
            try setAccess(named: "session_authorization", start)
        case .xml:
            advance()
            try expect(.option)
            guard accept(.document) || accept(.content) else { throw .syntax }
            try setAccess(named: "xmloption", start)
        default:
            let name = try parameterName()
            if accept(.from) {
                try expect(.current)
            } else {
                guard accept(.to) || accept(.equal) else { throw .syntax }
                try commaSeparated { () throws(Misread) in try self.settingValue() }
            }
            try setAccess(name, start, tokens[p - 1].end)
        }
    }

    /// var_name: words with dots, as one folded name.
    func parameterName() throws(Misread) -> Symbol {
        var name = try columnId()
        while accept(.dot) {
            let next = try columnId()
            scratch.removeAll()
            for byte in symbols.bytes(name) { scratch.append(byte) }
            scratch.append(0x2E)
            for byte in symbols.bytes(next) { scratch.append(byte) }
            name = symbols.symbol(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count))
        }
        return foldedParameter(name)
    }

    /// var_value: a word, a string, a signed number.
    private func settingValue() throws(Misread) {
        if at(.plus) || at(.minus) {
            advance()
            guard token.kind == .integer || token.kind == .decimal else { throw .syntax }
            return advance()
        }
        guard token.isName || token.isString || token.kind == .integer || token.kind == .decimal else { throw .syntax }
        advance()
    }

    private func resetStatement() throws(Misread) {
        kind = "reset"
        try expect(.reset)
        let first = p
        try resetRest()
        let word = tokens[first]
        let named = (try? symbol(of: word)).map(foldedParameter)
        if word.keyword == .all || named == known.searchPath {
            change(path: .start)
        } else if named == known.role {
            change(path: .noRole)
        } else if named == known.sessionAuthorization || word.keyword == .session {
            change(path: .noAuthorization)
        }
    }

    func resetRest() throws(Misread) {
        let start = token.start
        if accept(.all) {
            try setAccess(named: "all", start)
            return try setAccess(named: "search_path", start)
        }
        if accept(.time, .zone) { return try setAccess(named: "timezone", start) }
        if at(.transaction), peek(1).keyword == .isolation {
            advance()
            advance()
            try expect(.level)
            return try setAccess(named: "transaction_isolation", start)
        }
        if accept(.session, .authorization) { return try setAccess(named: "session_authorization", start) }
        try setAccess(try parameterName(), start, tokens[p - 1].end)
    }

    /// SHOW has no access: what it tells is also told at login.
    private func showStatement() throws(Misread) {
        kind = "show"
        statement.returnsRows = true
        try expect(.show)
        if accept(.all) || accept(.time, .zone) || accept(.session, .authorization) { return }
        if at(.transaction), peek(1).keyword == .isolation {
            advance()
            advance()
            return try expect(.level)
        }
        _ = try parameterName()
    }

    /// DISCARD ALL gives up every setting and name.
    private func discardStatement() throws(Misread) {
        kind = "discard"
        let start = token.start
        try expect(.discard)
        let written = token
        guard accept(.all) || accept(.temp) || accept(.temporary) || accept(.plans) || accept(.sequences) else { throw .syntax }
        try setAccess(named: "discard", start)
        if written.keyword == .all {
            change(path: .everything)
            // It also resets every parameter and gives the session its first user back.
            for name: StaticString in ["all", "search_path", "role", "session_authorization"] {
                try setAccess(named: name, start)
            }
        }
        if written.keyword == .all || written.keyword == .temp || written.keyword == .temporary {
            statement.nameEffect = .discard
            effectName = try symbol(of: written)
        }
    }

    private func notifyStatement() throws(Misread) {
        let written = keyword
        advance()
        let channel = token
        switch written {
        case .listen:
            kind = "listen"
            _ = try access(.listen, .channel, schema: .none, name: try columnId(), channel.start, channel.end)
        case .unlisten:
            kind = "unlisten"
            let name = accept(.star) ? symbols.symbol("*") : try columnId()
            _ = try access(.listen, .channel, schema: .none, name: name, channel.start, channel.end)
        default:
            kind = "notify"
            _ = try access(.notify, .channel, schema: .none, name: try columnId(), channel.start, channel.end)
            if accept(.comma) {
                guard token.isString else { throw .syntax }
                advance()
            }
        }
    }
}

/// A constant name that is compared with bytes.
/// Unchecked because it points at constants of the program.
struct StaticName: ExpressibleByStringLiteral, @unchecked Sendable {
    let utf8: UnsafeBufferPointer<UInt8>
    init(stringLiteral value: StaticString) {
        utf8 = UnsafeBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)
    }
}

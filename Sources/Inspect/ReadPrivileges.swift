// What is said about objects: COMMENT, SECURITY LABEL, GRANT and REVOKE.

import Machine

extension SQLReader {
    // MARK: COMMENT and SECURITY LABEL

    func commentStatement() throws(Misread) {
        kind = "comment"
        try expect(.comment)
        try expect(.on)
        try described()
    }

    func securityLabel() throws(Misread) {
        kind = "security label"
        try expect(.security)
        try expect(.label)
        if accept(.for) {
            guard token.isName || token.isString else { throw .syntax }
            advance()
        }
        try expect(.on)
        try described()
    }

    /// An object and the text about it.
    private func described() throws(Misread) {
        let written = keyword
        if namelessClass() { return try namelessObject(.comment, "comment") }
        let objectClass = try objectClassWords()
        var name = try routineName()
        if written == .column {
            // table.column: the last part is the column.
            let column = name.name
            name = QualifiedName(schema: .none, name: name.schema, parts: 1, start: name.start, end: name.end)
            name = try columnOwner(name, column)
        } else if at(.on) {
            advance()
            _ = accept(.domain)
            _ = try accesses(.comment, .table, try qualifiedName())
        } else {
            try objectAccess(.comment, objectClass, name)
        }
        if at(.openParen) {
            guard token.value > 0 else { throw .syntax }
            p = Int(token.value) + 1
        }
        try expect(.is)
        guard token.isString || at(.null) else { throw .syntax }
        advance()
    }

    /// The table of `[schema.]table.column`, read again from its tokens.
    private func columnOwner(_ name: QualifiedName, _ column: Symbol) throws(Misread) -> QualifiedName {
        var owner = name
        // tokens: … [schema .] table . column
        if p >= 5, tokens[p - 4].mark == .dot, tokens[p - 5].isName { owner.schema = try symbol(of: tokens[p - 5]) }
        if name.name.isNone { throw .syntax }
        let range = try accesses(.comment, .table, owner)
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            let found = try access(.comment, .table, schema: target.schema, name: target.name, target.start, target.end)
            let placed = findings.column(column, of: found)
            findings.columns[placed].uses.formUnion(.write)
        }
        return owner
    }

    // MARK: GRANT and REVOKE

    /// GRANT privileges ON objects TO roles, GRANT roles TO roles, and REVOKE.
    func privilegeStatement() throws(Misread) {
        let verb: Verb = at(.grant) ? .grant : .revoke
        kind = verb == .grant ? "grant" : "revoke"
        advance()
        if verb == .revoke, at(.grant) || at(.admin) || at(.inherit) || at(.set), peek(1).keyword == .option {
            advance()
            advance()
            try expect(.for)
        }
        let first = p
        // The privileges, or the roles granted: words, commas, column lists.
        while !atEnd, !at(.on), !at(.to), !at(.from) {
            if at(.openParen) {
                try nameListInParentheses()
                continue
            }
            guard token.isName || at(.comma) else { throw .syntax }
            advance()
        }
        if accept(.on) {
            try grantedObjects(verb)
        } else {
            for index in first..<p where tokens[index].isName {
                let name = try symbol(of: tokens[index])
                _ = try access(verb, .role, schema: .none, name: name, tokens[index].start, tokens[index].end)
            }
        }
        guard accept(verb == .grant ? .to : .from) else { throw .syntax }
        while !atEnd, !atSchemaElement {
            guard token.isName || at(.comma) else { throw .syntax }
            advance()
        }
    }

    private func grantedObjects(_ verb: Verb) throws(Misread) {
        if at(.all) {
            let start = token.start
            advance()
            _ = try label()
            try expect(.in)
            try expect(.schema)
            try commaSeparated { () throws(Misread) in
                let name = try self.columnId()
                _ = try self.access(verb, .schema, schema: .none, name: name, start, self.tokens[self.p - 1].end)
            }
            return
        }
        if at(.large) {
            let written = token
            advance()
            _ = try access(verb, .any, schema: .none, name: try symbol(of: written), written.start, written.end)
            try expect(.object)
            return try commaSeparated { () throws(Misread) in
                guard self.token.kind == .integer || self.token.kind == .decimal else { throw Misread.syntax }
                self.advance()
            }
        }
        var objectClass = ObjectClass.table
        if at(.parameter), startsColumnId(peek(1)) {
            advance()
            return try commaSeparated { () throws(Misread) in
                let start = self.token.start
                let name = try self.parameterName()
                _ = try self.access(verb, .parameter, schema: .none, name: name, start, self.tokens[self.p - 1].end)
            }
        }
        switch keyword {
        case .table, .sequence, .function, .procedure, .routine, .database, .domain, .foreign, .language, .schema,
            .tablespace, .type:
            if at(.foreign), peek(1).keyword == .server {
                advance()
                advance()
                objectClass = .any
            } else if peek(1).isName {
                objectClass = try objectClassWords()
            }
        default: break  // a table without the word
        }
        repeat {
            let name = try routineName()
            try objectAccess(verb, objectClass, name)
            if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value) + 1
            }
        } while accept(.comma)
    }
}

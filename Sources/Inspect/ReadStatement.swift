// The statements of a message, one after the other: each is read to its end, or is unknown.

import Machine

extension SQLReader {
    /// Begins to read the message that `padded` holds.
    func beginMessage(lexical: LexicalState) {
        self.message = padded.bytes
        self.lexical = lexical
        tokens.removeAll()
        prints.removeAll()
        lookedAt.removeAll()
        resolutionSteps = 0
        symbols.searchSteps = 0
        for index in 0..<temporaryHere.count { symbols.setTemporary(temporaryHere[index], false) }
        temporaryHere.removeAll()
        restorePath()
        expandedColumns = 0
        changes.beginMessage()
        messageNumber &+= 1
        if messageNumber == 0 { messageNumber = 1 }
    }

    func readStatements(into inspection: Inspection) {
        p = 0
        while true {
            while accept(.semicolon) {}
            if token.kind == .end { return }
            clearStatement()
            let first = p
            var failure: Misread?
            do throws(Misread) {
                if inspection.statements.count >= InspectLimits.statements { throw Misread.tooManyStatements }
                try statementHere()
                guard atEnd else { throw Misread.syntax }
                if let overflow { throw overflow }
                if let opaqueness { throw opaqueness }
                if schema != nil { try openKnown(tokens: first..<p) }
            } catch {
                failure = error
                while !atEnd { advance() }
            }
            emit(tokens: first..<p, failure: failure, into: inspection)
            if schema != nil { noteChanges(failed: failure != nil) }
            applyPathChange()
            if failure == .tooManyStatements { return }
        }
    }

    /// One statement, dispatched on its first words.
    func statementHere() throws(Misread) {
        if try queryOrModification() { return }
        if try sessionStatement() { return }
        if try utilityStatement() { return }
        if try definitionStatement() { return }
        throw .syntax
    }

    /// SELECT and its kin, INSERT, UPDATE, DELETE, MERGE, with or without WITH.
    func queryOrModification() throws(Misread) -> Bool {
        switch tokens[skippedWith()].keyword {
        case .insert, .update, .delete, .merge:
            guard startsQuery(token) || isModification(keyword) else { return false }
            switch tokens[skippedWith()].keyword {
            case .insert: kind = "insert"
            case .update: kind = "update"
            case .delete: kind = "delete"
            default: kind = "merge"
            }
            use(try modifyingStatement(), for: .output)
            return true
        default: break
        }
        guard startsQuery(token) || at(.openParen) else { return false }
        kind = "select"
        statement.returnsRows = true
        let outputs = try query(.outermost)
        use(outputs, for: selectsInto ? .stored : .output)
        if selectsInto {
            kind = "select into"
            statement.returnsRows = false
        }
        readsQueryLimit = true
        statement.hasLimit = queryLimit.has
        statement.limit = queryLimit.rows
        return true
    }

    private func isModification(_ keyword: Keyword) -> Bool {
        switch keyword {
        case .insert, .update, .delete, .merge: true
        default: false
        }
    }
}

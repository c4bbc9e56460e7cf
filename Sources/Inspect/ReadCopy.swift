// COPY in all its forms, with the options that decide what its bytes look like.

import Machine

extension SQLReader {
    /// COPY table [(columns)] FROM | TO …, COPY (query) TO ….
    func copyStatement() throws(Misread) {
        kind = "copy"
        try expect(.copy)
        var binary = false
        if at(.binary), startsColumnId(peek(1)) {
            advance()
            binary = true
        }
        var query = false
        var range: (first: Int32, count: Int32) = (0, 0)
        var outputs = Outputs.none
        var relation = QualifiedName()
        if at(.openParen) {
            query = true
            outputs = try copiedQuery()
        } else {
            relation = try qualifiedName()
            range = try addTargets(relation)
            if accept(.openParen) {
                repeat { copyColumns.append(try columnId()) } while accept(.comma)
                try expect(.closeParen)
            }
        }
        let outwards = accept(.to)
        if !outwards { try expect(.from) }
        guard outwards || !query else { throw .syntax }
        let client = try copyPlace(outwards: outwards)
        statement.copy = client ? (outwards ? .toClient : .fromClient) : .server
        if binary { statement.copyFormat = .binary }
        let uses: ColumnUses = outwards ? (client ? .output : .stored) : .write
        if query { use(outputs, for: uses) } else { try copiedColumns(range, outwards ? .select : .insert, uses) }
        try copyOptions()
        if !outwards, accept(.where) {
            openScope()
            addTarget(range, alias: relation.name)
            use = .filter
            try expression()
            try closeScope()
        }
        if query { weakestShape = weakestShape ?? WhereShape.none } else { note(.none) }
        statement.returnsRows = false
    }

    /// The query in parentheses, which may also be a modifying statement with RETURNING.
    private func copiedQuery() throws(Misread) -> Outputs {
        try expect(.openParen)
        let start = token.start
        let outputs: Outputs
        switch tokens[skippedWith()].keyword {
        case .insert, .update, .delete, .merge: outputs = try modifyingStatement()
        default:
            outputs = try query(.outermost)
            readsQueryLimit = true
            statement.hasLimit = queryLimit.has
            statement.limit = queryLimit.rows
        }
        statement.copyQuery = TextRef(offset: start, count: tokens[p - 1].end - start)
        try expect(.closeParen)
        return outputs
    }

    private func copiedColumns(
        _ range: (first: Int32, count: Int32), _ verb: Verb, _ uses: ColumnUses
    ) throws(Misread) {
        for index in Int(range.first)..<Int(range.first + range.count) {
            let target = targets[index]
            let found = try access(verb, .table, schema: target.schema, name: target.name, target.start, target.end)
            if copyColumns.count == 0 { useEveryColumn(of: found, target.relation, uses) }
            for column in 0..<copyColumns.count {
                let placed = findings.column(copyColumns[column], of: found)
                findings.columns[placed].uses.formUnion(uses)
            }
        }
    }

    /// STDIN, STDOUT, a file or a program; true for the client.
    private func copyPlace(outwards: Bool) throws(Misread) -> Bool {
        if accept(.stdin) || accept(.stdout) { return true }
        let program = accept(.program)
        guard token.isString else { throw .syntax }
        let name = try stringSymbol(token)
        _ = try access(
            program ? .run : outwards ? .write : .read, program ? .program : .file, schema: .none, name: name, token.start,
            token.end)
        advance()
        return false
    }

    // MARK: Options

    private func copyOptions() throws(Misread) {
        if at(.using) || at(.delimiters) {
            _ = accept(.using)
            try expect(.delimiters)
            statement.copyDelimiter = try oneByte()
        }
        _ = accept(.with)
        if at(.openParen) { return try copyOptionList() }
        while !atEnd, !at(.where) { try oldCopyOption() }
    }

    private func oldCopyOption() throws(Misread) {
        if accept(.binary) {
            statement.copyFormat = .binary
        } else if accept(.csv) {
            statement.copyFormat = .csv
        } else if accept(.header) {
            statement.copyHeader = true
        } else if accept(.freeze) {
            return
        } else if accept(.delimiter) {
            _ = accept(.as)
            statement.copyDelimiter = try oneByte()
        } else if accept(.null) {
            _ = accept(.as)
            try nullText()
        } else if accept(.quote) {
            _ = accept(.as)
            statement.copyQuote = try oneByte()
        } else if accept(.escape) {
            _ = accept(.as)
            statement.copyEscape = try oneByte()
        } else if accept(.encoding) {
            try copyEncoding()
        } else if accept(.force) {
            if accept(.not) { try expect(.null) } else if !accept(.quote) { try expect(.null) }
            if !accept(.star) { try commaSeparated { () throws(Misread) in _ = try self.columnId() } }
        } else {
            throw .copyOption
        }
    }

    private func copyOptionList() throws(Misread) {
        try expect(.openParen)
        repeat { try copyOption() } while accept(.comma)
        try expect(.closeParen)
    }

    private func copyOption() throws(Misread) {
        if acceptWord("format") {
            try copyFormat()
        } else if acceptWord("delimiter") {
            statement.copyDelimiter = try oneByte()
        } else if acceptWord("null") {
            try nullText()
        } else if acceptWord("header") {
            statement.copyHeader = try copyHeader()
        } else if acceptWord("quote") {
            statement.copyQuote = try oneByte()
        } else if acceptWord("escape") {
            statement.copyEscape = try oneByte()
        } else if acceptWord("encoding") {
            try copyEncoding()
        } else if acceptWord("force_quote") || acceptWord("force_not_null") || acceptWord("force_null") || acceptWord("freeze")
            || acceptWord("default") || acceptWord("on_error") || acceptWord("log_verbosity") || acceptWord("reject_limit")
        {
            try optionValue()
        } else {
            throw .copyOption
        }
    }

    private func copyFormat() throws(Misread) {
        let word = token.isString ? try stringSymbol(token) : try symbol(of: token)
        advance()
        let bytes = symbols.bytes(word)
        if bytes.elementsEqual("csv".utf8) {
            statement.copyFormat = .csv
        } else if bytes.elementsEqual("binary".utf8) {
            statement.copyFormat = .binary
        } else if bytes.elementsEqual("text".utf8) {
            statement.copyFormat = .text
        } else {
            throw .copyOption
        }
    }

    /// HEADER alone, a boolean, or MATCH.
    private func copyHeader() throws(Misread) -> Bool {
        if at(.comma) || at(.closeParen) { return true }
        let value = token
        try optionValue()
        if value.kind == .integer { return integerValue(value) != 0 }
        let word = value.isString ? try stringSymbol(value) : try symbol(of: value)
        // First the symbol, then the bytes: making a symbol may move them.
        let folded = foldedParameter(word)
        let bytes = symbols.bytes(folded)
        if bytes.elementsEqual("false".utf8) || bytes.elementsEqual("off".utf8) { return false }
        guard bytes.elementsEqual("true".utf8) || bytes.elementsEqual("on".utf8) || bytes.elementsEqual("match".utf8) else {
            throw .copyOption
        }
        return true
    }

    /// A one-byte ASCII string.
    private func oneByte() throws(Misread) -> UInt8 {
        guard token.isString || token.isName else { throw .syntax }
        let symbol = token.isString ? try stringSymbol(token) : try symbol(of: token)
        advance()
        let bytes = symbols.bytes(symbol)
        guard bytes.count == 1, bytes[0] < 0x80 else { throw .copyOption }
        return bytes[0]
    }

    private func nullText() throws(Misread) {
        guard token.isString || token.isName else { throw .syntax }
        copyNull = token.isString ? try stringSymbol(token) : try symbol(of: token)
        statement.copyHasNull = true
        advance()
    }

    /// What goes out in another encoding than UTF-8 would pass through the mask unread.
    private func copyEncoding() throws(Misread) {
        guard token.isString || token.isName else { throw .syntax }
        let name = token.isString ? try stringSymbol(token) : try symbol(of: token)
        advance()
        if statement.copy == .fromClient { return }
        let folded = foldedParameter(name)
        let bytes = symbols.bytes(folded)
        guard bytes.elementsEqual("utf8".utf8) || bytes.elementsEqual("utf-8".utf8) else { throw .copyOption }
    }
}

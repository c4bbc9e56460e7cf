// Code inside a string constant: the body of DO, the text of EXECUTE. It becomes the message for as long as it is read.

import Machine

extension SQLReader {
    /// DO ['body' | LANGUAGE name] …: PL/pgSQL is read, other languages are not.
    func doStatement() throws(Misread) {
        kind = "do"
        try expect(.do)
        var body: Token?
        var isPL = true
        var isOdd = false
        repeat {
            if accept(.language) {
                guard token.isName || token.isString else { throw .syntax }
                let language = token.isString ? try? stringSymbol(token) : try? symbol(of: token)
                isPL = isPL && language.map { symbols.bytes($0).elementsEqual("plpgsql".utf8) } == true
            } else {
                guard token.isString else { throw .syntax }
                isOdd = isOdd || body != nil
                body = token
            }
            advance()
        } while !atEnd
        guard let body, isPL, !isOdd else { return opaqueness = .anonymousBlock }
        do throws(Misread) {
            try readBlock(body)
        } catch {
            opaqueness = opaqueness ?? (error.isLimit ? error : .anonymousBlock)
        }
        kind = "do"
    }

    /// What the block in a string does. What it creates or drops, and where it looks names up, may be so before it in the text, in
    /// a loop, so then all is read again knowing that.
    private func readBlock(_ body: Token) throws(Misread) {
        let isOutermost = codeDepth == 0
        if isOutermost {
            parameters.removeAll()
            beginCode()
        }
        let before = statement
        let wasResult = resultUse
        // Values end in variables, from where they may go anywhere.
        resultUse = [.computed, .stored]
        defer {
            resultUse = wasResult
            if isOutermost { parameters.removeAll() }
        }
        var again = false
        repeat {
            try withText(of: body) { (reader) throws(Misread) in
                let block = BlockReader(reader)
                defer { block.free() }
                try block.read()
            }
            again = !again && isOutermost && (findings.definesAnything || codeListsPath)
        } while again
        merge(into: before)
        readsQueryLimit = false
        if isOutermost { settle() }
    }

    /// What the body does that is the message: of a function, whose parameters are declared.
    func readRoutineBlock() throws(Misread) {
        let wasResult = resultUse
        resultUse = [.computed, .stored]
        codeDepth += 1
        beginCode()
        defer {
            codeDepth -= 1
            resultUse = wasResult
        }
        p = 0
        for index in 0..<lastToken where endsElsewhere(tokens[index]) { throw .lexical }
        let block = BlockReader(self)
        defer { block.free() }
        try block.read()
        // Read once, so what stands before a change was looked up along the path before it.
        codeChangesPath = codeChangesPath || codeListsPath
        settle()
    }

    private func beginCode() {
        (codeUsesPortals, codeChangesPath, codeListsPath) = (false, false, false)
        codePath.removeAll()
    }

    /// What the code did to the session besides its accesses.
    private func settle() {
        if codeUsesPortals {
            // Portals that were opened or closed: none that was known is what it was.
            statement.nameEffect = .closeCursor
            effectName = .none
        }
        listedPath.removeAll()
        guard codeChangesPath || codeListsPath else { return }
        statement.mayChangeLexicalState = true
        guard codeChangesPath else {
            pathChange = .possible
            for index in 0..<codePath.count { listedPath.append(codePath[index]) }
            return
        }
        pathChange = .unknown
        if opaqueness == nil { opaqueness = .searchPath }
    }

    /// The path that a statement in code sets may be in force before and behind it; then names are looked up along both.
    private func notePath() {
        switch pathChange {
        case .none: return
        case .listed, .listedLocally, .possible:
            codeListsPath = true
            keepSessionPath()
            for index in 0..<listedPath.count {
                keepCodePath(listedPath[index])
                alsoSearch(listedPath[index])
            }
        case .start, .role, .roleLocally, .authorization, .possibleRole, .noRole, .noAuthorization, .everything, .unknown:
            codeChangesPath = true
        }
        pathChange = .none
        listedPath.removeAll()
    }

    private func keepCodePath(_ schema: Symbol) {
        for index in 0..<codePath.count where codePath[index] == schema { return }
        if codePath.count >= InspectLimits.searchPath { codeChangesPath = true } else { codePath.append(schema) }
    }

    /// The facts of a statement that holds others: what any of them says that is not of its own result.
    func merge(into outer: Statement) {
        let inner = statement
        statement = outer
        statement.hasStar = outer.hasStar || inner.hasStar
        statement.hasUnknownColumns = outer.hasUnknownColumns || inner.hasUnknownColumns
        statement.mayChangeLexicalState = outer.mayChangeLexicalState || inner.mayChangeLexicalState
        statement.setsTransaction = outer.setsTransaction || inner.setsTransaction
        statement.analyzes = outer.analyzes || inner.analyzes
    }

    /// One statement inside code, read by `production` to the end of the tokens or to a semicolon.
    func embedded(_ production: () throws(Misread) -> Void) throws(Misread) {
        forgetQuery()
        let before = statement
        statement = Statement()
        try production()
        guard atEnd else { throw .syntax }
        if let overflow { throw overflow }
        // Names of the session that come and go, transactions and the client's rows are more than is followed in here.
        guard statement.nameEffect == .none, statement.transactionStep == .none, statement.copy == .none || statement.copy == .server
        else { throw .unsupported }
        merge(into: before)
        notePath()
        if schema != nil { noteChanges(failed: false) }
    }

    /// The statements of the text that EXECUTE was given.
    func executedText(_ text: Token) throws(Misread) {
        try withText(of: text) { (reader) throws(Misread) in
            while true {
                while reader.accept(.semicolon) {}
                if reader.token.kind == .end { return }
                try reader.embedded { () throws(Misread) in try reader.statementHere() }
            }
        }
    }

    // MARK: Texts

    /// Makes the bytes of a string constant the message, with its tokens, while `body` reads.
    private func withText(of literal: Token, _ body: (SQLReader) throws(Misread) -> Void) throws(Misread) {
        guard codeDepth < InspectLimits.codeDepth else { throw .tooDeep }
        try decodeString(literal)
        let outer = (padded: padded, tokens: tokens, prints: prints, next: p)
        let quote = place(of: literal)
        let firstAccess = findings.accesses.count
        padded = PaddedText()
        padded.copy(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count))
        message = padded.bytes
        tokens = Pool(capacity: 64)
        prints = Pool(capacity: 64)
        codeDepth += 1
        defer {
            codeDepth -= 1
            padded.free()
            tokens.free()
            prints.free()
            padded = outer.padded
            message = padded.bytes
            tokens = outer.tokens
            prints = outer.prints
            p = outer.next
            findings.place(since: firstAccess, quote)
        }
        try scan()
        try body(self)
    }

    private func scan() throws(Misread) {
        let lexer = SQLLexer(padded, lexical: lexical, keywords: keywords)
        try lexer.scan(into: &tokens, prints: &prints, naming: &symbols)
        codeSteps += tokens.count
        p = 0
        for index in 0..<lastToken where endsElsewhere(tokens[index]) { throw .lexical }
        if let schema { try openWords(0..<lastToken, schema) }
    }

    /// Where the bytes of a literal are in the text around it: one to one between dollars, else somewhere in it.
    private func place(of literal: Token) -> CodePlace {
        guard literal.kind == .dollarString else { return CodePlace(start: literal.start, end: literal.end, isExact: false) }
        var tag = Int(literal.start) + 1
        while message[tag] != 0x24 { tag += 1 }
        return CodePlace(start: UInt32(tag + 1), end: literal.end, isExact: true)
    }

    /// A fingerprint's part that is code in a string: other code is another statement. Zero where there is none.
    func codeHash(_ range: Range<Int>) -> UInt64 {
        guard let first = range.first else { return 0 }
        let isBlock = tokens[first].keyword == .do
        guard isBlock || tokens[first].keyword == .create else { return 0 }
        var hash: UInt64 = 0
        // The body of a function stands behind AS.
        for index in range.dropFirst() where tokens[index].isString && (isBlock || tokens[index - 1].keyword == .as) {
            hash = NameHash.mix(hash, NameHash.wide(slice(tokens[index])))
        }
        return hash
    }

    // MARK: Settings that come late

    /// Code is cut into tokens when it runs. Where `standard_conforming_strings` could then be another, a plain string with `\'`
    /// would end elsewhere.
    private func endsElsewhere(_ token: Token) -> Bool {
        guard isPlainQuote(token) else { return false }
        var at = Int(token.start) + 1
        while at + 1 < Int(token.end) {
            if message[at] == 0x5C {
                if message[at + 1] == 0x27 { return true }
                at += 1
            }
            at += 1
        }
        return false
    }

    /// A plain string with a backslash says one thing or another by `standard_conforming_strings`.
    func dependsOnSettings(_ token: Token) -> Bool {
        isPlainQuote(token) && slice(token).contains(0x5C)
    }

    private func isPlainQuote(_ token: Token) -> Bool {
        (token.kind == .string || token.kind == .escapeString) && (message[Int(token.start)] | 0x20) != 0x65
    }
}

/// Where code stands in the text around it.
struct CodePlace {
    var start: UInt32
    var end: UInt32
    /// Each byte of the code is that byte there, from `start` on.
    var isExact: Bool
}

extension Findings {
    /// Whether anything was created, altered or dropped.
    var definesAnything: Bool {
        for index in 0..<accesses.count {
            switch accesses[index].verb {
            case .create, .alter, .drop: return true
            default: continue
            }
        }
        return false
    }

    /// Accesses found in code get their place in the text around it.
    mutating func place(since first: Int, _ place: CodePlace) {
        for index in first..<accesses.count {
            let length = accesses[index].end &- accesses[index].start
            accesses[index].start = place.isExact ? place.start &+ accesses[index].start : place.start
            accesses[index].end = place.isExact ? accesses[index].start &+ length : place.end
        }
    }
}

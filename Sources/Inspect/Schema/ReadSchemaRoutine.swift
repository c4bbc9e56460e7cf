// Bodies of functions and procedures in SQL and PL/pgSQL: what a call does besides being a call.

import Machine

extension SchemaReader {
    /// Opens a routine whose body is SQL or PL/pgSQL. Of any other, and of a body that is not understood, a call stays a call.
    func readRoutine(_ key: SchemaKey, _ item: LaterStatement) {
        do throws(Misread) {
            try begin(UnsafeRawBufferPointer(rebasing: text[item.statement.bytes]), path: item.path)
            guard
                let open = (0..<reader.tokens.count).first(where: { reader.tokens[$0].mark == .openParen })
            else { return }
            let parameters = parameterNames(open)
            guard let language = language() else { return }
            if language == "plpgsql", let body = bodyText() {
                let bytes = Array(reader.symbols.bytes(body))
                return readBlock(bytes, parameters, path: settledPath() ?? callersPath, key)
            }
            guard language == "sql" else { return }
            if let body = bodyText() {
                try readBody(
                    Array(reader.symbols.bytes(body)), parameters, path: settledPath() ?? callersPath, key)
            } else if let start = bodyStart(behind: Int(reader.tokens[open].value)) {
                take(parameters, of: key)
                reader.p = start
                reader.clearStatement()
                try reader.definitionBody(ofCode: true)
                draft.routines[key, default: []] += foundInBody()
            }
        } catch {
            warn(
                line: item.statement.line,
                "the body of \(key.schema).\(key.name) is not understood (\(error.reason))",
                help: "calling it stays a `call`, and nothing more is known of it")
        }
    }

    /// Each first name behind a parenthesis or comma of the parameter list, after IN, OUT, INOUT, VARIADIC.
    private func parameterNames(_ open: Int) -> [String] {
        let close = Int(reader.tokens[open].value)
        var names: [String] = []
        var index = open + 1
        var isFirst = true
        while index < close {
            let token = reader.tokens[index]
            if token.mark == .comma {
                isFirst = true
            } else if token.mark == .openParen, token.value > 0 {
                index = Int(token.value)
            } else if isFirst {
                switch token.keyword {
                case .in, .out, .inout, .variadic: break
                default:
                    isFirst = false
                    if token.isName, let name = try? reader.symbol(of: token) { names.append(string(name)) }
                }
            }
            index += 1
        }
        return names
    }

    /// The name behind LANGUAGE; a body without AS is SQL by itself. Nil where it cannot be told.
    private func language() -> String? {
        guard let language = tokens(.language).first else { return bodyText() == nil ? "sql" : nil }
        let token = reader.tokens[language + 1]
        let name = token.isString ? try? reader.stringSymbol(token) : try? reader.symbol(of: token)
        return name.map { string($0).lowercased() }
    }

    /// The text behind AS.
    private func bodyText() -> Symbol? {
        for index in tokens(.as) where reader.tokens[index + 1].isString {
            return try? reader.stringSymbol(reader.tokens[index + 1])
        }
        return nil
    }

    /// The first token of `BEGIN ATOMIC … END` or `RETURN …`.
    private func bodyStart(behind close: Int) -> Int? {
        let atomic = tokens(.begin).first { $0 > close && reader.tokens[$0 + 1].keyword == .atomic }
        return atomic ?? tokens(.return).first { $0 > close }
    }

    /// The schemas of `SET search_path = …` in the definition; nil where it has none.
    private func settledPath() -> [String]? {
        guard
            let set = tokens(.set).first(where: {
                (try? reader.symbol(of: reader.tokens[$0 + 1])) == reader.known.searchPath
            }), reader.tokens[set + 2].mark == .equal || reader.tokens[set + 2].keyword == .to
        else { return nil }
        var path: [String] = []
        var index = set + 3
        while true {
            let token = reader.tokens[index]
            if token.isString, let name = try? reader.stringSymbol(token) {
                if !name.isNone { path.append(string(name)) }
            } else if token.isName, let name = try? reader.symbol(of: token) {
                path.append(string(name))
            }
            guard reader.tokens[index + 1].mark == .comma else { return path }
            index += 2
        }
    }

    private func readBody(_ bytes: [UInt8], _ parameters: [String], path: [String], _ key: SchemaKey)
        throws(Misread)
    {
        var failure: Misread?
        var found: [SchemaDraft.Opened] = []
        bytes.withUnsafeBytes { body in
            do throws(Misread) {
                try begin(body, path: path)
                take(parameters, of: key)
                while true {
                    while reader.accept(.semicolon) {}
                    if reader.token.kind == .end { break }
                    reader.clearStatement()
                    try reader.statementHere()
                    guard reader.atEnd else { throw Misread.syntax }
                    try checkUnderstood()
                    found += foundInBody()
                    reader.noteChanges(failed: false)
                }
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        draft.routines[key, default: []] += found
    }

    /// A body that is not all understood, as one with an EXECUTE of a computed text, opens nothing: most have some of it, so it is
    /// no reason for a warning.
    private func readBlock(_ bytes: [UInt8], _ parameters: [String], path: [String], _ key: SchemaKey) {
        bytes.withUnsafeBytes { body in
            do throws(Misread) {
                try begin(body, path: path)
                take(parameters, of: key)
                // The rows that a trigger is about.
                reader.parameters.append(reader.known.old)
                reader.parameters.append(reader.known.new)
                try reader.readRoutineBlock()
                try checkUnderstood()
                draft.routines[key, default: []] += foundInBody()
            } catch {
                return
            }
        }
    }

    private func take(_ parameters: [String], of key: SchemaKey) {
        for name in parameters { reader.parameters.append(symbol(name)) }
        reader.bodyOwner = symbol(key.name)
    }

    private func foundInBody() -> [SchemaDraft.Opened] { foundHere(when: [.call], as: .computed) }
}

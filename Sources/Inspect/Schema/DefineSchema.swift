// One statement of a schema file: what sort of object it defines, and the small ones at once.

import Machine

/// A view, a routine, a rule or a policy: it names tables, so that it is read when all of them are known.
struct LaterStatement {
    enum Kind {
        case view(SchemaKey, materialized: Bool)
        case routine(SchemaKey)
        case rule(SchemaKey)
        case policy(SchemaKey)
    }
    var kind: Kind
    var statement: SchemaStatement
    var path: [String]
}

extension SchemaReader {
    func isLater(_ key: SchemaKey) -> Bool {
        later.contains { if case .view(let view, _) = $0.kind { view == key } else { false } }
    }

    /// The statement has been read, and is known to be one; the reader is at its end.
    func define(_ statement: SchemaStatement) throws(Misread) {
        let calls = foundCalls()
        reader.p = 0
        switch reader.keyword {
        case .create: try create(statement, calls)
        case .alter: try alter(calls)
        case .drop: try drop()
        case .comment, .grant, .revoke, .security, .set, .reset, .begin, .start, .commit, .end,
            .analyze, .vacuum, .reassign:
            return
        case .select:
            if reader.findings.accesses.count == setsAndCalls() { return }
            notOfASchema(statement)
        case .do:
            // What code defines is not followed.
            if reader.findings.definesAnything || setsAndCalls() > 0 { throw .anonymousBlock }
            notOfASchema(statement)
        default: notOfASchema(statement)
        }
    }

    private func notOfASchema(_ statement: SchemaStatement) {
        warn(
            line: statement.line, "this statement defines nothing",
            help: "dump the schema without the data: `pg_dump --schema-only`")
    }

    /// Accesses that only set parameters or call functions, as those of a dump's preamble.
    private func setsAndCalls() -> Int {
        (0..<reader.findings.accesses.count).filter {
            let verb = reader.findings.accesses[$0].verb
            return verb == .set || verb == .call
        }.count
    }

    /// The functions that the statement just read calls. The registry types only look a name up, once.
    func foundCalls() -> [SchemaDraft.Opened] {
        (0..<reader.findings.accesses.count).compactMap { index in
            let found = reader.findings.accesses[index]
            guard found.verb == .call, !reader.symbols.flags(found.name).contains(.registryType) else {
                return nil
            }
            let key = SchemaKey(schema: string(found.schema), name: string(found.name))
            return SchemaDraft.Opened(when: [.call], verb: .call, objectClass: .function, key: key)
        }
    }

    func opened(_ calls: [SchemaDraft.Opened], when: VerbSet) -> [SchemaDraft.Opened] {
        calls.map {
            var item = $0
            item.when = when
            return item
        }
    }

    func call(_ key: SchemaKey, when: VerbSet) -> SchemaDraft.Opened {
        SchemaDraft.Opened(when: when, verb: .call, objectClass: .function, key: key)
    }

    // MARK: CREATE

    private func create(_ statement: SchemaStatement, _ calls: [SchemaDraft.Opened]) throws(Misread) {
        reader.advance()
        if reader.accept(.or) { try reader.expect(.replace) }
        _ = reader.accept(.global) || reader.accept(.local)
        if reader.at(.temp) || reader.at(.temporary) { return }
        _ = reader.accept(.unlogged)
        switch reader.keyword {
        case .table: try createTable(kind: .table, calls)
        case .foreign: if reader.peek(1).keyword == .table { try createTable(kind: .foreign, calls) }
        case .view, .recursive: try createView(statement, materialized: false)
        case .materialized: try createView(statement, materialized: true)
        case .sequence: try createSequence()
        case .unique, .index: try createIndex(calls)
        case .function, .procedure:
            reader.advance()
            guard let key = key(try reader.routineName()) else { return }
            later.append(LaterStatement(kind: .routine(key), statement: statement, path: path))
        case .aggregate: try createAggregate()
        case .operator: try createOperator()
        case .cast: try createCast()
        case .domain: try createDomain(calls)
        case .type: try createType()
        case .constraint, .trigger: try createTrigger(calls)
        case .rule: try createRule(statement)
        case .policy:
            reader.advance()
            _ = try reader.columnId()
            try reader.expect(.on)
            guard let table = existing(try reader.qualifiedName()) else { return }
            later.append(LaterStatement(kind: .policy(table), statement: statement, path: path))
        case .schema:
            if let open = tokens(.create).dropFirst().first {
                reader.p = open
                complain(
                    line: line, "objects inside of CREATE SCHEMA are not read",
                    help: "write each as a statement of its own")
            }
        default: return  // extensions, text search, languages, publications, …: nothing that statements run
        }
    }

    /// The place behind the statement's last token.
    var endOfStatement: Int { reader.tokens.count - SQLLexer.endTokens }

    func move(to place: Int) throws(Misread) {
        guard place <= endOfStatement else { throw .syntax }
        reader.p = place
    }

    /// The places of a key word in the statement.
    func tokens(_ keyword: Keyword) -> [Int] {
        (0..<max(0, endOfStatement)).filter { reader.tokens[$0].keyword == keyword }
    }

    private func createSequence() throws(Misread) {
        reader.advance()
        try reader.ifExists()
        guard let key = key(try reader.qualifiedName()) else { return }
        draft.relations[key] = SchemaDraft.Relation(kind: .sequence, columns: Self.sequenceColumns, line: line)
    }

    static let sequenceColumns = ["last_value", "log_cnt", "is_called"].map { SchemaDraft.Column(name: $0, type: nil) }

    /// Expressions and predicates of an index run whenever a row is written.
    private func createIndex(_ calls: [SchemaDraft.Opened]) throws(Misread) {
        guard !calls.isEmpty, let on = tokens(.on).first else { return }
        reader.p = on + 1
        guard let table = existing(try reader.relationExpression()) else { return }
        draft.add(opened(calls, when: SchemaDraft.rowWrites), to: table)
    }

    private func createView(_ statement: SchemaStatement, materialized: Bool) throws(Misread) {
        _ = reader.accept(.recursive)
        _ = reader.accept(.materialized)
        try reader.expect(.view)
        try reader.ifExists()
        guard let key = key(try reader.qualifiedName()) else { return }
        // OR REPLACE: the last definition stands.
        later.removeAll { if case .view(key, _) = $0.kind { true } else { false } }
        later.append(
            LaterStatement(kind: .view(key, materialized: materialized), statement: statement, path: path)
        )
    }

    // MARK: DROP

    private func drop() throws(Misread) {
        reader.advance()
        let objectClass = try reader.objectClassWords()
        guard
            objectClass == .table || objectClass == .view || objectClass == .sequence
                || objectClass == .function
        else { return }
        _ = reader.accept(.concurrently)
        try reader.ifExists()
        repeat {
            let name = try reader.routineName()
            guard let key = existing(name) else { return }
            if objectClass == .function {
                later.removeAll { if case .routine(key) = $0.kind { true } else { false } }
                if reader.at(.openParen), reader.token.value > 0 { reader.p = Int(reader.token.value) + 1 }
                continue
            }
            draft.relations[key] = nil
            later.removeAll { if case .view(key, _) = $0.kind { true } else { false } }
        } while reader.accept(.comma)
    }
}

// What runs functions without naming them: operators, casts, aggregates, domains, triggers.

import Machine

extension SchemaReader {
    /// A function by the name here, which is passed.
    private func function() throws(Misread) -> SchemaKey? {
        let name = try reader.routineName()
        if !name.schema.isNone {
            return SchemaKey(schema: string(name.schema), name: string(name.name))
        }
        let flags = reader.symbols.flags(name.name)
        if flags.contains(.pureFunction) { return nil }
        if flags.contains(.otherFunction) {
            return SchemaKey(schema: "pg_catalog", name: string(name.name))
        }
        return path.first.map { SchemaKey(schema: $0, name: string(name.name)) }
    }

    /// Whether calling it is an access: functions of `pg_catalog` that only compute are not.
    private func isCall(_ key: SchemaKey) -> Bool {
        key.schema != "pg_catalog" || !reader.symbols.flags(symbol(key.name)).contains(.pureFunction)
    }

    /// Functions behind some words of the definition list `(SFUNC = f, …)` that opens at `open`.
    private func functions(behind words: [StaticString], from open: Int) throws(Misread)
        -> [SchemaDraft.Opened]
    {
        // Any other token's value is no place.
        guard reader.tokens[open].mark == .openParen else { throw .syntax }
        var found: [SchemaDraft.Opened] = []
        let close = Int(reader.tokens[open].value)
        guard close > open else { return [] }
        reader.p = open + 1
        while reader.p < close {
            let isOne = words.contains { reader.atWord($0) }
            reader.advance()
            guard isOne, reader.accept(.equal) else { continue }
            if let key = try function(), isCall(key) { found.append(call(key, when: [.call])) }
        }
        return found
    }

    func createOperator() throws(Misread) {
        reader.advance()
        if reader.at(.class) || reader.at(.family) { return }
        while reader.token.isName, reader.peek(1).mark == .dot {
            reader.advance()
            reader.advance()
        }
        let name = String(decoding: reader.slice(reader.token), as: UTF8.self)
        reader.advance()
        guard reader.at(.openParen) else { return }
        let found = try functions(behind: ["function", "procedure"], from: reader.p)
        if !found.isEmpty { draft.operators[name, default: []] += found }
    }

    func createAggregate() throws(Misread) {
        reader.advance()
        let written = try reader.routineName()
        guard let key = key(written) else { return }
        // The arguments, then the definition; the old form has the definition alone.
        var open = reader.p
        if reader.at(.openParen), reader.tokens[Int(reader.token.value) + 1].mark == .openParen {
            open = Int(reader.token.value) + 1
        }
        let words: [StaticString] = [
            "sfunc", "finalfunc", "combinefunc", "serialfunc", "deserialfunc", "msfunc", "minvfunc",
            "mfinalfunc",
        ]
        let found = try functions(behind: words, from: open)
        if !found.isEmpty { draft.routines[key, default: []] += found }
    }

    /// `CREATE CAST (a AS b) WITH FUNCTION f(…)`: making a `b` may run it.
    func createCast() throws(Misread) {
        reader.advance()
        try reader.expect(.openParen)
        try reader.typeName()
        try reader.expect(.as)
        let target = try reader.typeName()
        try reader.expect(.closeParen)
        guard reader.accept(.with), reader.accept(.function), !target.isNone else { return }
        guard let key = try function(), isCall(key) else { return }
        draft.types[string(target), default: []].append(call(key, when: [.call]))
    }

    // MARK: Types

    func createType() throws(Misread) {
        reader.advance()
        let name = string(try reader.routineName().name)
        guard reader.accept(.as), reader.at(.openParen) else { return }
        let close = Int(reader.token.value)
        reader.advance()
        var columns: [SchemaDraft.Column] = []
        while reader.p < close {
            let column = string(try reader.columnId())
            let type = try reader.typeName()
            columns.append(SchemaDraft.Column(name: column, type: type.isNone ? nil : string(type)))
            if reader.accept(.collate) { try reader.anyName() }
            guard reader.accept(.comma) else { break }
        }
        draft.compositeTypes[name] = columns
    }

    /// What its checks and its default call, every value's making may call.
    func createDomain(_ calls: [SchemaDraft.Opened]) throws(Misread) {
        reader.advance()
        let name = string(try reader.routineName().name)
        _ = reader.accept(.as)
        let base = try reader.typeName()
        if !base.isNone { draft.domains[name] = string(base) }
        if !calls.isEmpty { draft.types[name, default: []] += calls }
    }

    func alterDomain(_ calls: [SchemaDraft.Opened]) throws(Misread) {
        reader.advance()
        let name = string(try reader.routineName().name)
        if !calls.isEmpty { draft.types[name, default: []] += calls }
    }

    // MARK: Triggers

    /// `CREATE TRIGGER name BEFORE | AFTER | INSTEAD OF event OR … ON table … EXECUTE FUNCTION f(…)`.
    func createTrigger(_ calls: [SchemaDraft.Opened]) throws(Misread) {
        _ = reader.accept(.constraint)
        try reader.expect(.trigger)
        _ = try reader.columnId()
        let isInstead = reader.at(.instead)
        var events: VerbSet = []
        while !reader.at(.on), !reader.atEnd {
            switch reader.keyword {
            case .insert: events.insert(VerbSet(.insert))
            case .update: events.insert(VerbSet(.update))
            case .delete: events.insert(VerbSet(.delete))
            case .truncate: events.insert(VerbSet(.truncate))
            default: break  // BEFORE, OR, OF and columns
            }
            reader.advance()
        }
        try reader.expect(.on)
        guard let table = existing(try reader.qualifiedName()), !events.isEmpty else { return }
        var opened = calls
        if let execute = tokens(.execute).last {
            try move(to: execute + 2)
            if let key = try function(), isCall(key) { opened.append(call(key, when: events)) }
        }
        triggers.append((table, self.opened(opened, when: events)))
        if isInstead { draft.instead[table, default: []].formUnion(events) }
    }

    /// `CREATE RULE name AS ON event TO table … DO [INSTEAD] …`, read when all tables are known.
    func createRule(_ statement: SchemaStatement) throws(Misread) {
        guard let to = tokens(.to).first, let on = tokens(.on).first else { return }
        let event = reader.tokens[on + 1].keyword
        reader.p = to + 1
        guard event != .select, let table = existing(try reader.qualifiedName()) else { return }
        if let verb = Self.verb(of: event), tokens(.instead).contains(where: { $0 >= reader.p }),
            !tokens(.where).contains(reader.p)
        {
            draft.instead[table, default: []].insert(VerbSet(verb))
        }
        later.append(LaterStatement(kind: .rule(table), statement: statement, path: path))
    }

    static func verb(of event: Keyword) -> Verb? {
        switch event {
        case .insert: .insert
        case .update: .update
        case .delete: .delete
        default: nil
        }
    }
}

// Tables, views and indexes: definitions whose expressions run, or whose queries are read.

import Machine

extension SQLReader {
    // MARK: CREATE TABLE

    func createTable(temporary: Bool) throws(Misread) {
        kind = "create table"
        try ifExists()
        let name = try qualifiedName()
        try createAccess(.table, name, temporary: temporary)
        openScope()
        // Its own columns may be named in checks and defaults; they are not read from anything.
        sources.append(Source(kind: .phantom, alias: name.name))
        use = .filter
        if accept(.of) {
            try anyName()
        } else if accept(.partition) {
            try expect(.of)
            _ = try accesses(.alter, .table, try qualifiedName())
        }
        if at(.openParen) { try tableElements() }
        try partitionBounds()
        try tableOptions()
        try closeScope()
        if accept(.as) { try tableAs(name) }
    }

    /// `AS query [WITH [NO] DATA]`, `AS EXECUTE name (…)`.
    private func tableAs(_ name: QualifiedName) throws(Misread) {
        if at(.execute) {
            try executeStatement()
        } else {
            use(try query(.outermost), for: .stored)
        }
        kind = "create table as"
        statement.returnsRows = false
        try withData()
    }

    private func withData() throws(Misread) {
        guard accept(.with) else { return }
        _ = accept(.no)
        try expect(.data)
    }

    private func tableElements() throws(Misread) {
        try expect(.openParen)
        if accept(.closeParen) { return }
        repeat { try tableElement() } while accept(.comma)
        try expect(.closeParen)
    }

    private func tableElement() throws(Misread) {
        if accept(.like) {
            let name = try qualifiedName()
            _ = try accesses(.select, .table, name)
            while accept(.including) || accept(.excluding) { _ = try label() }
            return
        }
        if startsTableConstraint() { return try tableConstraint() }
        try columnDefinition()
    }

    private func startsTableConstraint() -> Bool {
        switch keyword {
        case .constraint, .check, .unique, .primary, .foreign: true
        case .exclude: peek(1).keyword == .using || peek(1).mark == .openParen
        default: false
        }
    }

    /// columnDef; a bare name is a column of CREATE TABLE … AS.
    func columnDefinition() throws(Misread) {
        _ = try columnId()
        if at(.comma) || at(.closeParen) { return }
        if accept(.with) {
            try expect(.options)
        } else if !startsColumnConstraint() {
            try typeName()
        }
        if accept(.storage) { _ = try label() }
        if accept(.compression) { _ = try label() }
        if accept(.options) { try genericOptions() }
        try columnConstraints()
    }

    private func startsColumnConstraint() -> Bool {
        switch keyword {
        case .constraint, .not, .null, .unique, .primary, .check, .default, .generated, .references, .collate, .deferrable,
            .initially:
            true
        default: false
        }
    }

    func columnConstraints() throws(Misread) {
        while startsColumnConstraint() || at(.enforced) {
            if accept(.constraint) { _ = try columnId() }
            switch keyword {
            case .not:
                advance()
                guard accept(.null) || accept(.deferrable) || accept(.enforced) || accept(.valid) else { throw .syntax }
                noInherit()
            case .null, .deferrable, .enforced: advance()
            case .initially:
                advance()
                guard accept(.deferred) || accept(.immediate) else { throw .syntax }
            case .unique, .primary: try keyConstraint(columns: false)
            case .check:
                advance()
                try oneInParentheses()
                noInherit()
            case .default:
                advance()
                try expression(Precedence.comparison, restricted: true)
            case .generated: try generated()
            case .references: try references()
            case .collate:
                advance()
                try anyName()
            default: throw .syntax
            }
        }
    }

    private func noInherit() { _ = accept(.no, .inherit) }

    /// GENERATED ALWAYS | BY DEFAULT AS IDENTITY [(…)] | AS (expression) STORED | VIRTUAL.
    func generated() throws(Misread) {
        try expect(.generated)
        if accept(.by) { try expect(.default) } else { try expect(.always) }
        try expect(.as)
        if accept(.identity) {
            if at(.openParen) {
                advance()
                while !at(.closeParen) {
                    guard token.isName || token.kind == .integer || at(.minus) || at(.plus) || at(.dot), !atEnd else { throw .syntax }
                    advance()
                }
                try expect(.closeParen)
            }
            return
        }
        use = [.filter, .stored]
        try oneInParentheses()
        use = .filter
        if !accept(.stored) { _ = accept(.virtual) }
    }

    /// UNIQUE and PRIMARY KEY, on a column or on a table.
    private func keyConstraint(columns: Bool) throws(Misread) {
        if accept(.primary) { try expect(.key) } else { try expect(.unique) }
        if accept(.nulls) {
            _ = accept(.not)
            try expect(.distinct)
        }
        if columns {
            if accept(.using) {
                try expect(.index)
                _ = try columnId()
            } else {
                try expect(.openParen)
                repeat {
                    _ = try columnId()
                    if accept(.without) { try expect(.overlaps) }
                } while accept(.comma)
                try expect(.closeParen)
            }
        }
        try indexStorage()
    }

    /// INCLUDE (…), WITH (…), USING INDEX TABLESPACE x.
    private func indexStorage() throws(Misread) {
        if accept(.include) { try nameListInParentheses() }
        if at(.with), peek(1).mark == .openParen {
            advance()
            try optionList()
        }
        if at(.using), peek(1).keyword == .index {
            advance()
            advance()
            try expect(.tablespace)
            _ = try columnId()
        }
    }

    /// REFERENCES other [(columns)]: says which values the other table has, so its columns are read.
    private func references() throws(Misread) {
        try expect(.references)
        let name = try qualifiedName()
        let range = try accesses(.select, .table, name)
        if accept(.openParen) {
            repeat {
                _ = accept(.period)
                let column = try columnId()
                for index in Int(range.first)..<Int(range.first + range.count) {
                    let found = try selectAccess(ofTarget: index)
                    let placed = findings.column(column, of: found)
                    findings.columns[placed].uses.formUnion(.filter)
                }
            } while accept(.comma)
            try expect(.closeParen)
        }
        while true {
            if accept(.match) {
                guard accept(.full) || accept(.partial) || accept(.simple) else { throw .syntax }
            } else if at(.on), peek(1).keyword == .delete || peek(1).keyword == .update {
                advance()
                advance()
                try referentialAction()
            } else {
                return
            }
        }
    }

    private func referentialAction() throws(Misread) {
        if accept(.no) { return try expect(.action) }
        if accept(.cascade) || accept(.restrict) { return }
        try expect(.set)
        guard accept(.null) || accept(.default) else { throw .syntax }
        if at(.openParen) { try nameListInParentheses() }
    }

    func tableConstraint() throws(Misread) {
        if accept(.constraint) { _ = try columnId() }
        switch keyword {
        case .check:
            advance()
            try oneInParentheses()
        case .unique, .primary: try keyConstraint(columns: true)
        case .not:
            advance()
            try expect(.null)
            _ = try columnId()
        case .foreign:
            advance()
            try expect(.key)
            try expect(.openParen)
            repeat {
                _ = accept(.period)
                _ = try columnId()
            } while accept(.comma)
            try expect(.closeParen)
            try references()
        case .exclude:
            advance()
            if accept(.using) { _ = try columnId() }
            try expect(.openParen)
            repeat {
                try indexElement()
                try expect(.with)
                if at(.operator) { try namedOperator() } else { advance() }
            } while accept(.comma)
            try expect(.closeParen)
            try indexStorage()
            if accept(.where) { try oneInParentheses() }
        default: throw .syntax
        }
        try constraintAttributes()
    }

    private func constraintAttributes() throws(Misread) {
        while true {
            if accept(.deferrable) || accept(.enforced) || accept(.no, .inherit) || accept(.not, .valid)
                || accept(.not, .deferrable) || accept(.not, .enforced)
            {
                continue
            }
            guard accept(.initially) else { return }
            guard accept(.deferred) || accept(.immediate) else { throw .syntax }
        }
    }

    /// FOR VALUES IN (…) | FROM (…) TO (…) | WITH (…), or DEFAULT.
    func partitionBounds() throws(Misread) {
        if accept(.default) { return }
        guard accept(.for, .values) else { return }
        if accept(.with) { return try optionList() }
        if accept(.in) { return try expressionsInParentheses() }
        try expect(.from)
        try expressionsInParentheses()
        try expect(.to)
        try expressionsInParentheses()
    }

    private func expressionsInParentheses() throws(Misread) {
        try expect(.openParen)
        try commaSeparated { () throws(Misread) in
            // MINVALUE and MAXVALUE are read as columns of the new table, which are nothing.
            try self.expression()
        }
        try expect(.closeParen)
    }

    /// INHERITS, PARTITION BY, USING, WITH, ON COMMIT, TABLESPACE in their order, any of them missing.
    private func tableOptions() throws(Misread) {
        if accept(.inherits) {
            try expect(.openParen)
            try commaSeparated { () throws(Misread) in _ = try self.accesses(.alter, .table, try self.qualifiedName()) }
            try expect(.closeParen)
        }
        if accept(.partition) {
            try expect(.by)
            _ = try columnId()
            try expect(.openParen)
            repeat { try indexElement() } while accept(.comma)
            try expect(.closeParen)
        }
        if accept(.using) { _ = try columnId() }
        if accept(.with) { try optionList() } else if accept(.without) { try expect(.oids) }
        if accept(.on) {
            try expect(.commit)
            if !accept(.drop) {
                guard accept(.preserve) || accept(.delete) else { throw .syntax }
                try expect(.rows)
            }
        }
        if accept(.tablespace) { _ = try columnId() }
    }

    // MARK: Views

    func createView(temporary: Bool) throws(Misread) {
        kind = "create view"
        let recursive = accept(.recursive)
        try expect(.view)
        let name = try qualifiedName()
        try createAccess(.view, name, temporary: temporary)
        let alias = Int32(aliasNames.count)
        if accept(.openParen) {
            repeat { aliasNames.append(try columnId()) } while accept(.comma)
            try expect(.closeParen)
        }
        if accept(.with) { try optionList() }
        try expect(.as)
        if recursive {
            commonTables.append(
                CommonTable(
                    name: name.name, state: .reading, modifies: false, outputs: .none, firstAlias: alias,
                    aliasCount: Int32(aliasNames.count) - alias))
            use(try query(.outermost, recursive: commonTables.count - 1), for: .stored)
            commonTables.removeAll()
        } else {
            use(try query(.outermost), for: .stored)
        }
        if accept(.with) {
            if !accept(.cascaded) { _ = accept(.local) }
            try expect(.check)
            try expect(.option)
        }
    }

    func createMaterializedView() throws(Misread) {
        kind = "create materialized view"
        try expect(.materialized)
        try expect(.view)
        try ifExists()
        try createAccess(.view, try qualifiedName(), temporary: false)
        if at(.openParen) { try nameListInParentheses() }
        if accept(.using) { _ = try columnId() }
        if accept(.with) { try optionList() }
        if accept(.tablespace) { _ = try columnId() }
        try expect(.as)
        use(try query(.outermost), for: .stored)
        try withData()
    }

    // MARK: CREATE INDEX

    /// `create` of the index, `alter` of its table, and `select` of the columns that its expressions read.
    func createIndex() throws(Misread) {
        kind = "create index"
        _ = accept(.unique)
        try expect(.index)
        _ = accept(.concurrently)
        try ifExists()
        var name = QualifiedName()
        name.start = token.start
        if !at(.on) { name.name = try columnId() }
        name.end = tokens[p - 1].end
        try expect(.on)
        let table = try relationExpression()
        let range = try accesses(.alter, .table, table)
        for index in Int(range.first)..<Int(range.first + range.count) {
            _ = try access(.create, .index, schema: targets[index].schema, name: name.name, name.start, name.end)
        }
        openScope()
        addTarget(range, alias: table.name)
        use = .filter
        if accept(.using) { _ = try columnId() }
        try expect(.openParen)
        repeat { try indexElement() } while accept(.comma)
        try expect(.closeParen)
        if accept(.include) { try nameListInParentheses() }
        if accept(.nulls) {
            _ = accept(.not)
            try expect(.distinct)
        }
        if accept(.with) { try optionList() }
        if accept(.tablespace) { _ = try columnId() }
        if accept(.where) { try expression() }
        try closeScope()
    }

    /// Column, call or (expression), with collation, operator class and its options, and order.
    func indexElement() throws(Misread) {
        if startsColumnId(token), peek(1).mark != .openParen, peek(1).mark != .dot {
            _ = try columnId()
        } else {
            _ = try primary()
        }
        if accept(.collate) { try anyName() }
        let namesOrder = at(.nulls) && (peek(1).keyword == .first || peek(1).keyword == .last)
        if startsColumnId(token), !at(.with), !namesOrder {
            try anyName()
            if at(.openParen) { try optionList() }
        }
        if !accept(.asc) { _ = accept(.desc) }
        if at(.nulls), peek(1).keyword == .first || peek(1).keyword == .last {
            advance()
            advance()
        }
    }
}

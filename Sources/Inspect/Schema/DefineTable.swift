// Tables of a schema file: their columns, what they inherit, and what writing to them runs.

import Machine

extension SchemaReader {
    // MARK: CREATE TABLE

    func createTable(kind: RelationRecord.Kind, _ calls: [SchemaDraft.Opened]) throws(Misread) {
        _ = reader.accept(.foreign)
        try reader.expect(.table)
        try reader.ifExists()
        guard let key = key(try reader.qualifiedName()) else { return }
        var relation = SchemaDraft.Relation(kind: kind, line: line)
        if reader.accept(.of) {
            let type = try reader.routineName()
            relation.columns = draft.compositeTypes[string(type.name)] ?? []
            relation.isComplete = draft.compositeTypes[string(type.name)] != nil
        } else if reader.accept(.partition) {
            try reader.expect(.of)
            relation.isPartition = true
            try inherit(from: reader.qualifiedName(), &relation)
        }
        if reader.at(.openParen) {
            let close = Int(reader.token.value)
            reader.advance()
            while reader.p < close { try tableElement(of: key, &relation, upTo: close) }
            reader.p = close + 1
        }
        if let inherits = tokens(.inherits).first(where: { $0 >= reader.p }) {
            try move(to: inherits + 2)
            var own = relation.columns
            relation.columns = []
            repeat { try inherit(from: reader.qualifiedName(), &relation) } while reader.accept(.comma)
            own.removeAll { column in relation.columns.contains { $0.name == column.name } }
            relation.columns += own
        } else if reader.at(.as) {
            relation.isComplete = false
            warn(
                line: line, "the columns of \(key.name) are those of a query, and are not known",
                help: "dump the schema: `postern schema pull`")
        }
        draft.relations[key] = relation
        draft.add(opened(calls, when: SchemaDraft.rowWrites), to: key)
    }

    private func inherit(from name: SQLReader.QualifiedName, _ relation: inout SchemaDraft.Relation) {
        guard let parent = existing(name) else { return }
        relation.parents.append(parent)
        guard let columns = draft.relations[parent] else {
            relation.isComplete = false
            return complain(
                line: line, "\(parent.schema).\(parent.name) is not defined above",
                help: "define a table before what inherits from it")
        }
        if !columns.isComplete { relation.isComplete = false }
        for column in columns.columns
        where !relation.columns.contains(where: { $0.name == column.name }) {
            relation.columns.append(column)
        }
    }

    private func tableElement(
        of key: SchemaKey, _ relation: inout SchemaDraft.Relation, upTo close: Int
    ) throws(Misread) {
        let start = reader.p
        if reader.accept(.like) {
            if let other = existing(try reader.qualifiedName()), let like = draft.relations[other] {
                relation.columns += like.columns
                if !like.isComplete { relation.isComplete = false }
            } else {
                relation.isComplete = false
            }
        } else if !startsConstraint() {
            let column = try column()
            // Behind PARTITION OF and OF, a column is there already.
            if !relation.columns.contains(where: { $0.name == column.name }) {
                relation.columns.append(column)
            }
        }
        skipElement(upTo: close)
        try foreignKey(of: key, start..<reader.p)
        _ = reader.accept(.comma)
    }

    private func startsConstraint() -> Bool {
        switch reader.keyword {
        case .constraint, .check, .unique, .primary, .foreign: true
        case .exclude: reader.peek(1).keyword == .using || reader.peek(1).mark == .openParen
        case .not: reader.peek(1).keyword == .null
        default: false
        }
    }

    /// A column's name and the name of its type.
    private func column() throws(Misread) -> SchemaDraft.Column {
        let name = string(try reader.columnId())
        if reader.at(.comma) || reader.at(.closeParen) || reader.at(.with) || reader.atEnd {
            return SchemaDraft.Column(name: name, type: nil)
        }
        let type = try reader.typeName()
        return SchemaDraft.Column(name: name, type: type.isNone ? nil : string(type))
    }

    /// To the comma behind an element, or to `close`.
    private func skipElement(upTo close: Int) {
        while reader.p < close, !reader.at(.comma) {
            if reader.at(.openParen), reader.token.value > 0 { reader.p = Int(reader.token.value) }
            reader.advance()
        }
    }

    // MARK: Foreign keys

    /// `[FOREIGN KEY (columns)] REFERENCES table … ON DELETE CASCADE`: what a delete there does here.
    private func foreignKey(of key: SchemaKey, _ range: Range<Int>) throws(Misread) {
        guard let references = range.first(where: { reader.tokens[$0].keyword == .references }) else {
            return
        }
        let end = reader.p
        defer { reader.p = end }
        var columns: [String] = []
        if let foreign = range.first(where: { reader.tokens[$0].keyword == .foreign }) {
            try move(to: foreign + 3)
            repeat {
                _ = reader.accept(.period)
                columns.append(string(try reader.columnId()))
            } while reader.accept(.comma)
        } else {
            reader.p = range.lowerBound
            columns = [string(try reader.columnId())]
        }
        reader.p = references + 1
        guard let other = existing(try reader.qualifiedName()) else { return }
        var key = SchemaDraft.ForeignKey(table: key, columns: columns, references: other)
        if reader.accept(.openParen) {
            repeat {
                _ = reader.accept(.period)
                key.referenced.append(string(try reader.columnId()))
            } while reader.accept(.comma)
        }
        for index in references..<range.upperBound
        where reader.tokens[index].keyword == .on && index + 2 < range.upperBound {
            let action: Verb?
            switch reader.tokens[index + 2].keyword {
            case .cascade: action = reader.tokens[index + 1].keyword == .delete ? .delete : .update
            case .set: action = .update
            default: action = nil  // NO ACTION, RESTRICT
            }
            if reader.tokens[index + 1].keyword == .delete {
                key.onDelete = action
            } else {
                key.onUpdate = action
            }
        }
        draft.foreignKeys.append(key)
    }

    // MARK: ALTER

    func alter(_ calls: [SchemaDraft.Opened]) throws(Misread) {
        reader.advance()
        switch reader.keyword {
        case .domain: return try alterDomain(calls)
        case .table, .foreign, .view, .materialized, .sequence: break
        default: return  // owners, schemas of others, settings: nothing that statements run
        }
        let objectClass = try reader.objectClassWords()
        guard !reader.at(.all) else { return }
        try reader.ifExists()
        guard let key = existing(try reader.relationExpression()) else { return }
        guard draft.relations[key] != nil else { return try alterView(key, objectClass) }
        draft.add(opened(calls, when: SchemaDraft.rowWrites), to: key)
        repeat {
            guard try alterCommand(key) else { return }
            skipElement(upTo: endOfStatement)
        } while reader.accept(.comma)
    }

    /// What changes a view's columns or name cannot be followed; all else does not matter.
    private func alterView(_ key: SchemaKey, _ objectClass: ObjectClass) throws(Misread) {
        guard objectClass != .sequence, isLater(key),
            reader.at(.rename) || reader.at(.set) && reader.peek(1).keyword == .schema
        else { return }
        complain(
            line: line, "a view that is renamed here is not followed",
            help: "write the file with `postern schema pull`")
    }

    /// One command of ALTER TABLE; false when the table has another name behind it.
    private func alterCommand(_ key: SchemaKey) throws(Misread) -> Bool {
        let start = reader.p
        switch reader.keyword {
        case .add:
            reader.advance()
            if !startsConstraint() {
                _ = reader.accept(.column)
                try reader.ifExists()
                let first = reader.p
                let column = try column()
                forFamily(of: key) { relation in
                    if !relation.columns.contains(where: { $0.name == column.name }) {
                        relation.columns.append(column)
                    }
                }
                skipElement(upTo: endOfStatement)
                try foreignKey(of: key, first..<reader.p)
                return true
            }
            skipElement(upTo: endOfStatement)
            try foreignKey(of: key, start..<reader.p)
        case .drop:
            reader.advance()
            if reader.at(.constraint) { return true }
            _ = reader.accept(.column)
            try reader.ifExists()
            let name = string(try reader.columnId())
            forFamily(of: key) { $0.columns.removeAll { $0.name == name } }
        case .rename: return try rename(key)
        case .set where reader.peek(1).keyword == .schema:
            reader.advance()
            reader.advance()
            draft.rename(key, to: SchemaKey(schema: string(try reader.columnId()), name: key.name))
            return false
        case .inherit:
            reader.advance()
            if let parent = existing(try reader.qualifiedName()) {
                draft.relations[key]?.parents.append(parent)
            }
        case .no where reader.peek(1).keyword == .inherit:
            reader.advance()
            reader.advance()
            if let parent = existing(try reader.qualifiedName()) {
                draft.relations[key]?.parents.removeAll { $0 == parent }
            }
        case .attach:
            reader.advance()
            try reader.expect(.partition)
            guard let child = existing(try reader.qualifiedName()) else { return true }
            draft.relations[child]?.parents.append(key)
            draft.relations[child]?.isPartition = true
        case .detach:
            reader.advance()
            try reader.expect(.partition)
            guard let child = existing(try reader.qualifiedName()) else { return true }
            draft.relations[child]?.parents.removeAll { $0 == key }
        case .alter: try alterColumn(key)
        default: return true  // constraints, storage, owners, row level security
        }
        return true
    }

    private func rename(_ key: SchemaKey) throws(Misread) -> Bool {
        reader.advance()
        if reader.accept(.to) {
            draft.rename(key, to: SchemaKey(schema: key.schema, name: string(try reader.columnId())))
            return false
        }
        if reader.at(.constraint) { return true }
        _ = reader.accept(.column)
        let old = string(try reader.columnId())
        try reader.expect(.to)
        let new = string(try reader.columnId())
        forFamily(of: key) { relation in
            for index in relation.columns.indices where relation.columns[index].name == old {
                relation.columns[index].name = new
            }
        }
        return true
    }

    /// A table and all that inherits from it: a change of columns is made to each.
    private func forFamily(of key: SchemaKey, _ change: (inout SchemaDraft.Relation) -> Void) {
        var family = [key]
        var at = 0
        while at < family.count {
            let parent = family[at]
            if var relation = draft.relations[parent] {
                change(&relation)
                draft.relations[parent] = relation
            }
            for (child, relation) in draft.relations
            where relation.parents.contains(parent) && !family.contains(child) {
                family.append(child)
            }
            at += 1
        }
    }

    /// `ALTER [COLUMN] name [SET DATA] TYPE type`.
    private func alterColumn(_ key: SchemaKey) throws(Misread) {
        reader.advance()
        if reader.at(.constraint) { return }
        _ = reader.accept(.column)
        guard reader.token.isName else { return }
        let name = string(try reader.columnId())
        if reader.at(.add) { return try identitySequence() }
        if reader.accept(.set) { _ = reader.accept(.data) }
        guard reader.accept(.type) else { return }
        let type = try reader.typeName()
        forFamily(of: key) { relation in
            for index in relation.columns.indices where relation.columns[index].name == name {
                relation.columns[index].type = type.isNone ? nil : string(type)
            }
        }
    }

    /// `ADD GENERATED … AS IDENTITY (SEQUENCE NAME name …)` makes the sequence too.
    private func identitySequence() throws(Misread) {
        guard let named = tokens(.sequence).first(where: { $0 > reader.p && reader.tokens[$0 + 1].keyword == .name }) else {
            return
        }
        try move(to: named + 2)
        guard let key = key(try reader.qualifiedName()) else { return }
        draft.relations[key] = SchemaDraft.Relation(kind: .sequence, columns: Self.sequenceColumns, line: line)
    }
}

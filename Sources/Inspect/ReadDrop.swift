// DROP of every class of object, and the classes whose objects are told by more than a name.

import Machine

extension SQLReader {
    // MARK: DROP

    func dropStatement() throws(Misread) {
        kind = "drop"
        try expect(.drop)
        if at(.owned) {
            kind = "drop owned"
            advance()
            try expect(.by)
            try roles(.drop)
            return try dropBehaviour()
        }
        let written = keyword
        if namelessClass() { return try namelessObject(.drop, "drop") }
        let objectClass = try objectClassWords()
        switch objectClass {
        case .table: kind = "drop table"
        case .view: kind = "drop view"
        case .index: kind = "drop index"
        case .sequence: kind = "drop sequence"
        case .schema: kind = "drop schema"
        case .function: kind = "drop function"
        case .trigger: kind = "drop trigger"
        case .type: kind = "drop type"
        case .role: kind = "drop role"
        case .database: kind = "drop database"
        case .extension: kind = "drop extension"
        case .any, .parameter, .file, .program, .channel: kind = "drop"
        }
        _ = accept(.concurrently)
        try ifExists()
        repeat {
            let name = objectClass == .role ? try roleName() : try routineName()
            if written == .policy || written == .rule || written == .trigger {
                try expect(.on)
                let table = try qualifiedName()
                _ = try accesses(.alter, .table, table)
                _ = try access(.drop, objectClass, schema: table.schema, name: name.name, name.start, name.end)
            } else {
                try objectAccess(.drop, objectClass, name)
            }
            if at(.openParen) {
                guard objectClass == .function || objectClass == .database else { throw .syntax }
                p = Int(token.value)
                try expect(.closeParen)
            }
        } while accept(.comma)
        if accept(.with) { try optionList() }
        try dropBehaviour()
    }

    /// Operators, casts, transforms, large objects and user mappings are told by more than a name.
    func namelessClass() -> Bool {
        switch keyword {
        case .cast, .transform, .operator, .large: true
        case .user: peek(1).keyword == .mapping
        default: false
        }
    }

    /// One access to the class of them; the words behind say which, and do nothing now.
    func namelessObject(_ verb: Verb, _ words: StaticString) throws(Misread) {
        kind = words
        let written = token
        let objectClass: ObjectClass = at(.large) || at(.user) ? .any : .function
        let name = try symbol(of: token)
        advance()
        _ = try access(verb, objectClass, schema: .none, name: name, written.start, written.end)
        while !atEnd {
            if at(.openParen) {
                guard token.value > 0 else { throw .syntax }
                p = Int(token.value)
            } else if at(.closeParen) {
                throw .syntax
            }
            advance()
        }
    }

    func roleName() throws(Misread) -> QualifiedName {
        var name = QualifiedName()
        name.start = token.start
        name.name = try label()
        name.end = tokens[p - 1].end
        return name
    }

    func roles(_ verb: Verb) throws(Misread) {
        try commaSeparated { () throws(Misread) in
            let name = try self.roleName()
            _ = try self.access(verb, .role, schema: .none, name: name.name, name.start, name.end)
        }
    }
}

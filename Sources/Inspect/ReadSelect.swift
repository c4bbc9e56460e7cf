// Queries: WITH, set operations, SELECT and its clauses up to HAVING and WINDOW. FROM and the tail have their own files.

import Machine

extension SQLReader {
    /// Whether a query's own WHERE counts for the statement.
    enum QueryRole: UInt8 { case outermost, inner }

    /// What an arm of a set operation leaves: its columns, and whether its scope is still open for ORDER BY.
    struct QueryBody: BitwiseCopyable {
        var outputs: Outputs
        var scopeIsOpen: Bool
        /// Of a query in parentheses and nothing else: its LIMIT is the whole's.
        var limit: (has: Ternary, rows: Int64?) = (.no, nil)
    }

    /// select_with_parens; the query's columns are used as `uses` says.
    @discardableResult
    func subquery(use uses: ColumnUses, role: QueryRole = .inner) throws(Misread) -> Outputs {
        try expect(.openParen)
        let outputs = try query(role)
        try expect(.closeParen)
        use(outputs, for: uses)
        return outputs
    }

    /// A whole query: select_no_parens or select_with_parens. `recursive` is the WITH query it is the body of, or -1.
    func query(_ role: QueryRole, recursive: Int = -1) throws(Misread) -> Outputs {
        try enter()
        let outerUse = use
        let outerConstants = constantConditions
        let visible = commonTables.count
        if at(.with) { try withClause() }
        let firstTarget = targets.count
        let body = try setOperation(role, 1, recursive: recursive)
        try queryTail(body, firstTarget: firstTarget)
        if body.scopeIsOpen { try closeSelect(role) }
        commonTables.truncate(to: visible)
        use = outerUse
        constantConditions = outerConstants
        leave()
        return schema == nil ? body.outputs : expandedStars(body.outputs)
    }

    private func closeSelect(_ role: QueryRole) throws(Misread) {
        let scope = scopes[scopes.count - 1]
        if role == .outermost, scope.touchesTables || scope.shape != .none { note(scope.shape) }
        try closeScope()
    }

    /// Keeps the weakest WHERE of the parts that count.
    func note(_ shape: WhereShape) {
        if let weakest = weakestShape, weakest.rawValue <= shape.rawValue { return }
        weakestShape = shape
    }

    // MARK: Set operations

    /// UNION and EXCEPT at strength 1, INTERSECT at 2.
    private func setOperation(_ role: QueryRole, _ minimum: Int, recursive: Int) throws(Misread) -> QueryBody {
        var left = try arm(role)
        while true {
            let strength = at(.intersect) ? 2 : at(.union) || at(.except) ? 1 : 0
            guard strength >= minimum else { return left }
            if left.scopeIsOpen { try closeSelect(role) }
            left.scopeIsOpen = false
            if schema != nil { left.outputs = expandedStars(left.outputs) }
            left.limit = (.no, nil)
            advance()
            let all = accept(.all)
            if !all { _ = accept(.distinct) }
            let heads = recursive >= 0 ? provisional(left.outputs, for: recursive) : left.outputs
            let right = try setOperation(role, strength + 1, recursive: -1)
            if right.scopeIsOpen { try closeSelect(role) }
            // Arms with stars make a list as long as both, so that many of them are more steps than tokens.
            guard mayStep(Int(heads.count)) else { throw .tooManyNames }
            let arm = schema == nil ? right.outputs : expandedStars(right.outputs)
            left.outputs = combine(heads, arm, inPlace: recursive >= 0)
            if !all { use(left.outputs, for: .filter) }
        }
    }

    /// The columns of two arms as one list. The names are the left arm's.
    private func combine(_ left: Outputs, _ right: Outputs, inPlace: Bool) -> Outputs {
        let aligned = left.count == right.count && !hasStar(left) && !hasStar(right)
        if inPlace, aligned {
            for index in 0..<Int(left.count) {
                let head = Int(left.first) + index
                outputColumns[head].other = right.first + Int32(index)
                let uses = outputColumns[head].uses
                use(output: Int(right.first) + index, for: uses.contains(.output) ? uses.union(.computed) : uses)
            }
            return left
        }
        let first = Int32(outputColumns.count)
        if aligned {
            for index in 0..<left.count {
                var column = OutputColumn(
                    name: outputColumns[Int(left.first + index)].name, firstRef: 0, lastRef: 0, bare: true, star: false)
                column.same = left.first + index
                column.other = right.first + index
                outputColumns.append(column)
            }
            return Outputs(first: first, count: left.count)
        }
        // What a recursive query reads of itself comes from either arm.
        if inPlace {
            use(left, for: [.computed, .filter])
            use(right, for: [.computed, .filter])
        }
        // Stars: which column meets which is not known, so each column of the whole stands for all columns of both arms.
        for range in [left, right] {
            for index in range.range {
                var column = OutputColumn(name: .none, firstRef: 0, lastRef: 0, bare: true, star: true)
                column.same = Int32(index)
                column.other = Int32(index)
                outputColumns.append(column)
            }
        }
        return Outputs(first: first, count: Int32(outputColumns.count) - first)
    }

    func hasStar(_ outputs: Outputs) -> Bool {
        for index in outputs.range where outputColumns[index].star { return true }
        return false
    }

    /// The columns that a recursive query's own name has while its second arm is read.
    private func provisional(_ outputs: Outputs, for table: Int) -> Outputs {
        guard commonTables[table].state == .reading else { return outputs }
        let named = renamed(outputs, first: commonTables[table].firstAlias, count: commonTables[table].aliasCount, always: true)
        commonTables[table].outputs = named
        commonTables[table].state = .partial
        return named
    }

    /// The same columns under other names; the first `count` names replace.
    func renamed(_ outputs: Outputs, first alias: Int32, count: Int32, always: Bool = false) -> Outputs {
        if count == 0, !always { return outputs }
        let first = Int32(outputColumns.count)
        let star = hasStar(outputs)
        for index in outputs.range {
            let position = Int32(index) - outputs.first
            var column = OutputColumn(
                name: outputColumns[index].name, firstRef: 0, lastRef: 0, bare: true, star: outputColumns[index].star)
            if position < count { column.name = star ? .none : aliasNames[Int(alias + position)] }
            if star, count > 0 { column.name = .none }
            column.same = Int32(index)
            outputColumns.append(column)
        }
        return Outputs(first: first, count: outputs.count)
    }

    // MARK: Arms

    private func arm(_ role: QueryRole) throws(Misread) -> QueryBody {
        switch keyword {
        case .select: return try simpleSelect(role)
        case .values: return QueryBody(outputs: try valuesList(), scopeIsOpen: false)
        case .table:
            advance()
            openScope()
            let relation = try relationExpression()
            if relation.schema.isNone, let table = commonTable(named: relation.name) {
                try addCommonTable(table, alias: relation.name, names: aliasNames.count)
            } else {
                try addRelation(relation, alias: relation.name)
                scopes[scopes.count - 1].touchesTables = true
            }
            let first = refs.count
            use = []
            reference(.star, name: .none)
            let outputs = Outputs(first: Int32(outputColumns.count), count: 1)
            outputColumns.append(
                OutputColumn(name: .none, firstRef: Int32(first), lastRef: Int32(refs.count), bare: true, star: true))
            return QueryBody(outputs: outputs, scopeIsOpen: true)
        case .none:
            guard at(.openParen) else { throw .syntax }
            try expect(.openParen)
            let outputs = try query(role)
            try expect(.closeParen)
            return QueryBody(outputs: outputs, scopeIsOpen: false, limit: queryLimit)
        default: throw .syntax
        }
    }

    /// VALUES (…), (…): every column stands for all that any row names.
    private func valuesList() throws(Misread) -> Outputs {
        try expect(.values)
        let outer = use
        use = []
        let firstRef = Int32(refs.count)
        var columns: Int32 = 0
        repeat {
            try expect(.openParen)
            columns = 0
            repeat {
                if !acceptConstant(), !accept(.default) { try expression() }
                columns += 1
            } while accept(.comma)
            try expect(.closeParen)
        } while accept(.comma)
        use = outer
        let outputs = Outputs(first: Int32(outputColumns.count), count: columns)
        for _ in 0..<columns {
            outputColumns.append(
                OutputColumn(name: .none, firstRef: firstRef, lastRef: Int32(refs.count), bare: false, star: false))
        }
        return outputs
    }

    private func simpleSelect(_ role: QueryRole) throws(Misread) -> QueryBody {
        try expect(.select)
        openScope()
        let level = scopes.count - 1
        let firstRef = refs.count
        var distinct = false
        var numbered = false
        if accept(.distinct) {
            distinct = !at(.on)
            if accept(.on) { numbered = try distinctOn() }
        } else {
            _ = accept(.all)
        }
        let lastRef = refs.count
        let outputs = try targetList()
        scopes[level].outputs = outputs
        if distinct || numbered { use(outputs, for: .filter) }
        for ref in firstRef..<lastRef where refs[ref].kind == .plain {
            if usedByName(refs[ref].name, outputs) { refs[ref].matched = true }
        }
        if at(.into) { try selectInto(role) }
        use = .filter
        if accept(.from) { try fromClause() }
        use = .filter
        if accept(.where) {
            let condition = try expression()
            scopes[level].shape = shape(of: condition)
        }
        if accept(.group) {
            try expect(.by)
            if !accept(.all) { _ = accept(.distinct) }
            try groupingList(outputs)
        }
        if accept(.having) { try expression() }
        if accept(.window) {
            try commaSeparated { () throws(Misread) in
                _ = try self.columnId()
                try self.expect(.as)
                try self.windowSpecification()
            }
        }
        return QueryBody(outputs: outputs, scopeIsOpen: true)
    }

    /// `ON (…)` of DISTINCT; true when an item is a number, which means an output column.
    private func distinctOn() throws(Misread) -> Bool {
        use = .filter
        var numbered = false
        try expect(.openParen)
        repeat { numbered = try expression().form == .constant || numbered } while accept(.comma)
        try expect(.closeParen)
        return numbered
    }

    /// Output columns of this name decide which rows there are, or their order; true when there is one.
    @discardableResult
    func usedByName(_ name: Symbol, _ outputs: Outputs) -> Bool {
        guard mayStep(Int(outputs.count)) else { return false }
        var found = false
        for index in outputs.range where outputColumns[index].name == name {
            use(output: index, for: .filter)
            found = true
        }
        return found
    }

    func shape(of condition: Expr) -> WhereShape {
        switch truth(of: condition) {
        case .tautology: .tautology
        case .keyed: .keyed
        case .never, .range, .unsettled: .range
        }
    }

    // MARK: Target lists

    /// target_list, also of RETURNING. Uses are settled when it is known what the query's columns are for.
    func targetList() throws(Misread) -> Outputs {
        let outer = use
        use = []
        defer { use = outer }
        if endsTargetList() { return .none }
        // Columns alone, as many lists are: they add no columns but their own.
        let first = outputColumns.count
        while let column = acceptColumn() {
            let ref = Int32(truncatingIfNeeded: refs.count)
            outputColumns.append(OutputColumn(name: column, firstRef: ref &- 1, lastRef: ref, bare: true, star: false))
            if !accept(.comma) { return Outputs(first: Int32(first), count: Int32(outputColumns.count - first)) }
        }
        // Held apart while sub-queries inside add their own columns, so that a list's columns lie together.
        let held = heldOutputs.count
        defer { heldOutputs.truncate(to: held) }
        for index in first..<outputColumns.count { heldOutputs.append(outputColumns[index]) }
        outputColumns.truncate(to: first)
        repeat { heldOutputs.append(try targetElement()) } while accept(.comma)
        let outputs = Outputs(first: Int32(outputColumns.count), count: Int32(heldOutputs.count - held))
        for index in held..<heldOutputs.count { outputColumns.append(heldOutputs[index]) }
        return outputs
    }

    private func endsTargetList() -> Bool {
        if atEnd || at(.closeParen) { return true }
        switch keyword {
        case .from, .where, .into, .group, .having, .window, .union, .intersect, .except, .order, .limit, .offset, .fetch,
            .for:
            return true
        default: return false
        }
    }

    private func targetElement() throws(Misread) -> OutputColumn {
        let firstRef = Int32(refs.count)
        if accept(.star) {
            reference(.star, name: .none)
            return OutputColumn(name: .none, firstRef: firstRef, lastRef: Int32(refs.count), bare: true, star: true)
        }
        if let column = acceptColumn() {
            return OutputColumn(name: column, firstRef: firstRef, lastRef: firstRef &+ 1, bare: true, star: false)
        }
        let expr = try expression()
        var name = expr.name
        if accept(.as) {
            name = try label()
        } else if startsBareLabel(token) {
            name = try label()
        }
        let isStar = tokens[p - 1].mark == .star
        let single = refs.count - Int(firstRef) == 1
        let bare = single && (expr.form == .column || (isStar && refs[Int(firstRef)].kind == .qualifiedStar))
        return OutputColumn(
            name: isStar ? .none : name, firstRef: firstRef, lastRef: Int32(refs.count), bare: bare, star: isStar)
    }

    /// GROUP BY: expressions, ROLLUP, CUBE, GROUPING SETS. A bare name may be an output column's.
    private func groupingList(_ outputs: Outputs) throws(Misread) {
        repeat {
            if at(.rollup) || at(.cube), peek(1).mark == .openParen {
                advance()
                try groupingParentheses(outputs)
            } else if at(.grouping), peek(1).keyword == .sets {
                advance()
                advance()
                try groupingParentheses(outputs)
            } else if at(.openParen), peek(1).mark == .closeParen {
                advance()
                advance()
            } else {
                let item = try expression()
                groupedBy(item, outputs)
            }
        } while accept(.comma)
    }

    private func groupingParentheses(_ outputs: Outputs) throws(Misread) {
        try enter()
        try expect(.openParen)
        try groupingList(outputs)
        try expect(.closeParen)
        leave()
    }

    /// A name may be a column or an output column; a number is an output column.
    private func groupedBy(_ item: Expr, _ outputs: Outputs) {
        if item.form == .column {
            // Where no source has the name, it is the output column's, and no column that is missing.
            if usedByName(item.name, outputs), refs.count > Int(item.firstRef) { refs[Int(item.firstRef)].matched = true }
        } else if item.form == .constant {
            use(outputs, for: .filter)
        }
    }

    /// SELECT … INTO makes a table. PostgreSQL's grammar has it everywhere, its analysis only in the outermost query.
    private func selectInto(_ role: QueryRole) throws(Misread) {
        try expect(.into)
        let temporary = try temporaryWord()
        _ = accept(.table)
        let name = try qualifiedName()
        try createAccess(.table, name, temporary: temporary)
        if role == .outermost { selectsInto = true }
    }
}

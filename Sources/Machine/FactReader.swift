// How each fact is found at decision time. Whatever cannot be established is unknown.

extension ConditionFrame {
    /// A fact's value for the access and statement under decision.
    mutating func load(_ raw: UInt8) -> Value {
        guard let fact = Fact(rawValue: raw) else { return .unknown }
        switch fact {
        case .identityName, .identityIssuer, .identityGroups, .identityProof, .resourceName, .resourceKind, .resourceTags,
            .requestSource, .sessionReason:
            return Int(raw) < SessionValues.slots ? facts[Int(raw)] : .unknown
        case .requestTime:
            isSteady = false
            return .integer(moment)
        case .sessionAge:
            isSteady = false
            let (age, overflow) = moment.subtractingReportingOverflow(sessionStart)
            return overflow || age < 0 ? .unknown : .integer(age)
        case .accessVerb, .accessObject, .accessSchema, .accessTable, .accessColumns: return accessFact(fact)
        case .statementCount: return .integer(Int64(statements.count))
        case .statementInTransaction:
            isSteady = false
            return .boolean(inTransaction)
        case .statementText:
            isSteady = false
            return statementText()
        case .statementKind, .statementWhere, .statementHasWhere, .statementHasLimit, .statementLimit, .statementTables,
            .statementFunctions, .statementFingerprint, .statementFirstSeen:
            return statementFact(fact)
        case .resultRows:
            isSteady = false
            return result.map { .integer(Int64(clamping: $0.rows)) } ?? .unknown
        case .resultBytes:
            isSteady = false
            return result.map { .integer(Int64(clamping: $0.bytes)) } ?? .unknown
        // Kinds that no inspector of this edition fills in.
        case .commandName, .commandArgs, .commandFlags, .commandText, .commandInteractive, .httpMethod, .httpPath, .httpSize, .httpHeader,
            .kubeVerb, .kubeGroup, .kubeResource, .kubeNamespace, .kubeName, .kubeSubresource:
            return .unknown
        }
    }

    private mutating func accessFact(_ fact: Fact) -> Value {
        guard access >= 0, access < accesses.count else { return .unknown }
        let current = accesses[access]
        switch fact {
        case .accessVerb:
            let symbol = verbNames[Int(current.verb.rawValue)]
            return .string(symbols.bytes(symbol), symbol: symbol)
        case .accessObject: return objects?[access].value ?? .unknown
        case .accessSchema: return .string(bytes(current.schema), symbol: SymbolView.unasked)
        case .accessTable: return .string(bytes(current.name), symbol: SymbolView.unasked)
        case .accessColumns:
            guard !current.everyColumn, let range = columnRange(current), let items = columnItems else { return .unknown }
            readyColumns(range)
            return .strings(items + range.lowerBound, count: range.count)
        case _: return .unknown
        }
    }

    /// Makes items of the current access's columns, once for each access.
    @inline(__always)
    mutating func readyColumns(_ range: Range<Int>) {
        guard columnsOf != access, let items = columnItems else { return }
        columnsOf = access
        for index in range {
            let name = bytes(columns[index].name)
            items[index] = TextItem(
                pointer: name.baseAddress, count: name.count, symbol: symbols.find(name.baseAddress, name.count))
        }
    }

    private func statementText() -> Value {
        guard statement >= 0, statement < statements.count else { return .unknown }
        let ref = statements[statement].text
        guard let base = message.baseAddress, Int(ref.offset) + Int(ref.count) <= message.count else { return .unknown }
        return .string(
            UnsafeRawBufferPointer(start: base + Int(ref.offset), count: Int(ref.count)), symbol: SymbolView.unasked)
    }

    private mutating func statementFact(_ fact: Fact) -> Value {
        guard understood, statement >= 0, statement < statements.count else { return .unknown }
        switch fact {
        case .statementKind:
            let kind = bytes(statements[statement].kind)
            return kind.isEmpty ? .unknown : .string(kind, symbol: SymbolView.unasked)
        case .statementWhere:
            guard let shape = statements[statement].whereShape else { return .unknown }
            let name = Self.shapeName(shape)
            return .string(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), symbol: SymbolView.unasked)
        case .statementHasWhere:
            guard let shape = statements[statement].whereShape else { return .unknown }
            return .boolean(Ternary(shape == .range || shape == .keyed))
        case .statementHasLimit: return .boolean(statements[statement].hasLimit)
        case .statementLimit: return statements[statement].limit.map { .integer($0) } ?? .unknown
        case .statementTables: return tableSet()
        case .statementFunctions: return functionSet()
        case .statementFingerprint: return statements[statement].fingerprint.map { digits($0) } ?? .unknown
        case .statementFirstSeen:
            isSteady = false
            return statement < firstSeen.count ? .boolean(firstSeen[statement]) : .unknown
        case _: return .unknown
        }
    }

    private static func shapeName(_ shape: WhereShape) -> StaticString {
        switch shape {
        case .none: "none"
        case .tautology: "tautology"
        case .range: "range"
        case .keyed: "keyed"
        }
    }

    /// `schema.table` of every relation that an access of this statement names. By the accesses' own statement number:
    /// it is what decides, too.
    private mutating func tableSet() -> Value {
        guard let objects, let items = tableItems else { return .unknown }
        if tablesOf != statement {
            tablesOf = statement
            tableCount = 0
            for index in 0..<accesses.count where Int(accesses[index].statement) == statement {
                guard accesses[index].objectClass == .table || accesses[index].objectClass == .view else { continue }
                items[tableCount] = objects[index]
                tableCount += 1
            }
        }
        return .strings(items, count: tableCount)
    }

    private mutating func functionSet() -> Value {
        let first = Int(statements[statement].firstFunction)
        let count = Int(statements[statement].functionCount)
        guard first + count <= names.count, let items = functionItems else { return .unknown }
        if functionsOf != statement {
            functionsOf = statement
            for index in 0..<count {
                let name = bytes(names[first + index])
                items[index] = TextItem(pointer: name.baseAddress, count: name.count, symbol: SymbolView.unasked)
            }
        }
        return .strings(items, count: count)
    }

    /// Sixteen hexadecimal digits, lower case.
    private func digits(_ value: UInt64) -> Value {
        for index in 0..<16 {
            let digit = UInt8(truncatingIfNeeded: value >> UInt64(60 - index * 4)) & 15
            fingerprint[index] = digit < 10 ? 0x30 + digit : 0x57 + digit
        }
        return .string(UnsafeRawBufferPointer(start: fingerprint, count: 16), symbol: SymbolView.unasked)
    }
}

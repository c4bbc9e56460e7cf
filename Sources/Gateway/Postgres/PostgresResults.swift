// Masks meet rows: RowDescription becomes rules, rules rewrite rows.

import Decision
import Mask
import NIOCore

extension PostgresSession {
    /// The rules for the row that comes next; nil when rows go through as they come.
    @inline(__always)
    func rowRules() -> PostgresRules? {
        guard let statement = expectations.firstStatement, statement.plan != nil else { return nil }
        let rules = expectations.firstKind == .query ? queryRules : statement.rules
        guard let rules else { return PostgresRules.none }
        return rules.isPass ? nil : rules
    }

    func maskRow(_ body: UnsafeRawBufferPointer, _ range: Range<Int>, _ rules: PostgresRules) {
        guard let plan = expectations.firstStatement?.plan else { return fail(.backend("a row that is not owed")) }
        expectations.modifyFirst {
            $0.rows &+= 1
            $0.bytes &+= UInt64(range.count)
        }
        // Without a description nothing may be shown: every cell is withheld.
        let cells = rules === PostgresRules.none ? withheld(body) : rules.cells
        maskedRow.removeAll(keepingAtMost: 256 * 1024)
        do {
            switch try DataRowMasker(masking(for: plan).masker).mask(body, rules: cells, into: maskedRow) {
            case .unchanged: toClient.pass(range)
            case .rewritten:
                toClient.append { buffer in
                    PostgresCodec.message(PostgresBackend.dataRow.rawValue, to: &buffer) { _ = $0.writeBytes(maskedRow.bytes) }
                }
            }
        } catch {
            fail(PostgresFault(.internalError, "this result cannot be masked", reason: "\(error)"))
        }
    }

    private func withheld(_ body: UnsafeRawBufferPointer) -> [CellRule] {
        var reader = PostgresReader(body)
        let count = max(0, min(reader.int16() ?? 0, PostgresLimits.columns))
        return Array(repeating: CellRule(.whole, scansValues: false, type: .other, format: .text), count: count)
    }

    func rowDescription(_ message: PostgresBackendMessage) {
        guard let first = expectations.first, !first.hasFailed, !first.isRefused else {
            return fail(.backend("a RowDescription that is not owed"))
        }
        switch first.kind {
        case .query:
            guard let statement = first.statement, let plan = statement.plan else { return toClient.pass(message.range) }
            var exposure = statement.exposure
            if statement.isSurprise(after: first.completed) { exposure.readsMasked = true }
            guard let rules = rules(message.body, plan, exposure) else { return }
            queryRules = rules
            toClient.pass(message.range)
        case .describePortal, .describeStatement:
            if let statement = first.statement, let plan = statement.plan {
                guard let rules = rules(message.body, plan, statement.exposure) else { return }
                if let copy = statement.copy { copy.rules = rules } else { statement.rules = rules }
            }
            expectations.removeFirst()
            if !first.isOurs { toClient.pass(message.range) }
        case .parse, .bind, .execute, .close, .sync, .functionCall, .copyEnd:
            fail(.backend("a RowDescription that is not owed"))
        }
    }

    /// nil: the session is over, or the description waits for a younger catalogue.
    private func rules(_ body: UnsafeRawBufferPointer, _ plan: MaskPlan, _ exposure: PostgresExposure) -> PostgresRules? {
        let place = PostgresWait.backend(backendPosition)
        if !plan.columns.isEmpty, isCatalogueOld, waitForCatalogue(place, of: oldestBelieved) { return nil }
        guard let description = masking(for: plan).description(body, readsMasked: exposure.readsMasked) else {
            fail(.backend("a malformed RowDescription"))
            return nil
        }
        if description.hasUnknownTable {
            if !isKnownMissing(body), waitForCatalogue(place) {
                missingSince = now.steady
                return nil
            }
            noteMissing(body)
        }
        guard isCatalogueChanging, !plan.columns.isEmpty else { return description.rules }
        let showsOwn = description.hasUnknownTable && !made.isEmpty && knowsMade
        return withholdingChanged(showsOwn ? showingMade(description.rules, body, plan) : description.rules, body, plan)
    }

    /// A table that only this session sees is one that its open transaction has made, and holds nothing that is masked.
    private func showingMade(_ rules: PostgresRules, _ body: UnsafeRawBufferPointer, _ plan: MaskPlan) -> PostgresRules {
        guard let columns = PostgresColumn.read(body), columns.count == rules.cells.count else { return PostgresRules.none }
        let cells = zip(columns, rules.cells).map { column, cell in
            guard hiddenTables.contains(column.table), let format = WireFormat(rawValue: Int16(truncatingIfNeeded: column.format)) else {
                return cell
            }
            return CellRule(.pass, scansValues: plan.scansValues, typeOID: column.type, format: format, context: .none)
        }
        return PostgresRules(cells)
    }

    /// Inside a transaction that changes relations no other connection can see what its views have become, nor whose rows a table shows
    /// since another was attached to it: there a column is told by its name.
    private func withholdingChanged(_ rules: PostgresRules, _ body: UnsafeRawBufferPointer, _ plan: MaskPlan) -> PostgresRules {
        guard let columns = PostgresColumn.read(body), columns.count == rules.cells.count else { return PostgresRules.none }
        let cells = zip(columns, rules.cells).map { column, cell in
            guard let relation = catalogue?.relation(column.table), relation.schema != "pg_catalog" else { return cell }
            let name = relation.column(column.number)?.name
            let isNamedMasked = name.map { plan.transform(schema: nil, table: nil, column: $0) != nil } ?? true
            guard relation.isView || (isNamedMasked && cell.treatment == .pass) else { return cell }
            return CellRule(.whole, scansValues: false, type: .other, format: .text)
        }
        return PostgresRules(cells)
    }

    /// Whether every unknown table of a description was unknown to a fresh catalogue already: loading it again would not help.
    private func isKnownMissing(_ body: UnsafeRawBufferPointer) -> Bool {
        guard !missingTables.isEmpty, let columns = PostgresColumn.read(body) else { return false }
        return columns.allSatisfy { $0.table == 0 || missingTables.contains($0.table) || catalogue?.relation($0.table) != nil }
    }

    private func noteMissing(_ body: UnsafeRawBufferPointer) {
        guard let columns = PostgresColumn.read(body) else { return }
        if missingTables.count > PostgresLimits.columns {
            missingTables.removeAll()
            hiddenTables.removeAll()
        }
        let isHidden = missingSince > 0 && !isCatalogueOlder(than: missingSince)
        for column in columns where column.table != 0 && catalogue?.relation(column.table) == nil {
            // What was missing before is not hidden for a catalogue that was read for the sake of another.
            let isNew = missingTables.insert(column.table).inserted
            if isHidden, isNew { hiddenTables.insert(column.table) }
        }
    }
}

extension PostgresRules {
    /// Stands where no description came: everything is withheld. Compared by identity.
    static let none = PostgresRules([CellRule(.whole, scansValues: false, type: .other, format: .text)])
}

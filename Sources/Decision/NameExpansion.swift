// Opens what runs by name: EXECUTE is judged as the statement it executes, FETCH as its cursor's query.

import Inspect
import Machine

enum NameExpansion {
    /// How much is opened in one message, in accesses, columns and names together. What is beyond is not understood: a statement that is
    /// executed a thousand times is judged a thousand times.
    static let room = 16 * InspectLimits.accesses

    /// Whether any statement makes, runs or forgets a name. Most messages do not.
    @inline(__always)
    static func isNeeded(_ found: Inspection) -> Bool {
        for statement in found.statements.buffer where statement.nameEffect != .none { return true }
        return false
    }

    /// What the statements do to the search path and its transaction, where that must be followed.
    static func pathSteps(_ found: Inspection, _ path: SessionPath) -> [(statement: Int, step: PathStep)] {
        var steps: [(statement: Int, step: PathStep)] = []
        let changes = found.statements.buffer.contains { $0.pathChange != .none }
        for index in 0..<found.statements.count {
            // The steps of a transaction matter behind a change in the same message too.
            guard changes || path.concerns(found.statements[index]) else { continue }
            if let step = PathStep(found.statements[index], of: found) { steps.append((index, step)) }
        }
        return steps
    }

    /// The statement that stands for a name this session never prepared: nothing is known of it.
    static func appendUnknownName(to inspection: Inspection) {
        let first = UInt32(inspection.accesses.count)
        let number = UInt16(truncatingIfNeeded: inspection.statements.count)
        var access = Access(verb: .unknown, objectClass: .any, statement: number)
        access.name = inspection.intern("a name that this session has not prepared")
        inspection.append(access)
        var statement = Statement()
        statement.firstAccess = first
        statement.accessCount = 1
        inspection.append(statement)
    }

    /// Writes `found` with every EXECUTE and FETCH opened into `expanded`, statement for statement, and says what the message will do to
    /// the session's names. Names prepared earlier in the same message are known to later statements of it.
    /// `text` is emptied where statements come from other texts.
    static func expand(
        _ found: Inspection, names: SessionNames, text: inout UnsafeRawBufferPointer, into expanded: Inspection, reader: PreparedReader
    ) -> NameTicket {
        expanded.clear()
        var ticket = NameTicket()
        let message = text
        for i in 0..<found.statements.count {
            let statement = found.statements[i]
            guard statement.nameEffect != .none else {
                expanded.append(statement: i, of: found)
                continue
            }
            let name = found.string(statement.effectName)
            switch statement.nameEffect {
            case .execute:
                text = UnsafeRawBufferPointer(start: nil, count: 0)
                let candidates = reader.current(names.statement(name) + ticket.prepared(name))
                append(statement: i, of: found, running: candidates, to: expanded)
                continue
            case .fetch:
                text = UnsafeRawBufferPointer(start: nil, count: 0)
                let candidates = reader.current(names.portal(name) + ticket.declared(name))
                append(statement: i, of: found, running: candidates, to: expanded)
                continue
            case .prepare: ticket.changes.append((i, .prepare(name, single(i, of: found, message, reader, names.held))))
            case .declareCursor: ticket.changes.append((i, .declare(name, single(i, of: found, message, reader, names.held))))
            case .deallocate: ticket.changes.append((i, name.isEmpty ? .forgetEveryStatement : .forgetStatement(name)))
            case .closeCursor: ticket.changes.append((i, name.isEmpty ? .forgetEveryPortal : .forgetPortal(name)))
            case .discard: ticket.changes.append((i, .forgetEverything))
            case .none: break
            }
            expanded.append(statement: i, of: found)
        }
        return ticket
    }

    private static func single(
        _ index: Int, of found: Inspection, _ text: UnsafeRawBufferPointer, _ reader: PreparedReader, _ held: HeldText
    ) -> PreparedStatement {
        let own = Inspection()
        own.append(statement: index, of: found)
        // What is kept is the prepared query itself, which does nothing to names when it is executed.
        own.modifyStatement(0) {
            $0.nameEffect = .none
            $0.effectName = .none
        }
        return PreparedStatement(own, text: text, lexical: reader.lexical, namesNumber: reader.inspector.namesNumber, held: held)
    }

    /// One statement that does what any of the candidates may do, and what its own words do (parameters that call functions).
    private static func append(
        statement index: Int, of found: Inspection, running candidates: [PreparedStatement], to expanded: Inspection
    ) {
        let number = UInt16(truncatingIfNeeded: expanded.statements.count)
        let own = found.statements[index]
        let first = expanded.accesses.count
        var isWhole = !isFull(expanded)
        if isWhole, candidates.count == 1, candidates[0].inspection.statements.count == 1 {
            expanded.append(statement: 0, of: candidates[0].inspection)
        } else {
            expanded.append(statement: index, of: found)
            expanded.modifyStatement(Int(number)) {
                $0.fingerprint = nil
                $0.whereShape = nil
                $0.hasLimit = .unknown
                $0.limit = nil
            }
            expanded.truncateAccesses(to: first)
            if candidates.contains(where: { $0.inspection.statements.buffer.contains { $0.pathChange != .none } }) {
                expanded.modifyStatement(Int(number)) { $0.pathChange = .unknown }
            }
            for candidate in candidates where isWhole {
                for i in 0..<candidate.inspection.statements.count {
                    expanded.appendAccesses(ofStatement: i, of: candidate.inspection, as: number)
                }
                isWhole = !isFull(expanded)
            }
        }
        if makesTable(index, of: found) { store(accessesFrom: first, of: expanded) }
        expanded.appendAccesses(ofStatement: index, of: found, as: number)
        // A name inside a name (a portal of an EXECUTE) is not followed further: what it runs is not known here.
        if candidates.isEmpty || !isWhole || candidates.contains(where: { isNeeded($0.inspection) }) {
            var access = Access(verb: .unknown, objectClass: .any, statement: number)
            access.name =
                isWhole
                ? expanded.intern("a name that this session has not prepared")
                : expanded.intern("more of what was prepared than is judged at once")
            expanded.append(access)
        }
        let name = expanded.intern(found.string(own.effectName))
        expanded.modifyStatement(Int(number)) {
            $0.firstAccess = UInt32(first)
            $0.accessCount = UInt32(expanded.accesses.count - first)
            $0.text = own.text
            $0.mayChangeLexicalState = $0.mayChangeLexicalState || own.mayChangeLexicalState || !isWhole
            if !isWhole { $0.pathChange = .unknown }
            $0.nameEffect = own.nameEffect
            $0.effectName = name
            $0.returnsRows = true
        }
    }
}

extension NameExpansion {
    private static func isFull(_ expanded: Inspection) -> Bool {
        expanded.accesses.count + expanded.columns.count + expanded.names.count > room
    }

    /// CREATE TABLE … AS EXECUTE, as it is or inside an EXPLAIN.
    fileprivate static func makesTable(_ index: Int, of found: Inspection) -> Bool {
        let statement = found.statements[index]
        let first = Int(statement.firstAccess)
        return (first..<first + Int(statement.accessCount)).contains { found.accesses[$0].verb == .create }
    }

    /// What would have gone to the client goes into the table.
    fileprivate static func store(accessesFrom first: Int, of expanded: Inspection) {
        let toClient: ColumnUses = [.output, .computed]
        for number in first..<expanded.accesses.count {
            expanded.modifyAccess(number) { if !$0.everyColumnUses.isDisjoint(with: toClient) { $0.everyColumnUses.insert(.stored) } }
            let access = expanded.accesses[number]
            for column in Int(access.firstColumn)..<Int(access.firstColumn) + Int(access.columnCount) {
                expanded.modifyColumn(column) { if !$0.uses.isDisjoint(with: toClient) { $0.uses.insert(.stored) } }
            }
        }
    }
}

extension NameTicket {
    fileprivate func prepared(_ name: String) -> [PreparedStatement] {
        changes.compactMap { if case .prepare(name, let prepared) = $0.change { prepared } else { nil } }
    }
    fileprivate func declared(_ name: String) -> [PreparedStatement] {
        changes.compactMap { if case .declare(name, let prepared) = $0.change { prepared } else { nil } }
    }
}

// What a prepared statement does under the names in force: PostgreSQL looks its names up again when the path has changed.

import Inspect
import Machine

/// Reads prepared statements again whose names may mean something else than when they were prepared.
struct PreparedReader {
    let inspector: SQLInspector
    /// Of the message considered.
    let lexical: LexicalState

    /// The statements, each that is out of date followed by itself as it reads now. The first reading stays: a portal or cursor that
    /// was opened before goes on with the tables it found then.
    func current(_ prepared: [PreparedStatement]) -> [PreparedStatement] {
        guard prepared.contains(where: { $0.namesNumber != inspector.namesNumber }) else { return prepared }
        return prepared.flatMap { before -> [PreparedStatement] in
            if before.namesNumber == inspector.namesNumber { return [before] }
            let now = again(before)
            return Self.doTheSame(before.inspection, now.inspection) ? [now] : [before, now]
        }
    }

    private static func doTheSame(_ a: Inspection, _ b: Inspection) -> Bool {
        guard a.statements.count == b.statements.count, a.accesses.count == b.accesses.count else { return false }
        // The text is the same, so only the schemas can differ.
        return (0..<a.accesses.count).allSatisfy { index in
            let (first, second) = (a.accesses[index], b.accesses[index])
            return first.verb == second.verb && a.bytes(first.schema).elementsEqual(b.bytes(second.schema))
                && a.bytes(first.name).elementsEqual(b.bytes(second.name))
        }
    }

    private func again(_ prepared: PreparedStatement) -> PreparedStatement {
        let found = Inspection()
        // Of a text with several statements only one was prepared.
        let ranges = prepared.inspection.statements.buffer.map(\.text)
        if ranges.count == 1, Int(ranges[0].offset) + Int(ranges[0].count) <= prepared.text.bytes.count {
            let first = Int(ranges[0].offset)
            let text = UnsafeRawBufferPointer(rebasing: prepared.text.bytes[first..<first + Int(ranges[0].count)])
            inspector.inspect(text, lexical: prepared.lexical, into: found)
            for index in 0..<found.statements.count {
                found.modifyStatement(index) {
                    // What is kept does nothing to names when it is executed, unless it is an EXECUTE itself.
                    guard $0.nameEffect == .prepare || $0.nameEffect == .declareCursor else { return }
                    $0.nameEffect = .none
                    $0.effectName = .none
                }
            }
        } else {
            NameExpansion.appendUnknownName(to: found)
        }
        return PreparedStatement(
            found, text: prepared.text.bytes, lexical: prepared.lexical, namesNumber: inspector.namesNumber, held: HeldText())
    }
}

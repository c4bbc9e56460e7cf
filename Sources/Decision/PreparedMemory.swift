// What was prepared lately: a text that is prepared again is not taken apart, nor copied, again.

import Inspect
import Machine

/// Found by `Inspection.origin`, and given only to the very same text read in the same way. Texts of an origin are short
/// (`InspectLimits.cachedTextBytes`), so what is kept is too.
struct PreparedMemory {
    private static let places = 32
    private var kept: [PreparedStatement?] = []

    /// A statement of its own for every Parse: what becomes of one name says nothing about another.
    mutating func statement(
        _ found: Inspection, _ text: UnsafeRawBufferPointer, _ lexical: LexicalState, namesNumber: Int, held: HeldText
    ) -> PreparedStatement {
        let place = Int(truncatingIfNeeded: found.origin) & (Self.places - 1)
        guard found.origin != 0 else {
            return PreparedStatement(found.copy(), text: text, lexical: lexical, namesNumber: namesNumber, held: held)
        }
        if kept.isEmpty { kept = Array(repeating: nil, count: Self.places) }
        if let known = kept[place], known.isOf(found, text, lexical, namesNumber: namesNumber) { return PreparedStatement(again: known) }
        let made = PreparedStatement(found.copy(), text: text, lexical: lexical, namesNumber: namesNumber, held: held)
        kept[place] = made
        return made
    }
}

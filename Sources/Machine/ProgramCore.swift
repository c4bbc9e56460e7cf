// What a verified program and its specialisations share. Apart from both, so that a program's cache makes no ring of references.

final class ProgramCore: Sendable {
    let program: Program
    let tables: ProgramTables
    /// What the verifier found of each condition, by its first instruction.
    let conditions: [UInt32: ConditionSummary]

    init(_ program: Program, _ result: Verifier.Result) {
        self.program = program
        tables = result.tables
        conditions = result.conditions
    }

    func text(_ symbol: Symbol) -> String { Int(symbol) < program.symbols.count ? program.symbols[Int(symbol)] : "" }
}

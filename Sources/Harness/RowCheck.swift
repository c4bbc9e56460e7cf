// Checks a row example: the masks in force, applied to its cells by the masker that production uses.

import Decision
import Machine
import Mask

enum RowCheck {
    /// The masks are those of a `select` of the row's columns from its table. Where the policy does not allow that, or no table is
    /// named, they are those that apply to the caller whatever it asks.
    static func failures(
        _ step: TestCase.RowStep, _ gate: Gate, _ circumstances: Circumstances, noting coverage: inout RuleCoverage
    ) -> [StepFailure] {
        let (decided, tried) = masks(step, gate, circumstances)
        if let decided { coverage.note(tried, isAllowed: decided.refusal == nil, onlyMasks: true) }
        coverage.note(masks: decided?.maskRules ?? [])
        let plan = decided?.plan ?? MaskPlan.none
        let masker = CellMasker(plan: plan)
        return step.expected.compactMap { expected in
            guard let cell = step.cells.first(where: { $0.column == expected.column }) else {
                return StepFailure(
                    place: step.place, step: "row", expected: "\(expected.column): \(show(expected.value))",
                    actual: "the row has no cell \(expected.column)")
            }
            let masked = mask(cell, of: step, plan, masker)
            if masked == expected.value { return nil }
            return StepFailure(
                place: step.place, step: "row", expected: "\(expected.column): \(show(expected.value))",
                actual: "\(expected.column): \(show(masked))",
                reason: (decided?.maskRules ?? []).isEmpty
                    ? "no mask rule applies here" : "masked by \((decided?.maskRules ?? []).joined(separator: ", "))")
        }
    }

    /// What the masks make of every cell.
    static func outcome(_ step: TestCase.RowStep, _ gate: Gate, _ circumstances: Circumstances) -> [TestCase.Cell] {
        let plan = masks(step, gate, circumstances).0?.plan ?? MaskPlan.none
        let masker = CellMasker(plan: plan)
        return step.cells.map { TestCase.Cell(column: $0.column, value: mask($0, of: step, plan, masker)) }
    }

    private static func masks(_ step: TestCase.RowStep, _ gate: Gate, _ circumstances: Circumstances) -> (Decided?, Set<RuleExercise>) {
        if let table = step.table {
            let source = step.schema.map { quoted($0) + "." } ?? ""
            let columns = step.cells.map { quoted($0.column) }.joined(separator: ", ")
            let (decided, tried) = consider("select \(columns) from \(source)\(quoted(table))", gate, circumstances)
            if decided.refusal == nil { return (decided, tried) }
        }
        let (decided, tried) = consider("", gate, circumstances)
        return decided.refusal == nil ? (decided, tried) : (nil, [])
    }

    private static func consider(_ text: String, _ gate: Gate, _ circumstances: Circumstances) -> (Decided, Set<RuleExercise>) {
        var text = text
        let tried = text.withUTF8 { gate.exercise(UnsafeRawBufferPointer($0), at: circumstances) }
        let decided = text.withUTF8 { Decided(.query(UnsafeRawBufferPointer($0)), gate, circumstances) }
        return (decided, tried)
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private static func mask(_ cell: TestCase.Cell, of step: TestCase.RowStep, _ plan: MaskPlan, _ masker: CellMasker) -> String? {
        guard var value = cell.value else { return nil }
        let transform = plan.transform(schema: step.schema, table: step.table, column: cell.column)
        let rule = CellRule(
            transform.map { .transform($0) } ?? .pass, scansValues: plan.scansValues, type: .text, format: .text,
            context: ColumnContext(column: cell.column, table: step.table, plan: plan))
        let output = MaskOutput()
        let outcome = value.withUTF8 { masker.mask(UnsafeRawBufferPointer($0), rule, into: output) }
        switch outcome {
        case .unchanged: return cell.value
        case .null: return nil
        case .replaced: return String(decoding: output.bytes, as: UTF8.self)
        }
    }

    private static func show(_ value: String?) -> String { value.map { "\"\($0)\"" } ?? "null" }
}

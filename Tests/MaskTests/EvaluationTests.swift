// Measures detection over a labelled set that is drawn anew from a seed, and holds it to bounds. `MASK_SEED=n` draws another set.
import Foundation
import Testing

@testable import Mask

struct EvaluationTests {
    static let seed = ProcessInfo.processInfo.environment["MASK_SEED"].flatMap { UInt64($0) } ?? 20_261_125

    /// Shares of cells, by what went wrong.
    struct Tally {
        var count = 0
        var wrong = 0
        var examples: [String] = []
        var share: Double { count == 0 ? 1 : Double(wrong) / Double(count) }

        mutating func add(_ isWrong: Bool, _ cell: LabelledCell, _ found: [String]) {
            count += 1
            guard isWrong else { return }
            wrong += 1
            examples.append("\(cell.kind ?? cell.label.rawValue) [\(cell.column ?? "-")] \(cell.text) → \(found)")
        }

        func report(_ name: String) -> String {
            "\(name): \(wrong) of \(count) (\((share * 1000).rounded() / 10) %)\n" + examples.prefix(40).map { "    \($0)\n" }.joined()
        }
    }

    @Test func bounds() throws {
        let engine = try MaskEngine(DetectorTests.everything)
        let ungated = try MaskEngine(DetectorTests.everything, usesGate: false)
        var cells = LabelledCells(seed: Self.seed)
        var leaks = Tally(), untyped = Tally(), negatives = Tally(), chances = Tally(), evasions = Tally()
        for cell in cells.all() {
            let bytes = Array(cell.text.utf8)
            let answer = DetectorTests.examine(engine, bytes, column: cell.column)
            #expect(answer == DetectorTests.examine(ungated, bytes, column: cell.column), "\(cell.text)")
            let found = answer.findings.map(\.detector)
            let masked = answer.masked.map { String(decoding: $0, as: UTF8.self) }
            let isHit = !found.isEmpty || masked == nil
            switch cell.label {
            case .value:
                leaks.add(!isHit || masked.map { $0.contains(cell.secret ?? cell.text) } == true, cell, found)
                untyped.add(!found.contains(cell.kind ?? ""), cell, found)
            case .hardNegative: negatives.add(isHit, cell, found)
            case .chance: chances.add(isHit, cell, found)
            case .evasion: evasions.add(masked.map { $0.contains(cell.text) } == true, cell, found)
            }
        }
        let report = [
            leaks.report("leaks"), untyped.report("not found as what they are"), negatives.report("hard negatives hit"),
            chances.report("chance collisions hit"), evasions.report("evasions leaked"),
        ].joined()
        print("seed \(Self.seed)\n\(report)")
        #expect(leaks.share <= 0.01 && untyped.share <= 0.02, "seed \(Self.seed)\n\(report)")
        #expect(negatives.share <= 0.01 && chances.share <= 0.1 && evasions.share <= 0.4, "seed \(Self.seed)\n\(report)")
        #expect(leaks.count > 500 && negatives.count > 400 && chances.count > 150 && evasions.count > 150)
    }
}

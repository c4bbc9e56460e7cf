// What the tests of this module share: plans from text, bytes in and out.
import Mask
import Testing

enum Given {
    static let key = [UInt8](repeating: 7, count: 32)

    /// A plan of value masks, e-mail under partial, card under last, IBAN under redact.
    static func plan(_ detectors: [String]) throws -> MaskPlan {
        let transforms: [String: MaskTransform] = [
            "email": .partial(first: 2, last: 0), "card": .last(4), "iban": .redact,
        ]
        let values = try detectors.map { name in
            ValueMask(
                detector: try #require(Detector.named("pii." + name)), transform: try #require(transforms[name], "\(name)"))
        }
        return try MaskPlan(columns: [], values: values, hashKey: key)
    }

    static let everything = ["email", "card", "iban"]

    static func transform(_ text: String) -> MaskTransform? {
        let known: [MaskTransform] = [.null, .redact, .zero, .hash, .tokenize, .year, .domain, .range(step: 10)]
        if let simple = known.first(where: { $0.description == text }) { return simple }
        for first in 0...4 {
            for last in 0...4 {
                let partial = MaskTransform.partial(first: first, last: last)
                if partial.description == text { return partial }
            }
        }
        return nil
    }
}

extension CellMasker {
    /// The masked bytes; nil is NULL.
    func masked(_ cell: [UInt8]?, _ rule: CellRule) -> [UInt8]? {
        let output = MaskOutput()
        output.append("before")
        let outcome = cell.map { bytes in bytes.withUnsafeBytes { mask($0, rule, into: output) } } ?? mask(nil, rule, into: output)
        let written = Array(output.bytes.dropFirst(6))
        switch outcome {
        case .unchanged:
            #expect(written.isEmpty)
            return cell
        case .null:
            #expect(written.isEmpty)
            return nil
        case .replaced: return written
        }
    }

    func masked(_ text: String, _ rule: CellRule) -> String {
        masked(Array(text.utf8), rule).map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
    }
}

extension CellRule {
    static func text(_ treatment: ColumnTreatment, scans: Bool = false) -> CellRule {
        CellRule(treatment, scansValues: scans, type: .text, format: .text)
    }
}

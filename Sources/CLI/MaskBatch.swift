// `postern mask --batch`: cells as JSON lines in, findings and masked cells out.

import Foundation
import Mask

/// What a line asks: `{"id": …, "text": "…", "column": "…", "type": "…"}`.
struct MaskQuestion: BatchLine {
    var id: BatchQuestion.Identifier
    var text: String
    var column: String?
    var type: String?
}

struct MaskBatch {
    private let engine: MaskEngine

    /// - Parameter own: detectors of a policy, which are named as they are in its program.
    init(detectors names: [String], own: [Detector]) throws {
        let values = try names.map { name in
            guard let detector = own.first(where: { $0.name == name }) ?? Detector.named(name) else {
                let known = own.map(\.name) + Detector.groupNames + Detector.builtInNames
                throw Impossible("there is no detector `\(name)`; there are \(known.joined(separator: ", "))")
            }
            return ValueMask(detector: detector, transform: .redact)
        }
        engine = try MaskEngine(values)
    }

    /// Answers every line of standard input, in order.
    /// - Returns: the number of lines that were no questions; each was answered with an `error`.
    func run() throws -> Int {
        let words = "{\"id\": string or integer, \"text\": string, \"column\": string or null, \"type\": string or null}"
        return try BatchLines.run(expected: words) { (question: MaskQuestion, line) in answer(question, into: &line) }
    }

    /// One answer, without the line's end.
    func answer(_ question: MaskQuestion) -> String {
        var line = LineJSON()
        BatchLines.write(question, into: &line) { answer(question, into: &$0) }
        return String(decoding: line.bytes, as: UTF8.self)
    }

    private func answer(_ question: MaskQuestion, into line: inout LineJSON) {
        var text = question.text
        // `customers.phone`: the table helps to tell what the column holds.
        let names = question.column?.split(separator: ".").map(String.init) ?? []
        let table = names.count > 1 ? names[names.count - 2] : nil
        let type = question.type.map { MaskedType(name: $0) } ?? .text
        let answer = text.withUTF8 { engine.examine(UnsafeRawBufferPointer($0), column: names.last, table: table, type: type) }
        line.key("findings")
        line.array { line in
            for finding in answer.findings {
                line.object { line in
                    line.key("detector")
                    line.string(finding.detector)
                    line.key("start")
                    line.integer(Int64(finding.range.lowerBound))
                    line.key("end")
                    line.integer(Int64(finding.range.upperBound))
                }
            }
        }
        line.key("masked")
        if let masked = answer.masked { masked.withUnsafeBytes { line.string($0) } } else { line.null() }
    }
}

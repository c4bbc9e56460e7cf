// `postern mask --batch`: cells as JSON lines in, findings and masked cells out.

import Foundation
import Mask

/// What a line asks: `{"id": …, "text": "…", "column": "…", "type": "…"}`.
struct MaskQuestion: Decodable {
    var id: BatchQuestion.Identifier
    var text: String
    var column: String?
    var type: String?
}

struct MaskBatch {
    private let engine: MaskEngine
    private let decoder = JSONDecoder()
    private var line = LineJSON()
    private var output: [UInt8] = []
    /// Bytes that are gathered before they are written.
    private static let outputBlock = 1 << 18

    init(detectors names: [String]) throws {
        let values = try names.map { name in
            guard let detector = Detector.named(name) else {
                throw Impossible("there is no detector `\(name)`; there are \((Detector.groupNames + Detector.builtInNames).joined(separator: ", "))")
            }
            return ValueMask(detector: detector, transform: .redact)
        }
        engine = try MaskEngine(values)
    }

    /// Answers every line of standard input, in order.
    /// - Returns: the number of lines that were no questions.
    mutating func run() throws -> Int {
        var number = 0
        var wrong = 0
        while let text = readLine(strippingNewline: true) {
            number += 1
            if text.isEmpty { continue }
            if let question = try? decoder.decode(MaskQuestion.self, from: Data(text.utf8)) {
                write(question)
            } else {
                complain(number)
                wrong += 1
            }
            output += line.bytes
            output.append(UInt8(ascii: "\n"))
            if output.count >= Self.outputBlock { try flush() }
        }
        try flush()
        return wrong
    }

    /// One answer, without the line's end.
    mutating func answer(_ question: MaskQuestion) -> String {
        write(question)
        return String(decoding: line.bytes, as: UTF8.self)
    }

    private mutating func flush() throws {
        try FileHandle.standardOutput.write(contentsOf: Data(output))
        output.removeAll(keepingCapacity: true)
    }

    private mutating func complain(_ number: Int) {
        line.clear()
        line.object {
            $0.key("id")
            $0.null()
            $0.key("error")
            $0.string("line \(number) is not {\"id\": string or integer, \"text\": string, \"column\": string or null, \"type\": string or null}")
        }
    }

    private mutating func write(_ question: MaskQuestion) {
        var text = question.text
        // `customers.phone`: the table helps to tell what the column holds.
        let names = question.column?.split(separator: ".").map(String.init) ?? []
        let table = names.count > 1 ? names[names.count - 2] : nil
        let type = question.type.map { MaskedType(name: $0) } ?? .text
        let answer = text.withUTF8 { engine.examine(UnsafeRawBufferPointer($0), column: names.last, table: table, type: type) }
        line.clear()
        line.object { line in
            line.key("id")
            switch question.id {
            case .text(let text): line.string(text)
            case .number(let number): line.integer(number)
            case .none: line.null()
            }
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
}

// JSON lines in, JSON lines out: the loop, the identifiers and the complaints that every `--batch` shares.

import Foundation

/// What a line asks. The answer carries its identifier.
protocol BatchLine: Decodable {
    var id: BatchQuestion.Identifier { get }
}

enum BatchLines {
    /// Bytes that are gathered before they are written.
    private static let outputBlock = 1 << 18

    /// Answers every line of standard input, in order; empty lines are passed over.
    /// - Parameters:
    ///   - expected: the form of a line, for the answer to one that has another.
    ///   - answer: writes the keys behind `id`.
    /// - Returns: the number of lines that were no questions; each was answered with an `error`.
    static func run<Question: BatchLine>(expected: String, _ answer: (Question, inout LineJSON) -> Void) throws -> Int {
        let decoder = JSONDecoder()
        var (line, output) = (LineJSON(), [UInt8]())
        var (number, wrong) = (0, 0)
        while let text = readLine(strippingNewline: true) {
            number += 1
            if text.isEmpty { continue }
            line.clear()
            if let question = try? decoder.decode(Question.self, from: Data(text.utf8)) {
                write(question, into: &line) { answer(question, &$0) }
            } else {
                complain(number, expected, into: &line)
                wrong += 1
            }
            output += line.bytes
            output.append(UInt8(ascii: "\n"))
            if output.count >= outputBlock { try flush(&output) }
        }
        try flush(&output)
        return wrong
    }

    /// One answer, without the line's end.
    static func write(_ question: some BatchLine, into line: inout LineJSON, _ rest: (inout LineJSON) -> Void) {
        line.object { line in
            line.key("id")
            switch question.id {
            case .text(let text): line.string(text)
            case .number(let number): line.integer(number)
            case .none: line.null()
            }
            rest(&line)
        }
    }

    private static func complain(_ number: Int, _ expected: String, into line: inout LineJSON) {
        line.object {
            $0.key("id")
            $0.null()
            $0.key("error")
            $0.string("line \(number) is not \(expected)")
        }
    }

    private static func flush(_ output: inout [UInt8]) throws {
        try FileHandle.standardOutput.write(contentsOf: Data(output))
        output.removeAll(keepingCapacity: true)
    }
}

// Detectors of one's own against Cases/own.txt: parts, checksums, words, disguises, and texts beyond a window.
import Foundation
import Machine
import TestSupport
import Testing

@testable import Mask

struct OwnDetectorTests {
    /// `pattern`, `pattern / checksum`, `pattern / checksum / word word`; `-` is no checksum.
    private static func detector(_ text: String, name: String = "acme.staff_no") throws -> Detector {
        let parts = text.components(separatedBy: " / ")
        let pattern = parts[0].components(separatedBy: "<OR>").joined(separator: "|")
        let checksum = try parts.count > 1 && parts[1] != "-" ? #require(Checksum.named(parts[1])) : .none
        return try Detector(
            name: name, pattern: pattern, checksum: checksum, words: parts.count > 2 ? parts[2].split(separator: " ").map(String.init) : [])
    }

    private static func engines(_ detector: Detector) throws -> [MaskEngine] {
        try [true, false].map { try MaskEngine([ValueMask(detector: detector, transform: .redact)], usesGate: $0) }
    }

    @Test func table() throws {
        try CaseTable.check("own.txt", columns: 5) { fields in
            let answers = try Self.engines(try Self.detector(fields[0])).map { engine in
                Array(fields[3].utf8).withUnsafeBytes { bytes in
                    engine.examine(
                        bytes, column: fields[1] == "-" ? nil : fields[1],
                        type: fields[2] == "-" ? .text : MaskedType(name: fields[2]))
                }
            }
            #expect(answers[0] == answers[1])
            return answers[0].masked.map { String(decoding: $0, as: UTF8.self) } ?? "NULL"
        }
    }

    @Test func everyChecksumHasACase() throws {
        let lines = try CaseTable.lines("own.txt")
        for name in Checksum.names { #expect(lines.contains { $0.contains(" / \(name)") && $0.contains("[redacted]") }, "\(name)") }
    }

    /// A match that is longer than what windows share is found in a text of several windows.
    @Test func matchesLongerThanAWindow() throws {
        let engine = try Self.engines(try Self.detector("<<[a-z ]+>>"))[0]
        let edge = String(repeating: "-", count: 50_000)
        let text = edge + "<<" + String(repeating: "a b", count: 30_000) + ">>" + edge
        let answer = Array(text.utf8).withUnsafeBytes { engine.examine($0) }
        #expect(answer.masked.map { String(decoding: $0, as: UTF8.self) } == edge + "[redacted]" + edge)
    }

    /// One detector that two masks name is one, under the stricter transform; names of columns are held against each by its place.
    @Test func joinsTransformsAndKeepsPlaces() throws {
        let first = try Self.detector("[0-9]{4} / - / badge")
        let second = try Self.detector("[a-z]{4} / - / code", name: "acme.word")
        let values = [
            ValueMask(detector: first, transform: .partial(first: 2, last: 0)), ValueMask(detector: second, transform: .redact),
            ValueMask(detector: first, transform: .redact),
        ]
        let engine = try MaskEngine(values)
        func masked(_ text: String, _ column: String) -> String {
            Array(text.utf8).withUnsafeBytes { engine.examine($0, column: column).masked.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }
        }
        #expect(masked("1234 abcd", "badge") == "[redacted] abcd")
        #expect(masked("1234 abcd", "code") == "1234 [redacted]")
        #expect(masked("1234 abcd", "word") == "1234 [redacted]")
        #expect(masked("1234 abcd", "other") == "1234 abcd")
    }

    @Test func asManyAsThereMayBe() throws {
        let values = try (0...MaskPlan.maximumOwn).map { ValueMask(detector: try Self.detector("x\($0)y"), transform: .redact) }
        #expect(throws: MaskPlanError.tooManyEntries) { try MaskPlan(columns: [], values: values, hashKey: []) }
        #expect(throws: Never.self) { try MaskPlan(columns: [], values: Array(values.dropLast()), hashKey: []) }
    }

    @Test func ofAProgram() throws {
        var program = Program()
        program.symbols = ["", "staff", "S(?<mask>[0-9]+)", "badge", "("]
        let place = SourcePlace(file: 0, start: 0, end: 0)
        program.detectors = [
            DetectorRecord(name: 1, pattern: 2, checksum: .luhn, words: [3], place: place),
            DetectorRecord(name: 3, pattern: 4, checksum: .none, words: [], place: place),
        ]
        let found = Detector.own(of: program)
        #expect(found.map(\.name) == ["staff"])
        #expect(found.first?.own?.groups.mask == 1 && found.first?.own?.checksum == .luhn)
    }
}

// Every detector against Cases/detectors.txt, with the gate and without it.
import Foundation
import TestSupport
import Testing

@testable import Mask

struct DetectorTests {
    static let everything = Detector.groupNames.compactMap { Detector.named($0) }.map { ValueMask(detector: $0, transform: .redact) }

    let engine: MaskEngine
    let ungated: MaskEngine

    init() throws {
        engine = try MaskEngine(Self.everything)
        ungated = try MaskEngine(Self.everything, usesGate: false)
    }

    static func examine(_ engine: MaskEngine, _ bytes: [UInt8], column: String?, type: MaskedType = .text) -> MaskEngine.Answer {
        bytes.withUnsafeBytes { engine.examine($0, column: column, type: type) }
    }

    @Test func table() throws {
        try CaseTable.check("detectors.txt", columns: 3) { fields in
            let text = fields[1].split(separator: "<NL>", omittingEmptySubsequences: false).joined(separator: "\n")
            let bytes = Array(text.utf8)
            let column = fields[0] == "-" ? nil : fields[0]
            let answer = Self.examine(engine, bytes, column: column)
            #expect(answer == Self.examine(ungated, bytes, column: column), "\(fields[1])")
            let found = answer.findings.map { finding in
                let value = String(decoding: bytes[finding.range], as: UTF8.self)
                return "\(finding.detector) \(value.split(separator: "\n").joined(separator: "<NL>"))"
            }
            return found.isEmpty ? "-" : found.joined(separator: "; ")
        }
    }

    /// Every detector finds something in the case file: none is there in name only.
    @Test func eachHasACase() throws {
        let lines = try CaseTable.lines("detectors.txt").filter { !$0.hasPrefix("#") }
        let found = Set(
            lines.flatMap { line in
                line.split(separator: "|").last.map { $0.split(separator: ";").compactMap { $0.split(separator: " ").first.map(String.init) } } ?? []
            })
        #expect(Set(Detector.builtInNames).subtracting(found) == [], "detectors without a case that they find")
    }

    @Test func patternsCompile() {
        #expect(DetectorCatalogue.all?.count == DetectorCatalogue.specifications.count)
        for specification in DetectorCatalogue.specifications {
            #expect(throws: Never.self, "\(specification.name)") { try BuiltInDetector(specification) }
        }
        #expect(DetectorGate.shared != nil)
    }

    @Test func namesAndGroups() {
        for name in Detector.builtInNames + Detector.groupNames + ["pii.card"] { #expect(Detector.named(name) != nil, "\(name)") }
        #expect(Set(Detector.builtInNames).count == Detector.builtInNames.count)
        for name in ["pii", "pii.", "pii.none", "any", "secrets.email"] { #expect(Detector.named(name) == nil, "\(name)") }
    }
}

// Errors and notices: hits are replaced, detail is dropped, shapes are checked.
import Mask
import TestSupport
import Testing

struct ScrubTests {
    let scrubber: TextScrubber

    init() throws { scrubber = TextScrubber(CellMasker(plan: try Given.plan(Given.everything))) }

    static func fields(_ fields: [String]) -> [UInt8] { fields.flatMap { Array($0.utf8) + [0] } + [0] }

    /// nil: unchanged.
    func scrubbed(_ body: [UInt8], dropping: Bool) throws -> [UInt8]? {
        let output = MaskOutput()
        let outcome = try body.withUnsafeBytes { try scrubber.scrub(fields: $0, droppingDetail: dropping, into: output) }
        if outcome == .unchanged { #expect(output.isEmpty) }
        return outcome == .unchanged ? nil : Array(output.bytes)
    }

    static let withheld = "M\(TextScrubber.withheldMessage)"

    @Test func valuesAreReplaced() throws {
        let given = ["SERROR", "C23505", "Mduplicate key", "DKey (email)=(jane@acme.io) already exists.", "P4111111111111111"]
        let expected = ["SERROR", "C23505", "Mduplicate key", "DKey (email)=(ja**********) already exists.", "P4111111111111111"]
        #expect(try scrubbed(Self.fields(given), dropping: false) == Self.fields(expected))
        #expect(try scrubbed(Self.fields(["SERROR", "C23505", "Mnothing"]), dropping: false) == nil)
    }

    @Test(arguments: ["22P02", "23505", "P0001", "00000", "XX000", "", "22"])
    func messagesThatQuoteAreWithheld(state: String) throws {
        let given = Self.fields(["SERROR", "C" + state, "Mbad ada", "Dada", "Hada", "Wada", "qada", "tada", "F1"])
        #expect(try scrubbed(given, dropping: true) == Self.fields(["SERROR", "C" + state, Self.withheld, "tada", "F1"]))
        #expect(try scrubbed(Self.fields(["Mada"]), dropping: true) == Self.fields([Self.withheld]))
    }

    @Test func quietMessagesStay() throws {
        #expect(try scrubbed(Self.fields(["C42P01", "Mno such table", "P7"]), dropping: true) == nil)
        #expect(try scrubbed(Self.fields(["C42P01", "Mto a@b.c", "Hx", "P7"]), dropping: true) == Self.fields(["C42P01", "Mto a@***", "P7"]))
        // Without a position in the client's text it was raised by a function that took a value for a query or a name.
        for fields in [["C42601", "Min tsquery: ada"], ["C3F000", "Mschema ada"], ["C42601", "Mada", "P1", "p2", "qada"]] {
            let shown = try scrubbed(Self.fields(fields), dropping: true)
            #expect(shown?.contains(Array("ada".utf8)) == false, "\(fields)")
        }
    }

    @Test func shapes() {
        for body in [[], [77], [77, 65], [77, 65, 0], [0, 0], [77, 65, 0, 0, 1]] as [[UInt8]] {
            #expect(throws: MaskError.self) { try scrubbed(body, dropping: true) }
            #expect(throws: MaskError.self) { try scrubbed(body, dropping: false) }
        }
        #expect(throws: Never.self) { try scrubbed([0], dropping: true) }
    }

    @Test func freeText() throws {
        var limits = MaskLimits()
        limits.cellBytes = 20
        let scrubber = TextScrubber(CellMasker(plan: try Given.plan(["email"]), limits: limits))
        let scrub = { (text: String) in
            let output = MaskOutput()
            let outcome = Array(text.utf8).withUnsafeBytes { scrubber.scrub($0, into: output) }
            return outcome == .unchanged ? text : String(decoding: output.bytes, as: UTF8.self)
        }
        #expect(scrub("say a@b.c") == "say a@***")
        #expect(scrub("say nothing") == "say nothing")
        #expect(scrub(String(repeating: "a", count: 21)) == "[redacted]")
        #expect(CellMasker(plan: .none).plan.isEmpty)
    }

    @Test func mutations() {
        var random = SeededGenerator(seed: 21)
        let good = Self.fields(["SERROR", "C23505", "Mx", "DKey (email)=(jane@acme.io)", "Wctx"])
        for _ in 0..<5_000 {
            var body = good
            for _ in 0...random.below(3) { body[random.below(body.count)] = UInt8(random.below(3) == 0 ? 0 : random.below(256)) }
            guard let output = try? scrubbed(body, dropping: random.below(2) == 0) else { continue }
            #expect(throws: Never.self) { try scrubbed(output, dropping: true) }
        }
    }
}

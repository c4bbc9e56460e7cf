// The decoders behind detectors against Cases/decoders.txt, which is also what fuzzing begins with, and the normaliser's places.
import TestSupport
import Testing

@testable import Mask

struct DecoderTests {
    @Test func table() throws {
        try CaseTable.check("decoders.txt", columns: 3) { fields in
            let text = Array(fields[1].utf8)
            let isValid = text.withUnsafeBytes { bytes in
                switch fields[0] {
                case "base58": Base58.isAddress(bytes)
                case "bech32": Bech32.isValid(bytes)
                case "ethereum": EthereumAddress.isValid(bytes)
                case "base62": Base62.isChecked(bytes)
                default: JOSEHeader.isHeader(of: bytes)
                }
            }
            return isValid ? "yes" : "no"
        }
    }

    /// Any bytes have an answer, and the texts of the file, changed in any one byte, mostly no.
    @Test func changedTexts() throws {
        var random = SeededGenerator(seed: 8)
        for line in try CaseTable.lines("decoders.txt") where line.hasPrefix("b") && line.hasSuffix("yes") {
            let fields = line.split(separator: "|").map { $0.split(separator: " ").joined() }
            for place in fields[1].utf8.indices {
                var text = Array(fields[1].utf8)
                let index = fields[1].utf8.distance(from: fields[1].utf8.startIndex, to: place)
                guard index > 4 else { continue }
                text[index] = text[index] == UInt8(ascii: "q") ? UInt8(ascii: "p") : UInt8(ascii: "q")
                let isValid = text.withUnsafeBytes { bytes in
                    fields[0] == "base58" ? Base58.isAddress(bytes) : fields[0] == "bech32" ? Bech32.isValid(bytes) : Base62.isChecked(bytes)
                }
                #expect(!isValid, "\(String(decoding: text, as: UTF8.self))")
            }
            let noise = (0..<40).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            noise.withUnsafeBytes { bytes in #expect(!Base58.isAddress(bytes) && !Bech32.isValid(bytes) && !JOSEHeader.isHeader(of: bytes)) }
        }
    }

    /// Keccak-256 of nothing and of `abc`, as published for the first form of Keccak.
    @Test func keccak() throws {
        let nothing = try #require([UInt8]().withUnsafeBytes { Keccak.digest($0) })
        #expect(nothing[0].byteSwapped == 0xc5d2_4601_86f7_233c && nothing[3].byteSwapped == 0x7bfa_d804_5d85_a470)
        let abc = try #require(Array("abc".utf8).withUnsafeBytes { Keccak.digest($0) })
        #expect(abc[0].byteSwapped == 0x4e03_657a_ea45_a94f)
        let long = [UInt8](repeating: 0, count: 136)
        #expect(long.withUnsafeBytes { Keccak.digest($0) } == nil)
    }

    /// Whatever the normaliser makes of a text, every place in it is one of the text's, in order.
    @Test func places() throws {
        var random = SeededGenerator(seed: 12)
        let parts = [
            "%40", "\\u0040", "&#64;", "&#x", "(at)", "[dot] ",
            "\u{ff21}", "\u{200b}", "\u{430}", "a b c d e f g h", "\u{1d7d8}", "%", "\\", "\u{e9}", "&", " ", "xyz",
            "aGVsbG8gd29ybGQgaGVsbG8=", "6a616e654061636d652e696f",
        ]
        let normaliser = TextNormaliser()
        for _ in 0..<4000 {
            var text = Array((0..<random.below(12)).map { _ in parts[random.below(parts.count)] }.joined().utf8)
            if !text.isEmpty, random.below(3) == 0 { text[random.below(text.count)] = UInt8(truncatingIfNeeded: random.next()) }
            text.withUnsafeBytes { bytes in
                if normaliser.normalise(bytes) {
                    let offsets = (0...normaliser.text.count).map { normaliser.offset($0) }
                    #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 } && offsets.last == bytes.count)
                    #expect(normaliser.text.count < bytes.count)
                }
                var start = 0
                while let token = normaliser.decodeNext(bytes, from: start) {
                    #expect(token.lowerBound >= start && token.upperBound <= bytes.count && token.count >= 16)
                    start = token.upperBound
                }
            }
        }
    }
}

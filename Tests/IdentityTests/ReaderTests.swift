// The strict readers: JSON, base64url, addresses; and mutated seeds through all of them.

import Foundation
import TestSupport
import Testing

@testable import Identity

struct ReaderTests {
    @Test func json() async throws {
        try await CaseFile.check("json.txt") { one in
            do {
                return try JSONReader.read(Array(one.title.utf8)).encoded
            } catch {
                return "refused: \(error)"
            }
        }
    }

    @Test(
        arguments: [
            [0xFF], [0x22, 0xFF, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xE2, 0x82, 0x22],
            [0xEF, 0xBB, 0xBF, 0x31], [0x31, 0x00], [],
        ] as [[UInt8]])
    func notText(_ bytes: [UInt8]) {
        #expect(throws: JSONFault.self) { try JSONReader.read(bytes) }
    }

    /// U+212A is canonically `K`, but it is not the same name.
    @Test func namesAreBytes() throws {
        let object = try #require(try JSONReader.read(Array(#"{"\u212Aid":1,"x":null}"#.utf8)).object)
        #expect(object["Kid"] == nil)
        #expect(object["\u{212A}id"] == .number("1"))
        #expect(object["x"] == nil && object.has("x"))
    }

    @Test(arguments: ["", "AA", "AAA", "AAAA", "-_8", "Zm9vYmE"])
    func base64URL(_ text: String) throws {
        let bytes = try #require(Base64URL.decode(text.utf8))
        #expect(Base64URL.encode(bytes) == text)
    }

    @Test(arguments: ["A", "AAAAA", "AB", "AAB", "AA==", "A+", "A/", "AA\n", " AA", "Aé"])
    func notBase64URL(_ text: String) { #expect(Base64URL.decode(text.utf8) == nil) }

    @Test func base64URLOfRandomBytes() {
        var generator = SeededGenerator(seed: 7)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
            let foundation = Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
            #expect(Base64URL.encode(bytes) == foundation)
        }
    }

    @Test(arguments: [
        "https://issuer.example", "https://issuer.example:8443/a?b=c", "http://localhost:1/x", "http://127.0.0.1/",
        "http://127.1.2.3:80", "http://[::1]:9/", "HTTPS://x",
    ])
    func safeAddresses(_ text: String) throws { _ = try SafeURL(text) }

    @Test(arguments: [
        "", "issuer.example", "http://issuer.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example",
        "http://127.0.0.256", "http://127.1", "http://0x7f.0.0.1", "http://2130706433", "http://127.0.0.01",
        "http://128.0.0.1", "http://[::2]/", "https://", "https:///x", "file:///etc/passwd", "ftp://x",
        "https://u@x", "https://u:p@x", "https://x#f", "https://x/ y", "https://x\\@y", "https://x\n", "https://é",
        "http://localhost@evil.example",
    ])
    func unsafeAddresses(_ text: String) { #expect(throws: UnsafeURL.self) { try SafeURL(text) } }

    @Test func redirectsStayHome() throws {
        let home = try SafeURL("https://issuer.example/a")
        #expect(home.hasSameOrigin(as: URL(string: "https://ISSUER.example/b")))
        for away in ["http://issuer.example/a", "https://issuer.example:444/a", "https://evil.example/a"] {
            #expect(!home.hasSameOrigin(as: URL(string: away)))
        }
    }

    @Test(
        arguments: [
            ("max-age=60", 60), ("public, MAX-AGE = 5", 5), ("no-store, max-age=9", 0), ("no-cache", 0),
            ("private", nil),
            ("max-age", nil), ("max-age=x", nil), ("max-age=99999999999999999999", nil), ("", nil),
        ] as [(String, Int64?)])
    func maxAge(_ field: String, _ age: Int64?) { #expect(DocumentFetch.maxAge(field) == age) }

    @Test func mutatedSeeds() throws {
        var generator = SeededGenerator(seed: 42)
        for seed in try seedFiles() {
            let pieces = seed.split(separator: 0x0A).map(Array.init) + [seed]
            for _ in 0..<400 {
                var bytes = pieces[Int.random(in: 0..<pieces.count, using: &generator)]
                for _ in 0..<Int.random(in: 0...4, using: &generator) where !bytes.isEmpty {
                    let place = Int.random(in: 0..<bytes.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
                    case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
                    case 2: bytes.removeSubrange(place..<min(bytes.count, place + 3))
                    default: bytes.append(contentsOf: bytes[place...])
                    }
                }
                HostileInput.consume(bytes)
            }
        }
    }
}

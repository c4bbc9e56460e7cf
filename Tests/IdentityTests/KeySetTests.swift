// Keys of a JWKS: which are used, and why the others are not.

import Foundation
import Testing

@testable import Identity

struct KeySetTests {
    @Test func everyKey() async throws {
        try await CaseFile.check("keys.txt") { one in
            let set = try await KeySet(document: Array(#"{"keys":[\#(one.rest("jwk") ?? "")]}"#.utf8))
            if let skipped = set.skipped.first { return "skipped: \(skipped.reason)" }
            let key = try #require(set.keys.first)
            let algorithms = SignatureAlgorithm.allCases.filter(key.fits).map(\.rawValue).joined(separator: " ")
            return "\(key.numbers.keyID ?? "-"): \(algorithms), signatures of \(key.numbers.signatureBytes) bytes"
        }
    }

    @Test func goodKeysStandBesideBadOnes() async throws {
        let key = try await TestKey.ed25519("good")
        let set = try await KeySet(document: Array(#"{"x":1,"keys":[{"kty":"oct"},\#(key.jwk),7]}"#.utf8))
        #expect(set.keys.map(\.numbers.keyID) == ["good"])
        #expect(set.skipped.map(\.place) == [0, 2])
    }

    @Test(arguments: ["", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[],"keys":[]}"#, "<html>", #"{"keys":null}"#])
    func notKeySets(_ text: String) async {
        await #expect(throws: KeySourceFailure.notKeySet) { try await KeySet(document: Array(text.utf8)) }
    }

    @Test func noKeysIsAnAnswer() async throws {
        #expect(try await KeySet(document: Array(#"{"keys":[]}"#.utf8)).keys.isEmpty)
    }

    @Test func limits() async throws {
        let most = String(repeating: "0,", count: IdentityLimits.keysInSet - 1)
        #expect(try KeySet.entries(of: Array(#"{"keys":[\#(most)0]}"#.utf8)).count == IdentityLimits.keysInSet)
        #expect(throws: KeySourceFailure.tooManyKeys) { try KeySet.entries(of: Array(#"{"keys":[\#(most)0,0]}"#.utf8)) }
        let text = Array(#"{"keys":[]}"#.utf8)
        let space = [UInt8](repeating: 0x20, count: IdentityLimits.documentBytes - text.count)
        #expect(try KeySet.entries(of: space + text).isEmpty)
        #expect(throws: KeySourceFailure.tooLarge) { try KeySet.entries(of: space + text + [0x20]) }
    }
}

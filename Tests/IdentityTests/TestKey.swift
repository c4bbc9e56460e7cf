// Keys made for one run of the tests: they sign whatever a test wants signed.

import JWTKit
import Testing

@testable import Identity

/// A private key with its JWK. Signs any header and payload, also ones that no honest issuer would.
struct TestKey: Sendable {
    let id: String
    let jwk: String
    private let signer: any JWTAlgorithm

    static func ed25519(_ id: String) async throws -> TestKey {
        let key = try EdDSA.PrivateKey(curve: .ed25519)
        let x = Base64URL.encode(key.publicKey.rawRepresentation)
        let keys = JWTKeyCollection()
        await keys.add(eddsa: key)
        return TestKey(
            id: id, jwk: #"{"kty":"OKP","crv":"Ed25519","kid":"\#(id)","x":"\#(x)"}"#, signer: try await keys.getKey())
    }

    static func p256(_ id: String) async throws -> TestKey {
        let key = ES256PrivateKey()
        let point = try #require(key.parameters)
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: key)
        return TestKey(
            id: id,
            jwk: #"{"kty":"EC","crv":"P-256","kid":"\#(id)","x":"\#(urlSafe(point.x))","y":"\#(urlSafe(point.y))"}"#,
            signer: try await keys.getKey())
    }

    private static func urlSafe(_ base64: String) -> String {
        String(base64.compactMap { $0 == "=" ? nil : $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }

    func signature(_ signed: String) throws -> String { Base64URL.encode(try signer.sign(Array(signed.utf8))) }

    /// A token with this header and payload, signed.
    func token(header: String, payload: String) throws -> [UInt8] {
        let signed = Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8)
        return Array((signed + "." + (try signature(signed))).utf8)
    }

    /// A good token of an issuer, valid around `now`.
    func token(issuer: String, now: Int64, audience: String = "postern") throws -> [UInt8] {
        try token(
            header: #"{"alg":"EdDSA","kid":"\#(id)"}"#,
            payload: #"{"iss":"\#(issuer)","aud":"\#(audience)","sub":"job","exp":\#(now + 300)}"#)
    }

    static func set(_ keys: [TestKey]) -> String { #"{"keys":["# + keys.map(\.jwk).joined(separator: ",") + "]}" }
}

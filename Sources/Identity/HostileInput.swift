// The one door through which a fuzzer reaches every reader of this module.

import Machine

/// Gives bytes to every reader here. Nothing may crash or hang, whatever the bytes are.
package enum HostileInput {
    /// Reads `bytes` as JSON, as a JWKS, as a discovery document, as an address and as a token.
    package static func consume(_ bytes: [UInt8]) {
        if let value = try? JSONReader.read(bytes) {
            // What was read can be written and read again, and is the same.
            let again = try? JSONReader.read(Array(value.encoded.utf8))
            precondition(again == value, "JSON did not survive being written and read")
            if let object = value.object {
                _ = try? PublicKeyNumbers(object)
                _ = try? ClaimReader(issuer: settings, payload: object).read(now: Moment(seconds: 2_000_000_000))
            }
        }
        for entry in (try? KeySet.entries(of: bytes)) ?? [] {
            if let object = entry.object { _ = try? PublicKeyNumbers(object) }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        if let address = try? SafeURL(text) {
            _ = try? KeyLoader.keysAddress(in: bytes, from: address, issuer: settings.url)
        }
        _ = DocumentFetch.maxAge(text)
        if let decoded = Base64URL.decode(bytes) {
            precondition(Base64URL.encode(decoded).utf8.elementsEqual(bytes), "two encodings of the same bytes")
        }
        _ = try? UnverifiedToken(bytes)
    }

    private static let settings = IssuerSettings(
        name: "fuzz", kind: .jwks, url: "https://issuer.example", audience: "postern",
        claims: ClaimType.allCases.map { ClaimDeclaration(name: $0.rawValue, type: $0, optional: true) },
        keys: .file("/nonexistent"))
}

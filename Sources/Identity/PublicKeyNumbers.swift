// One key of a JWKS, checked before any cryptography sees it.

/// A public key for verifying signatures, as the numbers of a JWK (RFC 7517, RFC 7518 section 6, RFC 8037), each
/// of the right size. Text is base64url that was strictly decoded once.
struct PublicKeyNumbers: Sendable, Hashable {
    enum Numbers: Sendable, Hashable {
        case rsa(modulus: String, exponent: String)
        /// P-256 or P-384.
        case curve(x: String, y: String)
        case edwards(x: String)
    }
    var keyID: String?
    var family: KeyFamily
    /// The only algorithm it may be used with, where its publisher said so.
    var algorithm: SignatureAlgorithm?
    /// The exact size of its signatures.
    var signatureBytes: Int
    var numbers: Numbers
}

/// Why a key in a JWKS is not used. The others are.
struct UnusableKey: Error, Hashable {
    var reason: String
    init(_ reason: String) { self.reason = reason }
}

extension PublicKeyNumbers {
    init(_ jwk: JSONObject) throws(UnusableKey) {
        let keyID = try Self.keyID(of: jwk)
        try Self.checkPurpose(of: jwk)
        let family = try Self.family(of: jwk)
        let algorithm = try Self.algorithm(of: jwk, family)
        switch family {
        case .rsa:
            let (modulus, bits) = try Self.modulus(of: jwk)
            try Self.checkExponent(of: jwk)
            let numbers = Numbers.rsa(modulus: modulus, exponent: jwk["e"]?.text ?? "")
            self.init(
                keyID: keyID, family: family, algorithm: algorithm, signatureBytes: (bits + 7) / 8, numbers: numbers)
        case .p256, .p384:
            let size = family == .p256 ? 32 : 48
            let numbers = Numbers.curve(x: try Self.number("x", of: jwk, size), y: try Self.number("y", of: jwk, size))
            self.init(
                keyID: keyID, family: family, algorithm: algorithm, signatureBytes: 2 * size, numbers: numbers)
        case .ed25519:
            let numbers = Numbers.edwards(x: try Self.number("x", of: jwk, 32))
            self.init(keyID: keyID, family: family, algorithm: algorithm, signatureBytes: 64, numbers: numbers)
        }
    }

    private static func keyID(of jwk: JSONObject) throws(UnusableKey) -> String? {
        if !jwk.has("kid") { return nil }
        guard let id = jwk["kid"]?.text, !id.isEmpty, id.utf8.count <= IdentityLimits.keyIDBytes else {
            throw UnusableKey("its kid is not a string of bounded length")
        }
        return id
    }

    private static func checkPurpose(of jwk: JSONObject) throws(UnusableKey) {
        if jwk.has("use"), jwk["use"]?.text != "sig" { throw UnusableKey("its use is not sig") }
        if jwk.has("key_ops"), !(jwk["key_ops"]?.strings ?? []).contains("verify") {
            throw UnusableKey("its key_ops do not have verify")
        }
        // A private key that its owner has published signs for everybody.
        if jwk.has("d") { throw UnusableKey("it holds its private part") }
    }

    private static func family(of jwk: JSONObject) throws(UnusableKey) -> KeyFamily {
        switch (jwk["kty"]?.text, jwk["crv"]?.text) {
        case ("RSA", _): return .rsa
        case ("EC", "P-256"): return .p256
        case ("EC", "P-384"): return .p384
        case ("OKP", "Ed25519"): return .ed25519
        case ("oct", _): throw UnusableKey("symmetric keys are never used")
        case ("EC", _), ("OKP", _): throw UnusableKey("its curve is not supported")
        default: throw UnusableKey("its kty is not supported")
        }
    }

    private static func algorithm(of jwk: JSONObject, _ family: KeyFamily) throws(UnusableKey) -> SignatureAlgorithm? {
        if !jwk.has("alg") { return nil }
        guard let algorithm = jwk["alg"]?.text.flatMap(SignatureAlgorithm.init(rawValue:)) else {
            throw UnusableKey("its alg is not supported")
        }
        if algorithm.family != family { throw UnusableKey("its alg does not go with its kty") }
        return algorithm
    }

    private static func decoded(_ name: String, of jwk: JSONObject) throws(UnusableKey) -> (String, [UInt8]) {
        guard let text = jwk[name]?.text, let bytes = Base64URL.decode(text.utf8) else {
            throw UnusableKey("its \(name) is not base64url")
        }
        return (text, bytes)
    }

    private static func number(_ name: String, of jwk: JSONObject, _ size: Int) throws(UnusableKey) -> String {
        let (text, bytes) = try decoded(name, of: jwk)
        if bytes.count != size { throw UnusableKey("its \(name) does not have \(size) bytes") }
        return text
    }

    private static func modulus(of jwk: JSONObject) throws(UnusableKey) -> (text: String, bits: Int) {
        let (text, bytes) = try decoded("n", of: jwk)
        let significant = bytes.drop { $0 == 0 }
        let bits = significant.count * 8 - (significant.first?.leadingZeroBitCount ?? 0)
        if !IdentityLimits.rsaBits.contains(bits) { throw UnusableKey("an RSA key of \(bits) bits is not accepted") }
        if significant.last.map({ $0 & 1 }) == 0 { throw UnusableKey("its modulus is even") }
        return (text, bits)
    }

    /// The public exponent is odd, at least 65537 (NIST SP 800-56B section 6.2.1) and small enough to be cheap.
    private static func checkExponent(of jwk: JSONObject) throws(UnusableKey) {
        let (_, bytes) = try decoded("e", of: jwk)
        let significant = bytes.drop { $0 == 0 }
        if significant.count > 4 { throw UnusableKey("its exponent is too large") }
        let exponent = significant.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        if exponent < 65537 || exponent & 1 == 0 { throw UnusableKey("its exponent is too small or even") }
    }
}

// A token taken apart and not yet believed.

/// A signed token in compact form (RFC 7515 section 7.1, RFC 7519) whose shape is right. Nothing in it is proved:
/// its header and payload only say which key to try.
struct UnverifiedToken {
    let algorithm: SignatureAlgorithm
    let keyID: String?
    let payload: JSONObject
    let signature: [UInt8]
    /// What the signature signs: header, dot, payload, as they were sent.
    let signed: [UInt8]

    init(_ token: [UInt8]) throws(AuthenticationFailure) {
        if token.count > IdentityLimits.tokenBytes { throw .tooLarge }
        let dot = UInt8(ascii: ".")
        let parts = token.split(separator: dot, maxSplits: 3, omittingEmptySubsequences: false)
        if parts.count != 3 { throw .notThreeParts }
        if parts[0].count > IdentityLimits.headerBytes || parts[2].count > IdentityLimits.signatureBytes {
            throw .tooLarge
        }
        let header = try Self.object(parts[0], .header)
        // A header may also bring its own key (`jwk`, `jku`, `x5c`, `x5u`): such members are never looked at.
        for name in ["crit", "enc", "zip", "b64"] where header.has(name) { throw .extensionNotSupported }
        guard let name = header["alg"]?.text, let algorithm = SignatureAlgorithm(rawValue: name),
            name.sameBytes(as: algorithm.rawValue)
        else { throw .algorithmNotAllowed }
        try Self.checkType(header)
        self.algorithm = algorithm
        keyID = try Self.keyID(header)
        payload = try Self.object(parts[1], .payload)
        guard let signature = Base64URL.decode(parts[2]) else { throw .notBase64URL(.signature) }
        self.signature = signature
        signed = Array(token[..<parts[1].endIndex])
    }

    private static func object(_ encoded: ArraySlice<UInt8>, _ part: TokenPart) throws(AuthenticationFailure)
        -> JSONObject
    {
        guard let bytes = Base64URL.decode(encoded) else { throw .notBase64URL(part) }
        do {
            guard case .object(let object) = try JSONReader.read(bytes) else { throw JSONFault.syntax(0) }
            return object
        } catch JSONFault.duplicateMember {
            throw .duplicateMember(part)
        } catch {
            throw .notJSON(part)
        }
    }

    /// `typ` may be absent (RFC 7519 section 5.1); another kind of token from the same issuer must not pass for one
    /// that proves who calls (RFC 8725 section 3.11).
    private static func checkType(_ header: JSONObject) throws(AuthenticationFailure) {
        if !header.has("typ") { return }
        guard var type = header["typ"]?.text?.utf8.map({ $0 | ($0 >= 0x41 && $0 <= 0x5A ? 0x20 : 0) })[...] else {
            throw .wrongType
        }
        let prefix = Array("application/".utf8)
        if type.starts(with: prefix) { type = type.dropFirst(prefix.count) }
        if !type.elementsEqual("jwt".utf8) && !type.elementsEqual("at+jwt".utf8) { throw .wrongType }
    }

    private static func keyID(_ header: JSONObject) throws(AuthenticationFailure) -> String? {
        if !header.has("kid") { return nil }
        guard let id = header["kid"]?.text, !id.isEmpty, id.utf8.count <= IdentityLimits.keyIDBytes else {
            throw .malformed("kid")
        }
        return id
    }
}

// An issuer of workload tokens for development and demonstrations. Nothing in production should trust its keys.

import Foundation
import JWTKit
import Machine

/// Why a development issuer cannot be made, opened or used.
public enum DevelopmentIssuerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A file cannot be written or read; the system's error number.
    case file(path: String, number: Int32)
    /// The key file may be read or written by others than its owner.
    case keyFileOpenToOthers(path: String)
    /// The key file is not a small PEM file with an Ed25519 private key.
    case notKey(path: String)
    /// A lifetime that is not within `DevelopmentIssuer.lifetimes`.
    case lifetime(Int64)
    /// A claim that the issuer sets itself.
    case reservedClaim(String)
    case signing

    public var description: String {
        switch self {
        case .file(let path, let number): "\(path): cannot be written or read (error \(number))"
        case .keyFileOpenToOthers(let path): "\(path): others than its owner may read or write it"
        case .notKey(let path): "\(path): not a PEM file with an Ed25519 private key"
        case .lifetime(let seconds): "a lifetime of \(seconds) seconds is not within \(DevelopmentIssuer.lifetimes)"
        case .reservedClaim(let name): "claim \(name) is set by the issuer itself"
        case .signing: "the token could not be signed"
        }
    }
}

/// Mints short-lived tokens with an Ed25519 key that lives in a directory, next to the JWKS file that a gateway
/// reads. For development only: whoever can read the directory can be any workload.
public struct DevelopmentIssuer: Sendable {
    /// Seconds that a token may live.
    public static let lifetimes: ClosedRange<Int64> = 1...86_400

    /// The `iss` of its tokens.
    public let url: String
    /// The private key, PEM, readable by its owner only.
    public let keyFile: String
    /// The public key as a JWKS: for `KeyLocation.file`.
    public let keySetFile: String
    private let keyID: String
    private let signer: any JWTAlgorithm

    /// Opens the issuer in a directory, and makes its key there when there is none. Writes `issuer-key.pem` (mode
    /// 0600) and `jwks.json`. The directory must exist.
    public static func open(directory: String, url: String) async throws(DevelopmentIssuerError)
        -> DevelopmentIssuer
    {
        let keyFile = directory + "/issuer-key.pem"
        if access(keyFile, F_OK) != 0 {
            guard let key = try? EdDSA.PrivateKey(curve: .ed25519) else { throw .signing }
            try write(key.pemRepresentation + "\n", to: keyFile, mode: 0o600)
        }
        let key = try read(keyFile)
        return try await DevelopmentIssuer(key: key, directory: directory, keyFile: keyFile, url: url)
    }

    private init(key: EdDSA.PrivateKey, directory: String, keyFile: String, url: String)
        async throws(DevelopmentIssuerError)
    {
        self.url = url
        self.keyFile = keyFile
        keySetFile = directory + "/jwks.json"
        let x = Base64URL.encode(key.publicKey.rawRepresentation)
        keyID = "development-" + x.prefix(12)
        let collection = JWTKeyCollection()
        await collection.add(eddsa: key)
        guard let signer = try? await collection.getKey() else { throw .signing }
        self.signer = signer
        let jwk = JSONObject([
            ("kty", .string("OKP")), ("crv", .string("Ed25519")), ("use", .string("sig")), ("alg", .string("EdDSA")),
            ("kid", .string(keyID)), ("x", .string(x)),
        ])
        let set = JSONValue.object(JSONObject([("keys", .array([.object(jwk)]))]))
        try Self.write(set.encoded + "\n", to: keySetFile, mode: 0o644)
    }

    /// A token for a workload, valid from `now` for `lifetime` seconds. `iss sub aud iat nbf exp` are set here and
    /// refused in `claims`.
    public func mint(
        subject: String, audience: String, claims: [String: ClaimValue] = [:], lifetime: Int64 = 600, at now: Moment
    ) throws(DevelopmentIssuerError) -> String {
        if !Self.lifetimes.contains(lifetime) { throw .lifetime(lifetime) }
        let start = min(max(now.seconds, 0), IdentityLimits.lastSecond - lifetime)
        var payload = JSONObject([
            ("iss", .string(url)), ("sub", .string(subject)), ("aud", .string(audience)),
            ("iat", .number(String(start))), ("nbf", .number(String(start))),
            ("exp", .number(String(start + lifetime))),
        ])
        for (name, value) in claims.sorted(by: { $0.key < $1.key }) {
            if payload.has(name) { throw .reservedClaim(name) }
            payload.members.append(.init(name: name, value: value.json))
        }
        let header = JSONObject([("alg", .string("EdDSA")), ("kid", .string(keyID)), ("typ", .string("JWT"))])
        let signed = [header, payload].map { Base64URL.encode(JSONValue.object($0).encoded.utf8) }
            .joined(separator: ".")
        guard let signature = try? signer.sign(Array(signed.utf8)) else { throw .signing }
        return signed + "." + Base64URL.encode(signature)
    }

    /// Writes a file and only then puts it in its place, so that nobody reads half of it.
    private static func write(_ text: String, to path: String, mode: mode_t) throws(DevelopmentIssuerError) {
        let draft = path + ".new"
        unlink(draft)
        let file = Foundation.open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        if file < 0 { throw .file(path: draft, number: errno) }
        let bytes = Array(text.utf8)
        let written = bytes.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
        let complete = written == bytes.count
        close(file)
        if !complete || rename(draft, path) != 0 { throw .file(path: path, number: errno) }
    }

    private static func read(_ path: String) throws(DevelopmentIssuerError) -> EdDSA.PrivateKey {
        var status = stat()
        if stat(path, &status) != 0 { throw .file(path: path, number: errno) }
        if status.st_mode & 0o077 != 0 { throw .keyFileOpenToOthers(path: path) }
        guard let bytes = try? KeyFile.read(path: path), let text = String(validating: bytes, as: UTF8.self),
            let key = try? EdDSA.PrivateKey(pem: text)
        else { throw .notKey(path: path) }
        return key
    }
}

extension JSONObject {
    fileprivate init(_ members: [(String, JSONValue)]) {
        self.init(members: members.map { Member(name: $0.0, value: $0.1) })
    }
}

extension ClaimValue {
    fileprivate var json: JSONValue {
        switch self {
        case .string(let text): .string(text)
        case .integer(let number), .time(let number): .number(String(number))
        case .integers(let numbers): .array(numbers.map { .number(String($0)) })
        case .boolean(let flag): .boolean(flag)
        case .strings(let texts): .array(texts.map(JSONValue.string))
        }
    }
}

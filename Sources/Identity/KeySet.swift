// The public keys of one issuer, ready to verify with.

import JWTKit

/// A key that can verify. Synchronous and cheap to use: all that may fail was done when it was made.
struct VerificationKey: Sendable {
    let numbers: PublicKeyNumbers
    private let verifiers: [SignatureAlgorithm: any JWTAlgorithm]

    /// Makes the verifiers of every algorithm that the key's family and its own `alg` permit.
    init(_ numbers: PublicKeyNumbers) async throws(UnusableKey) {
        self.numbers = numbers
        var verifiers: [SignatureAlgorithm: any JWTAlgorithm] = [:]
        for algorithm in numbers.family.algorithms where numbers.algorithm ?? algorithm == algorithm {
            do {
                verifiers[algorithm] = try await Self.verifier(numbers.numbers, algorithm)
            } catch {
                throw UnusableKey("its numbers are not a \(numbers.family.rawValue) key")
            }
        }
        self.verifiers = verifiers
    }

    func fits(_ algorithm: SignatureAlgorithm) -> Bool { verifiers[algorithm] != nil }

    /// Whether `signature` is this key's over `signed`. False, never an error, for anything else.
    func verifies(_ signature: [UInt8], of signed: [UInt8], with algorithm: SignatureAlgorithm) -> Bool {
        guard let verifier = verifiers[algorithm], signature.count == numbers.signatureBytes else { return false }
        do {
            return try verifier.verify(signature, signs: signed)
        } catch {
            return false
        }
    }

    /// A collection of one key gives out its verifier, which can then be used without the collection.
    private static func verifier(_ numbers: PublicKeyNumbers.Numbers, _ algorithm: SignatureAlgorithm) async throws
        -> any JWTAlgorithm
    {
        let collection = JWTKeyCollection()
        switch (numbers, algorithm) {
        case (.rsa(let modulus, let exponent), _):
            let key = try Insecure.RSA.PublicKey(modulus: modulus, exponent: exponent)
            switch algorithm {
            case .rs256: await collection.add(rsa: key, digestAlgorithm: .sha256)
            case .rs384: await collection.add(rsa: key, digestAlgorithm: .sha384)
            case .rs512: await collection.add(rsa: key, digestAlgorithm: .sha512)
            case .ps256: await collection.add(pss: key, digestAlgorithm: .sha256)
            case .ps384: await collection.add(pss: key, digestAlgorithm: .sha384)
            case .ps512: await collection.add(pss: key, digestAlgorithm: .sha512)
            case .es256, .es384, .edDSA: break
            }
        case (.curve(let x, let y), .es256): await collection.add(ecdsa: try ES256PublicKey(parameters: (x, y)))
        case (.curve(let x, let y), .es384): await collection.add(ecdsa: try ES384PublicKey(parameters: (x, y)))
        case (.edwards(let x), .edDSA): await collection.add(eddsa: try EdDSA.PublicKey(x: x, curve: .ed25519))
        case (.curve, _), (.edwards, _): break
        }
        // An algorithm of another family has added nothing, and this throws.
        return try await collection.getKey()
    }
}

/// A key that was found and is not used.
public struct SkippedKey: Sendable, Hashable {
    /// Its place in the document, from 0.
    public var place: Int
    public var keyID: String?
    public var reason: String
}

/// The keys of one JWKS document (RFC 7517 section 5).
struct KeySet: Sendable {
    let keys: [VerificationKey]
    let skipped: [SkippedKey]

    /// Reads a document. A key that cannot be used is skipped with its reason; a document that is not a JWKS throws.
    /// A JWKS without keys is an answer too: its issuer has withdrawn them all.
    init(document: [UInt8]) async throws(KeySourceFailure) {
        var keys: [VerificationKey] = []
        var skipped: [SkippedKey] = []
        for (place, jwk) in try Self.entries(of: document).enumerated() {
            do {
                guard let object = jwk.object else { throw UnusableKey("it is not an object") }
                keys.append(try await VerificationKey(try PublicKeyNumbers(object)))
            } catch {
                let unusable = error as? UnusableKey ?? UnusableKey("it cannot be read")
                let keyID = jwk.object?["kid"]?.text.flatMap { $0.utf8.count <= IdentityLimits.keyIDBytes ? $0 : nil }
                skipped.append(SkippedKey(place: place, keyID: keyID, reason: unusable.reason))
            }
        }
        self.keys = keys
        self.skipped = skipped
    }

    static func entries(of document: [UInt8]) throws(KeySourceFailure) -> [JSONValue] {
        if document.count > IdentityLimits.documentBytes { throw .tooLarge }
        guard let entries = (try? JSONReader.read(document))?.object?["keys"]?.elements else { throw .notKeySet }
        if entries.count > IdentityLimits.keysInSet { throw .tooManyKeys }
        return entries
    }

    enum Choice {
        case key(VerificationKey)
        case unknown, ambiguous, otherAlgorithm
    }

    /// The one key for a token: by its key id, or without one the only key that fits. A guess among several is never
    /// made.
    func choose(keyID: String?, for algorithm: SignatureAlgorithm) -> Choice {
        var named = false
        var found: VerificationKey?
        for key in keys {
            if let keyID {
                guard let id = key.numbers.keyID, id.sameBytes(as: keyID) else { continue }
                named = true
            }
            if !key.fits(algorithm) { continue }
            if found != nil { return .ambiguous }
            found = key
        }
        if let found { return .key(found) }
        return named ? .otherAlgorithm : .unknown
    }
}

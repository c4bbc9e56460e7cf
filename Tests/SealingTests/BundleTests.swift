// Keys and bundles: what is opened, and every way of being refused.
import Sealing
import Testing

struct BundleTests {
    static let payload = Array("the program".utf8)

    static let cutShort = """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5iFNAFFbO+dv8gBvkSs8qUMQFvCb
        -----END PUBLIC KEY-----
        """

    /// RFC 8032 section 7.1, test 2.
    @Test func knownSignature() throws {
        let key = try SigningKey(
            pem: Self.pem(
                seed: bytes(hex: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")))
        let signature = try key.sign([0x72])
        #expect(
            signature
                == bytes(
                    hex: """
                        92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
                        085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
                        """))
        #expect(key.verifyingKey.verifies(signature: signature, of: [0x72]))
        #expect(!key.verifyingKey.verifies(signature: signature, of: [0x73]))
        #expect(!key.verifyingKey.verifies(signature: [], of: [0x72]))
        #expect(
            key.verifyingKey.publicKeyInfo.suffix(32)
                == bytes(hex: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")[...])
    }

    /// PKCS#8 of RFC 8410 section 7 around a seed, base64 by hand so that the test needs no Foundation.
    static func pem(seed: [UInt8]) -> String {
        let der = bytes(hex: "302e020100300506032b657004220420") + seed
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for group in stride(from: 0, to: der.count, by: 3) {
            let three = (0..<3).map { group + $0 < der.count ? UInt32(der[group + $0]) : 0 }
            let number = three[0] << 16 | three[1] << 8 | three[2]
            let digits = [18, 12, 6, 0].map { alphabet[Int(number >> UInt32($0) & 63)] }
            let kept = min(3, der.count - group) + 1
            text += String(digits.prefix(kept)) + String(repeating: "=", count: 4 - kept)
        }
        return "-----BEGIN PRIVATE KEY-----\n\(text)\n-----END PRIVATE KEY-----\n"
    }

    @Test func keysSurvivePEM() throws {
        let key = try SigningKey.generate()
        let again = try SigningKey(pem: key.pem())
        let shown = try VerifyingKey(pem: key.verifyingKey.pem())
        #expect(again.id == key.id)
        #expect(shown.id == key.id)
        #expect(shown.publicKeyInfo == key.verifyingKey.publicKeyInfo)
        #expect(key.id.description == String(SHA256Digest(hashing: shown.publicKeyInfo).hex.prefix(16)))
        #expect(try key.pem().hasPrefix("-----BEGIN PRIVATE KEY-----"))
        #expect(try shown.pem().hasPrefix("-----BEGIN PUBLIC KEY-----"))
        #expect(shown.verifies(signature: try again.sign(Self.payload), of: Self.payload))
        #expect(shown.verifies(signature: try again.sign([]), of: []))
    }

    @Test func otherTextsAreNotKeys() throws {
        let key = try SigningKey.generate()
        #expect(throws: SealError.unreadableKey) { try SigningKey(pem: "") }
        #expect(throws: SealError.unreadableKey) { try SigningKey(pem: "hello") }
        #expect(throws: SealError.unreadableKey) { try VerifyingKey(pem: Self.cutShort) }
        #expect(throws: SealError.unreadableKey) { try SigningKey(pem: key.verifyingKey.pem()) }
        #expect(throws: SealError.unreadableKey) { try VerifyingKey(pem: key.pem()) }
        #expect(throws: SealError.keyTooLong(bytes: KeyLimits.pemBytes + 1)) {
            try SigningKey(pem: String(repeating: " ", count: KeyLimits.pemBytes + 1))
        }
        let certificate = try DevelopmentCertificate.make(names: ["localhost"], addresses: [], validDays: 1, nowSeconds: 1_700_000_000)
        #expect(throws: SealError.wrongKeyKind) { try SigningKey(pem: certificate.privateKeyPEM) }
        #expect(throws: SealError.unreadableKey) { try VerifyingKey(pem: certificate.certificatePEM) }
    }

    @Test func encryptedKeysAreRefusedWithoutAsking() {
        let encrypted = """
            -----BEGIN ENCRYPTED PRIVATE KEY-----
            MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhcx5nq1bYF7wICCAAw
            DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJ0Zb0RkQYB5x2bJxW3m2zEEQPzY
            -----END ENCRYPTED PRIVATE KEY-----
            """
        #expect(throws: SealError.unreadableKey) { try SigningKey(pem: encrypted) }
    }

    @Test func sealedOpens() throws {
        let key = try SigningKey.generate()
        let other = try SigningKey.generate()
        let sealed = try SealedBundle.seal(payload: Self.payload, with: key)
        let opened = try SealedBundle.open(sealed, trusting: [other.verifyingKey, key.verifyingKey])
        #expect(opened.payload == Self.payload)
        #expect(opened.keyID == key.id)
        #expect(try SealedBundle.seal(payload: Self.payload, with: key) == sealed)
        #expect(try SealedBundle.claim(sealed).keyID == key.id)
        #expect(try SealedBundle.claim(sealed).payload == Self.payload)
        #expect(throws: SealError.untrustedKey(key.id)) { try SealedBundle.open(sealed, trusting: [other.verifyingKey]) }
        #expect(throws: SealError.untrustedKey(key.id)) { try SealedBundle.open(sealed, trusting: []) }
        #expect(throws: SealError.signedBundle) { try SealedBundle.openUnsigned(sealed) }
    }

    @Test func unsignedOpensOnlyByItsOwnRoad() throws {
        let key = try SigningKey.generate()
        let bundle = try SealedBundle.wrapUnsigned(payload: Self.payload)
        #expect(try SealedBundle.openUnsigned(bundle) == Self.payload)
        #expect(throws: SealError.unsignedBundle) { try SealedBundle.open(bundle, trusting: [key.verifyingKey]) }
        // A signed bundle whose form was turned to unsigned is neither.
        var turned = try SealedBundle.seal(payload: Self.payload, with: key)
        turned[10] = 0
        #expect(throws: SealError.unknownBundleForm(0)) { try SealedBundle.openUnsigned(turned) }
    }

    @Test func everyChangedByteIsRefused() throws {
        let key = try SigningKey.generate()
        let sealed = try SealedBundle.seal(payload: Self.payload, with: key)
        for index in sealed.indices {
            for flip in [UInt8(1), 0x80] {
                var changed = sealed
                changed[index] ^= flip
                #expect(throws: SealError.self, "byte \(index)") {
                    try SealedBundle.open(changed, trusting: [key.verifyingKey])
                }
            }
        }
        for count in 0..<sealed.count {
            #expect(throws: SealError.self) { try SealedBundle.open(Array(sealed.prefix(count)), trusting: [key.verifyingKey]) }
        }
        #expect(throws: SealError.trailingBytes(expected: sealed.count, found: sealed.count + 1)) {
            try SealedBundle.open(sealed + [0], trusting: [key.verifyingKey])
        }
        var forged = sealed
        forged[40] ^= 1
        #expect(throws: SealError.badSignature(key.id)) { try SealedBundle.open(forged, trusting: [key.verifyingKey]) }
        var long = sealed
        long[29] = 1
        #expect(throws: SealError.payloadTooLong(bytes: 1 << 40 | UInt64(Self.payload.count))) {
            try SealedBundle.open(long, trusting: [key.verifyingKey])
        }
    }

    @Test func signatureOfThePayloadAloneOpensNothing() throws {
        let key = try SigningKey.generate()
        var sealed = try SealedBundle.seal(payload: Self.payload, with: key)
        sealed.replaceSubrange(32..<96, with: try key.sign(Self.payload))
        #expect(throws: SealError.badSignature(key.id)) { try SealedBundle.open(sealed, trusting: [key.verifyingKey]) }
    }

    @Test func certificates() throws {
        let made = try DevelopmentCertificate.make(
            names: ["localhost"], addresses: ["127.0.0.1", "::1"], validDays: 30, nowSeconds: 1_790_000_000)
        #expect(made.certificatePEM.hasPrefix("-----BEGIN CERTIFICATE-----"))
        #expect(made.privateKeyPEM.hasPrefix("-----BEGIN PRIVATE KEY-----"))
        for name in ["a,DNS:evil", "", "a b", "@section", String(repeating: "a", count: 65)] {
            #expect(throws: SealError.unusableCertificateName(name)) {
                try DevelopmentCertificate.make(names: [name], addresses: [], validDays: 1, nowSeconds: 1_790_000_000)
            }
        }
        #expect(throws: SealError.self) {
            try DevelopmentCertificate.make(names: [], addresses: ["1.2.3.4.5"], validDays: 1, nowSeconds: 1_790_000_000)
        }
        for days in [0, 826, -1] {
            #expect(throws: SealError.unusableValidity(days: days)) {
                try DevelopmentCertificate.make(names: ["a"], addresses: [], validDays: days, nowSeconds: 1_790_000_000)
            }
        }
        for moment in [Int64.min, -1, Int64.max] {
            #expect(throws: SealError.unusableValidity(days: 1)) {
                try DevelopmentCertificate.make(names: ["a"], addresses: [], validDays: 1, nowSeconds: moment)
            }
        }
    }
}

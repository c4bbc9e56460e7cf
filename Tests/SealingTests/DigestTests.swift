// Digests, authentication codes and derived keys against published vectors.
import Sealing
import Testing

func bytes(hex: String) -> [UInt8] {
    var result: [UInt8] = []
    var high: UInt8?
    for character in hex {
        guard let digit = character.hexDigitValue else { continue }
        if let first = high {
            result.append(first << 4 | UInt8(digit))
            high = nil
        } else {
            high = UInt8(digit)
        }
    }
    return result
}

struct DigestTests {
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func sha256(text: String, hex: String) {
        #expect(SHA256Digest(hashing: text).hex == hex)
        var stream = SHA256Stream()
        for byte in text.utf8 { stream.update([byte]) }
        #expect(stream.finish().hex == hex)
    }

    @Test func storedDigestHasThirtyTwoBytes() {
        #expect(SHA256Digest(stored: [UInt8](repeating: 1, count: 31)) == nil)
        #expect(SHA256Digest(stored: [UInt8](repeating: 1, count: 33)) == nil)
        #expect(SHA256Digest(stored: SHA256Digest(hashing: "a").bytes) == SHA256Digest(hashing: "a"))
    }

    /// RFC 4231, test cases 1, 2 and 6.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func hmac(key: [UInt8], message: String, hex: String) throws {
        let authenticator = try MessageAuthenticator(key: key)
        for _ in 0..<3 { #expect(try authenticator.authenticate(Array(message.utf8)).hex == hex) }
    }

    @Test func hmacOfNothingUnderNothing() throws {
        let expected = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
        #expect(try MessageAuthenticator.authenticate([], key: []).hex == expected)
    }

    @Test func pbkdf2() throws {
        // RFC 7914 section 11 has 80000 iterations of "Password" with "NaCl".
        let key = try PasswordKey.derive(password: Array("Password".utf8), salt: Array("NaCl".utf8), iterations: 80_000)
        #expect(key == bytes(hex: "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"))
    }

    @Test(arguments: [4095, 0, -1, 1_000_001, Int.max])
    func iterationsOutside(count: Int) {
        #expect(throws: SealError.iterationsOutOfRange(count)) {
            try PasswordKey.derive(password: [1], salt: [1], iterations: count)
        }
    }

    @Test func derivationLimits() throws {
        #expect(throws: SealError.derivationInputOutOfRange) {
            try PasswordKey.derive(password: [1], salt: [], iterations: 4096)
        }
        #expect(throws: SealError.derivationInputOutOfRange) {
            try PasswordKey.derive(password: [1], salt: [UInt8](repeating: 0, count: 1025), iterations: 4096)
        }
        #expect(throws: SealError.derivationInputOutOfRange) {
            try PasswordKey.derive(password: [UInt8](repeating: 0, count: 65_537), salt: [1], iterations: 4096)
        }
        #expect(try PasswordKey.derive(password: [], salt: [1], iterations: 4096).count == 32)
    }

    @Test func comparison() {
        #expect(Secrets.areEqual([], []))
        #expect(Secrets.areEqual([1, 2, 3], [1, 2, 3]))
        #expect(!Secrets.areEqual([1, 2, 3], [1, 2, 4]))
        #expect(!Secrets.areEqual([1, 2, 3], [1, 2]))
    }

    @Test func randomness() throws {
        #expect(try Secrets.randomBytes(0).isEmpty)
        let first = try Secrets.randomBytes(32)
        #expect(first.count == 32)
        #expect(try Secrets.randomBytes(32) != first)
    }
}

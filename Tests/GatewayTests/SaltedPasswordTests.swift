// The slow part of SCRAM is done once for each salt.

import Sealing
import Testing

@testable import Gateway

@Suite struct SaltedPasswordTests {
    private let password = Array("pencil".utf8)

    @Test func isWhatIsDerived() throws {
        let salted = PostgresSaltedPasswords()
        for salt in [[1], [2], [1], [1, 2]] as [[UInt8]] {
            for iterations in [4096, 4097, 4096] {
                let key = try salted.key(of: password, salt: salt, iterations: iterations)
                #expect(key == (try PasswordKey.derive(password: password, salt: salt, iterations: iterations)))
            }
        }
    }

    /// A server that gives another salt each time gets no memory for it.
    @Test func keepsFew() throws {
        let salted = PostgresSaltedPasswords()
        for number in 0..<40 {
            let salt = [UInt8(number)]
            #expect(
                try salted.key(of: password, salt: salt, iterations: 4096)
                    == PasswordKey.derive(password: password, salt: salt, iterations: 4096))
        }
        #expect(salted.count <= 8)
    }

    @Test func refusesWhatIsRefused() {
        let salted = PostgresSaltedPasswords()
        #expect(throws: SealError.self) { try salted.key(of: password, salt: [1], iterations: 4095) }
        #expect(throws: SealError.self) { try salted.key(of: password, salt: [], iterations: 4096) }
        #expect(salted.count == 0)
    }
}

// SCRAM-SHA-256 as a client (RFC 5802, RFC 7677; PostgreSQL manual, section 55.3.1).

import Foundation
import Sealing

/// One SCRAM exchange with a backend. The backend must prove that it knows the password too: `verify` throws otherwise.
struct PostgresScram {
    static let mechanism = "SCRAM-SHA-256"
    static let channelBindingMechanism = "SCRAM-SHA-256-PLUS"
    /// The longest message of a server that is read, in bytes.
    static let messageLimit = 2048
    /// The longest nonce of a server, in bytes.
    static let nonceLimit = 1024

    private let password: [UInt8]
    private let salted: PostgresSaltedPasswords
    private let nonce: String
    /// `tls-server-end-point` of the backend's certificate (RFC 5929); nil without channel binding.
    private let binding: [UInt8]?
    private var serverSignature: SHA256Digest?
    private var isVerified = false

    /// - Parameters:
    ///   - nonce: printable ASCII without a comma, never used before.
    ///   - salted: of this password.
    init(
        password: [UInt8], nonce: String, channelBinding: [UInt8]? = nil, salted: PostgresSaltedPasswords = PostgresSaltedPasswords()
    ) {
        self.salted = salted
        self.password = Self.prepared(password)
        self.nonce = nonce
        binding = channelBinding
    }

    /// A nonce of 18 random bytes in base64.
    static func freshNonce() throws(SealError) -> String { Data(try Secrets.randomBytes(18)).base64EncodedString() }

    private var header: String { binding == nil ? "n,," : "p=tls-server-end-point,," }
    private var bareFirst: String { "n=,r=\(nonce)" }

    /// client-first-message. PostgreSQL takes the user from the start-up packet, so the name is empty.
    var first: String { header + bareFirst }

    /// client-final-message, for the server-first-message.
    mutating func answer(_ message: [UInt8]) throws(PostgresFault) -> String {
        guard message.count <= Self.messageLimit, let text = String(validating: message, as: UTF8.self) else {
            throw .backend("an unreadable SCRAM challenge")
        }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].hasPrefix("r="), parts[1].hasPrefix("s="), parts[2].hasPrefix("i="),
            let salt = Data(base64Encoded: String(parts[1].dropFirst(2))), let iterations = Int(parts[2].dropFirst(2))
        else { throw .backend("a SCRAM challenge without nonce, salt or iterations") }
        let combined = String(parts[0].dropFirst(2))
        guard combined.hasPrefix(nonce), combined.utf8.count > nonce.utf8.count, combined.utf8.count <= Self.nonceLimit,
            combined.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw .backend("a SCRAM challenge with a nonce that is not ours") }
        let bound = Data(Array(header.utf8) + (binding ?? [])).base64EncodedString()
        let bareFinal = "c=\(bound),r=\(combined)"
        let signed = Array("\(bareFirst),\(text),\(bareFinal)".utf8)
        do {
            let salted = try salted.key(of: password, salt: Array(salt), iterations: iterations)
            let clientKey = try MessageAuthenticator.authenticate(Array("Client Key".utf8), key: salted).bytes
            let storedKey = SHA256Digest(hashing: clientKey).bytes
            let signature = try MessageAuthenticator.authenticate(signed, key: storedKey).bytes
            let serverKey = try MessageAuthenticator.authenticate(Array("Server Key".utf8), key: salted).bytes
            serverSignature = try MessageAuthenticator.authenticate(signed, key: serverKey)
            let proof = zip(clientKey, signature).map { $0 ^ $1 }
            return "\(bareFinal),p=\(Data(proof).base64EncodedString())"
        } catch {
            throw .backend("a SCRAM challenge that cannot be answered: \(error)")
        }
    }

    /// server-final-message: the backend's own proof.
    mutating func verify(_ message: [UInt8]) throws(PostgresFault) {
        guard let serverSignature, message.count <= Self.messageLimit, message.starts(with: Array("v=".utf8)),
            let text = String(validating: message.dropFirst(2).prefix { $0 != UInt8(ascii: ",") }, as: UTF8.self),
            let given = Data(base64Encoded: text), Secrets.areEqual(Array(given), serverSignature.bytes)
        else { throw .backend("the backend could not prove that it knows the password") }
        isVerified = true
    }

    var isComplete: Bool { isVerified }

    /// SASLprep (RFC 4013) as far as PostgreSQL's clients need it: text that is not UTF-8 is used as it is.
    static func prepared(_ password: [UInt8]) -> [UInt8] {
        if password.allSatisfy({ $0 < 0x80 }) { return password }
        guard let text = String(validating: password, as: UTF8.self) else { return password }
        var mapped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0xA0, 0x1680, 0x2000...0x200B, 0x202F, 0x205F, 0x3000: mapped.append(" ")
            case 0xAD, 0x34F, 0x1806, 0x180B...0x180D, 0x200C, 0x200D, 0x2060, 0xFE00...0xFE0F, 0xFEFF: continue
            default: mapped.append(scalar)
            }
        }
        return Array(String(mapped).precomposedStringWithCompatibilityMapping.utf8)
    }
}

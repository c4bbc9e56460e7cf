// The key behind `hash` masks: 32 random bytes in a file of the operator's, made on the first run.

import Decision
import Foundation
import Sealing

enum MaskKeyFile {
    static let keyBytes = 32

    /// Reads the file's 64 hexadecimal digits; makes the file where there is none.
    static func read(_ path: String) throws -> MaskSecrets {
        if let data = FileManager.default.contents(atPath: path) {
            let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard let key = bytes(text) else {
                throw CertificateError(reason: "\(path) must hold 64 hexadecimal digits, the mask key; move it away to have a new one made")
            }
            return MaskSecrets(hashKey: key)
        }
        let key = try Secrets.randomBytes(keyBytes)
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try PrivateFile.write(key.map { String(format: "%02x", $0) }.joined() + "\n", to: path)
        return MaskSecrets(hashKey: key)
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == keyBytes * 2, text.utf8.count == keyBytes * 2 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

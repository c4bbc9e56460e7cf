// SHA-256 (FIPS 180-4) through libcrypto, at once or in parts.
import COpenSSL

/// libcrypto's SHA-256, fetched once: fetching by name costs more than hashing a short text.
enum DigestAlgorithm {
    // Never written after it is made; libcrypto allows an EVP_MD to be used from every thread.
    nonisolated(unsafe) static let sha256: OpaquePointer? = EVP_MD_fetch(nil, "SHA256", nil)
}

/// 32 bytes of SHA-256.
public struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes a digest has.
    public static let byteCount = 32

    /// Exactly 32 bytes.
    public let bytes: [UInt8]

    init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// Hashes bytes. Cost: one pass. libcrypto without SHA-256 is a broken installation and ends the process.
    public init(hashing input: UnsafeRawBufferPointer) {
        bytes = [UInt8](unsafeUninitializedCapacity: Self.byteCount) { output, count in
            let done = EVP_Digest(input.baseAddress ?? Self.nowhere, input.count, output.baseAddress, nil, DigestAlgorithm.sha256, nil)
            precondition(done == 1, "libcrypto has no SHA-256")
            count = Self.byteCount
        }
    }

    public init(hashing input: [UInt8]) { self = input.withUnsafeBytes { SHA256Digest(hashing: $0) } }
    /// Hashes the UTF-8 of a text.
    public init(hashing text: String) {
        var text = text
        self = text.withUTF8 { SHA256Digest(hashing: UnsafeRawBufferPointer($0)) }
    }

    /// A digest that was stored; nil unless there are exactly 32 bytes.
    public init?(stored bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { Hex.text(of: bytes) }
    public var description: String { hex }

    /// A readable address for empty input: libcrypto must not be handed a null pointer.
    static var nowhere: UnsafeRawPointer? { UnsafeRawPointer(bitPattern: 16) }
}

/// SHA-256 over bytes that come in parts.
public struct SHA256Stream: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("libcrypto has no memory") }
        precondition(EVP_DigestInit_ex2(context, DigestAlgorithm.sha256, nil) == 1, "libcrypto has no SHA-256")
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(EVP_DigestUpdate(context, start, bytes.count) == 1)
    }

    public mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

    /// The digest of everything added. The stream is used up.
    public consuming func finish() -> SHA256Digest {
        SHA256Digest(
            unchecked: [UInt8](unsafeUninitializedCapacity: SHA256Digest.byteCount) { output, count in
                precondition(EVP_DigestFinal_ex(context, output.baseAddress, nil) == 1)
                count = SHA256Digest.byteCount
            })
    }
}

/// Lower-case hexadecimal.
package enum Hex {
    package static let digits: [UInt8] = Array("0123456789abcdef".utf8)

    package static func text(of bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}

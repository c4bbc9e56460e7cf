// PostgreSQL's error codes, as an outcome carries them.

/// PostgreSQL's five-character error code (manual, appendix A).
public struct SQLState: Sendable, Hashable {
    public let bytes: (UInt8, UInt8, UInt8, UInt8, UInt8)

    /// nil unless five bytes of `0-9A-Z`.
    public init?(_ code: UnsafeRawBufferPointer) {
        guard code.count == 5,
            code.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) })
        else { return nil }
        bytes = (code[0], code[1], code[2], code[3], code[4])
    }
    public init?(_ code: String) {
        var code = code
        guard let state = code.withUTF8({ SQLState(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = state
    }

    func store(at place: UnsafeMutableRawPointer) {
        place.storeBytes(of: bytes.0, as: UInt8.self)
        place.storeBytes(of: bytes.1, toByteOffset: 1, as: UInt8.self)
        place.storeBytes(of: bytes.2, toByteOffset: 2, as: UInt8.self)
        place.storeBytes(of: bytes.3, toByteOffset: 3, as: UInt8.self)
        place.storeBytes(of: bytes.4, toByteOffset: 4, as: UInt8.self)
    }

    public static func == (a: SQLState, b: SQLState) -> Bool { a.bytes == b.bytes }
    public func hash(into hasher: inout Hasher) {
        hasher.combine(bytes.0)
        hasher.combine(bytes.1)
        hasher.combine(bytes.2)
        hasher.combine(bytes.3)
        hasher.combine(bytes.4)
    }
}

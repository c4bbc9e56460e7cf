// Headers of an HTTP request as conditions ask for them: by name, in any case, and never more than one.

/// One header of a request, as it came; both point into the message.
public struct HeaderField: BitwiseCopyable {
    public var name: UnsafeRawBufferPointer
    /// Without the white space around it (RFC 9110 section 5.5).
    public var value: UnsafeRawBufferPointer
    public init(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        self.name = name
        self.value = value
    }
}

/// Names of headers as programs keep them.
public enum HeaderName {
    /// Bytes of a name.
    public static let limit = 256

    /// The name in small letters; nil when no header can be called so (RFC 9110 section 5.1: a token).
    public static func normal(_ text: String) -> String? {
        guard (1...limit).contains(text.utf8.count), text.utf8.allSatisfy(isTokenByte) else { return nil }
        return String(decoding: text.utf8.map(small), as: UTF8.self)
    }

    @inline(__always)
    static func small(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }

    /// RFC 9110 section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}

extension ConditionFrame {
    /// The value of the one header of this name. One that is there twice is known to be there, and has no value: which of the two a
    /// server would go by nobody knows.
    mutating func header(_ name: UnsafeRawBufferPointer) -> Value {
        // Requests of the same accesses may have others.
        isSteady = false
        var found = Value.unknown
        for field in headers where matches(field.name, name) {
            if found.kind != .unknown { return .unclear }
            found = .string(field.value, symbol: SymbolView.unasked)
        }
        return found
    }

    private func matches(_ given: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer) -> Bool {
        guard given.count == name.count else { return false }
        for index in 0..<name.count where HeaderName.small(given[index]) != name[index] { return false }
        return true
    }
}

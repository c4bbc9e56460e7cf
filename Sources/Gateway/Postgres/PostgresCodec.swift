// Framing of both directions on raw bytes, and the few messages the gateway writes itself.

import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The frame at one place of a run of bytes.
enum PostgresFrame: Equatable {
    /// A header that says how long the message is: `total` counts the type byte and the length word.
    case header(type: UInt8, total: Int)
    /// Fewer than the five bytes of a header.
    case partial
    /// A length word below 4: the stream cannot be followed.
    case invalid
}

/// Reads headers and writes messages. Nothing here allocates but what is appended to a buffer.
enum PostgresCodec {
    /// Type byte and length word.
    static let headerLength = 5

    @inline(__always)
    static func word(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> UInt32 {
        UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
    }

    /// The header at `position`. Cost: constant.
    @inline(__always)
    static func frame(_ bytes: UnsafeRawBufferPointer, at position: Int) -> PostgresFrame {
        guard bytes.count - position >= headerLength else { return .partial }
        let length = Int(Int32(bitPattern: word(bytes, position + 1)))
        guard length >= 4 else { return .invalid }
        return .header(type: bytes[position], total: length + 1)
    }

    /// Where the next NUL is, or nil.
    static func firstNul(_ bytes: UnsafeRawBufferPointer, from position: Int) -> Int? {
        guard position < bytes.count, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + position, 0, bytes.count - position) else { return nil }
        return UnsafeRawPointer(found) - base
    }

    /// Bytes as a String with equal bytes for equal bytes only.
    static func string(_ bytes: UnsafeRawBufferPointer) -> String {
        if bytes.isEmpty { return "" }
        // Most names are short and plain: a string of up to 15 such bytes needs neither validation nor memory.
        if bytes.count <= 15, bytes.allSatisfy({ $0 < 0x80 }) {
            return String(unsafeUninitializedCapacity: bytes.count) { $0.initialize(fromContentsOf: bytes) }
        }
        if let valid = String(validating: bytes, as: UTF8.self) { return valid }
        return "\u{FFFF}" + bytes.map { String(UnicodeScalar($0)) }.joined()
    }

    // MARK: - Writing

    /// Appends one message: its type, its length once the body is written, its body.
    @inline(__always)
    static func message(_ type: UInt8, to out: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void) {
        out.writeInteger(type)
        let lengthAt = out.writerIndex
        out.writeInteger(UInt32(0))
        body(&out)
        out.setInteger(UInt32(out.writerIndex - lengthAt), at: lengthAt)
    }

    static func text(_ string: String, to out: inout ByteBuffer) {
        out.writeString(string)
        out.writeInteger(UInt8(0))
    }

    static func query(_ text: String, to out: inout ByteBuffer) {
        message(PostgresFrontend.query.rawValue, to: &out) { self.text(text, to: &$0) }
    }

    /// A Query whose text has something put behind it.
    static func query(_ text: UnsafeRawBufferPointer, _ behind: [UInt8], to out: inout ByteBuffer) {
        message(PostgresFrontend.query.rawValue, to: &out) {
            $0.writeBytes(text)
            $0.writeBytes(behind)
            $0.writeInteger(UInt8(0))
        }
    }

    /// A Parse as it came, with something put behind its text, which ends at `textEnd` of the body.
    static func parse(_ body: UnsafeRawBufferPointer, textEnd: Int, _ behind: [UInt8], to out: inout ByteBuffer) {
        message(PostgresFrontend.parse.rawValue, to: &out) {
            $0.writeBytes(UnsafeRawBufferPointer(rebasing: body[..<textEnd]))
            $0.writeBytes(behind)
            $0.writeBytes(UnsafeRawBufferPointer(rebasing: body[textEnd...]))
        }
    }

    static func parse(name: String, text statement: some Sequence<UInt8>, to out: inout ByteBuffer) {
        message(PostgresFrontend.parse.rawValue, to: &out) {
            text(name, to: &$0)
            $0.writeBytes(statement)
            $0.writeInteger(UInt8(0))
            $0.writeInteger(UInt16(0))
        }
    }

    /// A Bind without parameters; all results in text.
    static func bind(portal: String, statement: String, to out: inout ByteBuffer) {
        message(PostgresFrontend.bind.rawValue, to: &out) {
            text(portal, to: &$0)
            text(statement, to: &$0)
            $0.writeRepeatingByte(0, count: 6)
        }
    }

    /// `kind` is `S` for a statement, `P` for a portal.
    static func describe(_ kind: UInt8, _ name: String, to out: inout ByteBuffer) {
        message(PostgresFrontend.describe.rawValue, to: &out) {
            $0.writeInteger(kind)
            text(name, to: &$0)
        }
    }

    static func close(_ kind: UInt8, _ name: String, to out: inout ByteBuffer) {
        message(PostgresFrontend.close.rawValue, to: &out) {
            $0.writeInteger(kind)
            text(name, to: &$0)
        }
    }

    static func execute(portal: String, to out: inout ByteBuffer) {
        message(PostgresFrontend.execute.rawValue, to: &out) {
            text(portal, to: &$0)
            $0.writeInteger(UInt32(0))
        }
    }

    /// A FunctionCall of an OID no function has.
    static func impossibleFunctionCall(to out: inout ByteBuffer) {
        message(PostgresFrontend.functionCall.rawValue, to: &out) {
            $0.writeInteger(UInt32(0))
            $0.writeRepeatingByte(0, count: 6)
        }
    }

    /// Messages without a body: Sync, Flush, Terminate.
    static func empty(_ type: PostgresFrontend, to out: inout ByteBuffer) {
        out.writeInteger(type.rawValue)
        out.writeInteger(UInt32(4))
    }

    static func parameterStatus(_ name: String, _ value: String, to out: inout ByteBuffer) {
        message(PostgresBackend.parameterStatus.rawValue, to: &out) {
            text(name, to: &$0)
            text(value, to: &$0)
        }
    }

    static func backendKeyData(process: UInt32, key: UInt32, to out: inout ByteBuffer) {
        message(PostgresBackend.backendKeyData.rawValue, to: &out) {
            $0.writeInteger(process)
            $0.writeInteger(key)
        }
    }

    static func readyForQuery(_ state: PostgresTransactionState, to out: inout ByteBuffer) {
        message(PostgresBackend.readyForQuery.rawValue, to: &out) { $0.writeInteger(state.rawValue) }
    }

    /// AuthenticationOk (0), AuthenticationCleartextPassword (3).
    static func authentication(_ code: UInt32, to out: inout ByteBuffer) {
        message(PostgresBackend.authentication.rawValue, to: &out) { $0.writeInteger(code) }
    }

    /// NegotiateProtocolVersion: the highest version spoken, and the `_pq_.` options not understood. The manual (section 55.7) says that it
    /// holds the minor version alone; PostgreSQL sends the major one with it, and libpq of version 18 takes nothing else.
    static func negotiate(version: UInt32, unknown options: [String], to out: inout ByteBuffer) {
        message(PostgresBackend.negotiateProtocolVersion.rawValue, to: &out) {
            $0.writeInteger(version)
            $0.writeInteger(UInt32(options.count))
            for option in options { text(option, to: &$0) }
        }
    }
}

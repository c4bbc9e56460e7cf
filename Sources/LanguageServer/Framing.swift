// The base protocol of LSP 3.17: headers, an empty line, and as many bytes as Content-Length says.

/// Cuts a stream of bytes into messages.
///
/// Reader of hostile input: headers and bodies are bounded, and what cannot be understood is said once instead of
/// being guessed at.
public struct FrameReader: Sendable {
    /// Bytes of one message. An editor sends a whole file at most, which has at most 1 MiB.
    public static let messageLimit = 64 << 20
    /// Bytes of all headers of one message.
    public static let headerLimit = 4 << 10

    /// What the stream holds next.
    public enum Frame: Hashable, Sendable {
        case message([UInt8])
        /// A message of this many bytes, which is over the limit and is passed over.
        case tooLarge(Int)
        /// Where the next message begins can no longer be known.
        case broken(String)
    }

    private var buffer: [UInt8] = []
    private var start = 0
    /// Bytes of a message over the limit that are still to be passed over.
    private var passingOver = 0
    private var isBroken = false

    public init() {}

    /// Adds bytes as they come.
    public mutating func append(_ bytes: some Sequence<UInt8>) {
        if isBroken { return }
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer += bytes
        let passed = min(passingOver, buffer.count)
        start += passed
        passingOver -= passed
    }

    /// The next whole message; nil until more bytes come.
    public mutating func next() -> Frame? {
        if isBroken || passingOver > 0 { return nil }
        guard let headerEnd = endOfHeaders() else {
            guard buffer.count - start > Self.headerLimit else { return nil }
            return broken("the headers are over \(Self.headerLimit) bytes")
        }
        let headers = buffer[start..<headerEnd]
        guard headers.count <= Self.headerLimit else { return broken("the headers are over \(Self.headerLimit) bytes") }
        guard let length = Self.contentLength(headers) else { return broken("no header says Content-Length: and a number") }
        let body = headerEnd + 4
        if length > Self.messageLimit {
            let there = min(buffer.count - body, length)
            start = body + there
            passingOver = length - there
            return .tooLarge(length)
        }
        guard buffer.count - body >= length else { return nil }
        start = body + length
        return .message(Array(buffer[body..<body + length]))
    }

    private mutating func broken(_ reason: String) -> Frame {
        isBroken = true
        buffer = []
        return .broken(reason)
    }

    /// The offset of the first `\r\n\r\n`.
    private func endOfHeaders() -> Int? {
        let last = min(buffer.count, start + Self.headerLimit + 4) - 4
        guard last >= start else { return nil }
        for offset in start...last where buffer[offset] == 0x0D {
            if buffer[offset + 1] == 0x0A, buffer[offset + 2] == 0x0D, buffer[offset + 3] == 0x0A { return offset }
        }
        return nil
    }

    /// Names of headers are read in small and capital letters alike; other headers than this one say nothing we need.
    private static func contentLength(_ headers: ArraySlice<UInt8>) -> Int? {
        var length: Int?
        for line in String(decoding: headers, as: UTF8.self).split(separator: "\r\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            guard parts[0].lowercased() == "content-length" else { continue }
            let digits = parts[1].drop { $0 == " " || $0 == "\t" }
            guard length == nil, !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int(digits) else {
                return nil
            }
            length = value
        }
        return length
    }

    /// A message as it is sent.
    public static func framed(_ message: JSON) -> [UInt8] {
        var body: [UInt8] = []
        message.write(to: &body)
        return Array("Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
}

// A client that speaks PostgreSQL's protocol message by message, well or badly, over a plain socket.

import Foundation
import NIOCore

@testable import Gateway

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A blocking connection to loopback. Reads give up after some seconds, so that a gateway that is silent fails a test.
final class RawClient {
    private let handle: Int32
    private(set) var process: UInt32 = 0
    private(set) var key: UInt32 = 0
    private var input = ByteBuffer()

    /// - Parameter patience: seconds for which a read waits.
    init(port: Int, patience: Int = 20) throws {
        handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: patience, tv_usec: 0)
        setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        // Small pieces go out as they are written.
        var isPrompt: Int32 = 1
        setsockopt(handle, Int32(IPPROTO_TCP), TCP_NODELAY, &isPrompt, socklen_t(MemoryLayout<Int32>.size))
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw NotationError(description: "cannot connect to \(port): \(errno)") }
    }

    deinit { close(handle) }

    /// Closes without a Terminate.
    func hangUp() { shutdown(handle, Int32(SHUT_RDWR)) }

    func send(_ buffer: ByteBuffer) {
        var rest = Array(buffer.readableBytesView)[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { sendQuietly(handle, $0.baseAddress, $0.count) }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    func send(bytes: [UInt8]) { send(ByteBuffer(bytes: bytes)) }

    /// Messages in the notation of scripts, joined by ` ;; `.
    func send(_ messages: String) throws {
        var out = ByteBuffer()
        for message in messages.components(separatedBy: " ;; ") { out.writeImmutableBuffer(try PostgresNotation.frontend(message)) }
        send(out)
    }

    /// One more read's bytes; false at the end of the stream.
    private func fill() -> Bool {
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = recv(handle, &bytes, bytes.count, 0)
        guard count > 0 else { return false }
        input.writeBytes(bytes[0..<count])
        return true
    }

    /// The next raw byte; nil at the end.
    func byte() -> UInt8? {
        while input.readableBytes == 0 { if !fill() { return nil } }
        return input.readInteger()
    }

    /// The next message; nil at the end of the stream.
    func message() -> ByteBuffer? {
        while true {
            if let length = input.getInteger(at: input.readerIndex + 1, as: UInt32.self), input.readableBytes > Int(length) {
                return input.readSlice(length: Int(length) + 1)
            }
            if !fill() { return nil }
        }
    }

    /// Messages as lines, up to and with the `count`th that begins with `letter`, or to the end of the stream (`closed`).
    func read(to letter: String = "Z", _ count: Int = 1) -> [String] {
        var lines: [String] = []
        var left = count
        while left > 0 {
            guard let next = message() else { return lines + ["closed"] }
            let line = PostgresNotation.lines(next, fromClient: false)[0]
            lines.append(line)
            if line.hasPrefix(letter) { left -= 1 }
        }
        return lines
    }

    /// Logs in with a token; the lines up to the first ReadyForQuery, without settings.
    @discardableResult
    func login(_ token: String, database: String, settings: [(String, String)] = [], version: UInt32 = PostgresStartupCode.version3) throws -> [String] {
        var out = ByteBuffer()
        out.writeInteger(UInt32(0))
        out.writeInteger(version)
        for (name, value) in [("user", "tester"), ("database", database)] + settings {
            PostgresCodec.text(name, to: &out)
            PostgresCodec.text(value, to: &out)
        }
        out.writeInteger(UInt8(0))
        out.setInteger(UInt32(out.writerIndex), at: 0)
        send(out)
        var lines: [String] = []
        while let next = message() {
            let line = PostgresNotation.lines(next, fromClient: false)[0]
            if line == "R", next.getInteger(at: next.readerIndex + 5, as: UInt32.self) == 3 {
                var password = ByteBuffer()
                PostgresCodec.message(PostgresFrontend.password.rawValue, to: &password) { PostgresCodec.text(token, to: &$0) }
                send(password)
            } else if line == "K" {
                process = next.getInteger(at: next.readerIndex + 5, as: UInt32.self) ?? 0
                key = next.getInteger(at: next.readerIndex + 9, as: UInt32.self) ?? 0
            }
            if !line.hasPrefix("S ") { lines.append(line) }
            if line.hasPrefix("Z") || line.hasPrefix("E") { return lines }
        }
        return lines + ["closed"]
    }

    /// A Query and its whole answer.
    func query(_ text: String) throws -> [String] {
        try send("Q \(text)")
        return read()
    }
}

/// `send` without a signal when the other side is gone.
private func sendQuietly(_ handle: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    Glibc.send(handle, bytes, count, Int32(MSG_NOSIGNAL))
}

// A backend that does not keep to the protocol: a listener on loopback whose every connection runs one script.

import Foundation
import NIOCore
import Synchronization
import TestSupport

@testable import Gateway

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Listens until it is let go. Scripts speak in the notation of `PostgresNotation`, or in raw bytes.
final class BrokenBackend: Sendable {
    var port: Int { listener.port }
    private let listener: LoopbackListener
    private let heard = Mutex<[UInt8]>([])

    /// Everything that came over all connections.
    var received: [UInt8] { heard.withLock { $0 } }

    /// The other side of one connection.
    final class Peer {
        private let handle: Int32
        private let owner: BrokenBackend
        private var input = ByteBuffer()

        fileprivate init(_ handle: Int32, _ owner: BrokenBackend) { (self.handle, self.owner) = (handle, owner) }

        private func fill() throws {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(handle, &bytes, bytes.count, 0)
            guard count > 0 else { throw NotationError(description: "gone") }
            input.writeBytes(bytes[0..<count])
            owner.heard.withLock { $0 += bytes[0..<count] }
        }

        func send(_ bytes: [UInt8]) { _ = Glibc.send(handle, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

        /// Messages joined by ` ;; `.
        func say(_ messages: String) throws {
            for message in messages.components(separatedBy: " ;; ") { send(Array(try PostgresNotation.backend(message).readableBytesView)) }
        }

        func authenticate(_ code: UInt32, _ data: [UInt8] = []) {
            var out = ByteBuffer()
            PostgresCodec.message(PostgresBackend.authentication.rawValue, to: &out) {
                $0.writeInteger(code)
                $0.writeBytes(data)
            }
            send(Array(out.readableBytesView))
        }

        /// A packet without a type byte: its body.
        func packet() throws -> [UInt8] {
            while true {
                if let length = input.getInteger(at: input.readerIndex, as: UInt32.self), input.readableBytes >= Int(length) {
                    input.moveReaderIndex(forwardBy: 4)
                    return input.readBytes(length: Int(length) - 4) ?? []
                }
                try fill()
            }
        }

        /// A message: its type and its body.
        func message() throws -> (UInt8, [UInt8]) {
            while input.readableBytes == 0 { try fill() }
            let type = input.readInteger(as: UInt8.self) ?? 0
            return (type, try packet())
        }

        /// A login that asks for nothing, up to the first ReadyForQuery.
        func letIn() throws {
            _ = try packet()
            authenticate(0)
            try say("S client_encoding=UTF8 ;; S standard_conforming_strings=on")
            send([UInt8(ascii: "K"), 0, 0, 0, 12, 0, 0, 0, 7, 0, 0, 0, 9])
            try say("Z I")
        }

        /// Whatever has come.
        func some() throws -> [UInt8] {
            if input.readableBytes == 0 { try fill() }
            return input.readBytes(length: input.readableBytes) ?? []
        }

        func drain() { while (try? fill()) != nil { continue } }
    }

    init(_ script: @escaping @Sendable (Peer) throws -> Void) throws {
        listener = try LoopbackListener()
        listener.start { [weak self] connection in
            guard let owner = self else {
                close(connection)
                return
            }
            let serving = Thread {
                let peer = Peer(connection, owner)
                // What a script does not wait for any more is read, so that an end is seen as one.
                if (try? script(peer)) != nil { peer.drain() }
                close(connection)
            }
            serving.start()
        }
    }
}

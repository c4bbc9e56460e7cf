// One end of a connection under test: says what it is told to, keeps what it hears.

import Dispatch
import NIOCore
import Synchronization

@testable import Transport

/// Owns a connection. Everything but `report` happens on the loop.
final class Peer: ConnectionOwner {
    let connection: Connection
    let report: PeerReport
    /// Answers with what it reads.
    var echoes = false
    /// Bytes still to be written while the other end takes them.
    var left = 0
    /// Begins TLS as soon as a byte is shown.
    var tlsWhenSeen: TLSContext?
    /// Leaves a byte that is shown where it is.
    var leavesFirst = false
    private static let piece = ByteBuffer(repeating: 0x61, count: 50_000)

    init(_ connection: Connection, _ report: PeerReport) {
        self.connection = connection
        self.report = report
        connection.begin(self)
    }

    func connectionRead() {
        if let tlsWhenSeen {
            self.tlsWhenSeen = nil
            do { try connection.startTLS(tlsWhenSeen) } catch { report.close(error) }
            return
        }
        if leavesFirst {
            leavesFirst = false
            return report.shown(connection.input.readableBytes)
        }
        let bytes = connection.input.readSlice(length: connection.input.readableBytes) ?? ByteBuffer()
        report.hear(bytes)
        if echoes { connection.write(bytes) }
    }

    func connectionReadCompleted() { connection.flush() }
    func connectionIsWritable() { push() }
    func connectionEncrypted() { report.encrypted(connection.applicationProtocol) }
    func connectionClosed(reason: TransportError?) { report.close(reason) }

    /// Writes for as long as the other end takes it.
    func push() {
        while left > 0, connection.isWritable {
            var next = Self.piece
            guard let bytes = next.readSlice(length: min(left, next.readableBytes)) else { return }
            left -= bytes.readableBytes
            connection.write(bytes)
            connection.flush()
            report.noteUnsent(connection.unsentBytes)
        }
    }
}

/// What a peer saw, for the test's thread.
final class PeerReport: Sendable {
    struct Seen {
        var text: [UInt8] = []
        var count = 0
        var sum: UInt64 = 0
        var protocolName: String??
        var closed: TransportError??
        var mostUnsent = 0
        var shown = 0
    }
    private let seen = Mutex(Seen())
    private let change = DispatchSemaphore(value: 0)

    func hear(_ bytes: ByteBuffer) {
        seen.withLock { seen in
            seen.count += bytes.readableBytes
            bytes.withUnsafeReadableBytes { for byte in $0 { seen.sum = seen.sum &* 31 &+ UInt64(byte) } }
            if seen.text.count < 4096 { seen.text += bytes.readableBytesView.prefix(4096) }
        }
        change.signal()
    }
    func encrypted(_ name: String?) {
        seen.withLock { $0.protocolName = .some(name) }
        change.signal()
    }
    func close(_ reason: TransportError?) {
        seen.withLock { $0.closed = .some(reason) }
        change.signal()
    }
    func shown(_ bytes: Int) { seen.withLock { $0.shown = bytes } }
    func noteUnsent(_ bytes: Int) { seen.withLock { $0.mostUnsent = max($0.mostUnsent, bytes) } }

    /// Waits until what was seen is so; nil after ten seconds.
    func wait(until isSo: (Seen) -> Bool) -> Seen? {
        let deadline = DispatchTime.now() + .seconds(10)
        while true {
            let now = seen.withLock { $0 }
            if isSo(now) { return now }
            if change.wait(timeout: deadline) == .timedOut { return nil }
        }
    }
    var text: String { String(decoding: seen.withLock { $0.text }, as: UTF8.self) }
}

extension SocketLoop {
    /// Runs on the loop and waits for it.
    func sync<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
        let box = Mutex<Swift.Result<Result, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        execute {
            let result = Swift.Result { try body() }
            box.withLock { $0 = result }
            done.signal()
        }
        guard done.wait(timeout: .now() + .seconds(10)) == .success, let result = box.withLock({ $0 }) else {
            throw TransportError.timedOut("a task of the loop")
        }
        return try result.get()
    }
}

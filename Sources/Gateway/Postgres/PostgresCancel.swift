// Cancel requests: whose they are, and how they reach the backend.

import NIOCore
import Sealing
import Synchronization
import Transport

/// Which session a process id and key belong to. Shared by all loops of a gateway.
final class PostgresCancelRegistry: Sendable {
    /// Hops to the session's loop and asks it to cancel what runs.
    typealias Target = @Sendable () -> Void

    private struct Entry {
        var key: [UInt8]
        var session: UInt64
        var target: Target
    }
    private struct State {
        var entries: [UInt32: [Entry]] = [:]
        var next: UInt64 = 0
        /// Wrong keys by address, and the minute they were sent in.
        var wrong: [String: (minute: UInt64, count: Int)] = [:]
    }
    private let state = Mutex(State())

    /// Makes a key for a session and remembers both. The answer's `session` forgets it again.
    func register(process: UInt32, target: @escaping Target) throws(SealError) -> (key: UInt32, session: UInt64) {
        let bytes = try Secrets.randomBytes(4)
        let session = state.withLock {
            $0.next += 1
            $0.entries[process, default: []].append(Entry(key: bytes, session: $0.next, target: target))
            return $0.next
        }
        return (bytes.reduce(0) { $0 << 8 | UInt32($1) }, session)
    }

    func forget(process: UInt32, session: UInt64) {
        state.withLock {
            $0.entries[process]?.removeAll { $0.session == session }
            if $0.entries[process]?.isEmpty == true { $0.entries[process] = nil }
        }
    }

    /// Cancels for who knows process and key. Nobody is told whether anything was found; an address that guesses is not looked at any more.
    func cancel(process: UInt32, key: UInt32, from source: String, at steady: UInt64) {
        let wanted = withUnsafeBytes(of: key.bigEndian) { Array($0) }
        let minute = steady / 60_000_000_000
        let target = state.withLock { state -> Target? in
            let known = state.wrong[source].flatMap { $0.minute == minute ? $0.count : nil } ?? 0
            guard known < PostgresLimits.wrongCancelsPerMinute else { return nil }
            var found: Target?
            // Compared with something in every case, and without a short cut, so that time tells nothing of the key.
            let candidates = state.entries[process] ?? [Entry(key: [0, 0, 0, 0], session: 0, target: {})]
            for entry in candidates where Secrets.areEqual(entry.key, wanted) && entry.session != 0 { found = entry.target }
            if found == nil {
                if state.wrong.count > 10_000 { state.wrong.removeAll() }
                state.wrong[source] = (minute, known + 1)
            }
            return found
        }
        target?()
    }
}

/// Sends one CancelRequest to a backend and waits until the backend closes, which it does after it has signalled its process.
final class PostgresCancelSender: ConnectionOwner {
    private let dial: PostgresDial
    private let connection: Connection
    private let process: UInt32
    private let key: [UInt8]
    private let done: (_ isSettled: Bool) -> Void
    private var timeout: LoopTimer?
    private var isSent = false
    private var isGivenUp = false

    private init(_ dial: PostgresDial, _ connection: Connection, process: UInt32, key: [UInt8], done: @escaping (Bool) -> Void) {
        self.dial = dial
        self.connection = connection
        self.process = process
        self.key = key
        self.done = done
        timeout = connection.loop.schedule(in: .seconds(PostgresLimits.cancelSeconds)) { [self] in
            isGivenUp = true
            connection.close()
        }
        connection.begin(self)
        connection.setReading(true)
        if dial.usesTLS { send(PostgresBackendLogin.tlsRequest) } else { request() }
    }

    /// Calls back on the loop when the backend has taken the request, or cannot be reached: either way nothing more is to come of it. A
    /// server that has been sent the request and does not close may carry it out at any later time: then `isSettled` is false.
    static func send(
        _ dial: PostgresDial, process: UInt32, key: [UInt8], on loop: SocketLoop, done: @escaping (_ isSettled: Bool) -> Void
    ) {
        dial.connect(on: loop) { result in
            switch result {
            case .success(let connection): _ = PostgresCancelSender(dial, connection, process: process, key: key, done: done)
            case .failure: done(true)
            }
        }
    }

    private func request() {
        var out = ByteBuffer()
        out.writeInteger(UInt32(12 + key.count))
        out.writeInteger(PostgresStartupCode.cancel)
        out.writeInteger(process)
        out.writeBytes(key)
        isSent = true
        send(out)
    }

    private func send(_ out: ByteBuffer) {
        connection.write(out)
        connection.flush()
    }

    func connectionRead() {
        // Only the one answer to the TLS request is expected.
        guard dial.usesTLS, !connection.isEncrypted, connection.input.readableBytes == 1,
            connection.input.readInteger(as: UInt8.self) == UInt8(ascii: "S"), (try? dial.startTLS(connection)) != nil
        else { return connection.close() }
    }

    func connectionReadCompleted() {}
    func connectionIsWritable() {}
    func connectionEncrypted() { request() }

    func connectionClosed(reason: TransportError?) {
        timeout?.cancel()
        done(!(isSent && isGivenUp))
    }
}

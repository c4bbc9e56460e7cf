// Loads a catalogue over a connection of the gateway's own, and shares it between the sessions of a resource.

import NIOCore
import Synchronization
import Transport

/// One load: logs in, asks, describes every view's query, closes.
final class PostgresCatalogueLoader: ConnectionOwner {
    private enum Phase {
        case login
        case asking(Int)
        case describing(Int)
        case done
    }

    private let dial: PostgresDial
    private let asOf: UInt64
    private let connection: Connection
    private let done: (Result<PostgresCatalogue, any Error>) -> Void
    private var login: PostgresBackendLogin
    private var phase = Phase.login
    private var builder = PostgresCatalogueBuilder()
    private var timeout: LoopTimer?

    /// Calls back once, on the connection's loop.
    init(
        dial: PostgresDial, connection: Connection, nonce: String, asOf: UInt64,
        done: @escaping (Result<PostgresCatalogue, any Error>) -> Void
    ) {
        self.dial = dial
        self.connection = connection
        self.asOf = asOf
        self.done = done
        login = PostgresBackendLogin(
            credential: dial.resource.credential, database: dial.resource.database,
            settings: [
                .init(name: "application_name", value: "postern catalogue"), .init(name: "client_encoding", value: "UTF8"),
                .init(name: "search_path", value: "pg_catalog"),
                // Somebody's lock costs this load a view, never the sessions that wait for it.
                .init(name: "lock_timeout", value: "\(PostgresLimits.catalogueLockMilliseconds)"),
            ], wantsTLS: dial.usesTLS, nonce: nonce)
        timeout = connection.loop.schedule(in: .seconds(PostgresLimits.catalogueLoadSeconds)) { connection.close() }
        connection.begin(self)
        connection.setReading(true)
        send(login.connected())
    }

    // MARK: - The connection's events

    func connectionEncrypted() { send(login.encrypted(channelBinding: connection.serverEndPoint)) }

    func connectionRead() {
        do {
            try walk()
        } catch {
            finish(.failure(error))
        }
    }

    func connectionReadCompleted() {}
    func connectionIsWritable() {}

    func connectionClosed(reason: TransportError?) {
        finish(.failure(PostgresFault.backend("the catalogue's connection was lost\(reason.map { ": \($0)" } ?? "")")))
    }

    // MARK: - The conversation

    private func send(_ buffer: ByteBuffer) {
        connection.write(buffer)
        connection.flush()
    }

    private func finish(_ result: Result<PostgresCatalogue, any Error>) {
        if case .done = phase { return }
        phase = .done
        timeout?.cancel()
        done(result)
        connection.close()
    }

    private func walk() throws {
        while case .login = phase {
            switch try login.receive(&connection.input) {
            case .wait: return
            case .send(let buffer): send(buffer)
            case .startTLS: try dial.startTLS(connection)
            case .refused(let state, let message): throw PostgresFault.backend("the catalogue's login was refused: \(state) \(message)")
            case .ready: ask(0)
            }
        }
        while true {
            if case .done = phase { return }
            let frame = connection.input.withUnsafeReadableBytes { PostgresCodec.frame($0, at: 0) }
            guard case .header(let type, let total) = frame else {
                if frame == .invalid { throw PostgresFault.backend("a message of impossible length") }
                return
            }
            guard total <= PostgresLimits.longControlMessage else { throw PostgresFault.backend("a message that is too long") }
            guard connection.input.readableBytes >= total, let message = connection.input.readSlice(length: total) else { return }
            try handle(type, message)
        }
    }

    private func ask(_ index: Int) {
        let queries = PostgresCatalogueQuery.allCases
        guard index < queries.count else { return describeViews() }
        phase = .asking(index)
        var out = ByteBuffer()
        PostgresCodec.query(queries[index].text, to: &out)
        send(out)
    }

    /// Every view's query, each with a Sync of its own, so that one that cannot be described costs only itself.
    private func describeViews() {
        guard !builder.views.isEmpty else { return finish(.success(builder.build(asOf: asOf))) }
        phase = .describing(0)
        var out = ByteBuffer()
        for view in builder.views {
            PostgresCodec.parse(name: "", text: view.definition.utf8, to: &out)
            PostgresCodec.describe(UInt8(ascii: "S"), "", to: &out)
            PostgresCodec.empty(.sync, to: &out)
        }
        send(out)
    }

    private func handle(_ type: UInt8, _ message: ByteBuffer) throws {
        var body = message
        body.moveReaderIndex(forwardBy: PostgresCodec.headerLength)
        switch phase {
        case .asking(let index):
            if type == PostgresBackend.dataRow.rawValue {
                body.withUnsafeReadableBytes { builder.take(PostgresCatalogueQuery.allCases[index], Self.cells($0)) }
            } else if type == PostgresBackend.readyForQuery.rawValue {
                ask(index + 1)
            } else if type == PostgresBackend.errorResponse.rawValue {
                guard case .views = PostgresCatalogueQuery.allCases[index] else {
                    throw PostgresFault.backend("the catalogue cannot be read")
                }
                builder.viewsAreUnknown()
            }
        case .describing(let index):
            if type == PostgresBackend.rowDescription.rawValue, index < builder.views.count {
                if let columns = body.withUnsafeReadableBytes({ PostgresColumn.read($0) }) {
                    builder.trace(view: builder.views[index].oid, columns)
                }
            } else if type == PostgresBackend.readyForQuery.rawValue {
                phase = .describing(index + 1)
                if index + 1 >= builder.views.count { finish(.success(builder.build(asOf: asOf))) }
            }
        case .login, .done: break
        }
    }

    private static func cells(_ body: UnsafeRawBufferPointer) -> [String?] {
        var reader = PostgresReader(body)
        guard let count = reader.int16(), count >= 0, count <= 16 else { return [] }
        return (0..<count).map { _ in
            guard let length = reader.int32(), length >= 0, let bytes = reader.bytes(length) else { return nil }
            return String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// The catalogue of one server: loaded when it is asked for, by one connection at a time, shared by all loops.
final class PostgresCatalogueStore: Sendable {
    private struct Request {
        var oldest: UInt64
        var loop: SocketLoop
        var done: @Sendable (PostgresCatalogue?) -> Void
        func answer(_ found: PostgresCatalogue?) {
            let done = done
            loop.execute { done(found) }
        }
    }
    private struct State {
        var current: PostgresCatalogue?
        var loadingSince: UInt64?
        var waiting: [Request] = []
    }
    let floor: PostgresCatalogueFloor
    private let state = Mutex(State())
    private let dial: PostgresDial
    private let note: @Sendable (String) -> Void

    /// - Parameter floor: shared by the servers of a resource: what is changed on one comes to the others.
    init(dial: PostgresDial, floor: PostgresCatalogueFloor, note: @escaping @Sendable (String) -> Void) {
        self.dial = dial
        self.floor = floor
        self.note = note
    }

    var current: PostgresCatalogue? { state.withLock { $0.current } }

    /// A catalogue whose loading began at `oldest` or later (monotonic nanoseconds); nil when it cannot be loaded now. `done` is called on
    /// the loop, never before this returns.
    func catalogue(of oldest: UInt64, on loop: SocketLoop, then done: @escaping @Sendable (PostgresCatalogue?) -> Void) {
        let request = Request(oldest: oldest, loop: loop, done: done)
        let now = NIODeadline.now().uptimeNanoseconds
        let (known, loads) = state.withLock { state -> (PostgresCatalogue?, Bool) in
            if let current = state.current, current.asOf >= oldest { return (current, false) }
            state.waiting.append(request)
            guard state.loadingSince == nil else { return (nil, false) }
            state.loadingSince = now
            return (nil, true)
        }
        if let known { request.answer(known) }
        if loads { load(since: now, on: loop) }
    }

    private func load(since now: UInt64, on loop: SocketLoop) {
        let dial = dial
        let ended: (Result<PostgresCatalogue, any Error>) -> Void = { result in
            var found: PostgresCatalogue?
            switch result {
            case .success(let catalogue): found = catalogue
            case .failure(let error):
                self.note("the catalogue of \(dial.resource.name) cannot be loaded from \(dial.server): \(error)")
            }
            self.loaded(found, since: now, on: loop)
        }
        dial.connect(on: loop) { result in
            do {
                let nonce = try PostgresScram.freshNonce()
                _ = PostgresCatalogueLoader(dial: dial, connection: try result.get(), nonce: nonce, asOf: now, done: ended)
            } catch {
                ended(.failure(error))
            }
        }
    }

    private func loaded(_ found: PostgresCatalogue?, since: UInt64, on loop: SocketLoop) {
        let again = NIODeadline.now().uptimeNanoseconds
        let (answered, loads) = state.withLock { state -> ([Request], Bool) in
            if let found { state.current = found }
            // Who asked for a younger one while this was loading waits for the next; after a failure nobody waits.
            let answered = state.waiting.filter { found == nil || $0.oldest <= since }
            state.waiting.removeAll { found == nil || $0.oldest <= since }
            state.loadingSince = state.waiting.isEmpty ? nil : again
            return (answered, !state.waiting.isEmpty)
        }
        for request in answered { request.answer(found) }
        if loads { load(since: again, on: loop) }
    }
}

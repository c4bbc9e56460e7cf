// The backend's connection of one session: its login, then its bytes.

import NIOCore
import Transport

/// The backend's side of a pair.
final class PostgresBackendHandler: ConnectionOwner {
    private enum Phase {
        case login
        case session(PostgresPair)
        /// In a pool, used by nobody.
        case resting
        /// In a pool, doing what the gateway has it do; then it is called back with what went wrong.
        case errand(PostgresErrand, done: (String?) -> Void)
        case closed
    }

    let connection: Connection
    private let dial: PostgresDial
    private var login: PostgresBackendLogin
    /// Called once, when the login has ended.
    private var whenReady: ((PostgresBackendHandler, Result<PostgresBackendGreeting, PostgresFault>) -> Void)?
    private var phase = Phase.login
    private var timeout: LoopTimer?
    /// For a connection of a pool.
    private(set) var pooled: PostgresPooled?
    private var shelf: PostgresPoolShelf?

    /// Takes over a connection to a backend, on its loop, and logs in.
    init(
        dial: PostgresDial, connection: Connection, login: PostgresBackendLogin,
        whenReady: @escaping (PostgresBackendHandler, Result<PostgresBackendGreeting, PostgresFault>) -> Void
    ) {
        self.dial = dial
        self.connection = connection
        self.login = login
        self.whenReady = whenReady
        timeout = connection.loop.schedule(in: .seconds(dial.loginSeconds)) { connection.close() }
        connection.begin(self)
        connection.setReading(true)
        send(self.login.connected())
    }

    // MARK: - The connection's events

    func connectionEncrypted() { send(login.encrypted(channelBinding: connection.serverEndPoint)) }

    func connectionRead() {
        switch phase {
        case .login: stepLogin()
        case .session(let pair): pair.backendRead()
        case .resting: readIdle()
        case .errand: readErrand()
        case .closed: break
        }
    }

    func connectionReadCompleted() {
        if case .session(let pair) = phase { pair.flush() }
    }

    func connectionIsWritable() {
        if case .session(let pair) = phase { pair.updateReading() }
    }

    func connectionClosed(reason: TransportError?) {
        timeout?.cancel()
        let was = phase
        phase = .closed
        switch was {
        case .session(let pair): pair.backendClosed()
        case .login:
            isLost = true
            ended(.failure(.backend(reason.map { "\($0)" } ?? "the backend closed the connection during the login")))
        case .resting, .errand, .closed: break
        }
        // Its place is free before anybody looks for another.
        let kept = shelf
        shelf = nil
        kept?.closed(self)
        if case .errand(_, let done) = was { done("the connection was lost") }
    }

    private func stepLogin() {
        do throws(PostgresFault) {
            while case .login = phase {
                switch try login.receive(&connection.input) {
                case .wait: return
                case .send(let buffer): send(buffer)
                case .startTLS: try dial.startTLS(connection)
                case .refused(let state, let message): throw .login(state: state, message: message)
                case .ready(let greeting): return ended(.success(greeting))
                }
            }
        } catch {
            ended(.failure(error))
            close()
        }
    }

    private func ended(_ result: Result<PostgresBackendGreeting, PostgresFault>) {
        let call = whenReady
        whenReady = nil
        call?(self, result)
    }

    private func send(_ buffer: ByteBuffer) {
        connection.write(buffer)
        connection.flush()
    }

    // MARK: - For the pair

    func begin(_ pair: PostgresPair) {
        timeout?.cancel()
        phase = .session(pair)
    }

    // MARK: - For the pool

    /// From here on it belongs to a pool, which is told when it ends.
    func join(_ shelf: PostgresPoolShelf, _ pooled: PostgresPooled) {
        timeout?.cancel()
        self.shelf = shelf
        self.pooled = pooled
        phase = .resting
    }

    /// Nobody uses it: what comes is read, so that its end is noticed.
    func rest() {
        phase = .resting
        connection.setReading(true)
    }

    /// Does some queries, then calls back with what went wrong; nil where nothing did. A connection that fails is to be closed.
    func run(_ queries: [String], then done: @escaping (String?) -> Void) {
        guard connection.isOpen else { return done("the connection was lost") }
        let errand = PostgresErrand(queries)
        phase = .errand(errand, done: done)
        timeout = connection.loop.schedule(in: .seconds(PostgresLimits.errandSeconds)) { [connection] in connection.close() }
        connection.setReading(true)
        send(errand.request)
    }

    private func readErrand() {
        guard case .errand(var errand, let done) = phase, let pooled else { return }
        let step = errand.receive(&connection.input, &pooled.greeting)
        phase = .errand(errand, done: done)
        let failure: String?
        switch step {
        case .wait: return
        case .done: failure = nil
        case .failed(let reason): failure = reason
        }
        timeout?.cancel()
        phase = .resting
        done(failure)
    }

    /// Settings may change while it is idle; whatever else it says makes it useless.
    private func readIdle() {
        while true {
            switch PostgresIdleMessage.take(&connection.input) {
            case .none: return
            case .message(.parameterStatus, let body): if let setting = PostgresStartup.Setting(status: body) { pooled?.noteIdle(setting) }
            case .message(.noticeResponse, _): break
            case .message, .unreadable: return close()
            }
        }
    }

    /// Ends it in the protocol's own way.
    func farewell() {
        var out = ByteBuffer()
        PostgresCodec.empty(.terminate, to: &out)
        send(out)
        close()
    }

    /// The connection ended by itself during the login.
    private(set) var isLost = false

    func close() {
        phase = .closed
        connection.close()
    }
}

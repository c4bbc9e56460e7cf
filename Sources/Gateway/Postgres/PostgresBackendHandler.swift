// The backend's connection of one session: its login, then its bytes.

import NIOCore
import Transport

/// The backend's side of a pair.
final class PostgresBackendHandler: ConnectionOwner {
    private enum Phase {
        case login
        case session(PostgresPair)
        case closed
    }

    let connection: Connection
    private let dial: PostgresDial
    private var login: PostgresBackendLogin
    /// Called once, when the login has ended.
    private var whenReady: ((PostgresBackendHandler, Result<PostgresBackendGreeting, PostgresFault>) -> Void)?
    private var phase = Phase.login
    private var timeout: LoopTimer?

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
        case .closed: break
        }
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

    /// The connection ended by itself during the login.
    private(set) var isLost = false

    func close() {
        phase = .closed
        connection.close()
    }
}

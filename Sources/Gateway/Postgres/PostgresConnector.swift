// Opens a connection to one of a resource's servers: tried in order until one is of the wanted kind.

import NIOCore
import Transport

enum PostgresConnector {
    struct Found {
        var handler: PostgresBackendHandler
        var greeting: PostgresBackendGreeting
        /// Its number among the resource's servers.
        var server: Int
    }
    static let unreachable = "the database behind this gateway cannot be reached"

    /// Calls back once, on the loop. Whoever does not want the connection any more while it is made says so by `isWanted`; then it is
    /// closed.
    /// - Parameters:
    ///   - note: told when another server is tried, and why.
    ///   - made: told of a connection whose login begins, so that it can be given up.
    static func connect(
        _ place: PostgresBackendPlace, _ settings: [PostgresStartup.Setting], on loop: SocketLoop, isWanted: @escaping () -> Bool,
        note: @escaping (String) -> Void, made: @escaping (PostgresBackendHandler) -> Void = { _ in },
        then done: @escaping (Result<Found, PostgresFault>) -> Void
    ) {
        PostgresConnection(place, settings, loop, isWanted, note, made, done).tryServer(PostgresServerChoice(place.resource))
    }
}

/// One connection on its way.
private final class PostgresConnection {
    private let place: PostgresBackendPlace
    private let settings: [PostgresStartup.Setting]
    private let loop: SocketLoop
    private let isWanted: () -> Bool
    private let note: (String) -> Void
    private let made: (PostgresBackendHandler) -> Void
    private let done: (Result<PostgresConnector.Found, PostgresFault>) -> Void

    init(
        _ place: PostgresBackendPlace, _ settings: [PostgresStartup.Setting], _ loop: SocketLoop, _ isWanted: @escaping () -> Bool,
        _ note: @escaping (String) -> Void, _ made: @escaping (PostgresBackendHandler) -> Void,
        _ done: @escaping (Result<PostgresConnector.Found, PostgresFault>) -> Void
    ) {
        self.place = place
        self.settings = settings
        self.loop = loop
        self.isWanted = isWanted
        self.note = note
        self.made = made
        self.done = done
    }

    func tryServer(_ choice: PostgresServerChoice) {
        let (resource, dial) = (place.resource, place.servers[choice.server].dial)
        let login: PostgresBackendLogin
        do {
            login = PostgresBackendLogin(
                credential: resource.credential, database: resource.database, settings: settings, wantsTLS: dial.usesTLS,
                nonce: try PostgresScram.freshNonce())
        } catch {
            return done(.failure(PostgresFault(.internalError, "this session cannot be begun", reason: "\(error)")))
        }
        dial.connect(on: loop) { [self] result in
            switch result {
            case .success(let connection):
                guard isWanted() else {
                    connection.close()
                    return another(after: choice, Self.unwanted)
                }
                made(PostgresBackendHandler(dial: dial, connection: connection, login: login) { self.loggedIn($0, $1, choice) })
            case .failure(let error):
                another(
                    after: choice,
                    PostgresFault(
                        .connectionFailure, PostgresConnector.unreachable, reason: "the backend cannot be reached: \(error)"))
            }
        }
    }

    private static let unwanted = PostgresFault(.connectionFailure, PostgresConnector.unreachable, reason: "the client left")

    /// The next server is tried; after the last it is told what was wrong with it.
    private func another(after choice: PostgresServerChoice, _ fault: PostgresFault) {
        guard isWanted(), let next = choice.next else { return done(.failure(fault)) }
        note("\(place.servers[choice.server].dial.server): \(fault.reason)")
        tryServer(next)
    }

    /// The backend's login has ended, one way or the other.
    private func loggedIn(
        _ handler: PostgresBackendHandler, _ result: Result<PostgresBackendGreeting, PostgresFault>, _ choice: PostgresServerChoice
    ) {
        switch result {
        case .failure(let fault):
            if fault.kind == .cannotConnectNow || handler.isLost { another(after: choice, fault) } else { done(.failure(fault)) }
        case .success(let greeting):
            guard isWanted() else {
                handler.close()
                return done(.failure(Self.unwanted))
            }
            if let mismatch = choice.mismatch(greeting) {
                handler.close()
                return another(after: choice, PostgresFault(.cannotConnectNow, PostgresConnector.unreachable, reason: mismatch))
            }
            done(.success(.init(handler: handler, greeting: greeting, server: choice.server)))
        }
    }
}

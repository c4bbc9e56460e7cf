// The gateway's own login at a backend, as a machine: TLS request, start-up, SCRAM, everything up to the first ReadyForQuery.

import NIOCore

/// How the gateway proves who it is to a backend.
public struct PostgresBackendCredential: Sendable {
    public var user: String
    /// nil where the backend asks for none.
    public let password: [UInt8]?
    let salted = PostgresSaltedPasswords()
    /// Take part in MD5 or cleartext password exchanges.
    public var allowsWeakMethods: Bool
    public init(user: String, password: [UInt8]?, allowsWeakMethods: Bool = false) {
        self.user = user
        self.password = password
        self.allowsWeakMethods = allowsWeakMethods
    }
}

/// What a backend told while the gateway logged in.
struct PostgresBackendGreeting: Equatable {
    var process: UInt32 = 0
    var key: [UInt8] = []
    var parameters: [PostgresStartup.Setting] = []
}

/// The login at one backend.
struct PostgresBackendLogin {
    enum Step: Equatable {
        case wait
        case send(ByteBuffer)
        /// The backend takes TLS: put it under the connection, then call `encrypted`.
        case startTLS
        case ready(PostgresBackendGreeting)
        /// The backend refused; its own words are for the log.
        case refused(state: String, message: String)
    }

    private enum State {
        case start
        case tlsAnswer
        case tlsHandshake
        case authentication
        case scram(PostgresScram)
        case settling
        case done
    }

    private var state = State.start
    private let credential: PostgresBackendCredential
    private let database: String
    private let settings: [PostgresStartup.Setting]
    private let wantsTLS: Bool
    private let nonce: String
    /// SHA-256 `tls-server-end-point` data of the backend's certificate, where it is known.
    private var channelBinding: [UInt8]?
    private var greeting = PostgresBackendGreeting()

    init(
        credential: PostgresBackendCredential, database: String, settings: [PostgresStartup.Setting], wantsTLS: Bool, nonce: String
    ) {
        self.credential = credential
        self.database = database
        self.settings = settings
        self.wantsTLS = wantsTLS
        self.nonce = nonce
    }

    /// The connection is open: what to send first.
    mutating func connected() -> ByteBuffer {
        guard wantsTLS else { return startup() }
        state = .tlsAnswer
        return Self.tlsRequest
    }

    static var tlsRequest: ByteBuffer {
        var out = ByteBuffer()
        out.writeInteger(UInt32(8))
        out.writeInteger(PostgresStartupCode.ssl)
        return out
    }

    /// TLS is in place: what to send first under it.
    mutating func encrypted(channelBinding: [UInt8]?) -> ByteBuffer {
        self.channelBinding = channelBinding
        return startup()
    }

    private mutating func startup() -> ByteBuffer {
        state = .authentication
        return PostgresStartup.packet(user: credential.user, database: database, settings: settings)
    }

    /// Reads at most one message from the front of `input`.
    mutating func receive(_ input: inout ByteBuffer) throws(PostgresFault) -> Step {
        switch state {
        case .start, .tlsHandshake, .done: return .wait
        case .tlsAnswer:
            guard let answer = input.readInteger(as: UInt8.self) else { return .wait }
            guard answer == UInt8(ascii: "S") else { throw .backend("the backend does not take TLS, which its configuration demands") }
            // Bytes that came before the handshake would be read as if they had come encrypted (CVE-2021-23222).
            guard input.readableBytes == 0 else { throw .backend("bytes behind the backend's answer to the TLS request") }
            state = .tlsHandshake
            return .startTLS
        case .authentication, .scram, .settling: return try message(&input)
        }
    }

    private mutating func message(_ input: inout ByteBuffer) throws(PostgresFault) -> Step {
        while true {
            let frame = input.withUnsafeReadableBytes { PostgresCodec.frame($0, at: 0) }
            guard case .header(let byte, let total) = frame else {
                if frame == .invalid { throw .backend("a message of impossible length from the backend") }
                return .wait
            }
            guard let type = PostgresBackend(rawValue: byte), total - 1 <= PostgresLimits.shortControlMessage else {
                throw .backend("an unexpected message from the backend while it was logged in to")
            }
            guard input.readableBytes >= total, var payload = input.readSlice(length: total) else { return .wait }
            payload.moveReaderIndex(forwardBy: PostgresCodec.headerLength)
            let body = payload.readBytes(length: payload.readableBytes) ?? []
            let step = try handle(type, body)
            if step != .wait { return step }
        }
    }

    private mutating func handle(_ type: PostgresBackend, _ body: [UInt8]) throws(PostgresFault) -> Step {
        switch type {
        case .authentication: return try authenticate(body)
        case .errorResponse:
            guard let fields = body.withUnsafeBytes({ PostgresErrorFields(payload: $0) }) else {
                throw .backend("an unreadable error from the backend")
            }
            state = .done
            return .refused(
                state: fields.text(PostgresErrorFields.Code.sqlstate) ?? "?",
                message: fields.text(PostgresErrorFields.Code.message) ?? "?")
        case .noticeResponse, .negotiateProtocolVersion: return .wait
        case .parameterStatus:
            guard case .settling = state else { break }
            let setting = body.withUnsafeBytes { bytes -> PostgresStartup.Setting? in
                var reader = PostgresReader(bytes)
                guard let name = reader.string(), let value = reader.string(), reader.isAtEnd else { return nil }
                return PostgresStartup.Setting(name: name, value: value)
            }
            guard let setting, greeting.parameters.count < PostgresLimits.startupParameters else {
                throw .backend("an unreadable setting from the backend")
            }
            greeting.parameters.append(setting)
            return .wait
        case .backendKeyData:
            guard case .settling = state, body.count >= 8, body.count <= 260 else { break }
            greeting.process = body.withUnsafeBytes { PostgresCodec.word($0, 0) }
            greeting.key = Array(body[4...])
            return .wait
        case .readyForQuery:
            guard case .settling = state, body == [PostgresTransactionState.idle.rawValue] else { break }
            state = .done
            return .ready(greeting)
        case .bindComplete, .closeComplete, .commandComplete, .copyBothResponse, .copyData, .copyDone, .copyInResponse,
            .copyOutResponse, .dataRow, .emptyQueryResponse, .functionCallResponse, .noData, .notificationResponse,
            .parameterDescription, .parseComplete, .portalSuspended, .rowDescription:
            break
        }
        throw .backend("message \(UnicodeScalar(type.rawValue)) from the backend out of order while it was logged in to")
    }

    // MARK: - Methods

    private mutating func authenticate(_ body: [UInt8]) throws(PostgresFault) -> Step {
        guard body.count >= 4 else { throw .backend("an authentication request without a code") }
        let code = body.withUnsafeBytes { PostgresCodec.word($0, 0) }
        let data = Array(body[4...])
        switch (code, state) {
        case (0, .authentication):
            state = .settling
            return .wait
        case (0, .scram(let scram)):
            guard scram.isComplete else { throw .backend("the backend let us in without proving that it knows the password") }
            state = .settling
            return .wait
        case (3, .authentication): return .send(try weak { $0 })
        case (5, .authentication):
            guard data.count == 4 else { throw .backend("an MD5 request without salt") }
            let user = Array(credential.user.utf8)
            return .send(
                try weak { Array("md5".utf8) + PostgresLegacyDigest.hex(PostgresLegacyDigest.hex($0 + user) + data) })
        case (10, .authentication): return try beginScram(data)
        case (11, .scram(var scram)):
            let answer = try scram.answer(data)
            state = .scram(scram)
            return .send(Self.password(Array(answer.utf8), terminated: false))
        case (12, .scram(var scram)):
            try scram.verify(data)
            state = .scram(scram)
            return .wait
        default: throw .backend("authentication method \(code) is not taken part in")
        }
    }

    private mutating func beginScram(_ data: [UInt8]) throws(PostgresFault) -> Step {
        guard let password = credential.password else { throw .backend("the backend asks for a password and none is configured") }
        let offered = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        let mechanism: String
        if channelBinding != nil, offered.contains(PostgresScram.channelBindingMechanism) {
            mechanism = PostgresScram.channelBindingMechanism
        } else if offered.contains(PostgresScram.mechanism) {
            mechanism = PostgresScram.mechanism
        } else {
            throw .backend("the backend offers no SASL mechanism that is taken part in")
        }
        let bound = mechanism == PostgresScram.channelBindingMechanism ? channelBinding : nil
        let scram = PostgresScram(password: password, nonce: nonce, channelBinding: bound, salted: credential.salted)
        state = .scram(scram)
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.password.rawValue, to: &out) {
            PostgresCodec.text(mechanism, to: &$0)
            $0.writeInteger(UInt32(scram.first.utf8.count))
            $0.writeString(scram.first)
        }
        return .send(out)
    }

    private func weak(_ proof: ([UInt8]) -> [UInt8]) throws(PostgresFault) -> ByteBuffer {
        guard credential.allowsWeakMethods else { throw .backend("the backend asks for a weak password exchange, which is not allowed") }
        guard let password = credential.password else { throw .backend("the backend asks for a password and none is configured") }
        return Self.password(proof(password), terminated: true)
    }

    private static func password(_ bytes: [UInt8], terminated: Bool) -> ByteBuffer {
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.password.rawValue, to: &out) {
            $0.writeBytes(bytes)
            if terminated { $0.writeInteger(UInt8(0)) }
        }
        return out
    }
}

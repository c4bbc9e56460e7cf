// The client's side of a login, as a machine: bytes in, what to do next out. It knows no channel and no clock.

import NIOCore

/// The handshake with a client up to its token. After `.authenticate` or `.cancel` it reads nothing more: bytes that a client sent
/// ahead stay where they are until the session begins.
struct PostgresLogin {
    /// What to do next.
    enum Step: Equatable {
        /// Not enough bytes yet.
        case wait
        /// Send these bytes and go on.
        case answer(ByteBuffer)
        /// Send these bytes, then put TLS under the connection.
        case startTLS(ByteBuffer)
        /// Put TLS under the connection and give it the bytes that are waiting: the client began with TLS itself.
        case startDirectTLS
        case cancel(process: UInt32, key: UInt32)
        case authenticate(token: [UInt8], startup: PostgresStartup)
        /// Send these bytes; who it is the certificate says, and no token is asked for.
        case certify(ByteBuffer, startup: PostgresStartup)
    }

    private enum State {
        case opening
        case password(PostgresStartup)
        case done
    }

    private var state = State.opening
    private var isEncrypted = false
    private var mayBeDirect = true
    private var askedForTLS = false
    private var askedForGSS = false
    private var isDirect = false
    private var showsCertificate = false
    private let offersTLS: Bool
    private let allowsCleartext: Bool

    /// - Parameters:
    ///   - offersTLS: whether there is a certificate to answer SSLRequest with.
    ///   - allowsCleartext: whether a token may come without TLS: only on loopback, where configured.
    init(offersTLS: Bool, allowsCleartext: Bool) {
        self.offersTLS = offersTLS
        self.allowsCleartext = allowsCleartext
    }

    /// TLS is in place. A connection that began with TLS itself must have named the protocol by ALPN, as PostgreSQL 17 demands:
    /// otherwise a browser could be made to speak to this port.
    /// - Parameter showsCertificate: whether the client showed one of its own.
    mutating func encrypted(applicationProtocol: String?, showsCertificate: Bool = false) throws(PostgresFault) {
        guard !isEncrypted else { throw .violation("TLS inside TLS") }
        if isDirect, applicationProtocol != "postgresql" {
            throw .violation("direct TLS without the application protocol postgresql")
        }
        isEncrypted = true
        self.showsCertificate = showsCertificate
    }

    /// Reads at most one message from the front of `input`.
    mutating func receive(_ input: inout ByteBuffer) throws(PostgresFault) -> Step {
        switch state {
        case .opening: try open(&input)
        case .password(let startup): try password(&input, startup)
        case .done: .wait
        }
    }

    // MARK: - The opening

    private mutating func open(_ input: inout ByteBuffer) throws(PostgresFault) -> Step {
        guard let first = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return .wait }
        if mayBeDirect, !isEncrypted, first == 0x16 {
            guard offersTLS else { throw .violation("direct TLS where none is offered") }
            mayBeDirect = false
            isDirect = true
            return .startDirectTLS
        }
        guard let length = input.getInteger(at: input.readerIndex, as: UInt32.self) else { return .wait }
        guard length >= 8, length <= PostgresLimits.startupPacket else {
            // Whoever leaves at once may send Terminate here; PostgreSQL too hangs up without a word.
            throw PostgresFault(.protocolViolation, "", reason: "a start-up packet of \(length) bytes")
        }
        guard input.readableBytes >= Int(length), var packet = input.readSlice(length: Int(length)) else { return .wait }
        packet.moveReaderIndex(forwardBy: 4)
        mayBeDirect = false
        let opening: PostgresOpening
        do {
            opening = try packet.withUnsafeReadableBytes { try PostgresOpening.read($0) }
        } catch let fault as PostgresFault {
            throw fault
        } catch {
            throw .violation("an unreadable start-up packet")
        }
        return try answer(opening, rest: input)
    }

    private mutating func answer(_ opening: PostgresOpening, rest: ByteBuffer) throws(PostgresFault) -> Step {
        switch opening {
        case .ssl:
            guard !isEncrypted, !askedForTLS else { throw .violation("a second encryption request") }
            askedForTLS = true
            // Bytes behind the request would be read as if they had come encrypted (CVE-2021-23222).
            guard rest.readableBytes == 0 else { throw .violation("bytes behind an encryption request") }
            return offersTLS ? .startTLS(ByteBuffer(string: "S")) : .answer(ByteBuffer(string: "N"))
        case .gss:
            guard !isEncrypted, !askedForGSS, !askedForTLS else { throw .violation("a second encryption request") }
            askedForGSS = true
            guard rest.readableBytes == 0 else { throw .violation("bytes behind an encryption request") }
            return .answer(ByteBuffer(string: "N"))
        case .cancel(let process, let key):
            state = .done
            return .cancel(process: process, key: key)
        case .startup(let startup):
            guard isEncrypted || allowsCleartext else {
                throw PostgresFault(
                    .invalidAuthorization, "this gateway takes connections over TLS only: connect with sslmode=require or better")
            }
            var out = ByteBuffer()
            if startup.needsNegotiation {
                PostgresCodec.negotiate(version: PostgresStartupCode.version3, unknown: startup.unknownOptions, to: &out)
            }
            if showsCertificate {
                state = .done
                return .certify(out, startup: startup)
            }
            state = .password(startup)
            PostgresCodec.authentication(3, to: &out)
            return .answer(out)
        }
    }

    // MARK: - The token

    private mutating func password(_ input: inout ByteBuffer, _ startup: PostgresStartup) throws(PostgresFault) -> Step {
        guard let type = input.getInteger(at: input.readerIndex, as: UInt8.self) else { return .wait }
        guard type == PostgresFrontend.password.rawValue else {
            if type == PostgresFrontend.terminate.rawValue { throw .violation("the client left before it sent a token") }
            throw .violation("another message where the token was asked for")
        }
        guard let length = input.getInteger(at: input.readerIndex + 1, as: UInt32.self) else { return .wait }
        guard length >= 5, length <= PostgresFrontend.password.lengthLimit else {
            throw .violation("a password message of \(length) bytes")
        }
        guard input.readableBytes >= Int(length) + 1 else { return .wait }
        input.moveReaderIndex(forwardBy: PostgresCodec.headerLength)
        guard let body = input.readBytes(length: Int(length) - 4), body.last == 0, body.firstIndex(of: 0) == body.count - 1 else {
            throw .violation("a password message that is not one text")
        }
        state = .done
        return .authenticate(token: Array(body.dropLast()), startup: startup)
    }
}

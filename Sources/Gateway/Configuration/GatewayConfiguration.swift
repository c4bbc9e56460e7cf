// What a gateway is told by its operator: addresses, credentials and files. Policy never holds these, and they never hold policy.

import Foundation

/// A whole configuration file. See docs/configuration.md for every key.
public struct GatewayConfiguration: Sendable {
    public var policy: Policy
    /// Directory of the recording.
    public var recording: String
    /// File that holds the 32 bytes behind `hash` masks; made on the first run.
    public var maskKeyFile: String
    public var listeners: [Listener]
    public var admin: SocketEndpoint?
    public var resources: [Resource]
    /// By an issuer's name: what is not from where the policy says.
    public var issuers: [String: Issuer]
    public var limits: Limits
    /// What the channels that policy names stand for.
    public var channels: [Channel] = []

    /// A channel that rules tell with `notify`.
    public struct Channel: Sendable {
        public var name: String
        /// An `https` address, or `http` on this machine, that takes a POST.
        public var webhook: String
        /// Signs what is sent.
        public var secret: Credential
    }

    public struct Policy: Sendable {
        /// A bundle made by `postern build`.
        public var bundle: String
        /// PEM files of keys whose signature on a bundle is trusted.
        public var trust: [String]
        /// Accept an unsigned bundle; every log line then says so.
        public var allowUnsigned: Bool
    }

    public struct Listener: Sendable {
        public var address: SocketEndpoint
        public var tls: TLS
        /// Take tokens without TLS; only from loopback addresses.
        public var cleartextOnLoopback: Bool
    }

    public enum TLS: Sendable {
        case files(certificate: String, key: String)
        /// A self-signed certificate for localhost, made in this directory on the first run.
        case development(directory: String)
    }

    public struct Resource: Sendable {
        /// The resource's name in the policy.
        public var name: String
        /// The database name that clients connect to.
        public var database: String
        /// The user names and the server names (of TLS) by which clients reach it as well.
        public var users: [String]
        public var serverNames: [String]
        /// Where the backend is told who is asking.
        public var identityIn: Set<IdentityPlace>
        /// Backend connections are kept and lent; nil where every session has one of its own.
        public var pool: Pool?
        public var backend: Backend
        /// Line in the configuration file, for later errors.
        public var line: Int
    }

    /// Where a backend finds the identity of a session, for its own logs.
    public enum IdentityPlace: String, Sendable, CaseIterable {
        /// In front of the client's own `application_name`.
        case applicationName = "application_name"
        /// In `postern.identity`, `postern.subject`, `postern.session` and `postern.proof`.
        case settings
        /// In a comment behind every statement, as sqlcommenter writes them.
        case comments
    }

    /// How backend connections of a resource are kept between those who use them.
    public struct Pool: Sendable, Equatable {
        public enum Mode: String, Sendable, CaseIterable {
            /// Lent for a session.
            case session
            /// Lent for a transaction.
            case transaction
        }
        public var mode: Mode
        /// Backend connections of the resource at once, over all event loops and identities.
        public var size = 20
        /// Idle connections that are kept though they have been idle for long.
        public var minIdle = 0
        /// Seconds after which a connection that nobody has used is closed.
        public var idleSeconds = 60
        /// Seconds after which a connection is closed as soon as nobody uses it.
        public var lifetimeSeconds = 3600
        /// Seconds that a client waits for a connection before it is refused.
        public var waitSeconds = 10
        /// Prepared statements kept on one backend connection.
        public var preparedStatements = 200
        /// Lent to any identity, not only to the one it was opened for.
        public var isShared = false
        /// What a connection is given before it goes to another session.
        public var reset = "DISCARD ALL"

        public init(mode: Mode) { self.mode = mode }
    }

    /// Which of several servers a session is to have (libpq's `target_session_attrs`).
    public enum Target: String, Sendable, CaseIterable {
        case any
        case readWrite = "read-write"
        case readOnly = "read-only"
        case primary, standby
        case preferStandby = "prefer-standby"
    }

    public struct Backend: Sendable {
        /// In the order in which they are tried; never empty.
        public var servers: [SocketEndpoint]
        public var target: Target
        public var database: String
        public var user: String
        public var credential: Credential
        public var tls: BackendTLS
        /// Accept a backend that asks for an MD5 or a cleartext password. Off: only SCRAM-SHA-256 (or no password).
        public var allowWeakAuthentication: Bool
    }

    public enum Credential: Sendable {
        case none
        case file(String)
        case environment(String)
    }

    public enum BackendTLS: Sendable, Equatable {
        case disable
        /// Encrypted, the server's certificate not checked.
        case require
        /// Certificate checked against this CA file (the system's when nil), and its name against the host.
        case verifyFull(ca: String?)
    }

    /// Files of one issuer.
    public struct Issuer: Sendable, Hashable {
        /// A JWKS file or URL.
        public var keys: String?
        /// PEM: the authorities of an issuer of client certificates.
        public var authorities: String?
        /// PEM: lists of revoked certificates.
        public var revocations: String?
        /// Where it is written.
        public var line: Int
    }

    public struct Limits: Sendable {
        /// Client connections at once.
        public var connections = 1000
        /// Seconds a client may take from connecting to being authenticated.
        public var loginSeconds = 15
        /// Seconds a drain waits for sessions to become idle before it ends them.
        public var drainSeconds = 30
        /// Threads that relay. One core is left to the recording by default: fewer, fuller loops cost less for each message.
        public var eventLoops = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
        /// Whether the kernel is asked for io_uring; false where a sandbox ends whoever asks.
        public var ioUring = true
    }
}

/// An address to listen on or connect to.
public struct SocketEndpoint: Sendable, Hashable, CustomStringConvertible {
    public var host: String
    public var port: Int
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
    /// `host`, `host:port`, `[v6]:port`, or the directory of a Unix socket, which has no port of its own in it.
    init(_ text: String, defaultPort: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let isPlain = text.hasPrefix("/") || (text.hasPrefix("[") ? text.hasSuffix("]") : parts.count != 2)
        let port = isPlain ? nil : parts.last.flatMap { Int($0) }
        let host = port == nil ? text : parts.dropLast().joined(separator: ":")
        self.init(host: host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host, port: port ?? defaultPort)
    }
    public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

// A real PostgreSQL for tests: one for each test process, in a temporary directory, on a free loopback port, stopped when the process ends.

import Foundation
import Sealing
import Synchronization
import TestSupport

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A running PostgreSQL with a superuser `postgres`, a role `app` (both with the password `secret`), and TLS.
final class LivePostgres: Sendable {
    static let shared = Result { try LivePostgres() }
    /// A second one, with the same roles and objects of its own.
    static let other = Result { try LivePostgres() }
    static let password = "secret"

    let port: Int
    let directory: String
    /// PEM of the certificate it shows, for `localhost`.
    var certificate: String { directory + "/server.crt" }
    private let process: pid_t

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private init() throws {
        let tools = try Self.tools()
        let place = FileManager.default.temporaryDirectory.appendingPathComponent("postern-pg-\(UUID().uuidString)").path
        directory = place
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try (Self.password + "\n").write(toFile: place + "/pw", atomically: true, encoding: .utf8)
        let made = try DevelopmentCertificate.make(
            names: ["localhost"], addresses: ["127.0.0.1"], validDays: 30, nowSeconds: Int64(Date().timeIntervalSince1970))
        try made.certificatePEM.write(toFile: place + "/server.crt", atomically: true, encoding: .utf8)
        try made.privateKeyPEM.write(toFile: place + "/server.key", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: place + "/server.key")
        if getuid() == 0 { _ = try Self.run("/usr/bin/chown", ["-R", "nobody", place]) }
        try Self.asServer(tools + "/initdb", ["-D", place + "/data", "-U", "postgres", "-A", "scram-sha-256", "--pwfile", place + "/pw", "--no-sync"])
        let free = try LoopbackListener.freePort()
        port = free
        let settings = [
            "port=\(free)", "listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "ssl=on",
            "ssl_cert_file=\(place)/server.crt", "ssl_key_file=\(place)/server.key", "max_connections=60", "max_prepared_transactions=4",
            "log_min_messages=fatal",
        ]
        try Self.asServer(
            tools + "/pg_ctl",
            ["-D", place + "/data", "-w", "-t", "60", "-l", place + "/log", "-o", settings.map { "-c \($0)" }.joined(separator: " "), "start"])
        let lines = try String(contentsOfFile: place + "/data/postmaster.pid", encoding: .utf8).split(separator: "\n")
        guard let first = lines.first, let number = pid_t(first) else { throw Failure(description: "no process id in postmaster.pid") }
        process = number
        LivePostgresEnd.arrange(process: number, directory: place)
        try query(database: "postgres", "create role app login superuser password '\(Self.password)'")
    }

    /// Runs SQL as `app` directly, without a gateway; answers psql's unaligned output without headers.
    @discardableResult
    func query(database: String, _ sql: String, user: String? = nil) throws -> String {
        try PsqlRun(
            "host=127.0.0.1 port=\(port) dbname=\(database) user=\(user ?? (database == "postgres" ? "postgres" : "app")) sslmode=disable",
            password: Self.password, [sql]
        ).checked()
    }

    /// A new database of this name, with the statements run in it.
    func makeDatabase(_ name: String, _ sql: String) throws {
        try query(database: "postgres", "create database \(name) owner app")
        try query(database: name, sql)
    }

    /// A name for a database that no other test has.
    static func freshName(_ beginning: String) -> String {
        beginning + UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
    }

    // MARK: - Tools

    /// The directory of the newest server's programs.
    private static func tools() throws -> String {
        let base = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []).compactMap(Int.init).sorted()
        guard let newest = versions.last else { throw Failure(description: "no PostgreSQL server below \(base): install postgresql") }
        return "\(base)/\(newest)/bin"
    }

    /// PostgreSQL refuses to run as root: then as nobody.
    private static func asServer(_ program: String, _ arguments: [String]) throws {
        let result =
            getuid() == 0
            ? try run("/usr/sbin/runuser", ["-u", "nobody", "--", program] + arguments) : try run(program, arguments)
        guard result.status == 0 else { throw Failure(description: "\(program): \(result.output)") }
    }

    /// Runs a program to its end. Not by Foundation's `Process`, which waits until every heir of its descriptors has ended too: a server
    /// that a program leaves behind never does.
    static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("postern-out-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // What a server inherits stays open as long as it runs: nothing of this process may be among it.
        let closing = #"for f in /proc/self/fd/*; do n=${f##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done; exec "$@""#
        let words = (["/bin/bash", "-c", closing, "bash", program] + arguments).map { strdup($0) } + [nil]
        let setting = [strdup("PATH=/usr/bin:/bin:/usr/sbin:/sbin"), strdup("LC_ALL=C.UTF-8"), nil]
        defer { for word in words + setting { free(word) } }
        var child: pid_t = 0
        guard posix_spawn(&child, "/bin/bash", &actions, nil, words, setting) == 0 else {
            throw Failure(description: "cannot run \(program)")
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
        let output = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return (status & 0x7F == 0 ? status >> 8 & 0xFF : 128, output)
    }
}

/// Stops the server when the test process ends: by its process id, with PostgreSQL's immediate shutdown.
private enum LivePostgresEnd {
    private static let started = Mutex<[(process: pid_t, directory: String)]>([])

    static func arrange(process: pid_t, directory: String) {
        let isFirst = started.withLock { started in
            started.append((process, directory))
            return started.count == 1
        }
        guard isFirst else { return }
        atexit {
            for server in LivePostgresEnd.started.withLock({ $0 }) {
                kill(server.process, SIGQUIT)
                try? FileManager.default.removeItem(atPath: server.directory)
            }
        }
    }
}

/// One run of the real psql.
struct PsqlRun {
    var status: Int32
    var output: String
    var errors: String

    /// Each of `commands` is a `-c`; standard input is empty.
    init(_ connection: String, password: String, _ commands: [String], options: [String] = ["-At"]) throws {
        let run = try ProgramRun(
            "/usr/bin/psql", ["-X", "-q"] + options + commands.flatMap { ["-c", $0] } + [connection],
            environment: [
                "PGPASSWORD": password, "PGCONNECT_TIMEOUT": "120", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8",
            ], errors: .apart)
        (status, output, errors) = (run.status, run.output, run.errors)
    }

    /// The output, or what went wrong.
    func checked() throws -> String {
        guard status == 0 else { throw LivePostgres.Failure(description: errors) }
        return output
    }
}

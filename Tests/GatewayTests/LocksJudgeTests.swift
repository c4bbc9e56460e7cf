// The SQL inspector before a running PostgreSQL: every relation that a statement locked must be among its accesses.

import Foundation
import Inspect
import Machine
import Testing

@testable import Gateway

@Suite struct LocksJudgeTests {
    private static let columns = """
        (id int primary key, a int, b int, c int, d int, e int, f int, x int, y int, z int, total int, user_id int, \
        email text, name text, note text, city text, day date, tags text[], j jsonb)
        """
    /// One shape for every name that the cases use: a statement that does not fit fails, and is not judged.
    private static let schema =
        ["t", "u", "v", "a", "b", "c", "d", "e", "x", "y", "users", "customers", "orders", "people", "docs", "log", "secret", "s.t", "s.users"]
        .map { "create table \($0) \(columns); insert into \($0)(id, a, email) values (1, 1, 'x');" }.joined(separator: "\n")

    /// Locks that the transaction holds after the statement, without those of this question.
    private static let question = """
        select '@@' || n.nspname || ' ' || c.relname || ' ' || l.mode from pg_locks l join pg_class c on c.oid = l.relation \
        join pg_namespace n on n.oid = c.relnamespace where l.pid = pg_backend_pid() and l.locktype = 'relation' \
        and c.relkind in ('r', 'p', 'm', 'f', 'v') and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
        """

    @Test func everyLockIsAnAccess() throws {
        let live = try LivePostgres.shared.get()
        let database = LivePostgres.freshName("locks")
        try live.makeDatabase(database, "create schema s;" + Self.schema)
        // No superuser: the cases hold commands that read files and end sessions.
        let role = "r" + database
        try live.query(
            database: database,
            """
            create role \(role) login password '\(LivePostgres.password)'; grant all on schema public, s to \(role);
            grant all on all tables in schema public, s to \(role); grant create, temp on database \(database) to \(role)
            """)
        var judged = 0
        var missing: [String] = []
        for text in try Self.messages() {
            let run = try PsqlRun(
                "host=127.0.0.1 port=\(live.port) dbname=\(database) user=\(role) sslmode=disable", password: LivePostgres.password,
                ["set statement_timeout = '300ms'; set lock_timeout = '200ms'", "begin", text, Self.question, "rollback"])
            let locks = run.output.split(separator: "\n").filter { $0.hasPrefix("@@") }
            guard !locks.isEmpty else { continue }
            judged += 1
            missing += Self.missing(locks.map { $0.dropFirst(2).split(separator: " ").map(String.init) }, text)
        }
        print("judge, locks of a running PostgreSQL: \(judged) statements")
        #expect(judged > 150)
        #expect(missing.isEmpty, "\(missing.joined(separator: "\n"))")
    }

    private static func messages() throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../InspectTests/Cases")
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "cases" }.flatMap { file in
            try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n====\n").dropFirst().compactMap { section in
                let message = section.components(separatedBy: "\n----").first ?? ""
                // Options change how a text is read; a backslash at the start is psql's own; who ends the transaction ends its locks.
                let isOther = message.hasPrefix("@") || message.hasPrefix("\\") || message.utf8.contains(0)
                return isOther || message.lowercased().contains("commit") ? nil : message
            }
        }
    }

    private static func missing(_ locks: [[String]], _ text: String) -> [String] {
        let inspector = SQLInspector(searchPath: ["public"])
        let found = Inspection()
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
        let accesses = found.accesses.buffer.map { ($0.verb, found.string($0.schema), found.string($0.name)) }
        if accesses.contains(where: { $0.0 == .unknown }) { return [] }
        return locks.compactMap { lock in
            let isRead = lock[2] == "AccessShareLock"
            let isThere = accesses.contains { verb, schema, name in
                name == lock[1] && (schema == lock[0] || lock[0].hasPrefix("pg_temp")) && (isRead || verb != .select)
            }
            return isThere ? nil : "\(lock.joined(separator: " ")) by: \(text)"
        }
    }
}

// The reader of schemas before a running PostgreSQL: what a dump of its own is read as must be what its catalogue says.

import Foundation
import Inspect
import Machine
import Testing

@testable import Gateway

@Suite struct SchemaJudgeTests {
    /// A database, and what its dump was read as.
    private struct Judged {
        var live: LivePostgres
        var database: String
        var text: SchemaText

        init() throws {
            live = try LivePostgres.shared.get()
            database = LivePostgres.freshName("schema")
            let cases = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases/schema.sql")
            try live.makeDatabase(database, try String(contentsOf: cases, encoding: .utf8))
            let run = try LivePostgres.run(
                "/usr/bin/env",
                [
                    "PGPASSWORD=\(LivePostgres.password)", "pg_dump", "--schema-only", "--no-owner", "--no-privileges",
                    "--dbname", "host=127.0.0.1 port=\(live.port) dbname=\(database) user=app sslmode=disable",
                ])
            guard run.status == 0 else { throw LivePostgres.Failure(description: run.output) }
            text = SchemaText.read(Array(run.output.utf8), searchPath: ["public"])
        }

        func rows(_ question: String) throws -> [[String]] {
            try live.query(database: database, question).split(separator: "\n").map {
                $0.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            }
        }
        func name(_ symbol: UInt32) -> String { text.symbols[Int(symbol)] }
    }

    private static let ours = "n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'"

    @Test func aDumpIsReadWhole() throws {
        let judged = try Judged()
        #expect(judged.text.diagnostics == [])
        #expect(judged.text.record.relations.count > 20)
    }

    @Test func columnsAreThoseOfTheCatalogue() throws {
        let judged = try Judged()
        var known: [String: [String]] = [:]
        for relation in judged.text.record.relations {
            known[judged.name(relation.schema) + "." + judged.name(relation.name)] = relation.columns.map(judged.name)
            #expect(relation.isComplete)
        }
        let rows = try judged.rows(
            """
            select n.nspname || '.' || c.relname, a.attname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relkind in ('r', 'v', 'm', 'f', 'p', 'S') and \(Self.ours) order by 1, a.attnum
            """)
        var columns: [String: [String]] = [:]
        for row in rows { columns[row[0], default: []].append(row[1]) }
        print("judge, columns of a running PostgreSQL: \(columns.count) relations, \(rows.count) columns")
        #expect(columns.count > 20)
        #expect(columns == known)
    }

    /// Every column that PostgreSQL notes a view to depend on is one that reading the view opens, and every table.
    @Test func viewsOpenToWhatTheyDependOn() throws {
        let judged = try Judged()
        let rows = try judged.rows(
            """
            select distinct vn.nspname || '.' || v.relname, n.nspname || '.' || c.relname, coalesce(a.attname, '')
            from pg_rewrite r join pg_class v on v.oid = r.ev_class join pg_namespace vn on vn.oid = v.relnamespace
            join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
              and d.refobjid <> v.oid
            join pg_class c on c.oid = d.refobjid join pg_namespace n on n.oid = c.relnamespace
            left join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid and d.refobjsubid > 0
            where v.relkind in ('v', 'm') and r.rulename = '_RETURN' and \(Self.ours)
            """)
        var opened: Set<String> = []
        for relation in judged.text.record.relations {
            let view = judged.name(relation.schema) + "." + judged.name(relation.name)
            for item in relation.opened where item.verb == .select {
                let table = judged.name(item.schema) + "." + judged.name(item.name)
                opened.insert("\(view) \(table) ")
                for column in item.columns { opened.insert("\(view) \(table) \(judged.name(column.name))") }
            }
        }
        let missing = rows.map { $0.joined(separator: " ") }.filter { !opened.contains($0) }
        print("judge, dependencies of views of a running PostgreSQL: \(rows.count)")
        #expect(rows.count > 25)
        #expect(missing == [])
    }

    /// Statements through views, functions, partitions and rules: whatever was locked while they ran is among the accesses.
    @Test func everyLockIsAnAccess() throws {
        let judged = try Judged()
        let inspector = SQLInspector(
            searchPath: ["public"], schema: KnownSchema(judged.text.record, symbols: judged.text.symbols))
        for text in Self.statements {
            let run = try PsqlRun(
                "host=127.0.0.1 port=\(judged.live.port) dbname=\(judged.database) user=app sslmode=disable",
                password: LivePostgres.password,
                ["begin", text, Self.question, "rollback"])
            let locks = run.output.split(separator: "\n").filter { $0.hasPrefix("@@") }.map {
                $0.dropFirst(2).split(separator: "|").map(String.init)
            }
            #expect(!locks.isEmpty, "\(text): \(run.errors)")
            let found = Inspection()
            Array(text.utf8).withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
            let accesses = found.accesses.buffer.map { ($0.verb, found.string($0.schema), found.string($0.name)) }
            for lock in locks {
                let isThere = accesses.contains {
                    $0.1 == lock[0] && $0.2 == lock[1] && (lock[2] == "AccessShareLock" || $0.0 != .select)
                }
                #expect(isThere, "\(text): \(lock.joined(separator: " "))")
            }
            #expect(!accesses.contains { $0.0 == .unknown }, "\(text)")
        }
    }

    private static let question = """
        select '@@' || n.nspname || '|' || c.relname || '|' || l.mode from pg_locks l join pg_class c on c.oid = l.relation \
        join pg_namespace n on n.oid = c.relnamespace where l.pid = pg_backend_pid() and l.locktype = 'relation' \
        and c.relkind in ('r', 'p', 'm', 'f', 'v') and n.nspname not in ('pg_catalog', 'pg_toast', 'information_schema')
        """

    private static let statements = [
        "select * from app.big_paid", "select mail from app.paid where id = 1", "select count(*) from app.union_v",
        "select n from app.rec", "select x.name from (select * from app.cust) x", "select * from app.using_v",
        "with p as (select * from app.paid) select total from p", "update app.cust set name = 'x' where id = 1",
        "delete from app.cust where id = 1",
        "select * from app.events", "delete from app.events where id = 1",
        "insert into app.events(id, at) values (1, '2024-03-03')", "select name from app.animals",
        "update app.animals set name = 'x'",
        "select app.total_of(1)", "select * from app.customer_orders(1)", "call app.purge('2024-01-01')",
        
        "truncate app.customers cascade", "update app.products set title = 'x'", "refresh materialized view app.mv",
        "lock table app.big_paid in share mode", "select * from app.odd", "copy (select * from app.paid) to stdout",
        "explain select * from app.big_paid", "declare c cursor for select * from app.paid",
    ]
}

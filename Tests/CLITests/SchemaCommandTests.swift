// `postern schema pull` and what takes its files, with a stand-in for pg_dump: arguments in, exit status and output out.

import Foundation
import Testing

@Suite struct SchemaCommandTests {
    private static let dump = """
        --
        -- PostgreSQL database dump
        --

        \\restrict x7

        -- Dumped from database version 15.18
        SET statement_timeout = 0;
        SELECT pg_catalog.set_config('search_path', '', false);

        --
        -- Name: orders; Type: TABLE; Schema: public; Owner: -
        --

        CREATE TABLE public.orders (
            id integer NOT NULL,
            total numeric
        );


        CREATE VIEW public.big AS
         SELECT id
           FROM public.orders
          WHERE (total > 5);

        CREATE FUNCTION public.f() RETURNS integer
            LANGUAGE plpgsql
            AS $$ begin
        -- kept
        return 1; end $$;

        \\unrestrict x7
        """

    private static let pulled = """
        -- The schema of a database, written by `postern schema pull`. Pull it again when the database has changed.

        SELECT pg_catalog.set_config('search_path', '', false);

        CREATE TABLE public.orders (
            id integer NOT NULL,
            total numeric
        );

        CREATE VIEW public.big AS
         SELECT id
           FROM public.orders
          WHERE (total > 5);

        CREATE FUNCTION public.f() RETURNS integer
            LANGUAGE plpgsql
            AS $$ begin
        -- kept
        return 1; end $$;

        """

    /// A program that says what it was called with, and gives a dump.
    private func stand(in folder: Folder, _ dump: String, status: Int32 = 0) throws -> String {
        let data = try folder.write("dump.sql", dump)
        let path = try folder.write(
            "pg_dump",
            "#!/bin/sh\necho \"$@\" > '\(folder.path)/called'\necho 'no such host' >&2\ncat '\(data)'\nexit \(status)\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    @Test func pullsWhatDoesNotChangeByItself() throws {
        let folder = try Folder()
        let program = try stand(in: folder, Self.dump)
        let result = try Postern.run(["schema", "pull", "postgresql://db/shop", "--pg-dump", program])
        #expect(result.status == 0 && result.output == Self.pulled, "\(result.output)")
        let called = try String(contentsOfFile: folder.path + "/called", encoding: .utf8)
        #expect(
            called.contains("--schema-only") && called.contains("--no-owner")
                && called.contains("--dbname postgresql://db/shop"))
        let file = folder.path + "/s.sql"
        let options = ["--host", "h", "--port", "5", "--user", "u", "--database", "d", "--only", "a,b", "--output", file]
        #expect(try Postern.run(["schema", "pull", "--pg-dump", program] + options).status == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.pulled)
        let again = try String(contentsOfFile: folder.path + "/called", encoding: .utf8)
        #expect(again.contains("--dbname d --host h --port 5 --username u --schema a --schema b"))
    }

    @Test func comparesWithAFile() throws {
        let folder = try Folder()
        let program = try stand(in: folder, Self.dump)
        let file = try folder.write("s.sql", Self.pulled)
        let check = ["schema", "pull", "postgresql://db/shop", "--pg-dump", program, "--check", file]
        #expect(try Postern.run(check).status == 0)
        // Comments and settings are no difference; columns are.
        _ = try folder.write("s.sql", "SET x = 1;\n-- mine\n" + Self.pulled)
        #expect(try Postern.run(check).status == 0)
        _ = try folder.write(
            "s.sql", Self.pulled.replacingOccurrences(of: "    total numeric\n", with: "    total numeric,\n    note text\n"))
        let result = try Postern.run(check)
        #expect(result.status == 1)
        let lines = result.output.split(separator: "\n").dropFirst()
        #expect(
            lines == ["  CREATE TABLE public.orders (", "-     total numeric,", "-     note text", "+     total numeric"],
            "\(result.output)")
    }

    @Test func statusesAreFixed() throws {
        let folder = try Folder()
        let program = try stand(in: folder, Self.dump)
        #expect(try Postern.run(["schema", "pull", "x", "--pg-dump", folder.path + "/absent"]).status == 2)
        #expect(try Postern.run(["schema", "pull", "x", "--pg-dump", program, "--output", "/nowhere/x"]).status == 2)
        #expect(try Postern.run(["schema", "pull", "x", "--pg-dump", program, "--check", folder.path + "/absent"]).status == 2)
        #expect(try Postern.run(["schema", "pull", "x", "--database", "y", "--pg-dump", program]).status == 64)
        #expect(try Postern.run(["schema", "pull", "x", "--check", "a", "--output", "b", "--pg-dump", program]).status == 64)
        let failing = try stand(in: folder, "", status: 1)
        let result = try Postern.run(["schema", "pull", "x", "--pg-dump", failing])
        #expect(result.status == 2 && result.output.contains("pg_dump failed: no such host"), "\(result.output)")
        let strange = try stand(in: folder, "CREATE NONSENSE;\n")
        #expect(try Postern.run(["schema", "pull", "x", "--pg-dump", strange]).status == 1)
    }

    @Test func policiesAndInspectUseTheFile() throws {
        let folder = try Folder()
        _ = try folder.write("db.sql", Self.pulled)
        let policy = """
            policy p edition 1
            issuer i : jwks { file "k"  issuer "https://i"  audience "postern"  claims { sub string } }
            identity bot from i { when claim.sub == "bot" }
            resource db : postgres { schema "db.sql" }
            allow a { who bot on db to select from orders(id, total), big }
            deny d { on db to select from orders(id) when statement.has_limit }
            test "t" {
              as bot
              on db
              "select * from orders"     -> allow
              "select * from big"        -> allow
              "select id from big limit 1"  -> deny by d
            }

            """
        let file = try folder.write("p.postern", policy)
        #expect(try Postern.run(["test", file]).status == 0)
        let explained = try Postern.run(["explain", file, "--as", "bot", "--on", "db", "select * from big limit 1"])
        #expect(
            explained.status == 1
                && explained.output.contains("select public.orders(total filter, id output) through public.big"))
        let inspected = try Postern.run(["inspect", "--schema", folder.path + "/db.sql", "select * from big"])
        #expect(inspected.status == 0 && inspected.output.contains("through public.big"), "\(inspected.output)")
        let batch = try Postern.run(
            ["inspect", "--batch", "--schema", folder.path + "/db.sql"],
            input: #"{"id": 1, "text": "select nothing, * from orders"}"#)
        #expect(
            batch.output.contains(#""columns":["nothing","id","total"]"#)
                || batch.output.contains(#""columns": ["nothing", "id", "total"]"#), "\(batch.output)")
        #expect(batch.output.contains("access.columns"))
        #expect(try Postern.run(["inspect", "--schema", folder.path + "/absent.sql", "select 1"]).status == 2)
        try FileManager.default.removeItem(atPath: folder.path + "/db.sql")
        #expect(try Postern.run(["check", file]).status == 1)
    }
}

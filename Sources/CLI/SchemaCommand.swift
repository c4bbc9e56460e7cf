// `postern schema`: schema files, pulled from a live database and compared with it.

import ArgumentParser
import Foundation
import Inspect

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Pull a database's schema into a file that a policy can name.",
        subcommands: [PullCommand.self])

    struct PullCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull",
            abstract: "Write the schema of a live PostgreSQL database, in a form that does not change by itself.",
            discussion: """
                Runs PostgreSQL's own pg_dump, which must be installed and not older than the server. The connection is given as \
                pg_dump takes it: a URL, options, or PGHOST, PGPORT, PGUSER, PGPASSWORD and their kin. A password in a URL can be \
                seen by others on the machine: PGPASSWORD or a password file cannot.

                  postern schema pull postgresql://app@db.internal/shop --output schemas/orders_db.sql
                  postern schema pull --host /run/postgresql --database shop --only public,audit
                  postern schema pull postgresql://app@db.internal/shop --check schemas/orders_db.sql

                A policy names the file in a resource: schema "schemas/orders_db.sql". With --check nothing is written: a database \
                that is not as the file says is shown, and the status is 1.
                """)

        @Argument(help: "A connection URL, or the name of a database.")
        var connection: String?
        @Option(name: .long, help: "The server's name, or the folder of its socket.")
        var host: String?
        @Option(name: .long, help: "The server's port.")
        var port: Int?
        @Option(name: .long, help: "The role to connect as.")
        var user: String?
        @Option(name: .long, help: "The database, where no URL is given.")
        var database: String?
        @Option(name: .long, help: "Only these schemas, separated by commas. Default: all.")
        var only: String?
        @Option(name: .long, help: "Where to write the schema. Default: standard output.", completion: .file())
        var output: String?
        @Option(name: .long, help: "Compare with this file instead of writing.", completion: .file())
        var check: String?
        @Option(name: .long, help: "The pg_dump to run. Default: the one in PATH.")
        var pgDump = "pg_dump"

        func validate() throws {
            if connection != nil, database != nil {
                throw ValidationError("--database is part of what the URL says: give one of them")
            }
            if output != nil, check != nil { throw ValidationError("--check writes nothing: leave out --output") }
        }

        func run() throws {
            try Output.run {
                let pulled = NormalSchema.text(of: try SchemaDump(arguments, program: pgDump).run())
                if let check { return try compare(pulled, with: check) }
                if let output {
                    guard FileManager.default.createFile(atPath: output, contents: Data(pulled.utf8)) else {
                        throw Impossible("\(output) cannot be written")
                    }
                } else {
                    FileHandle.standardOutput.write(Data(pulled.utf8))
                }
                try report(pulled, as: output ?? "the schema")
            }
        }

        private var arguments: [String] {
            var arguments: [String] = []
            if let target = connection ?? database { arguments += ["--dbname", target] }
            if let host { arguments += ["--host", host] }
            if let port { arguments += ["--port", String(port)] }
            if let user { arguments += ["--username", user] }
            for schema in only?.split(separator: ",") ?? [] { arguments += ["--schema", String(schema)] }
            return arguments
        }

        private func compare(_ pulled: String, with path: String) throws {
            let difference = SchemaDifference(from: NormalSchema.text(of: try CommandFile.read(path)), to: pulled)
            if difference.isEmpty { return Output.print("\(path) is the schema of the database") }
            Output.print("\(path) is not the schema of the database (- is the file, + is the database):\n" + difference.text)
            throw ExitStatus.found
        }

        /// What a policy with this file would say about it.
        private func report(_ pulled: String, as name: String) throws {
            let read = SchemaText.read(Array(pulled.utf8), searchPath: [])
            for diagnostic in read.diagnostics {
                let kind = diagnostic.isError ? "error" : "warning"
                Output.complain("\(name):\(diagnostic.line): \(kind): \(diagnostic.message); \(diagnostic.help)")
            }
            if read.hasErrors { throw ExitStatus.found }
        }
    }
}

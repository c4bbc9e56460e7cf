// `postern inspect`: what a statement touches, with nothing decided.

import ArgumentParser
import Foundation
import Inspect
import Machine

/// What a text is read as.
enum TextKind: String, ExpressibleByArgument, CaseIterable {
    case postgres, shell, posix

    var dialect: ShellDialect? {
        switch self {
        case .postgres: nil
        case .shell: .bash
        case .posix: .posix
        }
    }
}

struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Show what SQL or shell text would do: accesses, columns, commands, facts.",
        discussion: """
            What it does not understand to the end shows as the access 'unknown'.

              postern inspect 'with d as (delete from t returning *) select count(*) from d'
              postern inspect --search-path app,public --format json < statement.sql
              postern inspect --highlight 'select email from customers where id = 1'
              postern inspect --schema schemas/orders_db.sql 'select * from paid_orders'
              postern inspect --batch < lines.jsonl
              postern inspect --kind shell 'sudo rm -rf "$HOME"/x > /tmp/log'

            With --batch each line of standard input is {"id": …, "text": …}; each answer is one line with the same id. Where a fact \
            is not known, its name stands in "unknown".
            """)

    @Argument(help: "SQL text, as a client would send it in one message. Default: standard input.")
    var text: String?
    @Option(name: .long, help: "What the text is: postgres, or shell (bash; posix is sh as dash reads it).")
    var kind = TextKind.postgres
    @Option(name: .long, help: "Schemas that unqualified names are looked up in, separated by commas.")
    var searchPath = "public"
    @Option(name: .long, help: "A schema file, as `postern schema pull` writes it: `*`, views and functions are opened.", completion: .file())
    var schema: String?
    @Flag(name: .long, help: "Show the source with what each access is written as underlined.")
    var highlight = false
    @Flag(name: .long, help: "Read JSON lines from standard input, write one JSON line for each.")
    var batch = false
    @OptionGroup var output: FormatOption

    func validate() throws {
        if batch, highlight || text != nil { throw ValidationError("--batch reads its texts from standard input, and prints JSON only") }
        if schema != nil, kind != .postgres { throw ValidationError("--schema is for SQL") }
        if highlight, kind != .postgres { throw ValidationError("--highlight is for SQL") }
        if highlight, output.isJSON { throw ValidationError("--highlight is for people: leave out --format json") }
    }

    private func runBatch() throws {
        let wrong: Int
        if let dialect = kind.dialect {
            var batch = InspectBatch(ShellBatchAnswerer(dialect: dialect))
            wrong = try batch.run()
        } else {
            var inspector: SQLInspector?
            try Output.run { inspector = try makeInspector() }
            guard let inspector else { return }
            var batch = InspectBatch(SQLBatchAnswerer(inspector))
            wrong = try batch.run()
        }
        if wrong > 0 { throw ExitStatus.found }
    }

    private func makeInspector() throws -> SQLInspector {
        let path = searchPath.split(separator: ",").map(String.init)
        guard let schema else { return SQLInspector(searchPath: path) }
        guard let bytes = PolicyFileReader.schema(schema) else { throw Impossible("\(schema) cannot be read") }
        let text = SchemaText.read(bytes, searchPath: path)
        for diagnostic in text.diagnostics {
            let kind = diagnostic.isError ? "error" : "warning"
            Output.complain("\(schema):\(diagnostic.line): \(kind): \(diagnostic.message); \(diagnostic.help)")
        }
        if text.hasErrors { throw Impossible("\(schema) is not understood") }
        return SQLInspector(searchPath: path, schema: KnownSchema(text.record, symbols: text.symbols))
    }

    private func showShell(_ bytes: [UInt8], _ dialect: ShellDialect) {
        if output.isJSON {
            var answerer = ShellBatchAnswerer(dialect: dialect)
            var line = LineJSON()
            line.object { line in bytes.withUnsafeBytes { answerer.answer($0, into: &line) } }
            return Output.print(String(decoding: line.bytes, as: UTF8.self))
        }
        let found = ShellFindings()
        bytes.withUnsafeBytes { ShellInspector().inspect($0, dialect: dialect, into: found) }
        for line in ShellText.lines(found) { Output.print(line) }
    }

    func run() throws {
        if batch { return try runBatch() }
        try Output.run {
            let bytes = text.map { Array($0.utf8) } ?? Array(FileHandle.standardInput.readDataToEndOfFile())
            if let dialect = kind.dialect { return showShell(bytes, dialect) }
            let inspector = try makeInspector()
            let inspection = Inspection()
            bytes.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: inspection) }
            if output.isJSON {
                try Output.json(StatementRecord.all(of: inspection, bytes))
            } else {
                for index in 0..<inspection.statements.count { Output.print(text(index, inspection, bytes)) }
            }
        }
    }

    private func text(_ index: Int, _ found: Inspection, _ message: [UInt8]) -> String {
        let range = found.statements[index].text
        let start = min(Int(range.offset), message.count)
        let end = min(start + Int(range.count), message.count)
        var lines = ["statement \(index + 1): " + String(decoding: message[start..<end], as: UTF8.self)]
        if highlight { lines = ["statement \(index + 1):"] + Highlight.lines(ofStatement: index, of: found, message) }
        lines += InspectionText.accesses(ofStatement: index, of: found).map { "  " + $0 }
        lines.append("  facts: " + InspectionText.facts(ofStatement: index, of: found))
        lines.append("  fingerprint: " + InspectionText.fingerprint(ofStatement: index, of: found))
        return lines.joined(separator: "\n")
    }
}

/// One statement, for `--format json`.
private struct StatementRecord: Encodable {
    struct AccessRecord: Encodable {
        var verb: String
        var `class`: String
        var object: String
        var everyColumn: Bool
        var columns: [String]
        /// What sets it going; nil: the statement says it itself.
        var through: String?
    }
    var kind: String
    var text: String
    var fingerprint: String?
    var `where`: String?
    var limit: Int64?
    var functions: [String]
    var accesses: [AccessRecord]

    static func all(of found: Inspection, _ message: [UInt8]) -> [StatementRecord] {
        (0..<found.statements.count).map { StatementRecord($0, found, message) }
    }

    private init(_ index: Int, _ found: Inspection, _ message: [UInt8]) {
        let statement = found.statements[index]
        kind = found.string(statement.kind)
        let start = min(Int(statement.text.offset), message.count)
        text = String(decoding: message[start..<min(start + Int(statement.text.count), message.count)], as: UTF8.self)
        fingerprint = statement.fingerprint == nil ? nil : InspectionText.fingerprint(ofStatement: index, of: found)
        self.where = statement.whereShape?.name
        limit = statement.limit
        functions = (Int(statement.firstFunction)..<Int(statement.firstFunction + statement.functionCount)).map {
            found.string(found.names[$0])
        }
        accesses = (Int(statement.firstAccess)..<Int(statement.firstAccess + statement.accessCount)).map { index in
            let access = found.accesses[index]
            let schema = found.string(access.schema)
            let name = found.string(access.name)
            let columns = Int(access.firstColumn)..<Int(access.firstColumn + access.columnCount)
            return AccessRecord(
                verb: access.verb.name, class: access.objectClass.name, object: schema.isEmpty ? name : schema + "." + name,
                everyColumn: access.everyColumn, columns: columns.map { found.string(found.columns[$0].name) },
                through: InspectionText.openerName(ofAccess: index, of: found))
        }
    }
}

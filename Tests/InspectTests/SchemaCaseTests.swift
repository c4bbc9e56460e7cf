// What statements do where a schema is known: each file of cases has its schema beside it, under the same name.

import Foundation
import Inspect
import Machine
import Testing

enum SchemaFiles {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("SchemaCases")
    static let names = ["columns", "views", "effects"]

    static func text(_ name: String, searchPath: [String] = ["public"]) throws -> SchemaText {
        SchemaText.read(try [UInt8](Data(contentsOf: folder.appendingPathComponent(name + ".sql"))), searchPath: searchPath)
    }

    static func known(_ text: SchemaText) -> KnownSchema { KnownSchema(text.record, symbols: text.symbols) }

    /// Diagnostics, then everything that is known, in words.
    static func render(_ text: SchemaText) -> String {
        var lines = text.diagnostics.map { "line \($0.line) \($0.isError ? "error" : "warning"): \($0.message); \($0.help)" }
        func name(_ symbol: UInt32) -> String { text.symbols[Int(symbol)] }
        func add(_ opened: [OpenedRecord], positions: [UInt32]) {
            for item in opened {
                let when = Verb.allCases.filter { item.when.contains($0) }.map(\.name).joined(separator: " ")
                let columns = item.columns.map { column in
                    let uses = [
                        (ColumnUses.output, "output"), (.computed, "computed"), (.filter, "filter"), (.write, "write"),
                        (.stored, "stored"),
                    ].filter { column.uses.contains($0.0) }.map(\.1).joined(separator: " ")
                    let from = column.position.map { name(positions[Int($0)]) + " -> " } ?? ""
                    return from + (column.name == 0 ? "*" : name(column.name)) + " " + uses
                }
                let object = item.schema == 0 ? name(item.name) : name(item.schema) + "." + name(item.name)
                let list = columns.isEmpty ? "" : "(" + columns.joined(separator: ", ") + ")"
                lines.append("  \(when): \(item.verb?.name ?? "the same") \(object)\(list)")
            }
        }
        for relation in text.record.relations {
            let columns = relation.columns.map(name) + (relation.isComplete ? [] : ["and more"])
            lines.append(
                "\(relation.kind.name) \(name(relation.schema)).\(name(relation.name)): \(columns.joined(separator: ", "))")
            add(relation.opened, positions: relation.columns)
        }
        let lists = [("routine", text.record.routines), ("operator", text.record.operators), ("type", text.record.types)]
        for (word, list) in lists {
            for opening in list {
                lines.append(word + " " + (opening.schema == 0 ? "" : name(opening.schema) + ".") + name(opening.name))
                add(opening.opened, positions: [])
            }
        }
        return lines.joined(separator: "\n")
    }
}

@Suite struct SchemaCaseTests {
    private func check(_ name: String, _ render: (Case) -> String) throws {
        let file = try CaseFile(url: SchemaFiles.folder.appendingPathComponent(name + ".cases"))
        #expect(!file.cases.isEmpty)
        try file.check(render)
    }

    @Test(arguments: SchemaFiles.names) func casesAreAsWritten(_ name: String) throws {
        let text = try SchemaFiles.text(name)
        #expect(!text.hasErrors)
        let known = SchemaFiles.known(text)
        try check(name) { $0.rendered(with: SQLInspector(searchPath: $0.searchPath, schema: known)) }
    }

    /// What the reader of schema files makes of a text, and what it says about it.
    @Test func filesAreReadAsWritten() throws {
        try check("reader") {
            SchemaFiles.render(SchemaText.read($0.bytes, searchPath: $0.option("search_path") ?? ["public"]))
        }
    }

    /// One inspector for all cases in turn finds what a fresh one finds, and what it remembers is what it found.
    @Test(arguments: SchemaFiles.names) func aWarmInspectorFindsTheSame(_ name: String) throws {
        let warm = SQLInspector(searchPath: ["public"], schema: SchemaFiles.known(try SchemaFiles.text(name)))
        let file = try CaseFile(url: SchemaFiles.folder.appendingPathComponent(name + ".cases"))
        for _ in 0..<3 {
            for item in file.cases where item.option("search_path") == nil {
                #expect(item.rendered(with: warm) == item.expected, "\(item.message)")
            }
        }
    }

    /// With a schema there is never less than without, but for names whose tables are known to lack them: every access on its own
    /// account is there with the same verb and object, and every call.
    @Test(arguments: SchemaFiles.names) func nothingIsLostThatWasThereWithout(_ name: String) throws {
        let known = SchemaFiles.known(try SchemaFiles.text(name))
        let file = try CaseFile(url: SchemaFiles.folder.appendingPathComponent(name + ".cases"))
        for item in file.cases {
            func objects(_ schema: KnownSchema?) -> Set<String> {
                let inspector = SQLInspector(searchPath: item.searchPath, schema: schema)
                inspector.temporaryTables = item.temporaryTables
                let found = Inspection()
                item.bytes.withUnsafeBytes { inspector.inspect($0, lexical: item.lexical, into: found) }
                return Set(
                    found.accesses.buffer.filter { $0.through == 0 }.map {
                        "\($0.verb) \($0.objectClass) \(found.string($0.schema)).\(found.string($0.name))"
                    })
            }
            #expect(objects(nil).isSubset(of: objects(known)), "\(item.message)")
        }
    }

    /// Pulled text is what it was pulled from: the same schema, the same text again.
    @Test(arguments: SchemaFiles.names) func theNormalFormSaysTheSame(_ name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: SchemaFiles.folder.appendingPathComponent(name + ".sql")))
        let normal = NormalSchema.text(of: bytes)
        #expect(NormalSchema.text(of: Array(normal.utf8)) == normal)
        let read = SchemaText.read(Array(normal.utf8), searchPath: ["public"])
        let first = try SchemaFiles.text(name)
        #expect(read.record == first.record && read.symbols == first.symbols)
        #expect(SchemaFiles.known(read).isSame(as: SchemaFiles.known(first)))
    }
}

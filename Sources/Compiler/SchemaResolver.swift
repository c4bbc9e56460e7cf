// Schema files of resources: read, understood, and what rules name held against them.

import Inspect
import Machine
import PolicyLang

/// A schema file, as it is for resources with one search path.
struct ResolvedDatabase {
    var record: SchemaRecord
    /// What the record's numbers stand for.
    var symbols: [String]
    /// Resources, in ascending order.
    var resources: [Int]
    /// Where the file is, for diagnostics; a resource's search path beside it.
    var path: String
    var searchPath: [String]
    /// Numbers of relations by their names without schema.
    let byName: [String: [Int]]

    init(_ text: SchemaText, path: String, searchPath: [String]) {
        record = text.record
        symbols = text.symbols
        resources = []
        self.path = path
        self.searchPath = searchPath
        var byName: [String: [Int]] = [:]
        for (index, relation) in record.relations.enumerated() {
            byName[symbols[Int(relation.name)], default: []].append(index)
        }
        self.byName = byName
    }

    func schema(_ relation: Int) -> String { symbols[Int(record.relations[relation].schema)] }
    func columns(_ relation: Int) -> [String] { record.relations[relation].columns.map { symbols[Int($0)] } }
}

extension CompileRun {
    /// Reads the schema file of a resource, once for each search path.
    func resolveSchema(of declaration: ResourceDeclaration, resource: Int, _ kind: Machine.ResourceKind, _ searchPath: [String])
    {
        guard options.opensSchemas, let schema = declaration.schema else { return }
        guard kind == .postgres else {
            return report(Wording.schemaNotPostgres(schema.span, kind: kind))
        }
        let path = Self.path(of: schema.value, besides: parsed[schema.span.file].source.path)
        if let known = databases.firstIndex(where: { $0.path == path && $0.searchPath == searchPath }) {
            databases[known].resources.append(resource)
            return
        }
        guard let bytes = options.readSchema(path) else {
            return report(Wording.noSchemaFile(schema.span, path: path))
        }
        let text = options.memory?.schema(bytes, path: path, searchPath: searchPath) ?? SchemaText.read(bytes, searchPath: searchPath)
        for diagnostic in text.diagnostics.prefix(CompilerLimits.schemaDiagnostics) {
            report(Wording.schema(schema.span, path: path, diagnostic))
        }
        guard !text.hasErrors else { return }
        var database = ResolvedDatabase(text, path: path, searchPath: searchPath)
        database.resources = [resource]
        databases.append(database)
    }

    /// A path in a policy file is relative to that file.
    static func path(of written: String, besides file: String) -> String {
        if written.hasPrefix("/") { return written }
        guard let slash = file.lastIndex(of: "/") else { return written }
        return file[...slash] + written
    }

    private func database(of resource: Int) -> ResolvedDatabase? { databases.first { $0.resources.contains(resource) } }

    // MARK: What rules name

    /// A table or column in a rule.
    struct NamedTable {
        var schema: ResolvedSchema
        var name: ResolvedName
        /// Of the table's name, or of the whole pattern where it has none.
        var span: SourceSpan
        var columns: [(name: String, span: SourceSpan)]
    }

    /// Holds a table and its columns against the schemas of the rule's resources. A rule that is also about a resource
    /// without one may mean that.
    func checkKnown(_ table: NamedTable, on: [Int]) {
        let all = on.filter { ResourceFamily(resources[$0].kind) == .sql }.map { database(of: $0) }
        let known = all.compactMap { $0 }
        guard !known.isEmpty, known.count == all.count, !isOfSystem(table) else { return }
        let meant = known.map { relations(table, $0) }
        guard meant.contains(where: { !$0.isEmpty }) else {
            guard case .exactly(let name) = table.name else { return }
            return report(Wording.unknownTable(table.span, name: name, path: known[0].path, known: names(table.schema, known)))
        }
        for (column, span) in table.columns {
            var names: Set<String> = []
            var isKnown = false
            for (database, relations) in zip(known, meant) {
                for relation in relations {
                    let columns = database.columns(relation)
                    if columns.contains(column) || (!database.record.relations[relation].isComplete && table.name != .any) {
                        isKnown = true
                    }
                    names.formUnion(columns)
                }
            }
            guard !isKnown else { continue }
            let last: String? = if case .exactly(let name) = table.name { name } else { nil }
            report(Wording.unknownColumn(span, column: column, table: last, path: known[0].path, known: names.sorted()))
        }
    }

    /// What PostgreSQL brings along is in no schema file.
    private func isOfSystem(_ table: NamedTable) -> Bool {
        if case .exactly(let schema) = table.schema { return schema.hasPrefix("pg_") || schema == "information_schema" }
        if case .exactly(let name) = table.name { return table.schema == .searchPath && name.hasPrefix("pg_") }
        return false
    }

    private func relations(_ table: NamedTable, _ database: ResolvedDatabase) -> [Int] {
        let named: [Int]
        switch table.name {
        case .any, .pattern: named = Array(database.record.relations.indices)
        case .exactly(let name): named = database.byName[name] ?? []
        }
        return named.filter { isMeant(database.schema($0), by: table.schema, database) }
    }

    private func isMeant(_ schema: String, by pattern: ResolvedSchema, _ database: ResolvedDatabase) -> Bool {
        switch pattern {
        case .any: true
        case .exactly(let name): schema == name
        case .searchPath: database.searchPath.contains(schema)
        }
    }

    /// Names that could have been meant: without a schema where the pattern finds them so.
    private func names(_ schema: ResolvedSchema, _ known: [ResolvedDatabase]) -> [String] {
        var names: Set<String> = []
        for database in known {
            for (name, relations) in database.byName {
                for relation in relations {
                    let own = database.schema(relation)
                    names.insert(isMeant(own, by: schema, database) ? name : own + "." + name)
                }
            }
        }
        return names.sorted()
    }
}

// The tables and columns of resources with a schema file, as plain names, for completion and hover.

/// A table or a view of a schema file.
public struct SchemaTable: Sendable, Hashable {
    public var schema: String
    public var name: String
    /// In the order of the table.
    public var columns: [String]
    /// Whether its schema is on the resource's search path, so that a policy may name it without.
    public var isOnSearchPath: Bool
}

extension Compilation {
    /// The tables that the schema file of a resource has, by schema and name; `resource` is its name in the program.
    /// Empty without a schema file. Cost is linear in the schema.
    public func tables(of resource: String) -> [SchemaTable] {
        guard let index = model.resources.firstIndex(where: { $0.named.name == resource }),
            let database = databases.first(where: { $0.resources.contains(index) })
        else { return [] }
        return database.record.relations.indices.map { relation in
            let schema = database.schema(relation)
            return SchemaTable(
                schema: schema, name: database.symbols[Int(database.record.relations[relation].name)],
                columns: database.columns(relation), isOnSearchPath: database.searchPath.contains(schema))
        }.sorted { ($0.schema, $0.name) < ($1.schema, $1.name) }
    }
}

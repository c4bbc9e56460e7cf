// What is asked of a backend's catalogue, and how its answers become a snapshot.

/// The queries, in the order in which they are sent, and what their rows mean.
enum PostgresCatalogueQuery: CaseIterable {
    case relations, columns, inheritance, dependencies, functions, views

    var text: String {
        switch self {
        case .relations:
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c \
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
            WHERE c.relkind IN ('r', 'v', 'm', 'f', 'p', 't', 'S')
            """
        case .columns:
            """
            SELECT a.attrelid, a.attnum, a.attname, a.attgenerated <> '', a.atttypid FROM pg_catalog.pg_attribute a \
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid \
            WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'm', 'f', 'p', 't', 'S') \
            ORDER BY a.attrelid, a.attnum
            """
        case .inheritance: "SELECT inhrelid, inhparent FROM pg_catalog.pg_inherits"
        case .dependencies:
            """
            SELECT DISTINCT r.ev_class, d.refobjid, d.refobjsubid, d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass \
            FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid \
            WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.refobjid <> r.ev_class \
            AND d.refclassid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
            """
        case .functions:
            """
            SELECT p.oid, n.nspname, p.proname FROM pg_catalog.pg_proc p \
            JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
            """
        case .views:
            // pg_get_viewdef locks the view and what it reads: behind somebody's open ALTER it would wait. Such a view stays unknown.
            """
            WITH busy AS MATERIALIZED (SELECT relation FROM pg_catalog.pg_locks WHERE mode = 'AccessExclusiveLock' AND relation IS NOT NULL) \
            SELECT c.oid, CASE WHEN c.oid IN (SELECT relation FROM busy) OR EXISTS (SELECT FROM pg_catalog.pg_rewrite r \
            JOIN pg_catalog.pg_depend d ON d.objid = r.oid AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass \
            WHERE r.ev_class = c.oid AND d.refobjid IN (SELECT relation FROM busy)) \
            THEN NULL ELSE pg_catalog.pg_get_viewdef(c.oid) END FROM pg_catalog.pg_class c \
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
            WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY c.oid
            """
        }
    }
}

/// Gathers the answers.
struct PostgresCatalogueBuilder {
    private var relations: [UInt32: PostgresCatalogue.Relation] = [:]
    private var functions: [UInt32: PostgresCatalogue.Function] = [:]
    /// Views with the text of their query, in the order in which they are described.
    private(set) var views: [(oid: UInt32, definition: String)] = []
    private var rows = 0

    init() {}

    /// Takes one row of a query's answer; a row that cannot be read is left out, so what it would have said stays unknown.
    mutating func take(_ query: PostgresCatalogueQuery, _ cells: [String?]) {
        rows += 1
        guard rows <= PostgresLimits.catalogueRows, let oid = cells.first.flatMap({ $0 }).flatMap(UInt32.init) else { return }
        let text = { (index: Int) -> String? in index < cells.count ? cells[index] : nil }
        switch query {
        case .relations:
            guard let schema = text(1), let name = text(2), let kind = text(3)?.utf8.first else { return }
            relations[oid] = PostgresCatalogue.Relation(oid: oid, schema: schema, name: name, kind: kind)
        case .columns:
            guard let number = text(1).flatMap(Int.init), let name = text(2), let type = text(4).flatMap(UInt32.init) else { return }
            relations[oid]?.columns.append(
                PostgresCatalogue.Column(number: number, name: name, isGenerated: text(3) == "t", typeOID: type))
        case .inheritance:
            guard let parent = text(1).flatMap(UInt32.init) else { return }
            relations[oid]?.parents.append(parent)
            relations[parent]?.children.append(oid)
        case .dependencies:
            guard let object = text(1).flatMap(UInt32.init), let column = text(2).flatMap(Int.init) else { return }
            if text(3) == "t" {
                relations[oid]?.runsCode = true
            } else {
                relations[oid]?.dependencies.append(.init(relation: object, column: column))
            }
        case .functions:
            guard let schema = text(1), let name = text(2) else { return }
            functions[oid] = PostgresCatalogue.Function(schema: schema, name: name)
        case .views:
            guard let definition = text(1) else {
                relations[oid]?.runsCode = true
                return
            }
            if PostgresSideDoors.isNamed(in: definition) { relations[oid]?.runsCode = true }
            if views.count < PostgresLimits.tracedViews { views.append((oid, definition)) }
        }
    }

    /// The views' queries could not be read.
    mutating func viewsAreUnknown() {
        views = []
        for (oid, relation) in relations where relation.isView && relation.schema != "pg_catalog" && relation.schema != "information_schema" {
            relations[oid]?.runsCode = true
        }
    }

    /// What the backend says of the output columns of a view's query.
    mutating func trace(view oid: UInt32, _ columns: [PostgresColumn]) {
        relations[oid]?.origins = columns.map { $0.table == 0 ? nil : .init(relation: $0.table, column: $0.number) }
    }

    func build(asOf: UInt64) -> PostgresCatalogue {
        PostgresCatalogue(relations: Array(relations.values), functions: functions, asOf: asOf)
    }
}

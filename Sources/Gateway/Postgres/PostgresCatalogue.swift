// What an OID stands for: relations, their columns, their families and the views over them, as one backend had them at one moment.

import Mask

/// A snapshot of a database's catalogue. Immutable, and shared by every session of a resource.
final class PostgresCatalogue: Sendable {
    struct Column: Sendable, Equatable {
        var number: Int
        var name: String
        /// GENERATED … STORED: left out of a COPY without a column list.
        var isGenerated = false
        var typeOID: UInt32 = 0
    }

    /// Where a column of a view comes from.
    struct Origin: Sendable, Hashable {
        var relation: UInt32
        var column: Int
    }

    struct Relation: Sendable {
        var oid: UInt32
        var schema: String
        var name: String
        /// `pg_class.relkind`: r v m f p …
        var kind: UInt8
        /// In order of number.
        var columns: [Column] = []
        var parents: [UInt32] = []
        var children: [UInt32] = []
        /// For views: every column it depends on; column 0 is the relation as a whole.
        var dependencies: [Origin] = []
        /// For views: what its query says of each output column; nil where that could not be established.
        var origins: [Origin?]?
        /// For views: its query calls code whose reading cannot be seen here.
        var runsCode = false

        var isView: Bool { kind == UInt8(ascii: "v") || kind == UInt8(ascii: "m") }
        func column(_ number: Int) -> Column? {
            // Numbers are dense but for dropped columns.
            if number >= 1, number <= columns.count, columns[number - 1].number == number { return columns[number - 1] }
            return columns.first { $0.number == number }
        }
    }

    struct Function: Sendable, Equatable {
        var schema: String
        var name: String
    }

    private let relations: [UInt32: Relation]
    private let byName: [String: [String: UInt32]]
    /// Those in the temporary schemas of any session, by name.
    private let temporaries: [String: [UInt32]]
    private let functions: [UInt32: Function]
    /// Hashes of the names of functions that are not the system's.
    private let userFunctions: Set<UInt64>
    /// Monotonic nanoseconds when its loading began: what changed after that may be missing.
    let asOf: UInt64

    init(relations: [Relation], functions: [UInt32: Function], asOf: UInt64) {
        self.relations = Dictionary(relations.map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })
        var names: [String: [String: UInt32]] = [:]
        var passing: [String: [UInt32]] = [:]
        for relation in relations {
            names[relation.schema, default: [:]][relation.name] = relation.oid
            if relation.schema.hasPrefix("pg_temp_") { passing[relation.name, default: []].append(relation.oid) }
        }
        byName = names
        temporaries = passing
        self.functions = functions
        let made = functions.values.filter { $0.schema != "pg_catalog" && $0.schema != "information_schema" }
        userFunctions = Set(made.map { PostgresNameSet.hash($0.name.utf8) })
        self.asOf = asOf
    }

    func relation(_ oid: UInt32) -> Relation? { relations[oid] }
    func relation(schema: String, name: String) -> Relation? { byName[schema]?[name].flatMap { relations[$0] } }
    /// Every temporary relation of that name: which of them is whose is not told.
    func temporaries(named name: String) -> [Relation] { (temporaries[name] ?? []).compactMap { relations[$0] } }
    var hasUserFunctions: Bool { !userFunctions.isEmpty }
    /// Whether somebody made a function of this name, in any schema: it may be what a name of the system's or of a column calls.
    /// A name with the hash of another's is taken for it, which is the stricter answer.
    func mayHaveUserFunction(named name: UnsafeRawBufferPointer) -> Bool {
        !userFunctions.isEmpty && userFunctions.contains(PostgresNameSet.hash(name))
    }
    func function(_ oid: UInt32) -> Function? { functions[oid] }

    /// The relation, what it inherits from and what inherits from it, all the way: a row of one may be shown under the name of another.
    func family(of oid: UInt32) -> [Relation] {
        var found: Set<UInt32> = [oid]
        var queue = [oid]
        while let next = queue.popLast(), let relation = relations[next] {
            for relative in relation.parents + relation.children where found.insert(relative).inserted { queue.append(relative) }
        }
        return found.compactMap { relations[$0] }
    }
}

/// Catalogue columns that show data of other tables or text of other sessions, whatever their own names: a back door around masks.
enum PostgresSideDoors {
    /// By relation in `pg_catalog` (or an extension's schema); an empty set is every column.
    private static let columns: [String: Set<String>] = [
        "pg_statistic": [], "pg_statistic_ext_data": [], "pg_stats_ext_exprs": [], "pg_largeobject": ["data"],
        "pg_stats": ["most_common_vals", "histogram_bounds", "most_common_elems"],
        "pg_stats_ext": ["most_common_vals"],
        "pg_stat_activity": ["query"], "pg_stat_statements": ["query"], "pg_prepared_statements": ["statement"],
        "pg_cursors": ["statement"], "pg_stat_get_activity": ["query"], "pg_stat_progress_create_index": [],
        "pg_stat_subscription": [], "pg_file_settings": [], "pg_hba_file_rules": [],
    ]

    static func shows(relation: String, column: String?) -> Bool {
        guard let listed = columns[relation] else { return false }
        guard let column else { return true }
        return listed.isEmpty || listed.contains(column)
    }

    /// Words in the text of a view that make its computed columns untraceable.
    static func isNamed(in definition: String) -> Bool {
        if columns.keys.contains(where: { definition.contains($0) }) { return true }
        return ["_to_xml", "pg_read_", "lo_get", "loread", "dblink", "pg_ls_", "current_setting"].contains { definition.contains($0) }
    }
}

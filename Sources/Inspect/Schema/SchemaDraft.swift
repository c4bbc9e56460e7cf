// A schema while its file is read: everything by name, changed by every statement, and made a record at the end.

import Machine

/// The name of a relation or routine, as PostgreSQL stores it.
struct SchemaKey: Hashable {
    var schema: String
    var name: String
}

/// What reading a schema file has found so far.
struct SchemaDraft {
    struct Column {
        var name: String
        /// The last part of the type's name, where it is not one of the grammar's own.
        var type: String?
    }
    struct OpenedColumn: Hashable {
        /// Empty: every column.
        var name: String
        var position: Int?
        var uses: ColumnUses
    }
    /// `OpenedRecord`, with texts.
    struct Opened: Hashable {
        var when: VerbSet
        var verb: Verb?
        var objectClass: ObjectClass
        var key: SchemaKey
        var columns: [OpenedColumn] = []
    }
    struct Relation {
        var kind: RelationRecord.Kind
        var columns: [Column] = []
        var isComplete = true
        /// Tables whose reading reads this one too.
        var parents: [SchemaKey] = []
        var isPartition = false
        var opened: [Opened] = []
        var line: Int
    }
    /// A foreign key that does more than refuse.
    struct ForeignKey {
        var table: SchemaKey
        var columns: [String]
        var references: SchemaKey
        /// Columns there; empty where it is the primary key.
        var referenced: [String] = []
        var onDelete: Verb?
        var onUpdate: Verb?
    }

    var relations: [SchemaKey: Relation] = [:]
    var compositeTypes: [String: [Column]] = [:]
    var routines: [SchemaKey: [Opened]] = [:]
    var operators: [String: [Opened]] = [:]
    /// By the last part of a type's name.
    var types: [String: [Opened]] = [:]
    var domains: [String: String] = [:]
    var foreignKeys: [ForeignKey] = []
    /// Verbs on a view for which a trigger or rule acts instead.
    var instead: [SchemaKey: VerbSet] = [:]

    static let reads: VerbSet = [.select, .insert, .update, .delete, .lock, .maintain]
    static let rowWrites: VerbSet = [.insert, .update]

    // MARK: Changes

    mutating func add(_ opened: [Opened], to key: SchemaKey) {
        guard relations[key] != nil else { return }
        for item in opened where relations[key]?.opened.contains(item) == false {
            relations[key]?.opened.append(item)
        }
    }

    /// Gives a relation another name, wherever it is named.
    mutating func rename(_ key: SchemaKey, to new: SchemaKey) {
        guard let relation = relations.removeValue(forKey: key) else { return }
        relations[new] = relation
        for (other, relation) in relations where relation.parents.contains(key) {
            relations[other]?.parents = relation.parents.map { $0 == key ? new : $0 }
        }
        for index in foreignKeys.indices {
            if foreignKeys[index].table == key { foreignKeys[index].table = new }
            if foreignKeys[index].references == key { foreignKeys[index].references = new }
        }
    }

    /// A view with a trigger or rule that acts instead passes nothing on of itself.
    mutating func settleInstead() {
        for (key, verbs) in instead {
            relations[key]?.opened.removeAll { item in
                guard let verb = item.verb, verb != .select, verb != .call else { return false }
                return item.when.isSubset(of: verbs)
            }
        }
    }

    // MARK: The end

    /// Adds what follows from all statements together: partitions, foreign keys, domains of columns.
    mutating func finish() {
        resolveDomains()
        let keys = relations.keys.sorted {
            SchemaOrder.precedes(($0.schema, $0.name), ($1.schema, $1.name))
        }
        for key in keys {
            guard let relation = relations[key] else { continue }
            if relation.kind == .table || relation.kind == .foreign {
                for column in relation.columns {
                    guard let type = column.type, let made = types[type] else { continue }
                    add(
                        made.map {
                            Opened(when: Self.rowWrites, verb: $0.verb, objectClass: $0.objectClass, key: $0.key)
                        }, to: key)
                }
            }
            for parent in relation.parents { openChild(key, relation, of: parent) }
        }
        for foreign in foreignKeys { open(foreign) }
    }

    /// A domain over another one is made by both.
    private mutating func resolveDomains() {
        for (domain, base) in domains.sorted(by: { $0.key < $1.key }) {
            var next: String? = base
            var steps = 0
            while let type = next, steps < 64 {
                if type != domain { types[domain, default: []] += types[type] ?? [] }
                next = domains[type]
                steps += 1
            }
            if types[domain]?.isEmpty == true { types[domain] = nil }
        }
    }

    private mutating func openChild(_ key: SchemaKey, _ child: Relation, of parent: SchemaKey) {
        guard let columns = relations[parent]?.columns else { return }
        var verbs: VerbSet = [.select, .update, .delete, .truncate, .lock, .maintain]
        if child.isPartition { verbs.insert(VerbSet(.insert)) }
        let names = Set(child.columns.map(\.name))
        let shared = columns.enumerated().filter { names.contains($1.name) }.map {
            OpenedColumn(name: $1.name, position: $0, uses: .output)
        }
        add(
            [Opened(when: verbs, verb: nil, objectClass: .table, key: key, columns: shared)], to: parent)
    }

    private mutating func open(_ foreign: ForeignKey) {
        let positions = foreign.referenced.map { name in
            relations[foreign.references]?.columns.firstIndex { $0.name == name }
        }
        func opened(_ when: VerbSet, _ verb: Verb) -> Opened {
            var item = Opened(when: when, verb: verb, objectClass: .table, key: foreign.table)
            guard verb == .update else { return item }
            // Of an update there, only one of the columns that are referred to.
            let from: [Int?] =
                when == [.update] && !positions.isEmpty && !positions.contains(nil) ? positions : [nil]
            for position in from {
                item.columns += foreign.columns.map {
                    OpenedColumn(name: $0, position: position, uses: .write)
                }
            }
            return item
        }
        // Without CASCADE, TRUNCATE of a table that others refer to fails unless it names them too.
        var all = [opened([.truncate], .truncate)]
        if let verb = foreign.onDelete { all.append(opened([.delete], verb)) }
        if let verb = foreign.onUpdate { all.append(opened([.update], verb)) }
        add(all, to: foreign.references)
    }

    // MARK: The record

    /// As a program has it, with the texts that its numbers stand for.
    func record() -> (record: SchemaRecord, symbols: [String]) {
        var symbols = [""]
        var numbers = ["": UInt32(0)]
        func number(_ text: String) -> UInt32 {
            if let known = numbers[text] { return known }
            numbers[text] = UInt32(symbols.count)
            symbols.append(text)
            return UInt32(symbols.count - 1)
        }
        func opened(_ list: [Opened]) -> [OpenedRecord] {
            var seen: Set<Opened> = []
            return list.filter { seen.insert($0).inserted }.map { item in
                let columns = item.columns.enumerated().sorted {
                    ($0.element.position ?? -1, $0.offset) < ($1.element.position ?? -1, $1.offset)
                }
                return OpenedRecord(
                    when: item.when, verb: item.verb, objectClass: item.objectClass,
                    schema: number(item.key.schema),
                    name: number(item.key.name),
                    columns: columns.map { _, column in
                        .init(
                            name: number(column.name), position: column.position.map(UInt16.init),
                            uses: column.uses)
                    })
            }
        }
        func openings(_ list: [(SchemaKey, [Opened])]) -> [OpeningRecord] {
            list.filter { !$0.1.isEmpty }.sorted {
                SchemaOrder.precedes(($0.0.schema, $0.0.name), ($1.0.schema, $1.0.name))
            }.map {
                OpeningRecord(schema: number($0.schema), name: number($0.name), opened: opened($1))
            }
        }
        let sorted = relations.sorted {
            SchemaOrder.precedes(($0.key.schema, $0.key.name), ($1.key.schema, $1.key.name))
        }
        var record = SchemaRecord()
        record.relations = sorted.map { key, relation in
            RelationRecord(
                schema: number(key.schema), name: number(key.name), kind: relation.kind,
                columns: relation.columns.map { number($0.name) }, isComplete: relation.isComplete,
                opened: opened(relation.opened))
        }
        record.routines = openings(routines.map { ($0.key, $0.value) })
        record.operators = openings(operators.map { (SchemaKey(schema: "", name: $0.key), $0.value) })
        record.types = openings(types.map { (SchemaKey(schema: "", name: $0.key), $0.value) })
        return (record, symbols)
    }
}

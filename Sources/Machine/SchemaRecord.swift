// What a database is said to hold, as data: relations, their columns, and what their use, a call or an operator sets going.

/// The database behind some resources, compiled from a schema file. Nothing here is trusted before the verifier passed it.
public struct SchemaRecord: Sendable, Hashable {
    /// The resources that it describes, by index, sorted.
    public var resources: [UInt32]
    /// In ascending order of schema and name, by the bytes of their text.
    public var relations: [RelationRecord]
    /// Functions and procedures that set something else going, all overloads of a name together; in the same order.
    public var routines: [OpeningRecord]
    /// Operators by their characters, whatever their schema (which is none here); in the same order.
    public var operators: [OpeningRecord]
    /// Types by name, whatever their schema (which is none here), whose values are made by functions; in the same order.
    public var types: [OpeningRecord]

    public init(
        resources: [UInt32] = [], relations: [RelationRecord] = [], routines: [OpeningRecord] = [],
        operators: [OpeningRecord] = [], types: [OpeningRecord] = []
    ) {
        self.resources = resources
        self.relations = relations
        self.routines = routines
        self.operators = operators
        self.types = types
    }
}

/// A table, a view, or whatever else can stand in FROM.
public struct RelationRecord: Sendable, Hashable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        case table = 1
        case view, materialized, foreign, sequence
        public var name: String { "\(self)" }
    }
    public var schema: Symbol
    public var name: Symbol
    public var kind: Kind
    /// In order, without PostgreSQL's system columns.
    public var columns: [Symbol]
    /// False where some column's name could not be told: nothing is then concluded from a name that is not listed.
    public var isComplete: Bool
    public var opened: [OpenedRecord]

    public init(
        schema: Symbol, name: Symbol, kind: Kind, columns: [Symbol], isComplete: Bool = true,
        opened: [OpenedRecord] = []
    ) {
        self.schema = schema
        self.name = name
        self.kind = kind
        self.columns = columns
        self.isComplete = isComplete
        self.opened = opened
    }
}

/// A routine, operator or type, and what its use does besides.
public struct OpeningRecord: Sendable, Hashable {
    public var schema: Symbol
    public var name: Symbol
    public var opened: [OpenedRecord]

    public init(schema: Symbol, name: Symbol, opened: [OpenedRecord]) {
        self.schema = schema
        self.name = name
        self.opened = opened
    }
}

/// One access that another one sets going: a view's on its table, a trigger's on what it calls.
public struct OpenedRecord: Sendable, Hashable {
    public struct Column: Sendable, Hashable {
        /// 0: every column.
        public var name: Symbol
        /// The opener's column, by position, whose use is a use of this one; nil: used whatever the opener's columns are.
        public var position: UInt16?
        /// With a position: `output` when the value is passed on as it is, `computed` when it is part of an expression,
        /// `write` when writing the one writes the other. Without: how it is used.
        public var uses: ColumnUses

        public init(name: Symbol, position: UInt16?, uses: ColumnUses) {
            self.name = name
            self.position = position
            self.uses = uses
        }
    }
    /// The verbs on the opener that set it going; any verb where the opener is no relation.
    public var when: VerbSet
    /// nil: the opener's own.
    public var verb: Verb?
    public var objectClass: ObjectClass
    public var schema: Symbol
    public var name: Symbol
    /// Of a relation; those with a position in ascending order of it.
    public var columns: [Column]

    public init(
        when: VerbSet, verb: Verb?, objectClass: ObjectClass, schema: Symbol, name: Symbol,
        columns: [Column] = []
    ) {
        self.when = when
        self.verb = verb
        self.objectClass = objectClass
        self.schema = schema
        self.name = name
        self.columns = columns
    }
}

extension SchemaRecord {
    /// The same schema with other numbers for its names.
    public func renumbered(_ symbol: (Symbol) -> Symbol) -> SchemaRecord {
        func opened(_ list: [OpenedRecord]) -> [OpenedRecord] {
            list.map { item in
                var item = item
                item.schema = symbol(item.schema)
                item.name = symbol(item.name)
                item.columns = item.columns.map {
                    .init(name: symbol($0.name), position: $0.position, uses: $0.uses)
                }
                return item
            }
        }
        func openings(_ list: [OpeningRecord]) -> [OpeningRecord] {
            list.map {
                OpeningRecord(schema: symbol($0.schema), name: symbol($0.name), opened: opened($0.opened))
            }
        }
        return SchemaRecord(
            resources: resources,
            relations: relations.map {
                RelationRecord(
                    schema: symbol($0.schema), name: symbol($0.name), kind: $0.kind,
                    columns: $0.columns.map(symbol),
                    isComplete: $0.isComplete, opened: opened($0.opened))
            },
            routines: openings(routines), operators: openings(operators), types: openings(types))
    }
}

// The plain values that name resolution works on: scopes, sources, references, outputs and the links between them.

import Machine

/// One query level: the sources of its FROM, and the references not yet resolved.
struct Scope: BitwiseCopyable {
    var firstSource: Int32
    var firstPending: Int32
    var firstTarget: Int32
    /// Of the target list, for ORDER BY and GROUP BY: filled when the list is read.
    var outputs = Outputs.none
    var shape: WhereShape = .none
    /// Tables or sub-queries are in FROM, so the query's WHERE counts.
    var touchesTables = false
    /// USING or NATURAL made columns that are several sources' at once, so one source that has a name is not all.
    var mergesColumns = false
}

enum SourceKind: UInt8 {
    /// A table, view or whatever a name may be.
    case relation
    /// A sub-query, a CTE, VALUES.
    case derived
    /// A function; its columns are known when `outputs` lists names.
    case function
    /// `(… join …) as j`, `join … using (…) as j`.
    case join
    /// A name with columns and no table: `excluded`.
    case phantom
}

/// Something a query can take columns from.
struct Source: BitwiseCopyable {
    var kind: SourceKind
    /// The name by which columns qualify it; none where it has none.
    var alias: Symbol
    /// Visible only behind its alias: `old`, `new`, `excluded`.
    var qualifiedOnly = false
    /// Behind a join's alias: PostgreSQL does not see it, so a match here does not end the search.
    var hidden = false
    /// Its columns go by other names: each use is a use of every column.
    var renamed = false
    /// Of a relation: `targets[firstTarget ..< firstTarget + targetCount]`.
    var firstTarget: Int32 = 0
    var targetCount: Int32 = 0
    var outputs = Outputs.none
    /// Of a join: the sources it covers.
    var firstCovered: Int32 = 0
    var lastCovered: Int32 = 0
}

/// A table that a source may be. The `select` access is made when something is read from it.
struct Target: BitwiseCopyable {
    var schema: Symbol
    var name: Symbol
    var access: Int32
    var start: UInt32
    var end: UInt32
    /// Its number in the schema; -1 where there is none, or it is not known there.
    var relation: Int32 = -1
}

/// The columns that a query gives: `outputColumns[first ..< first + count]`.
struct Outputs: BitwiseCopyable {
    var first: Int32
    var count: Int32
    static let none = Outputs(first: 0, count: 0)
    @inline(__always) var range: Range<Int> { Int(first)..<Int(first) + Int(count) }
}

/// One column that a query gives, and the references that feed it.
struct OutputColumn: BitwiseCopyable {
    /// None where the name is not certain.
    var name: Symbol
    var firstRef: Int32
    var lastRef: Int32
    /// The column is exactly one reference, or a star.
    var bare: Bool
    var star: Bool
    /// Everything it has been used for so far.
    var uses: ColumnUses = []
    /// The same column before it was renamed, or the left arm's of a set operation; -1 for none.
    var same: Int32 = -1
    /// The right arm's column of a set operation, which loses the origin; -1 for none.
    var other: Int32 = -1
}

enum RefKind: UInt8 {
    /// `name`.
    case plain
    /// `alias.name`, `schema.alias.name`.
    case qualified
    /// A column of USING: every source's that may have it.
    case merged
    /// `*`.
    case star
    /// `alias.*`.
    case qualifiedStar
}

/// A place where a statement names columns.
struct Ref: BitwiseCopyable {
    var kind: RefKind
    /// Read inside FROM: sources of that level may or may not be visible to it.
    var insideFrom = false
    var matched = false
    /// A star where a join merged columns: they are fewer, and in another order, than the tables'.
    var merges = false
    var name: Symbol
    var qualifier: Symbol
    var schema: Symbol
    var uses: ColumnUses
    /// In PL/pgSQL: the name may be a variable's, which is a constant to the query.
    var mayBeVariable = false
    var firstLink: Int32 = -1
}

enum LinkKind: UInt8 {
    case column, every, output
    /// A `*` whose columns have links of their own.
    case star
}

/// What a reference was resolved to. A reference may have many.
struct Link: BitwiseCopyable {
    var kind: LinkKind
    /// The reference is the whole row, so nothing of it is plain output.
    var whole: Bool
    var index: Int32
    var next: Int32
}

/// A WITH query in sight.
struct CommonTable: BitwiseCopyable {
    enum State: UInt8 { case ahead, reading, partial, done }
    var name: Symbol
    var state: State
    var modifies: Bool
    /// Read before its own body was: every column of it is used in every way.
    var usedAhead = false
    var outputs: Outputs
    /// The column names behind the CTE's name: `aliasNames[firstAlias ..< firstAlias + aliasCount]`.
    var firstAlias: Int32 = 0
    var aliasCount: Int32 = 0
}

extension ColumnUses {
    /// Whatever a column that is read may be used for.
    static let every: ColumnUses = [.output, .computed, .filter, .stored]

    /// What using an expression so means for the columns inside it.
    @inline(__always) var insideExpression: ColumnUses {
        contains(.output) ? subtracting(.output).union(.computed) : self
    }
}

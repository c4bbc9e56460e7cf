// Which columns of which tables feed each column of a view, and which are used whatever is read of it.

import Machine

/// What a query that the reader has just read does, by column of its result.
struct ViewLineage {
    struct Column {
        /// None: every column.
        var name: Symbol
        /// The column of the result that it feeds; nil: used in any case.
        var position: Int?
        var uses: ColumnUses
    }
    struct FoundAccess {
        var verb: Verb
        var objectClass: ObjectClass
        var schema: Symbol
        var name: Symbol
        var columns: [Column] = []
        var isFed: Bool { columns.contains { $0.position != nil } }
    }
    /// The result's columns; nil where a name is not certain.
    private(set) var names: [Symbol?] = []
    /// All columns of the result are in `names`.
    private(set) var isComplete = true
    private(set) var accesses: [FoundAccess] = []

    /// - Parameter outputs: the columns of the outermost query, not used for anything yet.
    init(_ reader: SQLReader, _ outputs: Outputs) {
        for index in 0..<reader.findings.accesses.count {
            let found = reader.findings.accesses[index]
            accesses.append(
                FoundAccess(
                    verb: found.verb, objectClass: found.objectClass, schema: found.schema, name: found.name))
        }
        let columns = (0..<reader.findings.columns.count).map { reader.findings.columns[$0] }
        let every = (0..<accesses.count).map { index in
            reader.findings.accesses[index].everyColumn ? reader.findings.accesses[index].everyUses : nil
        }
        var isFed = [Bool](repeating: false, count: columns.count)
        var isEveryFed = [Bool](repeating: false, count: accesses.count)
        for (name, feeding) in Self.results(reader, outputs, &isComplete) {
            let position = names.count
            names.append(name)
            Self.forgetUses(reader)
            feeding(reader)
            for index in columns.indices {
                let uses = reader.findings.columns[index].uses
                if uses.isEmpty { continue }
                isFed[index] = true
                accesses[Int(columns[index].access)].columns.append(
                    Column(
                        name: columns[index].name, position: position,
                        uses: uses.contains(.output) ? .output : .computed))
            }
            for index in accesses.indices
            where every[index] != nil && !reader.findings.accesses[index].everyUses.isEmpty {
                isEveryFed[index] = true
                let uses = reader.findings.accesses[index].everyUses
                accesses[index].columns.append(
                    Column(
                        name: .none, position: position, uses: uses.contains(.output) ? .output : .computed))
            }
        }
        // Used whatever is read; also what is read and shown nowhere.
        for index in columns.indices where !columns[index].uses.isEmpty || !isFed[index] {
            let uses = columns[index].uses.isEmpty ? ColumnUses.filter : columns[index].uses
            accesses[Int(columns[index].access)].columns.append(
                Column(name: columns[index].name, position: nil, uses: uses))
        }
        for index in accesses.indices {
            guard let uses = every[index], !uses.isEmpty || !isEveryFed[index] else { continue }
            accesses[index].columns.append(
                Column(name: .none, position: nil, uses: uses.isEmpty ? .filter : uses))
        }
    }

    /// The result's columns, each with what it says to the reader that the column is read.
    private static func results(
        _ reader: SQLReader, _ outputs: Outputs, _ isComplete: inout Bool
    ) -> [(name: Symbol?, feeding: (SQLReader) -> Void)] {
        var results: [(Symbol?, (SQLReader) -> Void)] = []
        for index in outputs.range {
            let output = reader.outputColumns[index]
            if output.star { isComplete = false }
            results.append(
                (output.name.isNone ? nil : output.name, { $0.use(output: index, for: .output) }))
        }
        return results
    }

    private static func forgetUses(_ reader: SQLReader) {
        for index in 0..<reader.refs.count { reader.refs[index].uses = [] }
        for index in 0..<reader.outputColumns.count { reader.outputColumns[index].uses = [] }
        for index in 0..<reader.findings.columns.count { reader.findings.columns[index].uses = [] }
        for index in 0..<reader.findings.accesses.count {
            reader.findings.accesses[index].everyUses = []
        }
        reader.resolutionSteps = 0
    }
}

// What a program's mask rules do, as the recording keeps it, so that a later policy can be held against it.

import Machine

/// A mask rule by content.
public struct RecordedMask: Sendable, Hashable, Codable {
    public struct Transform: Sendable, Hashable, Codable {
        /// A kind of `TransformRecord`: `null`, `redact`, `partial`, …
        public var kind: String
        /// Characters kept, for `partial` and `last`; halves of the step for `range`.
        public var first: Int
        public var last: Int

        public init(kind: String, first: Int, last: Int) {
            self.kind = kind
            self.first = first
            self.last = last
        }
    }
    public struct Column: Sendable, Hashable, Codable {
        /// nil: any, or any of the resource's search path.
        public var schema: String?
        /// nil: any.
        public var table: String?
        public var column: String
        public var transform: Transform
    }
    public struct Value: Sendable, Hashable, Codable {
        /// Its name; that of a detector of the policy's own goes on with what it looks for.
        public var detector: String
        public var transform: Transform
    }
    public var rule: String
    public var columns: [Column]
    public var values: [Value]

    /// The mask rules of a program that has passed the verifier, in its order. A symbol it does not have becomes an empty name.
    public static func all(of program: Program) -> [RecordedMask] {
        func text(_ symbol: Symbol) -> String { Int(symbol) < program.symbols.count ? program.symbols[Int(symbol)] : "" }
        let own = Dictionary(program.detectors.map { ($0.name, $0) }) { first, _ in first }
        /// A detector of the policy's own is what it says, not what it is called.
        func definition(_ name: Symbol) -> String {
            guard let detector = own[name] else { return text(name) }
            return text(name) + " \"\(text(detector.pattern))\"" + (detector.checksum == .none ? "" : " \(detector.checksum.name)")
                + (detector.words.isEmpty ? "" : " near " + detector.words.map(text).sorted().joined(separator: ", "))
        }
        return program.rules.compactMap { rule in
            guard let mask = rule.mask else { return nil }
            return RecordedMask(
                rule: text(rule.name),
                columns: mask.columns.map { column in
                    let schema: String? = if case .exactly(let name) = column.schema { text(name) } else { nil }
                    let table: String? = if case .exactly(let name) = column.table { text(name) } else { nil }
                    return Column(
                        schema: schema, table: table, column: text(column.column), transform: Transform(column.transform))
                }, values: mask.values.map { Value(detector: definition($0.detector), transform: Transform($0.transform)) })
        }
    }
}

extension RecordedMask.Transform {
    init(_ record: TransformRecord) {
        self.init(kind: "\(record.kind)", first: Int(record.first), last: Int(record.last))
    }
}

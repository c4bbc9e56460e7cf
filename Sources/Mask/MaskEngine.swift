// Value masks over one cell at a time, for tools: what was found, where, and what is left to see.

/// Finds and masks as sessions do. Reused; not thread-safe.
public final class MaskEngine {
    /// A hit.
    public struct Finding: Hashable, Sendable {
        /// The detector's name: `pii.email`.
        public var detector: String
        /// Bytes of the cell's text.
        public var range: Range<Int>
    }

    /// What became of a cell.
    public struct Answer: Equatable, Sendable {
        /// In order of their places. A cell that is withheld because a search was not established has none.
        public var findings: [Finding]
        /// The cell as it goes out; nil is NULL.
        public var masked: [UInt8]?
    }

    private let masker: CellMasker
    private let owned: [String]
    private let output = MaskOutput()

    /// `hashKey` may be empty where no transform needs a key.
    public convenience init(_ values: [ValueMask], hashKey: [UInt8] = [], limits: MaskLimits = MaskLimits()) throws(MaskPlanError) {
        try self.init(values, hashKey: hashKey, limits: limits, usesGate: true)
    }

    /// Without the gate every pattern is run, which must find the same.
    package init(_ values: [ValueMask], hashKey: [UInt8] = [], limits: MaskLimits = MaskLimits(), usesGate: Bool) throws(MaskPlanError) {
        let plan = try MaskPlan(columns: [], values: values, hashKey: hashKey)
        masker = CellMasker(plan: plan, limits: limits, usesGate: usesGate)
        owned = plan.own.map(\.name)
    }

    /// Looks through a cell in PostgreSQL's text format. `column` and `type` may be what is known of where it stands.
    public func examine(
        _ text: UnsafeRawBufferPointer, column: String? = nil, table: String? = nil, type: MaskedType = .text
    ) -> Answer {
        let context = column.map { ColumnContext(column: $0, table: table, plan: masker.plan) } ?? .none
        output.removeAll(keepingAtMost: masker.limits.keptBytes)
        let rule = CellRule(.pass, scansValues: true, type: type, format: .text, context: context)
        let masked: [UInt8]? =
            switch masker.mask(text, rule, into: output) {
            case .unchanged: Array(text)
            case .null: nil
            case .replaced: Array(output.bytes)
            }
        guard type.isSearched, text.count <= masker.limits.cellBytes else { return Answer(findings: [], masked: masked) }
        // `\x…`: what the digits stand for is what is looked at, and found as a whole.
        let isHex = type == .bytea && text.starts(with: "\\x".utf8)
        let shown = isHex ? UnsafeRawBufferPointer(rebasing: text[2...]) : text
        return Answer(findings: findings(shown, context, type, at: isHex ? 2 : 0), masked: masked)
    }

    private func findings(_ text: UnsafeRawBufferPointer, _ context: ColumnContext, _ type: MaskedType, at offset: Int) -> [Finding] {
        let collector = masker.scanner.collector
        let isNumber = type == .int8 || type == .numeric || type == .float8
        guard collector.collect(text, context, numbersOnly: isNumber) else { return [] }
        var found: [Finding] = []
        let all = collector.findings
        var reach = 0
        var index = 0
        while index < all.count {
            // In order of start, then end: the last of those that begin here reaches farthest of them.
            var last = index
            while last + 1 < all.count, all[last + 1].start == all[index].start { last += 1 }
            for finding in all[index...last] {
                let name = name(of: finding.detector)
                // Part of a longer hit: a number within a number. A secret within something else stays what it is.
                let isPart = reach >= finding.end || all[last].end > finding.end
                guard !isPart || name.utf8.starts(with: "secrets.".utf8) else { continue }
                let hit = Finding(detector: name, range: finding.start + offset..<finding.end + offset)
                if found.last != hit { found.append(hit) }
            }
            reach = max(reach, all[last].end)
            index = last + 1
        }
        return found
    }

    private func name(of detector: Int) -> String {
        detector < DetectorSet.capacity
            ? DetectorCatalogue.specifications[detector].name : owned[detector - DetectorSet.capacity]
    }
}

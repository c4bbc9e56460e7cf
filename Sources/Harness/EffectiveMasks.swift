// What masks do to one message: the columns it reads and the values looked for, each with its transform.

import Decision
import Machine
import Mask
import Recording

/// A column or a kind of value that is masked in what a message reads.
public struct EffectiveMask: Sendable, Hashable, Codable {
    /// `customers.email`, `any.card_number`, `value pii.iban`; `rule contact` where the recording knows only the rule's name.
    public var target: String
    /// nil for a rule of which only the name is known.
    public var transform: RecordedMask.Transform?

    /// As a policy would say it.
    var words: String {
        guard let transform else { return target }
        return target + " with " + (MaskTransform(transform).map { "\($0)" } ?? transform.kind)
    }
}

/// The mask rules of one program, by name, held against what messages read.
///
/// Rules are compared by what they do and not by name: a rule that cannot touch what a message reads is no change for it, and one that
/// is only called differently is none for any.
struct EffectiveMasks {
    private let rules: [String: RecordedMask]

    init(_ masks: [RecordedMask]) {
        // A program has no two rules of a name; of a forged recording the last one counts.
        rules = Dictionary(masks.map { ($0.rule, $0) }) { $1 }
    }

    /// What the named rules mask of what the message reads, joined as the gate joins them, sorted.
    func of(_ names: [String], _ inspection: Inspection) -> [EffectiveMask] {
        var joined: [String: MaskTransform] = [:]
        var unknown: [EffectiveMask] = []
        func add(_ target: String, _ recorded: RecordedMask.Transform) {
            guard let transform = MaskTransform(recorded) else {
                unknown.append(EffectiveMask(target: target, transform: recorded))
                return
            }
            joined[target] = joined[target].map { MaskTransform.joined($0, transform) } ?? transform
        }
        for name in names {
            guard let rule = rules[name] else {
                unknown.append(EffectiveMask(target: "rule \(name)", transform: nil))
                continue
            }
            for column in rule.columns where Self.touches(column, inspection) {
                add((column.schema.map { $0 + "." } ?? "") + (column.table ?? "any") + "." + column.column, column.transform)
            }
            if Self.returnsValues(inspection) {
                for value in rule.values { add("value \(value.detector)", value.transform) }
            }
        }
        let known = joined.map { EffectiveMask(target: $0.key, transform: RecordedMask.Transform($0.value)) }
        return (known + unknown).sorted { $0.words < $1.words }
    }

    /// What was not understood, and what a function does inside, may read anything.
    private static func isOpaque(_ access: Access) -> Bool {
        access.verb == .unknown || (access.verb == .call && access.through == 0)
    }

    private static func returnsValues(_ inspection: Inspection) -> Bool {
        inspection.accesses.buffer.contains { isOpaque($0) || $0.everyColumn || $0.columnCount > 0 }
    }

    private static func touches(_ mask: RecordedMask.Column, _ inspection: Inspection) -> Bool {
        inspection.accesses.buffer.contains { access in
            if isOpaque(access) { return true }
            if let table = mask.table, !isEqual(access.name, table, inspection) { return false }
            if let schema = mask.schema, !access.schema.isEmpty, !isEqual(access.schema, schema, inspection) { return false }
            if access.everyColumn { return true }
            let columns = Int(access.firstColumn)..<Int(access.firstColumn) + Int(access.columnCount)
            return columns.contains { isEqual(inspection.columns[$0].name, mask.column, inspection) }
        }
    }

    private static func isEqual(_ text: TextRef, _ name: String, _ inspection: Inspection) -> Bool {
        inspection.bytes(text).elementsEqual(name.utf8)
    }
}

extension EffectiveMask {
    /// Which way a change of masks goes. A transform that is neither stricter nor laxer than another goes both ways.
    static func direction(from old: [EffectiveMask], to new: [EffectiveMask]) -> Direction {
        var tightened = false
        var loosened = false
        let before = Dictionary(old.map { ($0.target, $0.transform) }) { $1 }
        let after = Dictionary(new.map { ($0.target, $0.transform) }) { $1 }
        for target in Set(before.keys).union(after.keys) where before[target] != after[target] {
            let was = before[target]?.flatMap { MaskTransform($0) }
            let now = after[target]?.flatMap { MaskTransform($0) }
            switch (was, now) {
            case (nil, nil): (tightened, loosened) = (true, true)
            case (nil, .some): tightened = true
            case (.some, nil): loosened = true
            case (.some(let was), .some(let now)):
                let stricter = MaskTransform.stricter(was, now)
                if stricter != was { tightened = true }
                if stricter != now { loosened = true }
            }
        }
        switch (tightened, loosened) {
        case (true, true): return .both
        case (true, false): return .tightened
        case (false, true): return .loosened
        case (false, false): return .neither
        }
    }
}

extension MaskTransform {
    init?(_ recorded: RecordedMask.Transform) {
        guard let kind = TransformRecord.Kind.allCases.first(where: { "\($0)" == recorded.kind }),
            let first = UInt16(exactly: recorded.first), let last = UInt16(exactly: recorded.last)
        else { return nil }
        self.init(TransformRecord(kind: kind, first: first, last: last))
    }
}

extension RecordedMask.Transform {
    init(_ transform: MaskTransform) {
        switch transform {
        case .null: self.init(kind: "null", first: 0, last: 0)
        case .redact: self.init(kind: "redact", first: 0, last: 0)
        case .zero, .hash, .tokenize, .year, .domain: self.init(kind: "\(transform)", first: 0, last: 0)
        case .range(let step):
            let record = TransformRecord.range(step: step)
            self.init(kind: "range", first: Int(record.first), last: Int(record.last))
        case .partial(let first, let last): self.init(kind: "partial", first: first, last: last)
        }
    }
}

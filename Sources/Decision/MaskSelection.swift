// From the mask rules that apply to a message to the plan that carries them out; plans are made once and kept.

import Machine
import Mask

/// What masks need that policy does not hold.
public struct MaskSecrets: Sendable {
    /// Key of `hash` masks, at least `MaskPlan.shortestHashKey` bytes.
    public var hashKey: [UInt8]
    public init(hashKey: [UInt8]) { self.hashKey = hashKey }
}

/// The mask rules of one policy, and the plans made of them so far for one session.
struct MaskSelection {
    struct Selected {
        /// nil when no mask rule applies.
        var plan: MaskPlan?
        /// 0 when no mask rule applies.
        var digest: UInt64
        var hasGuarded: Bool
        static let none = Selected(plan: nil, digest: 0, hasGuarded: false)
    }

    private let policy: VerifiedProgram
    private let searchPath: [String]
    private let secrets: MaskSecrets
    /// The policy's own detectors by name.
    private let own: [String: Detector]
    /// Rule index by mask ordinal, as `VirtualMachine.maskWords` counts them.
    private let ordinals: [Int]
    private var words: [UInt64] = []
    /// What was selected last.
    private(set) var current = Selected.none
    private var known: [UInt64: [Int]] = [:]

    init(policy: VerifiedProgram, searchPath: [String], secrets: MaskSecrets) {
        self.policy = policy
        self.searchPath = searchPath
        self.secrets = secrets
        own = policy.remembered("detectors") {
            Dictionary(Detector.own(of: policy.program).map { ($0.name, $0) }) { first, _ in first }
        }
        ordinals = policy.maskRules
    }

    /// nil when a plan cannot be made: the message must then be refused.
    mutating func select(_ bits: ArenaBuffer<UInt64>) -> Selected? {
        if bits.buffer.elementsEqual(words) { return current }
        let chosen = ordinals.enumerated().compactMap { ordinal, rule in
            let (word, bit) = ordinal.quotientAndRemainder(dividingBy: 64)
            return word < bits.count && bits[word] & (1 << UInt64(bit)) != 0 ? rule : nil
        }
        guard let selected = make(chosen) else { return nil }
        words = Array(bits.buffer)
        current = selected
        known[selected.digest] = chosen
        return selected
    }

    func ruleNames(_ digest: UInt64) -> [String] { rules(digest).map { policy.ruleName($0) } }
    func rules(_ digest: UInt64) -> [Int] { known[digest] ?? [] }

    private func make(_ rules: [Int]) -> Selected? {
        guard !rules.isEmpty else { return Selected.none }
        var columns: [ColumnMask] = []
        var values: [ValueMask] = []
        var digest: UInt64 = 0xcbf2_9ce4_8422_2325
        for rule in rules {
            digest = (digest ^ UInt64(rule + 1)) &* 0x0000_0100_0000_01b3
            guard let mask = policy.program.rules[rule].mask else { continue }
            for column in mask.columns { columns += entries(column, guarded: mask.guarded) }
            for value in mask.values {
                let name = symbol(value.detector)
                guard let detector = own[name] ?? Detector.named(name) else { return nil }
                values.append(ValueMask(detector: detector, transform: MaskTransform(value.transform)))
            }
        }
        guard let plan = try? MaskPlan(columns: columns, values: values, hashKey: secrets.hashKey) else { return nil }
        return Selected(plan: plan, digest: max(digest, 1), hasGuarded: columns.contains(where: \.isGuarded))
    }

    private func entries(_ column: MaskRecord.Column, guarded: Bool) -> [ColumnMask] {
        let table: String? = if case .exactly(let name) = column.table { symbol(name) } else { nil }
        let schemas: [String?] =
            switch column.schema {
            case .any: [nil]
            case .exactly(let name): [symbol(name)]
            case .searchPath: table == nil ? [nil] : searchPath
            }
        return schemas.map {
            ColumnMask(
                schema: $0, table: table, column: symbol(column.column), transform: MaskTransform(column.transform),
                isGuarded: guarded)
        }
    }

    private func symbol(_ symbol: Symbol) -> String { policy.text(symbol) }
}

extension MaskTransform {
    public init(_ record: TransformRecord) {
        switch record.kind {
        case .null: self = .null
        case .redact: self = .redact
        case .partial: self = .partial(first: Int(record.first), last: Int(record.last))
        case .last: self = .partial(first: 0, last: Int(record.last))
        case .hash: self = .hash
        case .zero: self = .zero
        case .tokenize: self = .tokenize
        case .year: self = .year
        case .domain: self = .domain
        case .range: self = .range(step: record.step)
        }
    }
}

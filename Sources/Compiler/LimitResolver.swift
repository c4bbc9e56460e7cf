// Resolves the `limit` clauses of an allow: several of a kind are joined by the smallest.

import Machine
import PolicyLang

extension CompileRun {
    /// nil when the rule bounds nothing.
    func resolveLimit(of declaration: RuleDeclaration) -> LimitRecord? {
        var limit = LimitRecord()
        var rates: [Int64: Int64] = [:]
        for clause in declaration.clauses {
            guard case .limit(let items, _) = clause else { continue }
            for item in items {
                switch item.limit {
                case .rows(let count): limit.rows = Self.smaller(limit.rows, count)
                case .bytes(let count): limit.bytes = Self.smaller(limit.bytes, count)
                case .runtime(let seconds): limit.runtime = Self.smaller(limit.runtime, seconds)
                case .concurrent(let count): limit.concurrent = Self.smaller(limit.concurrent, count)
                case .rate(let count, let period): rates[period.seconds] = Self.smaller(rates[period.seconds], count)
                }
            }
        }
        limit.rates = rates.sorted { $0.key < $1.key }.map { LimitRecord.Rate(count: $0.value, seconds: $0.key) }
        return limit.isEmpty ? nil : limit
    }

    private static func smaller(_ known: Int64?, _ other: Int64) -> Int64 { min(known ?? other, other) }
}

extension RatePeriod {
    var seconds: Int64 {
        switch self {
        case .second: 1
        case .minute: 60
        case .hour: 3600
        case .day: 86_400
        }
    }
}

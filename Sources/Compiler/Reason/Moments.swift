// Moments that stand for all moments: between two changes of what is asked of the time, one.

import Machine
import Synchronization

/// Zones' tables, made once: the zone database is slow to ask.
final class ZoneOffsets: Sendable {
    static let shared = ZoneOffsets()
    private let tables = Mutex<[String: [(at: Int64, offset: Int32)]]>([:])

    func transitions(of zone: String) -> [(at: Int64, offset: Int32)] {
        tables.withLock { tables in
            if let known = tables[zone] { return known }
            let made = ZoneTable.record(of: zone)?.transitions ?? []
            tables[zone] = made
            return made
        }
    }

    /// Seconds east of UTC; nil outside the table, or without one.
    func offset(of zone: String, at moment: Int64) -> Int64? {
        guard moment >= ZoneTable.validFrom, moment < ZoneTable.validUntil else { return nil }
        let table = transitions(of: zone)
        var (low, high) = (0, table.count)
        while low < high {
            let middle = (low + high) / 2
            if table[middle].at <= moment { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : Int64(table[low - 1].offset)
    }
}

/// What is asked of times.
struct MomentQuestions: Hashable {
    var constants: Set<Int64> = []
    var windows: Set<WeeklyWindow> = []
    /// How many times are asked about and compared with each other; one for a time by itself.
    var copies = 1
}

enum Moments {
    static let week: Int64 = 7 * 86_400

    /// From the day of the check to the end of the zones' tables: complete for that time.
    ///
    /// What windows answer depends only on the zones' offsets and on the second of the week, so of every stretch with the same offsets
    /// one whole week is enough.
    static func regions(of questions: MomentQuestions, from first: Int64, _ budget: ReasonBudget) throws(Undecided) -> [Int64] {
        if let known = budget.moments[questions] { return known }
        let result = try regions(of: questions, in: requests(from: first), budget)
        budget.moments[questions] = result
        return result
    }

    /// When a request may be made.
    static func requests(from first: Int64) -> Range<Int64> { first..<max(first + 1, ZoneTable.validUntil) }

    /// The same for a time that may be any, such as a claim: also before the zones' tables, and behind them. One near the day of the check
    /// comes first.
    static func everywhere(of questions: MomentQuestions, from first: Int64, _ budget: ReasonBudget) throws(Undecided) -> [Int64] {
        let lowest = min(questions.constants.min() ?? first, ZoneTable.validFrom) &- 2
        let highest = max(questions.constants.max() ?? first, ZoneTable.validUntil) &+ 2
        let all = try regions(of: questions, in: lowest..<highest, budget)
        return Array(all.filter { $0 >= first } + all.filter { $0 < first })
    }

    private static func regions(
        of questions: MomentQuestions, in range: Range<Int64>, _ budget: ReasonBudget
    ) throws(Undecided) -> [Int64] {
        let (first, last) = (range.lowerBound, range.upperBound)
        let zones = Set(questions.windows.map(\.zone)).sorted()
        var borders: Set<Int64> = [first]
        for edge in [ZoneTable.validFrom, ZoneTable.validUntil] where !zones.isEmpty && edge > first && edge < last { borders.insert(edge) }
        for constant in questions.constants {
            for near in [constant &- 1, constant, constant &+ 1] where near > first && near < last { borders.insert(near) }
        }
        var parts = borders
        for zone in zones {
            for change in ZoneOffsets.shared.transitions(of: zone) where change.at > first && change.at < last { parts.insert(change.at) }
        }
        let starts = parts.sorted()
        var moments = borders
        var sinceBorder: Set<[Int64]> = []
        for (index, start) in starts.enumerated() {
            if borders.contains(start) { sinceBorder = [] }
            let end = index + 1 < starts.count ? starts[index + 1] : last
            let offsets = zones.map { ZoneOffsets.shared.offset(of: $0, at: start) ?? 0 }
            guard !sinceBorder.contains(offsets) else { continue }
            if end - start >= week { sinceBorder.insert(offsets) }
            moments.insert(start)
            for window in questions.windows {
                let offset = ZoneOffsets.shared.offset(of: window.zone, at: start) ?? 0
                let midnight = Int64((Double(start + offset) / 86_400).rounded(.down)) * 86_400 - offset
                for day in Int64(0)...8 {
                    for minute in [window.start, window.end] {
                        let moment = midnight + day * 86_400 + Int64(minute) * 60
                        if moment > start, moment < min(end, start + week + 86_400) { moments.insert(moment) }
                    }
                }
            }
            try budget.spend(questions.windows.count * 18 + 1)
        }
        // Of moments that answer alike the first is enough.
        var seen: Set<[Ternary]> = []
        var result: [Int64] = []
        let constants = questions.constants.sorted()
        let windows = Array(questions.windows)
        for moment in moments.sorted() {
            try budget.spend(windows.count + 1)
            var answers = windows.map { $0.contains(moment) }
            for constant in constants { answers.append(moment < constant ? .yes : moment == constant ? .unknown : .no) }
            if seen.insert(answers).inserted { result.append(moment) }
        }
        return result
    }
}

// The moments that stand for all few times: however random times follow each other, some of these answer alike.

import Machine
import TestSupport
import Testing

@testable import Compiler

struct MomentOrderTests {
    private static let first: Int64 = 1_772_409_600

    /// Times near each other and near what they are asked about, or anywhere.
    private static func times(_ count: Int, _ constants: [Int64], _ random: inout SeededGenerator) -> [Int64] {
        (0..<count).map { _ in
            switch random.below(4) {
            case 0: (constants.randomElement(using: &random) ?? first) + Int64(random.below(7)) - 3
            case 1: first + Int64(random.below(14 * 86_400))
            case 2: first + 600 * Int64(random.below(9 * 144))
            default: ZoneTable.validFrom - 86_400 + Int64(random.below(30 * 366)) * 86_400
            }
        }
    }

    @Test(arguments: 0..<8) func everyOrderIsThere(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(4_000 + seed))
        let windows = [
            WeeklyWindow(days: 0b001_1111, start: 8 * 60, end: 18 * 60, zone: "Europe/Berlin"),
            WeeklyWindow(days: 0b110_0001, start: 22 * 60, end: 6 * 60, zone: "America/New_York"),
            WeeklyWindow(days: 0b100_0000, start: 0, end: 24 * 60, zone: "UTC"),
            WeeklyWindow(days: 0b111_1111, start: 2 * 60, end: 3 * 60, zone: "Europe/Berlin"),
        ]
        for round in 0..<6 {
            let count = 2 + round % 2
            var questions = MomentQuestions()
            questions.copies = count
            questions.windows = Set(windows.shuffled(using: &random).prefix(random.below(count == 2 ? 3 : 2)))
            questions.constants = Set(Self.times(random.below(3), [], &random))
            let asked = Array(questions.windows)
            let constants = questions.constants.sorted()
            let moments = try Moments.orders(of: questions, from: Self.first, ReasonBudget(.max))
            let requests = Moments.requests(from: Self.first)
            func answers(_ moment: Int64) -> [Int] {
                asked.map { $0.contains(moment) == .yes ? 1 : $0.contains(moment) == .no ? 0 : 2 }
                    + constants.map { moment < $0 ? 0 : moment == $0 ? 1 : 2 } + [moment < requests.lowerBound ? 0 : moment < requests.upperBound ? 1 : 2]
            }
            let sorted = moments.sorted().map { (moment: $0, answers: answers($0)) }
            for _ in 0..<60 {
                let times = Self.times(count, constants, &random).sorted()
                // As early as possible, one behind the other.
                var place = 0
                var found: [Int64] = []
                for (index, time) in times.enumerated() {
                    if index > 0, time == times[index - 1] { continue }
                    let wanted = answers(time)
                    while place < sorted.count, sorted[place].answers != wanted { place += 1 }
                    if place < sorted.count { found.append(sorted[place].moment) }
                    place += 1
                }
                #expect(found.count == Set(times).count, "seed \(seed), round \(round): \(times), \(questions)")
            }
        }
    }
}

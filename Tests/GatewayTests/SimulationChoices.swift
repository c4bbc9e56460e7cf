// Everything that a simulation decides, from one seed: written down, so that a run that fails can be made shorter and run again.

import TestSupport

/// Numbers of a seed, or those of an earlier run. Beyond the end of a script everything is 0.
final class SimulationChoices {
    private var random: SeededGenerator
    private let script: [Int]?
    private(set) var made: [Int] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        script = nil
    }

    init(script: [Int]) {
        random = SeededGenerator(seed: 0)
        self.script = script
    }

    /// A number from 0 below `count`.
    func roll(_ count: Int) -> Int {
        let chosen: Int
        if let script { chosen = made.count < script.count ? script[made.count] % count : 0 } else { chosen = Int.random(in: 0..<count, using: &random) }
        made.append(chosen)
        return chosen
    }

    /// All of a script has been used: what would follow says nothing.
    var isOver: Bool { script.map { made.count >= $0.count } ?? false }
}

/// Makes the list of choices of a failing run shorter and simpler for as long as it fails.
enum SimulationShrinker {
    /// - Parameters:
    ///   - runs: of the simulation, at most.
    ///   - fails: whether a run with these choices goes against an invariant.
    static func smallest(_ choices: [Int], runs: Int, fails: ([Int]) -> Bool) -> [Int] {
        var best = choices
        var left = runs
        func take(_ candidate: [Int]) -> Bool {
            guard left > 0 else { return false }
            left -= 1
            guard fails(candidate) else { return false }
            best = candidate
            return true
        }
        // The end first: most of a long run comes behind its fault.
        while best.count > 1, take(Array(best.prefix(best.count * 3 / 4))) {}
        var size = best.count / 4
        while size > 0, left > 0 {
            var at = best.count - size
            while at >= 0, left > 0 {
                var candidate = best
                candidate.removeSubrange(at..<min(at + size, best.count))
                _ = take(candidate)
                at = min(at, best.count) - size
            }
            size /= 2
        }
        for at in best.indices.reversed() where at < best.count && best[at] != 0 {
            var candidate = best
            candidate[at] = 0
            _ = take(candidate)
        }
        return best
    }
}

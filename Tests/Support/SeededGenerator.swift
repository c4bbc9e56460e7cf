// Randomness that a seed repeats: what fails can be made again from the number in the message.

/// SplitMix64: the same numbers for the same seed, everywhere. Its stream is fixed: case files that are kept were drawn from it.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from nought up to `bound`, which is not among them; nought for a bound under one.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }

    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

    /// - Parameter items: at least one.
    package mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }

    /// One to `most` different items, in their order.
    package mutating func some<T>(_ items: [T], most: Int) -> [T] {
        let wanted = 1 + below(min(most, items.count))
        var chosen: Set<Int> = []
        while chosen.count < wanted { chosen.insert(below(items.count)) }
        return chosen.sorted().map { items[$0] }
    }
}

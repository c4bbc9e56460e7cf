// Randomness that a seed repeats: a failing policy can be made again from the number in the message.

/// SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
    mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
    /// One to `most` different items, in their order.
    mutating func some<T>(_ items: [T], most: Int) -> [T] {
        let wanted = 1 + below(min(most, items.count))
        var chosen: Set<Int> = []
        while chosen.count < wanted { chosen.insert(below(items.count)) }
        return chosen.sorted().map { items[$0] }
    }
}

// Memory that deciding one message takes.

/// What a machine works in, and leaves its answers in. Machines that decide one after the other may share one. Not thread-safe.
///
/// Nothing in it is read that was not written for the same message: a verified condition reads no register before it has set it.
public final class MachineRoom {
    let observedRules = ArenaBuffer<UInt32>(capacity: 8)
    let approvingRules = ArenaBuffer<UInt32>(capacity: 8)
    let watchingRules = ArenaBuffer<UInt32>(capacity: 8)
    let limitingRules = ArenaBuffer<UInt32>(capacity: 8)
    let registers: UnsafeMutablePointer<Value>
    let fingerprint: UnsafeMutablePointer<UInt8>
    let columnItems = ArenaBuffer<TextItem>(capacity: 32)
    let objectItems = ArenaBuffer<TextItem>(capacity: 8)
    let tableItems = ArenaBuffer<TextItem>(capacity: 8)
    let functionItems = ArenaBuffer<TextItem>(capacity: 8)
    let objectText = ArenaBuffer<UInt8>(capacity: 256)
    /// Per statement: 1 when it holds an `unknown` access.
    let strange = ArenaBuffer<UInt8>(capacity: 8)

    public init() {
        registers = .allocate(capacity: ProgramLimits.registers)
        registers.initialize(repeating: .unknown, count: ProgramLimits.registers)
        fingerprint = .allocate(capacity: 16)
        fingerprint.initialize(repeating: 0, count: 16)
    }

    /// Lists that have grown above so many bytes give their memory back. What was decided before is forgotten.
    public func giveBack(above bytes: Int) {
        for list in [observedRules, approvingRules, watchingRules, limitingRules] { list.giveBack(above: bytes) }
        for list in [columnItems, objectItems, tableItems, functionItems] { list.giveBack(above: bytes) }
        for list in [objectText, strange] { list.giveBack(above: bytes) }
    }

    deinit {
        registers.deallocate()
        fingerprint.deallocate()
    }
}

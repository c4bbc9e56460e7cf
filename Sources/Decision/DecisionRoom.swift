// Memory for the time of one message.

import Machine

/// What a message is taken apart into, and what the machine needs to decide it. The sessions of one event loop use it one after the other:
/// each has its message decided and dealt with before another's is looked at. Not thread-safe.
final class DecisionRoom {
    let inspection = Inspection()
    let expanded = Inspection()
    let machine = MachineRoom()
    /// Counts uses: what an earlier one left here is gone.
    private(set) var turn = 0
    /// A large message takes much memory; after so many turns it is given back.
    static let turnsKept = 1_024
    /// Of each list, in bytes.
    static let kept = 256 * 1024

    /// What is here may be written over from now on.
    func begin() -> Int {
        turn &+= 1
        if turn % Self.turnsKept == 0 {
            inspection.giveBack(above: Self.kept)
            expanded.giveBack(above: Self.kept)
            machine.giveBack(above: Self.kept)
        }
        return turn
    }
}

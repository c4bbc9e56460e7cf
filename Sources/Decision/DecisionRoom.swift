// Memory for the time of one message.

import Machine

/// What a message is taken apart into, and what the machine needs to decide it. The sessions of one event loop use it one after the other:
/// each has its message decided and dealt with before another's is looked at. Not thread-safe.
final class DecisionRoom {
    let inspection = Inspection()
    let expanded = Inspection()
    let machine = MachineRoom()
    /// Counts uses: what an earlier one left here is gone.
    var turn = 0
}

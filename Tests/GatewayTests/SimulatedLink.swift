// A connection between a simulated gate and a fake backend: bytes under way in both directions, and whose they are.

import NIOCore

@testable import Gateway

/// Moves bytes in pieces. A pool lends it from one session to the next.
final class SimulatedLink {
    let fake: FakePostgres
    /// nil without a pool.
    let pooled: PostgresPooled?
    /// From the gate, on its way.
    var toBackend = ByteBuffer()
    /// At the gate, not read yet.
    var arrived = ByteBuffer()
    /// Of the last message upstream, what is not whole yet.
    var upstream = ByteBuffer()
    /// By message that went upstream and is not read yet: the policy that was in force.
    var policies: [Int] = []
    private var policy = 0
    /// The session that has it.
    weak var owner: WireSimulation?
    /// The connection is gone.
    var isGone = false

    init(_ fates: FakeFates, pooled: PostgresPooled? = nil) {
        fake = FakePostgres(fates)
        self.pooled = pooled
        fake.takes = { [unowned self] in if !policies.isEmpty { policy = policies.removeFirst() } }
        fake.executes = { [unowned self] statement in owner?.executes(statement, under: policy) }
    }

    func carry(_ most: Int) {
        guard !isGone, let piece = toBackend.readSlice(length: min(most, toBackend.readableBytes)) else { return }
        fake.input.writeImmutableBuffer(piece)
    }

    func deliver(_ most: Int) {
        if let piece = fake.take(most) { arrived.writeImmutableBuffer(piece) }
    }

    var isSilent: Bool {
        toBackend.readableBytes == 0 && fake.output.readableBytes == 0 && arrived.readableBytes == 0 && fake.isQuiet
    }
}

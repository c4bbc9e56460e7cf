// A pair's message that waits for people: shown at the gateway's desk, answered from there, and over when its time is.

import Decision
import NIOCore
import Recording
import Transport

extension PostgresPair {
    /// Passes on what the session has to tell of approvals.
    func passOnApprovals() {
        let news = session.approvalNews
        session.approvalNews.removeAll()
        for item in news {
            switch item {
            case .asked(let hold):
                show(hold)
                tell("approval asked", hold)
            case .changed(let hold):
                show(hold)
                reply(.waiting, to: hold.id)
            case .settled(let hold, let step):
                service.surroundings.desk.remove(hold.id)
                holdTimer?.cancel()
                holdTimer = nil
                lastStep = step
                reply(.ended(step), to: hold.id)
                tell("approval \(step.rawValue)", hold)
            }
        }
        // Nobody waits while the gateway drains.
        if isDraining, session.hold?.withdrawn == nil { withdrawHold(Self.shutdown) }
    }

    private func show(_ hold: PostgresHold) {
        let loop = client.connection.loop
        let bound = LoopBound(self, on: loop)
        let id = hold.id
        service.surroundings.desk.put(
            ApprovalCard(
                id: id, session: session.recording.id.description, caller: session.gate.caller, resource: session.gate.resource,
                text: hold.text, parameters: hold.parameters, request: hold.request, answers: hold.answers,
                answer: { answer, done in loop.execute { bound.value.take(answer, of: id, done) } }))
        holdTimer?.cancel()
        let left = max(hold.request.deadline.seconds - PostgresClock.now().moment.seconds, 1)
        holdTimer = loop.schedule(in: .seconds(min(left, Self.longestWait))) { [self] in reconsiderHold() }
    }

    /// A wait is looked at again after a day, however long it may last.
    private static let longestWait: Int64 = 86_400

    /// Somebody has answered; the message is decided again at once, or as soon as there is a connection for it.
    private func take(_ answer: ApprovalAnswer, of id: String, _ done: @escaping @Sendable (ApprovalReply) -> Void) {
        guard !isOver, session.answer(id, answer, at: PostgresClock.now()) else { return done(.gone) }
        lastStep = nil
        clientRead()
        flush()
        guard let hold = session.hold, hold.id == id else { return done(lastStep.map { .ended($0) } ?? .gone) }
        guard hold.isDue else { return done(.waiting) }
        owedReplies.append((id, done))
        _ = client.connection.loop.schedule(in: .seconds(Self.longestReply)) { [self] in reply(.waiting, to: id) }
    }

    /// Whoever has answered is told after so many seconds that the request still waits.
    private static let longestReply: Int64 = 5

    private func reply(_ reply: ApprovalReply, to id: String) {
        let told = owedReplies.filter { $0.id == id }
        owedReplies.removeAll { $0.id == id }
        for owed in told { owed.done(reply) }
    }

    /// Its time is over, or the policy is another.
    func reconsiderHold() {
        guard !isOver, session.hold != nil else { return }
        session.reconsiderHold()
        clientRead()
        flush()
    }

    func reconsiderHold(in time: TimeAmount) {
        holdTimer?.cancel()
        holdTimer = client.connection.loop.schedule(in: time) { [self] in reconsiderHold() }
    }

    /// The client, or the gateway, does not wait for it any more.
    func withdrawHold(_ reason: String) {
        guard !isOver, session.hold != nil else { return }
        session.withdrawHold(reason)
        clientRead()
        flush()
    }

    private func tell(_ event: String, _ hold: PostgresHold) {
        for demand in hold.request.demands where !demand.notify.isEmpty {
            session.observer.told(
                PostgresNotice(
                    channels: demand.notify, event: event, rule: demand.rule.name, because: demand.because, text: hold.text,
                    request: hold.id, at: PostgresClock.now().wall))
        }
    }
}

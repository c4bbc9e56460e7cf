// Holding a message: it stays where it is in the client's stream, and is decided again whenever something has changed.

import Decision
import Machine
import NIOCore
import Recording

extension PostgresSession {
    // MARK: - Deciding

    /// Decides a message, or decides the one that waited again, with what people have said.
    func decide(_ message: Message, under agreement: PortalAgreement? = nil) -> Outcome {
        guard let hold else { return gate.consider(message, at: circumstances, under: agreement) }
        if let reason = hold.withdrawn { return .refuse(Refusal(withdrawn: hold.request, because: reason)) }
        return gate.resolve(hold.message, message, with: hold.answers, at: circumstances)
    }

    /// People have to agree: records that, tells the client, and leaves the message where it is.
    func wait(
        _ held: consuming HeldMessage, _ kind: MessageKind, text: UnsafeRawBufferPointer = .init(start: nil, count: 0),
        name: PostgresName = .unnamed, portal: PostgresName = .unnamed, function: PostgresCatalogue.Function? = nil,
        parameters: UnsafeRawBufferPointer = .init(start: nil, count: 0)
    ) {
        if let hold {
            hold.renew(held)
            approvalNews.append(.changed(hold))
            return
        }
        guard
            let sequence = record(
                kind, held.request.decision, text: text, name: name, portal: portal, function: function, parameters: parameters)
        else { return }
        observer.decided(.held)
        let shown: String
        if let function { shown = "\(function.schema).\(function.name)" } else {
            shown = text.isEmpty ? gate.lastText : RecordedText.shown(text)
        }
        let made = PostgresHold(
            id: "\(approvalPrefix)-\(sequence)", held, text: shown, parameters: PostgresBindValues.texts(parameters), sequence: sequence)
        do {
            try recording.event(.approval(made.recorded(.asked, asker: gate.caller)), of: sequence, at: now.wall)
        } catch {
            return fail(PostgresFault(.internalError, "this request cannot be recorded, so nobody is asked", reason: "\(error)"))
        }
        hold = made
        // Answers to what was sent before it come first.
        if !endHeldBatch(), !expectations.isEmpty, !expectations.lastOwesReady { toBackend.append { PostgresCodec.empty(.flush, to: &$0) } }
        approvalNews.append(.asked(made))
        owesNotice = true
        tellWaiting()
    }

    /// A notice may come between any two messages, and nowhere else.
    func tellWaiting() {
        guard owesNotice, backendRemainder == 0, !isFatalSent else { return }
        owesNotice = false
        guard let hold else { return }
        toClient.append { PostgresRefusal.write(waiting: hold, to: &$0) }
    }

    /// The client's bytes wait for people.
    var isHeldForPeople: Bool {
        guard let hold, !isSkipping else { return false }
        return !hold.isDue || expectations.contains { $0.endsHeldBatch }
    }

    /// In transaction pooling the connection goes back while the message waits. Where only statements were prepared and described since the
    /// last Sync, a Sync of the gateway's own ends what the backend has begun for that: it has done nothing that another Sync would have to
    /// undo, and what is bound to it next is prepared wherever that will be.
    /// - Returns: false where there is nothing to end, or where it must stay as it is.
    private func endHeldBatch() -> Bool {
        guard let carrier, pooled != nil, carrier.pin == nil, transaction == .idle, !isCopyingIn, !isMidMessage else { return false }
        guard freshPortals.isEmpty, batchExecutes == 0 else { return false }
        guard expectations.isEmpty ? !carrier.hasSentNothing(expectations) : !expectations.lastOwesReady else { return false }
        toBackend.append { PostgresCodec.empty(.sync, to: &$0) }
        expectations.append(PostgresExpectation(.sync, isOurs: true, statement: PostgresStatement()))
        return true
    }

    // MARK: - What changes it

    /// Somebody who may answer has said something. It is recorded before it counts.
    /// - Returns: false when the request is not waiting any more.
    func answer(_ id: String, _ answer: ApprovalAnswer, at moment: PostgresMoment) -> Bool {
        guard let hold, hold.id == id, hold.withdrawn == nil, end == nil else { return false }
        now = moment
        let step = hold.recorded(
            answer.agrees ? .agreed : .refused, asker: gate.caller, approver: answer.claims, reason: answer.reason.isEmpty ? nil : answer.reason)
        do {
            try recording.event(.approval(step), of: hold.sequence, at: now.wall)
        } catch {
            fail(PostgresFault(.internalError, "an answer cannot be recorded, so it does not count", reason: "\(error)"))
            return false
        }
        hold.answers.append(answer)
        hold.isDue = true
        return true
    }

    /// Its time may be over, or the policy is another.
    func reconsiderHold() { hold?.isDue = true }

    /// There is no connection to decide it on. False where it is not waited for any more: then there is nothing to put off.
    func putOffHold(at moment: PostgresMoment) -> Bool {
        guard let hold, hold.isDue, hold.withdrawn == nil, moment.moment < hold.request.deadline, end == nil, !isStopping else { return false }
        hold.isDue = false
        carrier?.wantsBackend = false
        return true
    }

    /// It is not waited for any more; the client is told why, in the message's place.
    func withdrawHold(_ reason: String) {
        guard let hold, hold.withdrawn == nil else { return }
        hold.withdrawn = reason
        hold.isDue = true
    }

    // MARK: - How it ends

    /// The message was recorded as let through or refused: nobody is asked any more.
    func settleHold(_ decision: DecisionRecord, _ sequence: UInt64) {
        guard let hold else { return }
        switch decision.effect {
        case .allow, .approved: endHold(.approved, sequence, decision.effect == .allow ? "the policy does not ask any more" : nil)
        case .declined: endHold(hold.answers.contains { !$0.agrees } ? .declined : .expired, sequence, nil)
        case .withdrawn: endHold(.withdrawn, sequence, hold.withdrawn)
        case .deny, .uncovered, .guarded, .invalid, .limited, .held: endHold(.withdrawn, sequence, "the policy refuses it")
        }
    }

    /// - Parameter sequence: of the record that says what came of the message.
    func endHold(_ step: RecordedApproval.Step, _ sequence: UInt64, _ reason: String?) {
        guard let ended = hold else { return }
        hold = nil
        owesNotice = false
        recording.noteEvent(.approval(ended.recorded(step, asker: gate.caller, reason: reason)), of: sequence, at: now.wall)
        approvalNews.append(.settled(ended, step))
    }
}

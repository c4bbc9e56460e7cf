// One session of a simulated gate: a random client, fake backends, and the session machine between them, every step chosen by one seed.

import Decision
import Foundation
import Machine
import NIOCore
import Recording

@testable import Gateway

/// What went against an invariant.
struct SimulationFault: Error, CustomStringConvertible {
    var description: String
}

/// One session from login to end. Bytes move in pieces, in any order of the sides; nothing else decides but the seed.
final class WireSimulation {
    /// Policies that are reloaded in turn: the second refuses inserts as well.
    struct World {
        var stages: [PostgresStage]
        var caller: String
        var recorder: Recorder
        var journal: Journal
        var reader: RecordingReader
        /// The recording's.
        var directory: String
    }

    let world: World
    let choices: SimulationChoices
    let clock: SimulatedClock
    var now: PostgresMoment { clock.now }
    let session: PostgresSession
    /// Another session of the same loop.
    let neighbour: Gate
    /// nil where a pool has not lent one.
    var link: SimulatedLink?
    /// Tells what the client must be told: the same messages, in the order in which the gate took them, without a gate between.
    let judge: FakePostgres
    var policy = 0
    var isMasked: Bool { world.caller == "reader" }
    var isLimited: Bool { world.caller == "rationed" }

    // The client.
    var client: WireSimulationClient
    var toGate = ByteBuffer()
    var clientInput = ByteBuffer()
    /// What the gate has taken of the client's bytes and no whole message was made of yet.
    var taken = ByteBuffer()
    var received = ByteBuffer()
    var told: [String] = []

    /// By message for the judge: the policy, whether the gate refused to execute it, whether nothing was unanswered then, and whether
    /// people had been asked and had not agreed.
    var judgePolicies: [Judgement] = []
    var judged = Judgement()
    struct Judgement {
        var policy = 0
        var isForced = false
        var isSure = true
        var isDeclined = false
        /// The gate prepared it anew on its connection, which a failed transaction may refuse.
        var isAnew = false
    }

    var cancel: (delay: Int, link: SimulatedLink?)?
    var catalogueDelay: Int?
    var isClientGone = false
    var notices = 0
    var fault: SimulationFault?
    var steps = 0

    // Time and people.
    var timed: (statement: PostgresStatement, due: UInt64)?
    var hold: (id: String, isAgreed: Bool)?
    var settled: RecordedApproval.Step?
    /// What people have agreed to.
    var agreed: [String] = []

    /// - Parameters:
    ///   - link: its own for ever; nil where a pool lends them.
    ///   - number: tells it from others of the same gate.
    init(
        _ world: World, _ choices: SimulationChoices, clock: SimulatedClock, fates: FakeFates, link: SimulatedLink?, number: Int = 0,
        carrier: PostgresCarrier? = nil
    ) throws {
        self.world = world
        self.choices = choices
        self.clock = clock
        client = WireSimulationClient(choices, serial: 1000 + 100_000 * number, isLimited: world.caller == "rationed")
        judge = FakePostgres(fates)
        let stage = world.stages[0]
        let caller = try stage.caller(world.caller)
        let shelf = GateShelf()
        guard let gate = stage.gate(caller, on: "shop", shelf: shelf), let neighbour = stage.gate(caller, on: "shop", shelf: shelf) else {
            throw SimulationFault(description: "no gate")
        }
        self.neighbour = neighbour
        let recording = try world.journal.begin(
            SessionRecord(
                caller: caller, resource: "shop", kind: .postgres, sourceAddress: "test", database: "test", backendUser: "test",
                program: stage.recorded, startedAt: clock.now.wall))
        session = PostgresSession(gate: gate, recording: recording, observer: .silent, impossibleName: "impossible", lexical: .init())
        session.carrier = carrier
        judge.rowLimit = isLimited ? 3 : nil
        judge.refuses = { [unowned self] in isRefused($0, judged.policy) }
        judge.isDeclined = { [unowned self] in judged.isDeclined }
        judge.isAnew = { [unowned self] in judged.isAnew }
        judge.takes = { [unowned self] in if !judgePolicies.isEmpty { judged = judgePolicies.removeFirst() } }
        // While answers are outstanding a name may stand for several statements: refused, if one of them is.
        judge.refusesExecute = { [unowned self] statement in
            if judged.isForced, judged.isSure, let statement, !isRefused(statement, judged.policy), !judged.isDeclined {
                fault = SimulationFault(description: "refused though it is allowed: \(statement.text)")
            }
            return judged.isForced
        }
        if let link { lend(link) }
    }

    /// A backend is about to execute something of this session's.
    func executes(_ statement: FakeStatement, under policy: Int) {
        if isRefused(statement, policy) { fault = SimulationFault(description: "executed without a permit: \(statement.text)") }
        if world.caller == "asked", isInsert(statement), !agreed.contains(where: { $0.contains(statement.text) }) {
            fault = SimulationFault(description: "executed without agreement: \(statement.text), agreed to: \(agreed.suffix(4))")
        }
    }

    // MARK: - Pools

    var isPooled: Bool { session.carrier != nil }
    var wantsLink: Bool { link == nil && session.carrier?.wantsBackend == true && session.end == nil }

    func lend(_ link: SimulatedLink) {
        self.link = link
        link.owner = self
        guard let pooled = link.pooled else { return }
        if session.carrier != nil { session.attach(pooled, nil, isSameServer: true) } else { session.pooled = pooled }
        readClient()
    }

    /// The connection, where the session can do without it now, or is over and has left it clean.
    func giveBack() -> (link: SimulatedLink, needsReset: Bool)? {
        guard let link, link.pooled != nil, !link.isGone, link.arrived.readableBytes == 0 else { return nil }
        if session.end == .terminated, session.leavesClean {
            release(link)
            return (link, true)
        }
        guard session.carrier != nil, session.end == nil, session.isGivable else { return nil }
        if cancel?.link === link { fault = SimulationFault(description: "given back with a cancel on its way") }
        session.detach()
        release(link)
        return (link, false)
    }

    /// The connection is closed, or another's.
    func drop() {
        link?.owner = nil
        link = nil
    }

    func release(_ link: SimulatedLink) {
        // Copy data behind a COPY that failed may be, whole: a backend ignores it.
        link.carry(.max)
        while link.fake.step() {}
        if !link.isSilent || link.fake.input.readableBytes > 0 { fault = SimulationFault(description: "given back with something under way") }
        if link.fake.state != .idle, session.end == nil { fault = SimulationFault(description: "given back in a transaction") }
        if link.fake.isInBatch, session.end == nil { fault = SimulationFault(description: "given back in the middle of a batch") }
        link.owner = nil
        self.link = nil
    }

    // MARK: - Running

    func roll(_ count: Int) -> Int { choices.roll(count) }
    func piece() -> Int { 1 + roll(roll(4) == 0 ? 4096 : 40) }

    func step() throws {
        steps += 1
        disturb()
        clock.pass(UInt64(roll(3_000_000)))
        switch roll(100) {
        case 0..<24: if !isClientGone, toGate.readableBytes < 4096 { toGate.writeImmutableBuffer(client.next()) }
        case 24..<48: feedClient(most: piece())
        case 48..<62: link?.carry(piece())
        case 62..<77: for _ in 0...roll(4) { _ = link?.fake.step() }
        case 77..<89:
            link?.deliver(piece())
            readBackend()
        case 89: clock.pass(UInt64(roll(12)) * 1_000_000_000)
        case 90: beginCancel()
        case 91: if roll(3) == 0 { try reload() }
        case 92: tellNotice()
        case 93, 94: answer()
        case 95, 96: try answerHold()
        default: if roll(60) == 0 { endSomehow() }
        }
        watchTime()
        try check()
        if steps % 64 == 0 { try checkQuiet() }
    }

    /// Everything under way has arrived.
    func finish() throws {
        if session.end == nil, !isLinkGone {
            guard isQuiet else {
                throw SimulationFault(
                    description: "stuck: held \(session.isClientHeld), \(session.expectations.count) answers owed, told \(told.suffix(5))")
            }
            try checkQuiet()
        }
        try compare(isWhole: session.end == nil && !isLinkGone)
        session.recording.end(at: now.wall, reason: "over")
    }

    // MARK: - What may happen

    func feedClient(most: Int) {
        if let piece = toGate.readSlice(length: min(most, toGate.readableBytes)) { clientInput.writeImmutableBuffer(piece) }
        if toGate.readableBytes == 0 { toGate.clear() }
        readClient()
    }

    /// As the handler: a client is not read while the machine waits for something else.
    func readClient() {
        while session.end == nil, !session.isClientHeld, clientInput.readableBytes > 0 {
            let isSure = session.expectations.isEmpty
            // Where names are given anew each message is looked at alone, to see what became of it.
            let most = isPooled ? clientLeft() : clientInput.readableBytes
            guard var piece = clientInput.getSlice(at: clientInput.readerIndex, length: min(most, clientInput.readableBytes)) else { return }
            var read = piece
            session.client(&piece, at: now)
            let count = read.readableBytes - piece.readableBytes
            clientInput.moveReaderIndex(forwardBy: count)
            messageLeft = isPooled && count > 0 ? max(0, most - count) : 0
            drain(taken(read.readSlice(length: count) ?? ByteBuffer()), isSure: isSure)
            if piece.readableBytes > 0 || !isPooled { return }
        }
    }
    /// Of the message that is being taken.
    var messageLeft = 0
    func clientLeft() -> Int {
        if messageLeft > 0 { return messageLeft }
        guard let length = clientInput.getInteger(at: clientInput.readerIndex + 1, as: UInt32.self) else { return clientInput.readableBytes }
        return Int(length) + 1
    }

    /// Whole messages that the gate took.
    func taken(_ piece: ByteBuffer) -> [ByteBuffer] {
        taken.writeImmutableBuffer(piece)
        var messages: [ByteBuffer] = []
        while let length = taken.getInteger(at: taken.readerIndex + 1, as: UInt32.self), taken.readableBytes > Int(length),
            let message = taken.readSlice(length: Int(length) + 1)
        {
            messages.append(message)
        }
        return messages
    }

    /// Each message goes to the judge under the policy it was judged by, and each is found again upstream: as it came, replaced by one
    /// that must fail, or, where the backend skips, not at all. Nothing else goes there but what the gate is known to add.
    func match(_ messages: [ByteBuffer], _ sent: [ByteBuffer], isSure: Bool) {
        var rest = sent[...]
        for (number, message) in messages.enumerated() {
            let line = SimulationLines.line(message)
            history.append(line)
            var fate = Fate.dropped
            let isAnew = isPooled && line.hasPrefix("D S") && rest.contains { SimulationLines.line($0).hasPrefix("P ") }
            if isPooled {
                fate = SimulationLines.fate(of: line, among: rest.map(SimulationLines.line))
                rest = []
            } else {
                if let first = rest.first, first != message, SimulationLines.line(first).hasPrefix("D P "), line.hasPrefix("E ") {
                    rest.removeFirst()
                }
                if let first = rest.first {
                    if first == message { fate = .passed }
                    if first != message, SimulationLines.isPoison(SimulationLines.line(first), for: line) { fate = .poisoned }
                    if fate != .dropped { rest.removeFirst() }
                }
            }
            if fate == .passed, line.hasPrefix("Q ") || line.hasPrefix("P ") { permitted.append(SimulationLines.text(line)) }
            var declined = false
            if let step = settled {
                settled = nil
                declined = fate == .poisoned && step != .approved
                // Over a pool a Bind of a statement that is not there any more names an impossible one, agreed to or not: the judge, who
                // has statements of its own, says whether it is there.
                let isOfNothing = isPooled && step == .approved && line.hasPrefix("B ")
                if fate != .dropped, (step == .approved) != (fate == .passed), !isOfNothing {
                    fault = SimulationFault(description: "\(step) though it was \(fate): \(line)")
                }
            }
            if fate != .passed { history[history.count - 1] += " [\(fate)]" }
            judge.input.writeImmutableBuffer(message)
            judgePolicies.append(
                Judgement(
                    policy: policy, isForced: fate == .poisoned && line.hasPrefix("E "), isSure: isSure && number == 0, isDeclined: declined,
                    isAnew: isAnew))
        }
        for message in rest where !isPooled {
            let line = SimulationLines.line(message)
            // A Flush that brings the answers that a message waits for; what makes a transaction fail.
            if line == "H" || (messages.isEmpty && isLimited && (line == "E impossible" || line == "S")) { continue }
            fault = SimulationFault(description: "upstream without having been sent: \(line)")
        }
    }
    typealias Fate = SimulationLines.Fate

    /// What the gate took and what became of it, and what it told, for people.
    var history: [String] = []

    func readBackend() {
        if let link, session.end == nil || session.end == .terminated { session.backend(&link.arrived, at: now) }
        drain()
        readClient()
    }

    /// What the machine made goes on its way; each message upstream is looked at.
    func drain(_ messages: [ByteBuffer] = [], isSure: Bool = false) {
        let out = session.toBackend.drainJoined()
        var sent: [ByteBuffer] = []
        if let link {
            link.toBackend.writeImmutableBuffer(out)
            link.upstream.writeImmutableBuffer(out)
            while let length = link.upstream.getInteger(at: link.upstream.readerIndex + 1, as: UInt32.self),
                link.upstream.readableBytes > Int(length), let message = link.upstream.readSlice(length: Int(length) + 1)
            {
                link.policies.append(policy)
                sent.append(message)
            }
        } else if out.readableBytes > 0 {
            fault = SimulationFault(description: "something is sent without a connection")
        }
        for news in session.approvalNews { note(news) }
        session.approvalNews.removeAll()
        match(messages, sent, isSure: isSure)
        received.writeImmutableBuffer(session.toClient.drainJoined())
        while let length = received.getInteger(at: received.readerIndex + 1, as: UInt32.self), received.readableBytes > Int(length),
            let message = received.readSlice(length: Int(length) + 1)
        {
            let lines = PostgresNotation.lines(message, fromClient: false)
            // Who has said Terminate is told nothing more, as in the handler; what would have been told is looked at nevertheless.
            if session.end == .terminated { unheard += lines } else { told += lines }
            history += lines.map { "< " + $0 }
        }
        if session.catalogueWish != nil, catalogueDelay == nil { catalogueDelay = roll(20) }
        if session.wantsCancel, !session.isCancelling {
            session.wantsCancel = false
            beginCancel()
        }
    }

    func answer() {
        if let delay = catalogueDelay {
            catalogueDelay = delay > 5 ? delay - 5 : nil
            if catalogueDelay == nil {
                session.catalogueWish = nil
                session.catalogueLoaded(SimulationLines.catalogue(now))
                readBackend()
            }
        }
        if let (delay, hit) = cancel {
            cancel = delay > 5 ? (delay - 5, hit) : nil
            if cancel == nil {
                if let hit, !hit.isGone {
                    if hit.fake.isBusy, hit.owner !== self { fault = SimulationFault(description: "a cancel has hit another client") }
                    hit.fake.cancel()
                }
                session.isCancelling = false
                drain()
                readClient()
            }
        }
    }

    func beginCancel() {
        guard session.end == nil, session.hasOutstandingStatement, !session.isCancelling, cancel == nil else { return }
        session.isCancelling = true
        cancel = (roll(20), link)
    }

    /// As the pair: what runs is watched from when it came to be first.
    func watchTime() {
        guard session.end == nil else { return }
        let running = session.expectations.running?.statement
        if timed?.statement !== running {
            timed = running.flatMap { statement in
                statement.limits?.runtime.map { (statement, now.steady + $0.amount * 1_000_000_000) }
            }
        }
        guard let (statement, due) = timed, now.steady >= due, statement.reached == nil else { return }
        session.runtimeIsOver(statement)
        drain()
        readClient()
    }

    // MARK: - People

    func note(_ news: PostgresApprovalNews) {
        switch news {
        case .asked(let asked): hold = (asked.id, false)
        case .changed: break
        case .settled(let asked, let step):
            // One that passes without agreement is one that names another statement by now: what is executed is looked at.
            if step == .approved, hold?.isAgreed == true { agreed.append(asked.text) }
            // Where the message failed with others before it, or the session is over, nothing became of it.
            settled = session.end == nil ? step : nil
            hold = nil
        }
    }

    /// Somebody says something, too late perhaps, or nobody does.
    func answerHold() throws {
        guard let hold, session.hold?.id == hold.id else { return }
        switch roll(6) {
        case 0, 1, 2:
            let isLate = roll(4) == 0
            if isLate { clock.pass(601_000_000_000) }
            // One that comes late takes back nothing of what was said in time.
            if !isLate { self.hold?.isAgreed = true }
            _ = session.answer(hold.id, try say(true), at: now)
        case 3: _ = session.answer(hold.id, try say(false), at: now)
        case 4:
            clock.pass(601_000_000_000)
            session.reconsiderHold()
        default: session.withdrawHold("canceling statement due to user request")
        }
        drain()
        readClient()
    }

    func say(_ agrees: Bool) throws -> ApprovalAnswer {
        ApprovalAnswer(claims: try world.stages[0].caller("lead").claims, agrees: agrees, reason: "", at: now.moment)
    }

    func reload() throws {
        guard session.end == nil else { return }
        policy = 1 - policy
        try session.recording.adopt(world.stages[policy].recorded)
        guard session.gate.adopt(world.stages[policy].program, at: now.moment) == .adopted else { throw SimulationFault(description: "the caller is unknown") }
        session.reconsiderHold()
        drain()
        readClient()
    }

    func tellNotice() {
        guard let link, !link.isGone, !link.fake.isClosed else { return }
        notices += 1
        switch roll(3) {
        case 0: link.fake.tell("N 00000 notice \(notices)")
        case 1: link.fake.tell("A channel \(notices)")
        default: link.fake.tell("S DateStyle=\(notices)")
        }
    }

    /// Somebody goes away, with what was under way or without it.
    func endSomehow() {
        switch roll(4) {
        case 0: toGate.writeImmutableBuffer(client.goodbye())
        case 1:
            isClientGone = true
            if roll(2) == 0 { toGate.clear() }
            if toGate.readableBytes > 1, roll(2) == 0 { toGate = toGate.readSlice(length: 1 + roll(toGate.readableBytes)) ?? toGate }
            feedClient(most: .max)
            session.clientLost(at: now)
        case 2:
            link?.fake.end()
            if roll(2) == 0 { link?.isGone = true }
        default:
            guard let link else { return }
            link.isGone = true
            session.backendLost(at: now)
        }
        drain()
    }

    // MARK: - What has been told and recorded

    var scanned = 0
    var unheard: [String] = []
    var expected: [String] = []
    var permitted: [String] = []
}

/// The time of a simulated gate.
final class SimulatedClock {
    var now = PostgresMoment(wall: 1_772_000_000_000_000_000, steady: 1_000_000_000_000)
    func pass(_ nanoseconds: UInt64) {
        now.steady += nanoseconds
        now.wall += nanoseconds
    }
}

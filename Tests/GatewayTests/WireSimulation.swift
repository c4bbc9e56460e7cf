// Whole gates in simulated time: a random client, a fake backend, and the session machine between them, every step chosen by one seed.

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
    }

    private let world: World
    private var random: SeededRandom
    private var now = PostgresMoment(wall: 1_772_000_000_000_000_000, steady: 1_000_000_000_000)
    private let session: PostgresSession
    private let backend = FakePostgres()
    /// Tells what the client must be told: the same messages, in the order in which the gate took them, without a gate between.
    private let judge = FakePostgres()
    private var policy = 0
    private var isMasked: Bool { world.caller == "reader" }

    // The client.
    private var client: WireSimulationClient
    private var toGate = ByteBuffer()
    private var clientInput = ByteBuffer()
    /// What the gate has taken of the client's bytes and no whole message was made of yet.
    private var taken = ByteBuffer()
    private var received = ByteBuffer()
    private var told: [String] = []

    // Between gate and backend.
    private var toBackend = ByteBuffer()
    private var backendInput = ByteBuffer()
    private var upstream = ByteBuffer()
    /// By message that went upstream and is not read yet: the policy that was in force.
    private var upstreamPolicies: [Int] = []
    private var readPolicy = 0
    /// By message for the judge: the policy, whether the gate refused to execute it, and whether nothing was unanswered then.
    private var judgePolicies: [(policy: Int, isForced: Bool, isSure: Bool)] = []
    private var judged = (policy: 0, isForced: false, isSure: true)

    private var cancelDelay: Int?
    private var catalogueDelay: Int?
    private var isClientGone = false
    private var isBackendGone = false
    private var notices = (sent: 0, received: 0)
    private var fault: SimulationFault?
    private(set) var steps = 0

    init(_ world: World, seed: UInt64) throws {
        self.world = world
        random = SeededRandom(state: seed)
        client = WireSimulationClient(random: SeededRandom(state: seed ^ 0x5DEE_CE66))
        let stage = world.stages[0]
        let caller = try stage.caller(world.caller)
        guard let gate = stage.gate(caller, on: "shop") else { throw SimulationFault(description: "no gate") }
        let recording = try world.journal.begin(
            SessionRecord(
                caller: caller, resource: "shop", kind: .postgres, sourceAddress: "test", database: "test", backendUser: "test",
                program: stage.recorded, startedAt: now.wall))
        session = PostgresSession(gate: gate, recording: recording, observer: .silent, impossibleName: "impossible", lexical: .init())
        judge.rowLimit = world.caller == "rationed" ? 3 : nil
        judge.refuses = { [unowned self] in isRefused($0, judged.policy) }
        judge.takes = { [unowned self] in if !judgePolicies.isEmpty { judged = judgePolicies.removeFirst() } }
        // While answers are outstanding a name may stand for several statements: refused, if one of them is.
        judge.refusesExecute = { [unowned self] statement in
            if judged.isForced, judged.isSure, let statement, !isRefused(statement, judged.policy) {
                fault = SimulationFault(description: "refused though it is allowed: \(statement.text)")
            }
            return judged.isForced
        }
        backend.takes = { [unowned self] in if !upstreamPolicies.isEmpty { readPolicy = upstreamPolicies.removeFirst() } }
        backend.executes = { [unowned self] in
            if isRefused($0, readPolicy) { fault = SimulationFault(description: "executed without a permit: \($0.text)") }
        }
    }

    /// What the policies of the test say, in the few words of the fake's language.
    private func isRefused(_ statement: FakeStatement, _ policy: Int) -> Bool {
        let isInsert = statement.text.hasPrefix("insert") || statement.text.hasPrefix("copy orders from")
        if statement.text.hasPrefix("delete") { return true }
        if case .unreadable = statement.kind { return true }
        if case .setting = statement.kind, world.caller == "rationed" { return true }
        return isInsert && (policy == 1 || world.caller == "rationed")
    }

    // MARK: - Running

    /// Runs to the session's end, or until so many steps were made; then everything still under way arrives.
    func run(steps most: Int) throws {
        try login()
        while steps < most, session.end == nil {
            try step()
            steps += 1
            if steps % 64 == 0 { try checkQuiet() }
        }
        try settle()
        try checkEnd()
        session.recording.end(at: now.wall, reason: "over")
        try checkRecording()
    }

    private func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

    private func step() throws {
        now.steady += UInt64(roll(3_000_000))
        switch roll(100) {
        case 0..<25: if !isClientGone, toGate.readableBytes < 4096 { toGate.writeImmutableBuffer(client.next()) }
        case 25..<50: feedClient(most: 1 + roll(roll(4) == 0 ? 4096 : 40))
        case 50..<65: feedBackend(most: 1 + roll(roll(4) == 0 ? 4096 : 40))
        case 65..<80: for _ in 0...roll(4) { _ = backend.step() }
        case 80..<92: takeFromBackend(most: 1 + roll(roll(4) == 0 ? 4096 : 40))
        case 92: now.steady += UInt64(roll(12)) * 1_000_000_000
        case 93: beginCancel()
        case 94: if roll(3) == 0 { try reload() }
        case 95: tellNotice()
        case 96, 97: answer()
        default: if roll(60) == 0 { endSomehow() }
        }
        try check()
    }

    // MARK: - What may happen

    private func feedClient(most: Int) {
        if let piece = toGate.readSlice(length: min(most, toGate.readableBytes)) { clientInput.writeImmutableBuffer(piece) }
        if toGate.readableBytes == 0 { toGate.clear() }
        readClient()
    }

    /// As the handler: a client is not read while the machine waits for something else.
    private func readClient() {
        guard session.end == nil, !session.isClientHeld else { return }
        var read = clientInput
        let isSure = session.expectations.isEmpty
        session.client(&clientInput, at: now)
        let messages = taken(read.readSlice(length: read.readableBytes - clientInput.readableBytes) ?? ByteBuffer())
        drain(messages, isSure: isSure)
    }

    /// Whole messages that the gate took.
    private func taken(_ piece: ByteBuffer) -> [ByteBuffer] {
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
    /// that must fail, or, where the backend skips, not at all. Nothing else goes there but Describes of portals before their Execute.
    private func match(_ messages: [ByteBuffer], _ sent: [ByteBuffer], isSure: Bool) {
        var rest = sent[...]
        for (number, message) in messages.enumerated() {
            let line = SimulationLines.line(message)
            history.append(line)
            if let first = rest.first, first != message, SimulationLines.line(first).hasPrefix("D P "), line.hasPrefix("E ") {
                rest.removeFirst()
            }
            var isPoisoned = false
            if let first = rest.first {
                isPoisoned = first != message && SimulationLines.isPoison(SimulationLines.line(first), for: line)
                if first == message || isPoisoned { rest.removeFirst() }
                if first == message, line.hasPrefix("Q ") || line.hasPrefix("P ") { permitted.append(SimulationLines.text(line)) }
            }
            judge.input.writeImmutableBuffer(message)
            judgePolicies.append((policy, isPoisoned && line.hasPrefix("E "), isSure && number == 0))
        }
        for message in rest where messages.isEmpty ? SimulationLines.line(message) != "Q !" : true {
            fault = SimulationFault(description: "upstream without having been sent: \(SimulationLines.line(message))")
        }
    }

    /// What the gate took, for people.
    private(set) var history: [String] = []

    private func takeFromBackend(most: Int) {
        if let piece = backend.take(most) { backendInput.writeImmutableBuffer(piece) }
        readBackend()
    }

    private func readBackend() {
        if session.end == nil || session.end == .terminated { session.backend(&backendInput, at: now) }
        drain()
        readClient()
    }

    private func feedBackend(most: Int) {
        guard !isBackendGone, let piece = toBackend.readSlice(length: min(most, toBackend.readableBytes)) else { return }
        backend.input.writeImmutableBuffer(piece)
    }

    /// What the machine made goes on its way; each message upstream is looked at.
    private func drain(_ messages: [ByteBuffer] = [], isSure: Bool = false) {
        let out = session.toBackend.drainJoined()
        toBackend.writeImmutableBuffer(out)
        upstream.writeImmutableBuffer(out)
        var sent: [ByteBuffer] = []
        while let length = upstream.getInteger(at: upstream.readerIndex + 1, as: UInt32.self), upstream.readableBytes > Int(length),
            let message = upstream.readSlice(length: Int(length) + 1)
        {
            upstreamPolicies.append(policy)
            sent.append(message)
        }
        match(messages, sent, isSure: isSure)
        received.writeImmutableBuffer(session.toClient.drainJoined())
        while let length = received.getInteger(at: received.readerIndex + 1, as: UInt32.self), received.readableBytes > Int(length),
            let message = received.readSlice(length: Int(length) + 1)
        {
            let lines = PostgresNotation.lines(message, fromClient: false)
            // Who has said Terminate is told nothing more, as in the handler; what would have been told is looked at nevertheless.
            if session.end == .terminated { unheard += lines } else { told += lines }
        }
        if session.catalogueWish != nil, catalogueDelay == nil { catalogueDelay = roll(20) }
        if session.wantsCancel {
            session.wantsCancel = false
            beginCancel()
        }
    }

    private func answer() {
        if let delay = catalogueDelay {
            catalogueDelay = delay > 5 ? delay - 5 : nil
            if catalogueDelay == nil {
                session.catalogueWish = nil
                session.catalogueLoaded(SimulationLines.catalogue(now))
                readBackend()
            }
        }
        if let delay = cancelDelay {
            cancelDelay = delay > 5 ? delay - 5 : nil
            if cancelDelay == nil {
                if !isBackendGone { backend.cancel() }
                session.isCancelling = false
                readClient()
            }
        }
    }

    private func beginCancel() {
        guard session.end == nil, session.hasOutstandingStatement, !session.isCancelling, cancelDelay == nil else { return }
        session.isCancelling = true
        cancelDelay = roll(20)
    }

    private func reload() throws {
        guard session.end == nil else { return }
        policy = 1 - policy
        try session.recording.adopt(world.stages[policy].recorded)
        guard session.gate.adopt(world.stages[policy].program) else { throw SimulationFault(description: "the caller is unknown") }
    }

    private func tellNotice() {
        guard !isBackendGone, !backend.isClosed else { return }
        notices.sent += 1
        switch roll(3) {
        case 0: backend.tell("N 00000 notice \(notices.sent)")
        case 1: backend.tell("A channel \(notices.sent)")
        default: backend.tell("S DateStyle=\(notices.sent)")
        }
    }

    /// Somebody goes away, with what was under way or without it.
    private func endSomehow() {
        switch roll(4) {
        case 0: toGate.writeImmutableBuffer(client.goodbye())
        case 1:
            isClientGone = true
            if roll(2) == 0 { toGate.clear() }
            if toGate.readableBytes > 1, roll(2) == 0 { toGate = toGate.readSlice(length: 1 + roll(toGate.readableBytes)) ?? toGate }
            feedClient(most: .max)
            session.clientLost(at: now)
        case 2:
            backend.end()
            if roll(2) == 0 { isBackendGone = true }
        default:
            isBackendGone = true
            session.backendLost(at: now)
        }
        drain()
    }

    // MARK: - Login

    /// Both logins in pieces of any size: what a client sends ahead of its time waits.
    private func login() throws {
        var machine = PostgresLogin(offersTLS: false, allowsCleartext: true)
        var sent = ByteBuffer()
        sent.writeInteger(UInt32(0))
        sent.writeInteger(PostgresStartupCode.version3)
        for text in ["user", "tester", "database", "shop"] { PostgresCodec.text(text, to: &sent) }
        sent.writeInteger(UInt8(0))
        sent.setInteger(UInt32(sent.readableBytes), at: 0)
        PostgresCodec.message(PostgresFrontend.password.rawValue, to: &sent) { PostgresCodec.text(world.caller, to: &$0) }
        sent.writeImmutableBuffer(client.next())
        var isProven = false
        while !isProven {
            guard let piece = sent.readSlice(length: min(sent.readableBytes, 1 + roll(9))) else { break }
            clientInput.writeImmutableBuffer(piece)
            while case let step = try machine.receive(&clientInput), step != .wait {
                guard case .authenticate(let token, _) = step else { continue }
                guard String(decoding: token, as: UTF8.self) == world.caller else { throw SimulationFault(description: "another token") }
                isProven = true
                break
            }
            if sent.readableBytes == 0 { break }
        }
        guard isProven else { throw SimulationFault(description: "the login came to nothing") }
        toGate.writeImmutableBuffer(sent)
        try loginToBackend()
        readClient()
    }

    private func loginToBackend() throws {
        var machine = PostgresBackendLogin(
            credential: .init(user: "u", password: nil), database: "d", settings: [], wantsTLS: false, nonce: "nonce")
        _ = machine.connected()
        var answers = ByteBuffer()
        PostgresCodec.authentication(0, to: &answers)
        PostgresCodec.parameterStatus("client_encoding", "UTF8", to: &answers)
        PostgresCodec.backendKeyData(process: 7, key: 8, to: &answers)
        PostgresCodec.readyForQuery(.idle, to: &answers)
        var arrived = ByteBuffer()
        while let piece = answers.readSlice(length: min(answers.readableBytes, 1 + roll(7))), piece.readableBytes > 0 {
            arrived.writeImmutableBuffer(piece)
            if case .ready = try machine.receive(&arrived) { return }
        }
        throw SimulationFault(description: "the backend's login came to nothing")
    }

    // MARK: - Invariants

    private func check() throws {
        if let fault { throw fault }
        guard isMasked else { return }
        if let shown = unheard.first(where: { $0.lowercased().contains("canary") }) { throw SimulationFault(description: "shown: \(shown)") }
        while scanned < told.count {
            if told[scanned].lowercased().contains("canary") { throw SimulationFault(description: "shown: \(told[scanned])") }
            scanned += 1
        }
    }
    private var scanned = 0
    private var unheard: [String] = []

    /// What the client was told.
    var transcript: [String] { told }

    private var isQuiet: Bool {
        toGate.readableBytes == 0 && clientInput.readableBytes == 0 && toBackend.readableBytes == 0 && backend.output.readableBytes == 0
            && backendInput.readableBytes == 0 && backend.isQuiet && session.expectations.isEmpty && !session.isClientHeld
    }

    /// Where nothing is under way, all three agree.
    private func checkQuiet() throws {
        guard isQuiet, session.end == nil, !isBackendGone else { return }
        // All of it is compared at the end; on the way now and then.
        if roll(4) == 0 { try compare(isWhole: true) }
        // Without a Sync behind the last message nobody but the backend knows.
        guard told.last(where: { !SimulationLines.isAsynchronous($0) })?.hasPrefix("Z ") ?? true, !session.isSkipping else { return }
        if session.transaction != backend.state {
            throw SimulationFault(description: "gate says \(session.transaction), backend \(backend.state)")
        }
        let last = told.last { $0.hasPrefix("Z ") }
        if let last, last != "Z \(UnicodeScalar(backend.state.rawValue))" {
            throw SimulationFault(description: "client believes \(last), backend is \(backend.state)")
        }
        if roll(20) == 0 { try checkRecording() }
    }

    /// Everything under way arrives, until nothing moves any more.
    private func settle() throws {
        if !isClientGone, session.end == nil { toGate.writeImmutableBuffer(client.finishing()) }
        for _ in 0..<20_000 {
            let before = (toGate.readableBytes, clientInput.readableBytes, toBackend.readableBytes, told.count, catalogueDelay, cancelDelay)
            let hadOutput = backend.output.readableBytes
            feedClient(most: .max)
            feedBackend(most: .max)
            let stepped = backend.step()
            takeFromBackend(most: .max)
            answer()
            try check()
            let after = (toGate.readableBytes, clientInput.readableBytes, toBackend.readableBytes, told.count, catalogueDelay, cancelDelay)
            if !stepped, hadOutput == 0, backend.output.readableBytes == 0, before == after { return }
            if backend.isClosed, backend.output.readableBytes == 0, session.end == nil { session.backendLost(at: now) }
        }
    }

    private func checkEnd() throws {
        if session.end == nil, !isBackendGone {
            guard isQuiet else {
                throw SimulationFault(
                    description: "stuck: held \(session.isClientHeld), \(session.expectations.count) answers owed, told \(told.suffix(5))")
            }
            try checkQuiet()
        }
        try compare(isWhole: session.end == nil && !isBackendGone)
    }

    /// What the client was told is what it would have been told without a gate, refusals and masks apart: nothing lost, doubled, reordered.
    private func compare(isWhole: Bool) throws {
        judge.cancelled = backend.cancelled
        while judge.step() {}
        if let bytes = judge.take(.max) { expected += PostgresNotation.lines(bytes, fromClient: false) }
        let (must, was) = (SimulationLines.normal(expected, isMasked: isMasked), SimulationLines.normal(told, isMasked: isMasked))
        if case .fault(let fault) = session.end, fault.kind != .policyLimit { throw SimulationFault(description: "ended: \(fault)") }
        let heard = Array(was.prefix { $0 != "E FATAL" })
        let parted = zip(must, heard).prefix(while: SimulationLines.agree).count
        let isInOrder = parted == heard.count || isLastPieceOfCopy(must, heard, parted)
        guard isInOrder, !isWhole || heard.count < was.count || must.count == was.count else {
            throw SimulationFault(
                description: """
                    answer \(parted): must be \(must.dropFirst(parted).prefix(5)), was \(was.dropFirst(parted).prefix(5)); before it \
                    \(must.prefix(parted).suffix(4)); whole \(isWhole), end \(session.end.map { "\($0)" } ?? "none")
                    """)
        }
    }
    private var expected: [String] = []

    private func isLastPieceOfCopy(_ must: [String], _ heard: [String], _ parted: Int) -> Bool {
        parted == heard.count - 1 && must.count > parted && heard[parted].hasPrefix("d ") && must[parted].hasPrefix("d ")
    }

    /// Everything that was judged is in the recording, refused or let through, and in order.
    private func checkRecording() throws {
        world.recorder.flush()
        guard let recorded = try world.reader.session(session.recording.id) else { throw SimulationFault(description: "no recording") }
        let texts = try world.reader.messages(of: recorded).filter { $0.kind == .query || $0.kind == .parse }.filter { $0.effect == .allow }
            .map { String(decoding: $0.text, as: UTF8.self) }
        guard texts == permitted else {
            let (recorded, sent) = ("\(texts.suffix(3)) of \(texts.count)", "\(permitted.suffix(3)) of \(permitted.count)")
            throw SimulationFault(description: "recorded \(recorded), sent \(sent)")
        }
    }
    private var permitted: [String] = []
}

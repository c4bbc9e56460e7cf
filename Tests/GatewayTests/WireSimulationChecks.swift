// How a simulated session begins, and what must hold of it after each step and at its end.

import Decision
import Machine
import NIOCore
import Recording

@testable import Gateway

extension WireSimulation {
    // MARK: - Login

    /// Both logins in pieces of any size: what a client sends ahead of its time waits.
    func login() throws {
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

    func loginToBackend() throws {
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

    func check() throws {
        if let fault { throw fault }
        guard isMasked else { return }
        if let shown = unheard.first(where: { $0.lowercased().contains("canary") }) { throw SimulationFault(description: "shown: \(shown)") }
        while scanned < told.count {
            if told[scanned].lowercased().contains("canary") { throw SimulationFault(description: "shown: \(told[scanned])") }
            scanned += 1
        }
    }

    var isLinkGone: Bool { link?.isGone ?? false }

    var isQuiet: Bool {
        toGate.readableBytes == 0 && clientInput.readableBytes == 0 && link?.isSilent ?? true && session.expectations.isEmpty
            && !session.isClientHeld
    }

    /// Where nothing is under way, all three agree.
    func checkQuiet() throws {
        guard isQuiet, session.end == nil, !isLinkGone else { return }
        // All of it is compared at the end; on the way now and then.
        if roll(4) == 0 { try compare(isWhole: true) }
        // Without a Sync behind the last message nobody but the backend knows.
        guard told.last(where: { !SimulationLines.isAsynchronous($0) })?.hasPrefix("Z ") ?? true, !session.isSkipping else { return }
        // Without a connection there is no transaction.
        let state = link?.fake.state ?? .idle
        if session.transaction != state { throw SimulationFault(description: "gate says \(session.transaction), backend \(state)") }
        let last = told.last { $0.hasPrefix("Z ") }
        if let last, last != "Z \(UnicodeScalar(state.rawValue))" {
            throw SimulationFault(description: "client believes \(last), backend is \(state)")
        }
        if roll(20) == 0 { try checkRecording(world.reader) }
    }

    /// What a client says last.
    func sayLast() {
        if !isClientGone, session.end == nil { toGate.writeImmutableBuffer(client.finishing()) }
    }

    /// Everything under way arrives. False when nothing moves any more.
    func settle() throws -> Bool {
        let before = (toGate.readableBytes, clientInput.readableBytes, link?.toBackend.readableBytes ?? -1, told.count, catalogueDelay)
        let (hadCancel, hadHold, hadOutput) = (cancel != nil, hold?.id, link?.fake.output.readableBytes ?? 0)
        feedClient(most: .max)
        link?.carry(.max)
        let stepped = link?.fake.step() ?? false
        link?.deliver(.max)
        readBackend()
        answer()
        if session.hold != nil, session.hold?.isDue == false { try answerHold() }
        try check()
        let after = (toGate.readableBytes, clientInput.readableBytes, link?.toBackend.readableBytes ?? -1, told.count, catalogueDelay)
        if stepped || hadOutput > 0 || before != after || hadCancel || hold?.id != hadHold { return true }
        guard let link, link.fake.isClosed || link.isGone, session.end == nil else { return false }
        session.backendLost(at: now)
        drain()
        return true
    }

    /// What the client was told is what it would have been told without a gate, refusals and masks apart: nothing lost, doubled, reordered.
    func compare(isWhole: Bool) throws {
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

    func isLastPieceOfCopy(_ must: [String], _ heard: [String], _ parted: Int) -> Bool {
        parted == heard.count - 1 && must.count > parted && heard[parted].hasPrefix("d ") && must[parted].hasPrefix("d ")
    }

    /// Everything that was let through is in the recording, and in order.
    /// - Parameter isCrash: of what a gateway left that was killed: an entry may be there whose message did not get upstream.
    func checkRecording(_ reader: RecordingReader, isCrash: Bool = false) throws {
        if !isCrash { world.recorder.flush() }
        guard let recorded = try reader.session(session.recording.id) else { throw SimulationFault(description: "no recording") }
        let texts = try reader.messages(of: recorded).filter { $0.kind == .query || $0.kind == .parse }
            .filter { $0.effect == .allow || $0.effect == .approved }.map { String(decoding: $0.text, as: UTF8.self) }
        guard texts == permitted else {
            let (recorded, sent) = ("\(texts.suffix(3)) of \(texts.count)", "\(permitted.suffix(3)) of \(permitted.count)")
            throw SimulationFault(description: "recorded \(recorded), sent \(sent)")
        }
    }
}

extension WireSimulation {
    /// Another session of the loop has its turn.
    func disturb() {
        Array("insert into neighbours values (1); select secret from neighbours".utf8).withUnsafeBytes {
            _ = neighbour.consider(.query($0), at: Circumstances(moment: Moment(seconds: 0)))
        }
    }

    /// What the policies of the test say, in the few words of the fake's language.
    func isRefused(_ statement: FakeStatement, _ policy: Int) -> Bool {
        // A call by its number, whose result has nothing to mask by.
        if statement.text == "select function" { return isMasked }
        if statement.text.hasPrefix("delete") { return true }
        if case .unreadable = statement.kind { return true }
        if case .setting = statement.kind, world.caller == "rationed" { return true }
        return isInsert(statement) && (policy == 1 || world.caller == "rationed")
    }

    func isInsert(_ statement: FakeStatement) -> Bool {
        statement.text.hasPrefix("insert") || statement.text.hasPrefix("copy orders from")
    }
}

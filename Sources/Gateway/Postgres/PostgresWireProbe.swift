// A way into the room's decoders and machines for fuzzers: bytes in, nothing out.

import Decision
import Inspect
import NIOCore
import Recording

/// Runs hostile bytes through what reads them. Ends normally for any input.
public enum PostgresWireProbe {
    /// The first byte chooses what reads the rest.
    public static func decode(_ input: UnsafeRawBufferPointer) {
        guard let choice = input.first else { return }
        let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        switch choice % 6 {
        case 0: _ = try? PostgresOpening.read(rest)
        case 1: login(rest)
        case 2: backendLogin(rest)
        case 3: _ = PostgresErrorFields(payload: rest).map { $0.isFatal }
        case 4: _ = PostgresColumn.read(rest)
        default:
            var scram = PostgresScram(password: [112], nonce: "nonce")
            _ = try? scram.answer(Array(rest))
            _ = try? scram.verify(Array(rest))
        }
    }

    private static func login(_ bytes: UnsafeRawBufferPointer) {
        var machine = PostgresLogin(offersTLS: bytes.count % 2 == 0, allowsCleartext: true)
        var input = ByteBuffer(bytes: bytes)
        while let step = try? machine.receive(&input) {
            switch step {
            case .wait, .cancel, .authenticate, .certify: return
            case .answer: continue
            case .startTLS, .startDirectTLS:
                guard (try? machine.encrypted(applicationProtocol: "postgresql", showsCertificate: bytes.count % 3 == 0)) != nil else { return }
            }
        }
    }

    private static func backendLogin(_ bytes: UnsafeRawBufferPointer) {
        var machine = PostgresBackendLogin(
            credential: .init(user: "u", password: [112], allowsWeakMethods: true), database: "d", settings: [], wantsTLS: false,
            nonce: "nonce")
        _ = machine.connected()
        var input = ByteBuffer(bytes: bytes)
        while let step = try? machine.receive(&input) {
            switch step {
            case .wait, .ready, .refused: return
            case .send: continue
            case .startTLS: _ = machine.encrypted(channelBinding: nil)
            }
        }
    }

    /// A whole session: a run of pieces, each a byte whose lowest bit says whose bytes follow (1: the backend's) and whose other bits say how
    /// many, at most 127. One without bytes is an event: what runs has run for too long, or a cancel has begun or ended.
    public static func session(_ input: UnsafeRawBufferPointer, gate: Gate, recording: SessionRecording) {
        let session = PostgresSession(
            gate: gate, recording: recording, observer: .silent, impossibleName: "impossible", lexical: LexicalState())
        var (client, backend) = (ByteBuffer(), ByteBuffer())
        let now = PostgresMoment(wall: 1_772_000_000_000_000_000, steady: 1_000_000_000_000)
        var at = 0
        while at < input.count, session.end == nil {
            let count = min(Int(input[at] >> 1), input.count - at - 1)
            let piece = UnsafeRawBufferPointer(rebasing: input[at + 1..<at + 1 + count])
            if input[at] == 0, let running = session.expectations.running?.statement { session.runtimeIsOver(running) }
            if input[at] == 1 { session.isCancelling.toggle() }
            session.wantsCancel = false
            if input[at] & 1 == 0 { client.writeBytes(piece) } else { backend.writeBytes(piece) }
            session.client(&client, at: now)
            session.backend(&backend, at: now)
            if session.catalogueWish != nil { session.catalogueLoaded(PostgresCatalogue(relations: [], functions: [:], asOf: now.steady)) }
            session.toBackend.drain { _ in }
            session.toClient.drain { _ in }
            at += 1 + count
        }
    }
}

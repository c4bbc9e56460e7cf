// Policies, gates, recordings and sessions for the room's tests.

import Compiler
import Decision
import Foundation
import Machine
import Mask
import PolicyLang
import Recording
import Testing

@testable import Gateway

/// A compiled policy, and what is made from it.
struct PostgresStage: Sendable {
    let program: VerifiedProgram
    let recorded: RecordedProgram

    init(policy: String) throws {
        let compiled = PolicyCompiler.compile(
            files: [SourceFile(path: "test.policy", text: policy)], options: CompileOptions(date: Moment(seconds: 1_772_000_000)))
        let made = try #require(compiled.program, "\(DiagnosticText.render(compiled.diagnostics, files: compiled.sources))")
        program = try VerifiedProgram.load(ProgramCodec.encode(made))
        recorded = RecordedProgram(made, digest: [])
    }

    /// The caller whose token says `sub`.
    func caller(_ subject: String) throws -> Caller {
        let claims = VerifiedClaims(
            issuer: program.text(program.issuers[0].name), subject: subject, values: ["sub": .string(subject)], proof: .bearer)
        guard case .caller(let caller) = program.identify(claims) else { throw NotationError(description: "nobody is \(subject)") }
        return caller
    }

    func gate(_ caller: Caller, on resource: String, _ facts: SessionFacts? = nil, shelf: GateShelf? = nil) -> Gate? {
        Gate(
            policy: program, caller: caller, resource: resource,
            facts: facts ?? SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)),
            secrets: MaskSecrets(hashKey: Array(repeating: 7, count: 32)), memory: FirstSeen(), ledger: LimitLedger(), shelf: shelf)
    }

    /// A session as the handler would make it, recorded into the process's own recording.
    /// - Parameter journal: where many sessions follow each other, what they share.
    func session(
        _ subject: String, on resource: String, journal: Journal? = nil, observer: PostgresObserver = .silent
    ) throws -> PostgresSession {
        let caller = try caller(subject)
        let made = gate(caller, on: resource)
        let gate = try #require(made)
        let recording = try (journal ?? StageRecording.shared.get().makeJournal()).begin(
            SessionRecord(
                caller: caller, resource: resource, kind: .postgres, sourceAddress: "test", database: "test", backendUser: "test",
                program: recorded, startedAt: 1_772_000_000_000_000_000))
        return PostgresSession(
            gate: gate, recording: recording, observer: observer, impossibleName: "impossible", lexical: .init())
    }
}

/// One recording for all tests of the process, in a directory that goes with it.
enum StageRecording {
    static let directory = FileManager.default.temporaryDirectory.appendingPathComponent("postern-\(UUID().uuidString)").path
    static let shared = Result { try Recorder(directory: directory) }
}

// libFuzzer's way into the PostgreSQL room: the first byte chooses between its decoders and a whole session under a masking policy.

import Compiler
import Decision
import Foundation
import Gateway
import Machine
import PolicyLang
import Recording

/// A policy, a caller and a journal, made once.
private final class FuzzTarget {
    static nonisolated(unsafe) let shared = FuzzTarget()

    private static let policy = """
        policy fuzz edition 1
        issuer cluster : oidc { url "https://issuer.example"  audience "postern"  claims { sub string } }
        identity reader from cluster { when claim.sub == "reader" }
        resource shop : postgres { search_path public }
        allow reads { who reader  on shop  to any }
        allow rations { who reader  on shop  to select from b, wide  limit 2 rows, 40 bytes, 5s runtime }
        deny no_delete { on shop  to delete  because "no" }
        mask contact { who reader  on shop  column customers.email with partial(first: 2) }
        """

    private let program: VerifiedProgram?
    private let caller: Caller?
    private let recorded: RecordedProgram?
    private let journal: Journal?

    private init() {
        let compiled = PolicyCompiler.compile(
            files: [SourceFile(path: "fuzz.policy", text: Self.policy)], options: CompileOptions(date: Moment(seconds: 1_772_000_000)))
        program = compiled.program.flatMap { try? VerifiedProgram.load(ProgramCodec.encode($0)) }
        recorded = compiled.program.map { RecordedProgram($0, digest: []) }
        let claims = VerifiedClaims(issuer: "cluster", subject: "reader", values: ["sub": .string("reader")], proof: .bearer)
        if case .caller(let found)? = program?.identify(claims) { caller = found } else { caller = nil }
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("postern-fuzz-\(UUID().uuidString)").path
        journal = try? Recorder(directory: directory).makeJournal()
    }

    func session(_ input: UnsafeRawBufferPointer) {
        guard let program, let caller, let recorded, let journal,
            let gate = Gate(
                policy: program, caller: caller, resource: "shop",
                facts: SessionFacts(caller: caller, source: nil, start: Moment(seconds: 0)),
                secrets: MaskSecrets(hashKey: [UInt8](repeating: 7, count: 32)), memory: FirstSeen()),
            let recording = try? journal.begin(
                SessionRecord(
                    caller: caller, resource: "shop", kind: .postgres, sourceAddress: "", database: "", backendUser: "",
                    program: recorded, startedAt: 1))
        else { return }
        PostgresWireProbe.session(input, gate: gate, recording: recording)
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: size)
    guard let first = bytes.first else { return 0 }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    if first & 1 == 0 { PostgresWireProbe.decode(rest) } else { FuzzTarget.shared.session(rest) }
    return 0
}

// Simulated sessions from a seed: every one keeps every invariant. See WireSimulation.swift.

import Foundation
import Recording
import Testing

@testable import Gateway

/// `POSTERN_SIMULATION_SEED` chooses another seed; `POSTERN_SIMULATION_SECONDS` runs sessions from it on for so long instead of a few.
@Suite struct WireSimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let seed = environment["POSTERN_SIMULATION_SEED"].flatMap { UInt64($0) } ?? 42
    static let seconds = environment["POSTERN_SIMULATION_SECONDS"].flatMap { Int($0) }
    /// Sessions of the ordinary tests, for each caller.
    static let sessions = 12
    static let stepsPerSession = 500

    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity writer from cluster { when claim.sub == "writer" }
        identity reader from cluster { when claim.sub == "reader" }
        identity rationed from cluster { when claim.sub == "rationed" }
        resource shop : postgres { search_path public }
        allow works { who writer, reader  on shop  to select, insert, delete, call, transact, set }
        allow rations { who rationed  on shop  to select, call, transact  limit 3 rows }
        deny no_delete { on shop  to delete  because "Orders are never deleted." }
        mask contact { who reader  on shop  column customers.email with partial(first: 2) }
        """

    /// A world with a recording of its own, in a directory that goes with it.
    private func inWorld(_ caller: String, _ body: (WireSimulation.World) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("postern-sim-\(UUID().uuidString)").path
        let recorder = try Recorder(directory: directory)
        let reader = try RecordingReader(directory: directory)
        defer {
            reader.close()
            recorder.close()
            try? FileManager.default.removeItem(atPath: directory)
        }
        let closed = Self.policy + "\ndeny no_insert { on shop  to insert  because \"Not now.\" }\n"
        try body(
            WireSimulation.World(
                stages: [try PostgresStage(policy: Self.policy), try PostgresStage(policy: closed)], caller: caller, recorder: recorder,
                journal: try recorder.makeJournal(), reader: reader))
    }

    @Test(arguments: ["writer", "reader", "rationed"]) func sessionsKeepTheInvariants(_ caller: String) throws {
        try inWorld(caller) { world in
            let began = ContinuousClock.now
            var (number, steps) = (0, 0)
            while Self.seconds.map({ ContinuousClock.now - began < .seconds($0) }) ?? (number < Self.sessions) {
                let seed = Self.seed &+ UInt64(number)
                let simulation = try WireSimulation(world, seed: seed)
                do {
                    try simulation.run(steps: Self.stepsPerSession)
                } catch {
                    let (first, last) = (simulation.history.prefix(30), simulation.history.suffix(40))
                    let history = first.joined(separator: " ;; ") + " … " + last.joined(separator: " ;; ")
                    Issue.record("POSTERN_SIMULATION_SEED=\(seed), \(caller), step \(simulation.steps): \(error)\nafter \(history)")
                    break
                }
                steps += simulation.steps
                number += 1
            }
            #expect(steps > 5_000)
        }
    }

    /// The same seed makes the same run, byte for byte.
    @Test func equalSeedsAreEqualRuns() throws {
        try inWorld("reader") { world in
            let transcripts = try (0..<2).map { _ in
                let simulation = try WireSimulation(world, seed: Self.seed)
                try simulation.run(steps: Self.stepsPerSession)
                return simulation.transcript
            }
            #expect(transcripts[0] == transcripts[1])
            #expect(!transcripts[0].isEmpty)
        }
    }
}

// Simulated sessions from a seed: every one keeps every invariant. See WireSimulation.swift.

import Foundation
import Recording
import Testing

@testable import Gateway

/// `POSTERN_SIMULATION_SEED` chooses another seed; `POSTERN_SIMULATION_SECONDS` runs gates from it on for so long instead of a few. What
/// fails is made shorter, and told with the messages that the gate took.
@Suite struct WireSimulationTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let seed = environment["POSTERN_SIMULATION_SEED"].flatMap { UInt64($0) } ?? 42
    static let seconds = environment["POSTERN_SIMULATION_SECONDS"].flatMap { Int($0) }
    /// Gates of the ordinary tests, for each caller and mode.
    static let gates = 2
    static let steps = 600

    static let callers = ["writer", "reader", "rationed", "asked"]

    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity writer from cluster { when claim.sub == "writer" }
        identity reader from cluster { when claim.sub == "reader" }
        identity rationed from cluster { when claim.sub == "rationed" }
        identity asked from cluster { when claim.sub == "asked" }
        identity lead from cluster { when claim.sub == "lead" }
        group dba { lead }
        resource shop : postgres { search_path public }
        allow works { who writer, reader, asked  on shop  to select, insert, delete, call, transact, set, listen, notify }
        allow rations { who rationed  on shop  to select, call, transact, listen, notify  limit 3 rows, 5s runtime }
        deny no_delete { on shop  to delete  because "Orders are never deleted." }
        mask contact { who reader  on shop  column customers.email with partial(first: 2) }
        approve inserts { who asked  on shop  to insert  by dba  within 10m }
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
                journal: try recorder.makeJournal(), reader: reader, directory: directory))
    }

    /// What goes wrong with these choices, and what the gate took before; nil for nothing.
    private func fault(_ world: WireSimulation.World, _ choices: SimulationChoices, _ mode: GateSimulation.Mode, crashes: Bool) -> String? {
        let gate = GateSimulation(world, choices, mode)
        do {
            try gate.run(steps: Self.steps, crashes: crashes)
            return nil
        } catch {
            // A printer stops at a NUL.
            let told = gate.history.enumerated().map {
                "\($0.offset): " + $0.element.suffix(160).joined(separator: " ;; ").replacing("\0", with: "")
            }
            return "\(error)\nafter \(told.joined(separator: "\n"))"
        }
    }

    @Test(arguments: callers, GateSimulation.Mode.allCases) func sessionsKeepTheInvariants(_ caller: String, _ mode: GateSimulation.Mode) throws {
        try inWorld(caller) { world in
            let began = ContinuousClock.now
            var number = 0
            while Self.seconds.map({ ContinuousClock.now - began < .seconds($0) }) ?? (number < Self.gates) {
                let seed = Self.seed &+ UInt64(number)
                let crashes = number % 16 == 0
                number += 1
                let choices = SimulationChoices(seed: seed)
                guard let found = fault(world, choices, mode, crashes: crashes) else { continue }
                let small = SimulationShrinker.smallest(choices.made, runs: 150) {
                    fault(world, SimulationChoices(script: $0), mode, crashes: crashes) != nil
                }
                let shown = fault(world, SimulationChoices(script: small), mode, crashes: crashes)
                Issue.record(
                    """
                    POSTERN_SIMULATION_SEED=\(seed), \(caller), \(mode.rawValue): \(shown ?? found)
                    \(small.count) of \(choices.made.count) choices; at first: \(found.prefix(600))
                    """)
                break
            }
            if Self.seconds != nil { print("simulated \(number) gates of \(caller), \(mode.rawValue)") }
        }
    }

    /// The same seed makes the same run, byte for byte, and so do the choices that it made.
    @Test func equalSeedsAreEqualRuns() throws {
        try inWorld("reader") { world in
            let first = SimulationChoices(seed: Self.seed)
            let gates = try [first, SimulationChoices(seed: Self.seed)].map { choices in
                let gate = GateSimulation(world, choices, .transaction)
                try gate.run(steps: Self.steps, crashes: false)
                return gate.transcript
            }
            #expect(gates[0] == gates[1])
            #expect(gates[0].joined().count > 20)
            let again = GateSimulation(world, SimulationChoices(script: first.made), .transaction)
            try again.run(steps: Self.steps, crashes: false)
            #expect(again.transcript == gates[0])
        }
    }

    /// The shrinker finds what a failure needs, and nothing else.
    @Test func failuresAreMadeSmall() {
        let choices = (0..<400).map { ($0 * 37) % 101 }
        let small = SimulationShrinker.smallest(choices, runs: 2000) { candidate in
            guard let first = candidate.firstIndex(of: 74) else { return false }
            return candidate[first...].contains(7)
        }
        #expect(small == [74, 7])
    }
}

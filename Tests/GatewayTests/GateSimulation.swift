// A whole gate in simulated time: several clients, a pool between them, a recording, crashes, and one seed for all of it.

import Foundation
import Machine
import NIOCore
import Recording

@testable import Gateway

/// Sessions that share backends as a pool shares them, or have their own. Who takes the next step, what it is and when a connection is lent
/// is decided by the choices.
final class GateSimulation {
    enum Mode: String, CaseIterable {
        case alone, session, transaction
    }

    private let world: WireSimulation.World
    private let choices: SimulationChoices
    private let mode: Mode
    private let clock = SimulatedClock()
    private let fates = FakeFates()
    private let texts = PostgresPreparedTexts(nonce: "N")
    private var idle: [SimulatedLink] = []
    private var open = 0
    private var number = 0
    private(set) var sessions: [WireSimulation] = []
    /// Those that are over.
    private var former: [WireSimulation] = []
    private static let poolSize = 2
    private static let clients = 3

    var steps: Int { (sessions + former).reduce(0) { $0 + $1.steps } }
    var history: [[String]] { (former + sessions).map(\.history) }
    var transcript: [[String]] { (former + sessions).map(\.told) }
    var ends: [PostgresEnd] { (former + sessions).compactMap(\.session.end) }

    init(_ world: WireSimulation.World, _ choices: SimulationChoices, _ mode: Mode) {
        self.world = world
        self.choices = choices
        self.mode = mode
    }

    /// Runs so many steps of all sessions together, and lets everything under way arrive.
    /// - Parameter crashes: what is found in a recording whose gateway is killed in the middle is looked at as well.
    func run(steps most: Int, crashes: Bool) throws {
        while sessions.count < (mode == .alone ? 1 : Self.clients) { try begin() }
        for step in 0..<most where !choices.isOver {
            if sessions.allSatisfy({ $0.session.end != nil && !($0.session.end == .terminated && $0.link != nil) }), former.count > 3 { break }
            let chosen = sessions[choices.roll(sessions.count)]
            try chosen.step()
            try share()
            if crashes, step == most / 2 { try crash() }
        }
        try settle()
        for session in former + sessions { try session.checkRecording(world.reader) }
    }

    private func begin() throws {
        number += 1
        var link: SimulatedLink?
        var carrier: PostgresCarrier?
        switch mode {
        case .alone: link = SimulatedLink(fates)
        case .session: link = take()
        case .transaction: carrier = PostgresCarrier(texts: texts, limit: 2, number: UInt64(number))
        }
        let session = try WireSimulation(world, choices, clock: clock, fates: fates, link: link, number: number, carrier: carrier)
        sessions.append(session)
        try session.login()
    }

    // MARK: - The pool

    private func make() -> SimulatedLink {
        open += 1
        let key = PostgresPoolKey(startup: [], caller: nil)
        return SimulatedLink(
            fates, pooled: PostgresPooled(key: key, server: 0, greeting: .init(), born: 0))
    }

    private func take() -> SimulatedLink { idle.popLast() ?? make() }

    /// Connections that are free go to sessions that wait, at some time; those that are over are replaced.
    private func share(isEnding: Bool = false) throws {
        guard mode != .alone else { return }
        for session in sessions {
            if let (link, needsReset) = session.giveBack() {
                if needsReset {
                    link.fake.reset()
                    link.pooled?.wasReset()
                }
                idle.append(link)
            } else if session.session.end != nil, let link = session.link, link.isGone || session.session.end != .terminated {
                session.drop()
                open -= 1
            }
        }
        for (index, session) in sessions.enumerated() where session.session.end != nil && session.link == nil && !isEnding {
            try session.finish()
            former.append(session)
            sessions.remove(at: index)
            try begin()
            break
        }
        for session in sessions where session.wantsLink && (isEnding || choices.roll(4) == 0) {
            if let index = idle.firstIndex(where: { $0.isGone || $0.fake.isClosed }) {
                idle.remove(at: index)
                open -= 1
            }
            guard isEnding || !idle.isEmpty || open < Self.poolSize else { continue }
            session.lend(take())
        }
    }

    private func settle() throws {
        for session in sessions { session.sayLast() }
        for _ in 0..<20_000 {
            var moves = false
            for session in sessions {
                if try session.settle() { moves = true }
                let waited = session.wantsLink
                try share(isEnding: true)
                if waited { moves = true }
            }
            if !moves { break }
        }
        for session in sessions { try session.finish() }
    }

    // MARK: - Crashes

    /// A gateway that is killed now leaves everything that went upstream, however far its recording was taken in; and the next one begins
    /// where it stopped.
    private func crash() throws {
        let left = world.directory + "-crashed-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: left) }
        try FileManager.default.copyItem(atPath: world.directory, toPath: left)
        let next = try Recorder(directory: left)
        let journal = try next.makeJournal()
        let again = try journal.begin(
            SessionRecord(
                caller: try world.stages[0].caller(world.caller), resource: "shop", kind: .postgres, sourceAddress: "test", database: "test",
                backendUser: "test", program: world.stages[0].recorded, startedAt: clock.now.wall))
        next.close()
        let reader = try RecordingReader(directory: left)
        defer { reader.close() }
        for session in sessions + former { try session.checkRecording(reader, isCrash: true) }
        guard let old = sessions.first, try reader.session(old.session.recording.id)?.endReason != nil,
            try reader.session(again.id) != nil
        else { throw SimulationFault(description: "the next gateway did not end what it found, or did not record its own") }
    }
}

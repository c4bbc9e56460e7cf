// The wire differ: the same messages directly and through the gate give the same answers and the same transaction state.

import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Gateway

/// `POSTERN_WIRE_SEED` and `POSTERN_WIRE_ROUNDS` choose another seed and more rounds than the ordinary tests have.
@Suite(.serialized) struct WireDifferTests {
    private static let environment = ProcessInfo.processInfo.environment
    static let seed = environment["POSTERN_WIRE_SEED"].flatMap { UInt64($0) } ?? 20_260_101
    static let rounds = environment["POSTERN_WIRE_ROUNDS"].flatMap { Int($0) } ?? 100

    private static let policy = """
        policy shop edition 1
        issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
        identity admin from cluster { when claim.sub == "admin" }
        identity reader from cluster { when claim.sub == "reader" }
        resource shop : postgres { search_path public }
        allow everything { who admin, reader  on shop  to any }
        mask hidden { who reader  on shop  column secrets.hidden with null }
        """

    private static let schema = """
        create table items(id int primary key, note text, n int);
        insert into items select i, 'note ' || i, i from generate_series(1, 5) i;
        create table items_empty(id int);
        create view items_view as select id, note from items where id > 0 offset 0;
        create table guarded(id int);
        create table secrets(id int, hidden text);
        insert into secrets values (1, 'hidden');
        create function boom() returns int language plpgsql as $$ begin raise exception 'boom' using errcode = 'P0042'; end $$;
        create function say(t text) returns text language plpgsql as $$ begin raise notice 'said %', t; return t; end $$;
        create function no() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
        create trigger t before insert on guarded for each statement execute function no();
        """

    /// Two databases with the same history, one for each road.
    private func differ(_ caller: String) throws -> (WireDiffer, LiveGateway) {
        let live = try LivePostgres.shared.get()
        let name = LivePostgres.freshName("w")
        for database in [name + "d", name + "g"] {
            try live.makeDatabase(database, Self.schema)
            // The gate's own sessions name themselves: the same name directly would hide nothing, another would show.
            try live.query(database: "postgres", "alter database \(database) set application_name = ''")
        }
        let gateway = try LiveGateway(try PostgresStage(policy: Self.policy), database: name + "g")
        let direct = WireRoad { try Self.login(port: live.port, database: name + "d") }
        let gate = WireRoad {
            let client = try RawClient(port: gateway.port, patience: 5)
            let lines = try client.login(caller, database: name + "g")
            guard lines.last == "Z I" else { throw NotationError(description: "no login: \(lines)") }
            return client
        }
        return (WireDiffer(direct: direct, gate: gate), gateway)
    }

    /// Logs in to the server itself, with the machine that the gateway logs in with.
    private static func login(port: Int, database: String) throws -> RawClient {
        let client = try RawClient(port: port, patience: 5)
        var machine = PostgresBackendLogin(
            credential: .init(user: "app", password: Array(LivePostgres.password.utf8)), database: database, settings: [],
            wantsTLS: false, nonce: try PostgresScram.freshNonce())
        client.send(machine.connected())
        while var message = client.message() {
            switch try machine.receive(&message) {
            case .wait, .startTLS: continue
            case .send(let answer): client.send(answer)
            case .refused(let state, let text): throw NotationError(description: "no login: \(state) \(text)")
            case .ready: return client
            }
        }
        throw NotationError(description: "the server ended the login")
    }

    /// Whether the difference is a documented one.
    private func check(
        _ differ: WireDiffer, _ sequence: WireSequence, _ cut: WireDiffer.Cut, _ random: inout SeededGenerator, _ origin: String
    ) throws -> Bool {
        let found: String
        switch try differ.compare(sequence, cut, &random) {
        case .same: return false
        case .known: return true
        case .different(let text): found = text
        }
        // Once more on fresh connections: what was left behind by others is not shortened to nothing.
        let (shortest, difference) = try differ.shortest(sequence, cut) ?? (sequence, found)
        Issue.record("\(origin), sent as \(cut):\n  \(shortest.lines.joined(separator: "\n  "))\n\(difference)")
        return false
    }

    @Test(arguments: ["admin", "reader"]) func knownSequences(_ caller: String) throws {
        let (differ, gateway) = try differ(caller)
        defer { gateway.service.drain() }
        var random = SeededGenerator(seed: Self.seed)
        let sequences = try WireSequence.all()
        #expect(sequences.count > 50)
        for sequence in sequences {
            // Calls by OID are refused where masks apply: `docs/postgres.md`.
            if caller == "reader", sequence.lines.contains(where: { $0.hasPrefix("F ") || $0.hasPrefix("type F") }) { continue }
            for cut in WireDiffer.Cut.allCases {
                let isKnown = try check(differ, sequence, cut, &random, "sequence '\(sequence.name)' as \(caller)")
                #expect(!isKnown || sequence.isRefused || caller == "reader", "\(sequence.name) differs, in a way that is documented")
            }
        }
    }

    @Test(arguments: ["admin", "reader"]) func randomSequences(_ caller: String) throws {
        let (differ, gateway) = try differ(caller)
        defer { gateway.service.drain() }
        var known = 0
        for round in 0..<Self.rounds {
            // A round is its own: it can be run again alone.
            var generator = WireGenerator(random: SeededGenerator(seed: Self.seed &+ UInt64(round) &* 7919), underMasks: caller == "reader")
            let sequence = WireSequence(name: "\(round)", lines: generator.sequence())
            let cut = WireDiffer.Cut.allCases[round % WireDiffer.Cut.allCases.count]
            if try check(differ, sequence, cut, &generator.random, "seed \(Self.seed), round \(round), as \(caller)") { known += 1 }
        }
        // The documented differences are the exception: were they the rule, nothing would be compared.
        #expect(known * 2 < Self.rounds, "\(known) of \(Self.rounds) sequences differ as documented")
    }
}

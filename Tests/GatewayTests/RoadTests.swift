// Roads out: every way we know of getting a masked value out of PostgreSQL, through the gateway, against a real server. No byte that the
// client receives may show it, and nothing may depend on it.

import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Gateway

@Suite(.serialized) struct RoadTests {
    /// What masks hold, and how the statements are sent.
    enum Way: String, CaseIterable, Sendable {
        case simple, extended, binary, copy, guarded, value, valueBinary

        var masks: String {
            switch self {
            case .simple, .extended, .binary, .copy:
                "mask m { on shop  column any.secret with redact }"
            case .guarded: "mask m { on shop  guarded  column any.secret with redact }"
            case .value, .valueBinary:
                """
                detector canary { pattern "(?i)(?:zx7kanarienvogel|wq4hoelzerlipsc)" }
                mask m { on shop  value canary with redact }
                """
            }
        }
        /// The detector masks the value as it is and in one level of hexadecimal or base64, wherever it stands; what is made of parts of
        /// it is not that value.
        var isByValue: Bool { self == .value || self == .valueBinary }
    }

    struct Road {
        var name: String
        var infers: Bool
        var varies: Bool
        var statements: [String]
    }

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases")
        .appendingPathComponent("roads")
    /// Two values of one length: what a client gets must be the same for both.
    static let canaries = ["Zx7kanarienvogel", "Wq4hoelzerlipsc."]

    static func roads() throws -> [Road] {
        var roads: [Road] = []
        for line in try String(contentsOf: directory.appendingPathComponent("roads.txt"), encoding: .utf8).components(separatedBy: "\n") {
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard line.hasPrefix("== ") else {
                roads[roads.count - 1].statements.append(line)
                continue
            }
            let parts = line.dropFirst(3).components(separatedBy: " | ")
            roads.append(Road(name: parts[0], infers: parts.contains("infers"), varies: parts.contains("varies"), statements: []))
        }
        return roads
    }

    @Test func thereAreSomeHundred() throws {
        #expect(try Self.roads().reduce(0) { $0 + $1.statements.count } >= 300)
    }

    @Test(arguments: Way.allCases) func noneShowsIt(_ way: Way) throws {
        let travellers = try Self.canaries.map { try RoadTraveller(way, canary: $0) }
        var golden = ""
        for road in try Self.roads() {
            let seen = try travellers.map { try $0.travel(road) }
            for (index, one) in seen.enumerated() {
                let shown = RoadCanary(Self.canaries[index]).shown(in: one.bytes, exactly: way.isByValue)
                #expect(shown == nil, "\(way) shows `\(shown ?? "")` on the road `\(road.name)`: \(one.lines)")
            }
            let mayDiffer = road.varies || way.isByValue || (road.infers && way != .guarded)
            if !mayDiffer, seen[0].lines != seen[1].lines {
                let differing = zip(seen[0].lines, seen[1].lines).first { $0 != $1 }
                Issue.record("\(way) on the road `\(road.name)` depends on the value: \(differing.map { "\($0)" } ?? "\(seen.map(\.lines))")")
            }
            golden += "== \(road.name)\n"
            for (statement, outcome) in zip(road.statements, seen[0].outcomes) where !road.varies {
                golden += (outcome + String(repeating: " ", count: max(0, 14 - outcome.utf8.count))) + " " + statement + "\n"
            }
        }
        try CaseFolder.expect(golden, at: Self.directory.appendingPathComponent("\(way.rawValue).out"))
    }
}

/// What a client received on one road.
struct RoadSight {
    /// One for each statement.
    var outcomes: [String] = []
    /// Everything that could depend on the value, but for what no two databases share.
    var lines: [String] = []
    var bytes: [UInt8] = []
}

/// A database with a canary in it, a gateway in front of it, and a client.
private final class RoadTraveller {
    private let way: RoadTests.Way
    private let gateway: LiveGateway
    private let database: String
    private let port: Int
    private var client: RawClient

    init(_ way: RoadTests.Way, canary: String) throws {
        self.way = way
        let live = try LivePostgres.shared.get()
        database = LivePostgres.freshName("t")
        port = live.port
        let schema = try String(contentsOf: RoadTests.directory.appendingPathComponent("roads.sql"), encoding: .utf8)
        try live.makeDatabase(database, schema.replacingOccurrences(of: "CANARY", with: canary))
        let policy = """
            policy roads edition 1
            issuer cluster : oidc { url "https://kubernetes.default.svc"  audience "postern"  claims { sub string } }
            identity walker from cluster { when claim.sub == "walker" }
            resource shop : postgres { search_path public }
            allow walks { who walker  on shop  to any }
            """
        gateway = try LiveGateway(try PostgresStage(policy: policy + "\n" + way.masks), database: database)
        client = try gateway.client("walker", database: database)
    }

    func travel(_ road: RoadTests.Road) throws -> RoadSight {
        var sight = RoadSight()
        for statement in road.statements {
            sight.outcomes.append(try send(statement, &sight))
        }
        _ = try send("rollback", &sight)
        return sight
    }

    private func send(_ written: String, _ sight: inout RoadSight) throws -> String {
        var statement = written.replacingOccurrences(of: "LOOP", with: "host=127.0.0.1 port=\(port) dbname=\(database) user=app password=secret")
        statement = statement.replacingOccurrences(of: "PORT", with: "\(port)").replacingOccurrences(of: "DATABASE", with: database)
        let isQuery = ["select ", "with ", "table "].contains { statement.hasPrefix($0) }
        var out = ByteBuffer()
        switch way {
        case .copy where isQuery: PostgresCodec.query("copy (\(statement)) to stdout (format binary)", to: &out)
        case .simple, .copy, .guarded, .value: PostgresCodec.query(statement, to: &out)
        case .extended, .binary, .valueBinary:
            PostgresCodec.parse(name: "", text: statement.utf8, to: &out)
            PostgresCodec.message(PostgresFrontend.bind.rawValue, to: &out) {
                PostgresCodec.text("", to: &$0)
                PostgresCodec.text("", to: &$0)
                $0.writeMultipleIntegers(UInt16(0), UInt16(0), UInt16(1), UInt16(way == .extended ? 0 : 1))
            }
            PostgresCodec.describe(UInt8(ascii: "P"), "", to: &out)
            PostgresCodec.execute(portal: "", to: &out)
            PostgresCodec.empty(.sync, to: &out)
        }
        client.send(out)
        return try read(written, &sight)
    }

    private func read(_ statement: String, _ sight: inout RoadSight) throws -> String {
        var outcome = "done"
        var lines: [String] = []
        while let message = client.message() {
            sight.bytes += message.readableBytesView
            let line = PostgresNotation.lines(message, fromClient: false)[0]
            lines.append(line)
            if line.hasPrefix("E "), let code = line.components(separatedBy: " C=").dropFirst().first?.prefix(5) {
                outcome = line.contains("F=postgres.c") || line.contains(" R=") ? "error \(code)" : "refused \(code)"
            }
            if line.hasPrefix("D "), outcome == "done" || outcome == "null" { outcome = Self.outcome(of: line) }
            if line.hasPrefix("d "), outcome == "done" || line.contains("[redacted]") {
                outcome = line.contains("[redacted]") ? "masked" : "copied"
            }
            if line.hasPrefix("Z") {
                keep(lines, of: statement, &sight)
                return outcome
            }
        }
        keep(lines, of: statement, &sight)
        client = try gateway.client("walker", database: database)
        return "closed"
    }

    private static func outcome(of row: String) -> String {
        if row.contains("[redacted]") { return "masked" }
        return row.dropFirst(2).components(separatedBy: "|").allSatisfy { $0 == "~" } ? "null" : "shown"
    }

    /// Rows, copied data, errors, notices, notifications and settings.
    private func keep(_ lines: [String], of statement: String, _ sight: inout RoadSight) {
        for line in lines where "DdENASCV".contains(line.prefix(1)) {
            sight.lines.append(statement.prefix(60) + " => " + line.replacingOccurrences(of: database, with: "DATABASE"))
        }
    }
}

/// A value in the forms that roads give it.
private struct RoadCanary {
    private let canary: [UInt8]
    /// Bytes of a part of it that nothing else has.
    private static let part = 6

    init(_ canary: String) { self.canary = Array(canary.utf8) }

    /// The form that is seen; nil: none. `exactly`: only the whole value, as it is, in hexadecimal or base64.
    func shown(in bytes: [UInt8], exactly: Bool) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        let lower = text.lowercased()
        if exactly {
            let whole = String(decoding: canary.prefix(15), as: UTF8.self)
            if lower.contains(whole.lowercased()) { return whole }
            let hex = canary.prefix(15).map { String(format: "%02x", $0) }.joined()
            return lower.contains(hex) ? hex : nil
        }
        for start in 0...(canary.count - Self.part) {
            let part = Array(canary[start..<start + Self.part])
            let small = String(decoding: part, as: UTF8.self).lowercased()
            let forms = [small, String(small.reversed()), part.map { String(format: "%02x", $0) }.joined()]
            if let form = forms.first(where: { lower.contains($0) }) { return form }
            let encoded = Data(part).base64EncodedString()
            if text.contains(encoded) { return encoded }
        }
        return nil
    }
}

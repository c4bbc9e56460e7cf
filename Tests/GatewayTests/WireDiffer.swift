// Sends sequences of client messages to a server directly and through a gate, and tells where the answers part.

import Foundation
import NIOCore
import TestSupport

@testable import Gateway

/// One road to the server, with a connection that is kept from sequence to sequence while it lives.
final class WireRoad {
    private let connect: () throws -> RawClient
    private var client: RawClient?
    private var barriers = 0

    init(_ connect: @escaping () throws -> RawClient) { self.connect = connect }

    /// Sends the pieces one after the other, then what leads any state back to idle, and reads up to there: every message that came,
    /// as a line; `closed` where the connection ended.
    func answers(to pieces: [ByteBuffer], pausing: Bool) throws -> [String] {
        let client = try client ?? connect()
        self.client = client
        for piece in pieces {
            client.send(piece)
            if pausing { usleep(200) }
        }
        barriers += 1
        try client.send("f over ;; S ;; Q rollback ;; Q discard all ;; Q select 'fin \(barriers)'")
        var lines = WireLines()
        var isLast = false
        while let next = client.message() {
            lines.add(next)
            if lines.all.last == "D fin \(barriers)" { isLast = true }
            if isLast, lines.all.last?.hasPrefix("Z") == true {
                // The barrier's number is each road's own.
                return lines.all.dropLast(3) + ["fin"]
            }
        }
        self.client = nil
        return lines.all + ["closed"]
    }

    func forget() { client = nil }
}

/// Messages as lines that are equal where the answers are: OIDs by when they were met first, no process ids.
struct WireLines {
    private(set) var all: [String] = []
    private var oids: [UInt32: Int] = [:]

    mutating func add(_ message: ByteBuffer) {
        guard let type = message.getInteger(at: message.readerIndex, as: UInt8.self) else { return }
        var body = message
        body.moveReaderIndex(forwardBy: PostgresCodec.headerLength)
        switch PostgresBackend(rawValue: type) {
        case .rowDescription: all.append(description(&body))
        case .parameterDescription, .copyInResponse, .copyOutResponse, .functionCallResponse, .readyForQuery, .parameterStatus:
            let shown = body.readableBytesView.map { $0 > 32 && $0 < 127 ? String(UnicodeScalar($0)) : "\\\($0)" }
            all.append("\(UnicodeScalar(type)) " + shown.joined())
        default: all += PostgresNotation.lines(message, fromClient: false).map(Self.normal)
        }
    }

    /// Which temporary schema a session has is chance. The place in the server's source, and which message a COPY was surprised by, tell
    /// of the Describe that the gate adds before an Execute under masks.
    private static func normal(_ line: String) -> String {
        guard line.hasPrefix("E ") || line.hasPrefix("N ") else { return line.replacing("\0", with: "\\0") }
        return line.replacing(/pg_temp_\d+/, with: "pg_temp_N").replacing(#/ F=\S+ L=\d+ R=\w+/#, with: "")
            .replacing(/unexpected message type 0x\w+/, with: "unexpected message type")
    }

    private mutating func description(_ body: inout ByteBuffer) -> String {
        var line = "T"
        for _ in 0..<(body.readInteger(as: UInt16.self) ?? 0) {
            var name: [UInt8] = []
            while let byte = body.readInteger(as: UInt8.self), byte != 0 { name.append(byte) }
            let table = body.readInteger(as: UInt32.self) ?? 0
            let column = body.readInteger(as: UInt16.self) ?? 0
            let type = body.readInteger(as: UInt32.self) ?? 0
            let size = body.readInteger(as: Int16.self) ?? 0
            let modifier = body.readInteger(as: Int32.self) ?? 0
            let format = body.readInteger(as: UInt16.self) ?? 0
            line += " \(String(decoding: name, as: UTF8.self)):\(normal(table)).\(column):\(normal(type)):\(size):\(modifier):\(format)"
        }
        return line
    }

    /// OIDs of a database's own objects differ from database to database.
    private mutating func normal(_ oid: UInt32) -> String {
        guard oid >= 16_384 else { return "\(oid)" }
        if oids[oid] == nil { oids[oid] = oids.count }
        return "own\(oids[oid] ?? 0)"
    }
}

/// Both roads, and the search for the shortest sequence on which they part.
struct WireDiffer {
    var direct: WireRoad
    var gate: WireRoad

    /// How the bytes of a sequence are cut for the gate.
    enum Cut: CaseIterable {
        case whole, messages, pieces
    }

    /// What the gate says where it refuses what PostgreSQL would not, or in other words: `docs/postgres.md`, Differences.
    static let known = [
        "text behind a statement that may change how text is read",
        "a statement that is not understood cannot run while columns are masked",
        "COPY TO STDOUT is let through only as", "COPY of a query is let through only as",
        "a FunctionCall of an OID that the catalogue does not name",
        "text was sent before it was known how it would be read", "the message is withheld: it may quote masked data",
    ]

    /// What a comparison came to.
    enum Comparison {
        case same
        /// A difference that is documented.
        case known
        case different(String)
    }

    func difference(_ sequence: WireSequence, _ cut: Cut, _ random: inout SeededGenerator) throws -> String? {
        guard case .different(let text) = try compare(sequence, cut, &random) else { return nil }
        return text
    }

    func compare(_ sequence: WireSequence, _ cut: Cut, _ random: inout SeededGenerator) throws -> Comparison {
        let whole = try WireNotation.bytes(sequence.lines)
        let expected = try direct.answers(to: [whole], pausing: false)
        let got = try gate.answers(to: try pieces(sequence, whole, cut, &random), pausing: cut != .whole)
        let (first, second) = sequence.isLoose ? (Self.loose(expected), Self.loose(got)) : (expected, got)
        if first == second { return .same }
        gate.forget()
        direct.forget()
        try restore()
        let parted = zip(first, second).prefix { $0 == $1 }.count
        if parted < second.count, Self.known.contains(where: { second[parted].contains($0) }) { return .known }
        return .different(Self.beside(first, second))
    }

    /// Both databases hold the same again, whatever the last sequence did to one of them.
    private func restore() throws {
        let text = "Q truncate items, items_empty; insert into items select i, 'note ' || i, i from generate_series(1, 5) i"
        for road in [direct, gate] { _ = try road.answers(to: [try WireNotation.frontend(text)], pausing: false) }
    }

    private func pieces(_ sequence: WireSequence, _ whole: ByteBuffer, _ cut: Cut, _ random: inout SeededGenerator) throws -> [ByteBuffer] {
        switch cut {
        case .whole: return [whole]
        case .messages: return try sequence.lines.map(WireNotation.frontend)
        case .pieces:
            var (pieces, rest) = ([ByteBuffer](), whole)
            while rest.readableBytes > 0 {
                let size = min(rest.readableBytes, Int.random(in: 1...24, using: &random))
                pieces.append(rest.readSlice(length: size) ?? ByteBuffer())
            }
            return pieces
        }
    }

    /// Errors by severity and SQLSTATE alone. Where the connection ends over a malformed message, the server says so or does not, and may
    /// have answered what came before: only that it ends is compared.
    private static func loose(_ lines: [String]) -> [String] {
        if lines.last == "closed" { return ["closed"] }
        return lines.map { line in
            guard line.hasPrefix("E S=") else { return line }
            return "E " + line.split(separator: " ").filter { $0.hasPrefix("S=") || $0.hasPrefix("C=") }.joined(separator: " ")
        }
    }

    private static func beside(_ expected: [String], _ got: [String]) -> String {
        let parted = zip(expected, got).prefix { $0 == $1 }.count
        let shown = { (lines: [String]) in lines.dropFirst(parted).prefix(6).map { String($0.prefix(300)) }.joined(separator: "\n    ") }
        return "the same up to answer \(parted); then directly\n    \(shown(expected))\n  and through the gate\n    \(shown(got))"
    }

    /// The shortest sequence that still differs: messages are left out while the difference stays.
    func shortest(_ sequence: WireSequence, _ cut: Cut) throws -> (WireSequence, String)? {
        var random = SeededGenerator(seed: 1)
        guard var found = try difference(sequence, cut, &random) else { return nil }
        var best = sequence
        var tries = 0
        var width = max(1, best.lines.count / 2)
        while width > 0, tries < 200 {
            var at = 0
            var isShorter = false
            while at < best.lines.count, tries < 200 {
                var shorter = best
                shorter.lines.removeSubrange(at..<min(at + width, best.lines.count))
                tries += 1
                var again = SeededGenerator(seed: 1)
                if !shorter.lines.isEmpty, let difference = try difference(shorter, cut, &again) {
                    (best, found, isShorter) = (shorter, difference, true)
                } else {
                    at += width
                }
            }
            if !isShorter { width /= 2 }
        }
        return (best, found)
    }
}

// The simulation's client: messages of a random session, each statement with a serial number of its own.

import NIOCore

@testable import Gateway

/// Speaks well-formed messages, pipelined without waiting, over few names; statements that policy refuses are among them.
struct WireSimulationClient {
    private let choices: SimulationChoices
    private var serial: Int
    private let isLimited: Bool
    private static let names = ["-", "-", "-", "s1", "s2"]
    private static let portals = ["-", "-", "-", "p1", "p2"]

    /// - Parameters:
    ///   - serial: the first number of its statements: no two clients have one of the same number.
    ///   - isLimited: its rows are.
    init(_ choices: SimulationChoices, serial: Int, isLimited: Bool) {
        self.choices = choices
        self.serial = serial
        self.isLimited = isLimited
    }

    private func roll(_ count: Int) -> Int { choices.roll(count) }
    private mutating func one(_ choices: [String]) -> String { choices[roll(choices.count)] }

    private mutating func statement() -> String {
        serial += 1
        switch roll(28) {
        case 0..<5: return "select \(serial)"
        case 5..<8: return "select id, email from customers where id = \(serial)"
        case 8: return "select upper(email), \(serial) from customers"
        case 9: return "select email::int from customers where id = \(serial)"
        case 10..<13: return "select n from wide where k = \(serial)"
        case 13: return "select \(serial) / 0"
        case 14, 15: return "insert into orders values (\(serial))"
        case 16: return "insert into orders values (\(serial)) returning id"
        case 17: return "delete from orders where id = \(serial)"
        case 18, 19: return "begin"
        case 20, 21: return one(["commit", "rollback"])
        case 22: return "savepoint s"
        case 23: return "rollback to s"
        case 24: return "set datestyle = 'German'"
        case 25: return "notify gossip, '\(serial)'"
        case 26: return "listen gossip"
        default: return "selec \(serial)"
        }
    }

    private mutating func copyData() -> [String] {
        var lines: [String] = []
        for _ in 0..<roll(4) { lines.append("d " + one(["1\\n", "2\\n", "3\\n", "x\\n"])) }
        if roll(5) == 0 { lines.append(one(["S", "H"])) }
        lines.append(roll(4) == 0 ? "f enough" : "c")
        return lines
    }

    /// A turn: what a client would write before it reads, or goes on writing.
    mutating func next() -> ByteBuffer {
        var lines: [String] = []
        switch roll(100) {
        case 0..<30: lines = ["Q " + statement()]
        case 30..<40:
            let statements = (0...roll(3)).map { _ in statement() }
            // Where a limit cuts the read short, it is a matter of time whether the backend has come to the BEGIN behind it.
            let hasBehind = isLimited && statements.drop { !$0.contains("wide") }.contains("begin")
            lines = ["Q " + (hasBehind ? statements.filter { $0 != "begin" } : statements).joined(separator: "; ")]
        case 40..<46: lines = ["Q copy orders from stdin"] + copyData()
        case 46..<49: lines = ["Q copy customers to stdout"]
        case 49: lines = ["Q "]
        case 50..<55:
            lines = ["P - | copy orders from stdin", "B - -", "E -"] + (roll(2) == 0 ? ["S"] : []) + copyData() + ["S"]
        case 55, 56: lines = ["F \(roll(5) == 0 ? 601 : 600)"]
        case 57: lines = [one(["S", "H", "c", "d stray\\n"])]
        default: lines = extended()
        }
        return (try? WireNotation.bytes(lines)) ?? ByteBuffer()
    }

    private mutating func extended() -> [String] {
        var lines: [String] = []
        for _ in 0...roll(3) {
            let (name, portal) = (one(Self.names), one(Self.portals))
            if roll(5) != 0 { lines.append("P \(name) | \(statement())") }
            if roll(8) == 0 { lines.append("D S \(name)") }
            if roll(8) != 0 { lines.append("B \(portal) \(name)") }
            if roll(4) == 0 { lines.append("D P \(portal)") }
            if roll(8) != 0 { lines.append("E \(portal)" + (roll(4) == 0 ? " max=\(1 + roll(3))" : "")) }
            if roll(8) == 0 { lines.append("E \(one(Self.portals)) max=2") }
            if roll(6) == 0 { lines.append("C \(one(["S s1", "S s2", "P p1", "P p2", "S -"]))") }
            if roll(10) == 0 { lines.append("H") }
            if roll(4) == 0 { lines.append("S") }
        }
        if roll(4) != 0 { lines.append("S") }
        return lines
    }

    /// Leads whatever state there is back to idle.
    mutating func finishing() -> ByteBuffer {
        serial += 1
        return (try? WireNotation.bytes(["S", "Q rollback", "Q select \(serial)"])) ?? ByteBuffer()
    }

    func goodbye() -> ByteBuffer { (try? WireNotation.bytes(["X"])) ?? ByteBuffer() }
}

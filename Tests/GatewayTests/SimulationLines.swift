// What the simulation knows of messages as lines: which belong together, what may be told instead of what.

import NIOCore

@testable import Gateway

enum SimulationLines {
    static func line(_ message: ByteBuffer) -> String { PostgresNotation.lines(message, fromClient: true)[0] }

    static func isPoison(_ line: String, for original: String) -> Bool {
        switch original.first {
        case "Q": line == "Q !"
        case "P": line.hasPrefix("P ") && line.hasSuffix(" | !")
        case "B": line == "B - impossible"
        case "E": line == "E impossible"
        case "D": line.hasPrefix("D ! ")
        case "C": line.hasPrefix("C ! ")
        case "F": line == "F 0"
        default: false
        }
    }

    enum Fate {
        case passed, poisoned, dropped
    }

    /// What became of a message where the gate renames what it sends: by the last of what it sent instead.
    static func fate(of line: String, among sent: [String]) -> Fate {
        guard let last = sent.last(where: { $0 != "H" }) ?? (line == "H" ? sent.last : nil) else { return .dropped }
        if line.hasPrefix("P "), sent.contains(where: { $0.hasSuffix(" | !") }) { return .poisoned }
        if line.hasPrefix("B "), last == "B - impossible" { return .poisoned }
        return isPoison(last, for: line) ? .poisoned : .passed
    }

    static func text(_ line: String) -> String {
        line.hasPrefix("Q ") ? String(line.dropFirst(2)) : line.components(separatedBy: " | ").dropFirst().joined(separator: " | ")
    }

    static func catalogue(_ now: PostgresMoment) -> PostgresCatalogue {
        var customers = PostgresCatalogue.Relation(oid: 100, schema: "public", name: "customers", kind: UInt8(ascii: "r"))
        customers.columns = [.init(number: 1, name: "id", typeOID: 23), .init(number: 2, name: "email", typeOID: 25)]
        var orders = PostgresCatalogue.Relation(oid: 101, schema: "public", name: "orders", kind: UInt8(ascii: "r"))
        orders.columns = [.init(number: 1, name: "id", typeOID: 23)]
        var wide = PostgresCatalogue.Relation(oid: 102, schema: "public", name: "wide", kind: UInt8(ascii: "r"))
        wide.columns = [.init(number: 1, name: "n", typeOID: 23), .init(number: 2, name: "k", typeOID: 23)]
        return PostgresCatalogue(
            relations: [customers, orders, wide], functions: [600: .init(schema: "public", name: "spill")], asOf: now.steady)
    }

    static func isAsynchronous(_ line: String) -> Bool { line.hasPrefix("N ") || line.hasPrefix("A ") || line.hasPrefix("S ") }

    /// A refusal is told as one; any other error may be told as a refusal, where names that are unknown are.
    static func agree(_ must: String, _ was: String) -> Bool {
        if must == was || (must == "E" && was == "E refused") { return true }
        // What is masked may be more than what must be.
        guard must.hasPrefix("D "), was.hasPrefix("D ") else { return false }
        let (cells, shown) = (must.dropFirst(2).split(separator: "|"), was.dropFirst(2).split(separator: "|"))
        return cells.count == shown.count && zip(cells, shown).allSatisfy { $0 == $1 || $1 == "*" }
    }

    /// Without what may come at any time; errors by kind, masked cells as masked, data of a COPY by its rows.
    static func normal(_ lines: [String], isMasked: Bool) -> [String] {
        var found: [String] = []
        for line in lines where !isAsynchronous(line) {
            if line.hasPrefix("E ") {
                let isRefusal = ["C=42501", "C=53400", "C=57014"].contains { line.contains($0) }
                found.append(line.contains("S=FATAL") ? "E FATAL" : isRefusal ? "E refused" : "E")
            } else if line.hasPrefix("D "), isMasked {
                found.append("D " + line.dropFirst(2).split(separator: "|").map { Int($0) == nil ? "*" : String($0) }.joined(separator: "|"))
            } else if line.hasPrefix("d ") {
                let rows = line.components(separatedBy: "\\n").count - 1
                if let last = found.last, last.hasPrefix("d ") {
                    found[found.count - 1] = "d \((Int(last.dropFirst(2)) ?? 0) + rows)"
                } else {
                    found.append("d \(rows)")
                }
            } else {
                found.append(line)
            }
        }
        return found
    }
}

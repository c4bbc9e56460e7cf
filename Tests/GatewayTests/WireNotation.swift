// Client messages as text for the wire differ and the simulation: the notation of scripts, with parameters, formats and row limits.

import Foundation
import NIOCore

@testable import Gateway

/// One line a message. Beside what `PostgresNotation` reads:
///
///     P NAME | TEXT | types=23,25         declared parameter types
///     B PORTAL STATEMENT params=1,~,x pformats=0,1 rformats=1     `~` is NULL; values are texts without comma and space
///     E PORTAL max=2                      a row limit
///     F OID args=1,2                      text arguments
///     type LETTER HEX                     any type byte with a body
enum WireNotation {
    static func frontend(_ line: String) throws -> ByteBuffer {
        let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
        guard let letter = words.first else { throw NotationError(description: "no message") }
        switch letter {
        case "P" where line.contains(" | types="): return parse(line)
        case "B" where words.count > 3: return bind(words)
        case "E" where words.count > 2: return execute(words)
        case "F" where words.count > 2: return call(words)
        case "type":
            var out = ByteBuffer()
            let body = words.count > 2 ? try PostgresNotation.hex(words[2]) : []
            PostgresCodec.message(words[1].utf8.first ?? 0, to: &out) { $0.writeBytes(body) }
            return out
        default: return try PostgresNotation.frontend(line)
        }
    }

    static func bytes(_ lines: [String]) throws -> ByteBuffer {
        var out = ByteBuffer()
        for line in lines { out.writeImmutableBuffer(try frontend(line)) }
        return out
    }

    private static func name(_ word: String) -> String { word == "-" ? "" : word }

    private static func list(_ words: [String], _ key: String) -> [String] {
        guard let word = words.first(where: { $0.hasPrefix(key + "=") }) else { return [] }
        return word.dropFirst(key.count + 1).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func parse(_ line: String) -> ByteBuffer {
        let parts = line.dropFirst(2).components(separatedBy: " | ")
        let types = parts[2].dropFirst("types=".count).split(separator: ",").compactMap { UInt32($0) }
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.parse.rawValue, to: &out) {
            PostgresCodec.text(name(parts[0]), to: &$0)
            PostgresCodec.text(parts[1], to: &$0)
            $0.writeInteger(UInt16(types.count))
            for type in types { $0.writeInteger(type) }
        }
        return out
    }

    private static func values(_ values: [String], to out: inout ByteBuffer) {
        out.writeInteger(UInt16(values.count))
        for value in values {
            out.writeInteger(value == "~" ? Int32(-1) : Int32(value.utf8.count))
            if value != "~" { out.writeString(value) }
        }
    }

    private static func formats(_ formats: [String], to out: inout ByteBuffer) {
        out.writeInteger(UInt16(formats.count))
        for format in formats { out.writeInteger(UInt16(format) ?? 0) }
    }

    private static func bind(_ words: [String]) -> ByteBuffer {
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.bind.rawValue, to: &out) {
            PostgresCodec.text(name(words[1]), to: &$0)
            PostgresCodec.text(name(words[2]), to: &$0)
            formats(list(words, "pformats"), to: &$0)
            values(list(words, "params"), to: &$0)
            formats(list(words, "rformats"), to: &$0)
        }
        return out
    }

    private static func execute(_ words: [String]) -> ByteBuffer {
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.execute.rawValue, to: &out) {
            PostgresCodec.text(name(words[1]), to: &$0)
            $0.writeInteger(Int32(list(words, "max").first ?? "0") ?? 0)
        }
        return out
    }

    private static func call(_ words: [String]) -> ByteBuffer {
        var out = ByteBuffer()
        PostgresCodec.message(PostgresFrontend.functionCall.rawValue, to: &out) {
            $0.writeInteger(UInt32(words[1]) ?? 0)
            $0.writeInteger(UInt16(0))
            values(list(words, "args"), to: &$0)
            $0.writeInteger(UInt16(0))
        }
        return out
    }
}

/// Sequences of the case files: `== NAME` begins one, `== NAME | loose` one whose errors are compared by severity and SQLSTATE alone, because
/// the message is malformed and refused in other words, `== NAME | refused` one that differs as `docs/postgres.md` says.
struct WireSequence {
    var name: String
    var isLoose = false
    var isRefused = false
    var lines: [String] = []

    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Cases/WireSequences")

    static func all() throws -> [WireSequence] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".wire") }.sorted()
        return try names.flatMap { try read(String(contentsOf: directory.appendingPathComponent($0), encoding: .utf8)) }
    }

    private static func read(_ text: String) -> [WireSequence] {
        var found: [WireSequence] = []
        for line in text.components(separatedBy: "\n") where !line.isEmpty && !line.hasPrefix("#") {
            if line.hasPrefix("== ") {
                let parts = line.dropFirst(3).components(separatedBy: " | ")
                found.append(WireSequence(name: parts[0], isLoose: parts.last == "loose", isRefused: parts.last == "refused"))
            } else if !found.isEmpty {
                found[found.count - 1].lines.append(line)
            }
        }
        return found
    }
}

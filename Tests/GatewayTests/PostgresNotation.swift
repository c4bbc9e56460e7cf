// PostgreSQL messages as short text, for scripts: one line a message, the type letter first.

import Foundation
import NIOCore

@testable import Gateway

/// What a line of a script says wrong.
struct NotationError: Error, CustomStringConvertible {
    var description: String
}

enum PostgresNotation {
    // MARK: - From text

    /// A client's message: `Q text`, `P name | text`, `B portal statement [value …]`, `D P name`, `E portal`, `C S name`, `S`, `H`, `F oid`, `d data`,
    /// `c`, `f reason`, `X`, `raw hex`. A name of `-` is the unnamed one.
    static func frontend(_ line: String) throws -> ByteBuffer {
        var out = ByteBuffer()
        let (letter, rest) = head(line)
        let words = rest.split(separator: " ").map { $0 == "-" ? "" : String($0) }
        let word = { (index: Int) in index < words.count ? words[index] : "" }
        switch letter {
        case "Q": PostgresCodec.query(rest, to: &out)
        case "P":
            let parts = rest.components(separatedBy: " | ")
            PostgresCodec.parse(name: parts[0] == "-" ? "" : parts[0], text: (parts.last ?? "").utf8, to: &out)
        case "B" where words.count > 2:
            PostgresCodec.message(PostgresFrontend.bind.rawValue, to: &out) {
                PostgresCodec.text(word(0), to: &$0)
                PostgresCodec.text(word(1), to: &$0)
                $0.writeInteger(Int16(0))
                $0.writeInteger(Int16(words.count - 2))
                for value in words.dropFirst(2) {
                    $0.writeInteger(Int32(value.utf8.count))
                    $0.writeString(value)
                }
                $0.writeInteger(Int16(0))
            }
        case "B": PostgresCodec.bind(portal: word(0), statement: word(1), to: &out)
        case "D": PostgresCodec.describe(word(0).utf8.first ?? 0, word(1), to: &out)
        case "E": PostgresCodec.execute(portal: word(0), to: &out)
        case "C": PostgresCodec.close(word(0).utf8.first ?? 0, word(1), to: &out)
        case "S": PostgresCodec.empty(.sync, to: &out)
        case "H": PostgresCodec.empty(.flush, to: &out)
        case "X": PostgresCodec.empty(.terminate, to: &out)
        case "c": PostgresCodec.empty(.copyDone, to: &out)
        case "f": PostgresCodec.message(PostgresFrontend.copyFail.rawValue, to: &out) { PostgresCodec.text(rest, to: &$0) }
        case "d": PostgresCodec.message(PostgresFrontend.copyData.rawValue, to: &out) { $0.writeString(unescaped(rest)) }
        case "F":
            PostgresCodec.message(PostgresFrontend.functionCall.rawValue, to: &out) {
                $0.writeInteger(UInt32(rest) ?? 0)
                $0.writeRepeatingByte(0, count: 6)
            }
        case "raw": out.writeBytes(try hex(rest))
        default: throw NotationError(description: "no such client message: \(line)")
        }
        return out
    }

    /// A backend's message: `1 2 3 n s I c`, `Z I`, `C tag`, `T name:table.column:type:format …`, `D cell|cell` (`~` is NULL), `E state text`
    /// (also `FATAL`), `N state text`, `t`, `G n`, `H format n`, `d data`, `S name=value`, `A channel payload`, `V data`, `raw hex`.
    static func backend(_ line: String) throws -> ByteBuffer {
        var out = ByteBuffer()
        let (letter, rest) = head(line)
        guard letter != "raw" else {
            out.writeBytes(try hex(rest))
            return out
        }
        guard let type = letter.utf8.first.flatMap(PostgresBackend.init) else {
            throw NotationError(description: "no such backend message: \(line)")
        }
        if type == .errorResponse || type == .noticeResponse {
            try error(rest).write(type, to: &out)
            return out
        }
        try withBody(type, rest, &out)
        return out
    }

    private static func withBody(_ type: PostgresBackend, _ rest: String, _ out: inout ByteBuffer) throws {
        var failure: NotationError?
        PostgresCodec.message(type.rawValue, to: &out) { body in
            switch type {
            case .readyForQuery: body.writeString(rest)
            case .commandComplete: PostgresCodec.text(rest, to: &body)
            case .dataRow:
                let cells = rest.components(separatedBy: "|")
                body.writeInteger(UInt16(cells.count))
                for cell in cells {
                    body.writeInteger(cell == "~" ? Int32(-1) : Int32(cell.utf8.count))
                    if cell != "~" { body.writeString(cell) }
                }
            case .rowDescription:
                let columns = rest.split(separator: " ")
                body.writeInteger(UInt16(columns.count))
                for column in columns {
                    let parts = column.split(separator: ":")
                    let origin = parts.count > 1 ? parts[1].split(separator: ".").compactMap { UInt32($0) } : []
                    guard parts.count == 4, origin.count == 2, let type = UInt32(parts[2]), let format = UInt16(parts[3]) else {
                        failure = NotationError(description: "a column is name:table.column:type:format, not \(column)")
                        continue
                    }
                    PostgresCodec.text(String(parts[0]), to: &body)
                    body.writeInteger(origin[0])
                    body.writeInteger(UInt16(origin[1]))
                    body.writeInteger(type)
                    body.writeRepeatingByte(0, count: 6)
                    body.writeInteger(format)
                }
            case .copyInResponse, .copyOutResponse:
                let numbers = rest.split(separator: " ").compactMap { UInt8($0) }
                body.writeInteger(numbers.count > 1 ? numbers[0] : 0)
                let columns = UInt16(numbers.last ?? 0)
                body.writeInteger(columns)
                for _ in 0..<columns { body.writeInteger(UInt16(numbers.count > 1 ? numbers[0] : 0)) }
            case .copyData: body.writeString(unescaped(rest))
            case .parameterStatus:
                let parts = rest.components(separatedBy: "=")
                PostgresCodec.text(parts[0], to: &body)
                PostgresCodec.text(parts.last ?? "", to: &body)
            case .notificationResponse:
                let (channel, payload) = head(rest)
                body.writeInteger(UInt32(7))
                PostgresCodec.text(channel, to: &body)
                PostgresCodec.text(payload, to: &body)
            case .functionCallResponse:
                body.writeInteger(UInt32(rest.utf8.count))
                body.writeString(rest)
            case .parameterDescription: body.writeInteger(UInt16(0))
            case .parseComplete, .bindComplete, .closeComplete, .noData, .portalSuspended, .emptyQueryResponse, .copyDone: break
            case .authentication, .backendKeyData, .copyBothResponse, .errorResponse, .negotiateProtocolVersion, .noticeResponse:
                body.writeRepeatingByte(0, count: 8)
            }
        }
        if let failure { throw failure }
    }

    private static func error(_ rest: String) throws -> PostgresErrorFields {
        var fields = PostgresErrorFields()
        let isFatal = rest.hasPrefix("FATAL ")
        let (state, text) = head(isFatal ? String(rest.dropFirst(6)) : rest)
        fields.set(UInt8(ascii: "S"), Array((isFatal ? "FATAL" : "ERROR").utf8))
        fields.set(UInt8(ascii: "V"), Array((isFatal ? "FATAL" : "ERROR").utf8))
        fields.set(UInt8(ascii: "C"), Array(state.utf8))
        let parts = text.components(separatedBy: " D=")
        fields.set(UInt8(ascii: "M"), Array(parts[0].utf8))
        if parts.count > 1 { fields.set(UInt8(ascii: "D"), Array(parts[1].utf8)) }
        return fields
    }

    private static func head(_ line: String) -> (String, String) {
        guard let space = line.firstIndex(of: " ") else { return (line, "") }
        return (String(line[..<space]), String(line[line.index(after: space)...]))
    }

    private static func unescaped(_ text: String) -> String {
        text.replacingOccurrences(of: "\\t", with: "\t").replacingOccurrences(of: "\\n", with: "\n")
    }

    static func hex(_ text: String) throws -> [UInt8] {
        let digits = text.filter { !$0.isWhitespace }
        guard digits.count % 2 == 0 else { throw NotationError(description: "an odd number of digits") }
        return try stride(from: 0, to: digits.count, by: 2).map { at in
            let start = digits.index(digits.startIndex, offsetBy: at)
            guard let byte = UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16) else {
                throw NotationError(description: "not hexadecimal: \(text)")
            }
            return byte
        }
    }

    // MARK: - To text

    /// Every message in a buffer, a line each.
    static func lines(_ buffer: ByteBuffer, fromClient: Bool) -> [String] {
        var rest = buffer
        var lines: [String] = []
        while let type = rest.readInteger(as: UInt8.self), let length = rest.readInteger(as: UInt32.self),
            let body = rest.readBytes(length: Int(length) - 4)
        {
            lines.append(fromClient ? frontendLine(type, body) : backendLine(type, body))
        }
        return lines
    }

    private static func texts(_ body: some Sequence<UInt8>) -> [String] {
        body.split(separator: 0, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func frontendLine(_ type: UInt8, _ body: [UInt8]) -> String {
        let letter = String(UnicodeScalar(type))
        let named = { (text: String) in text.isEmpty ? "-" : text }
        switch PostgresFrontend(rawValue: type) {
        case .query: return "Q \(texts(body)[0])"
        case .parse: return "P \(named(texts(body)[0])) | \(texts(body)[1])"
        case .bind: return "B \(named(texts(body)[0])) \(named(texts(body)[1]))"
        case .describe, .close: return "\(letter) \(UnicodeScalar(body[0])) \(named(texts(body.dropFirst())[0]))"
        case .execute: return "E \(named(texts(body)[0]))"
        case .copyData, .copyFail: return "\(letter) \(shown(body))"
        case .functionCall: return "F \(body.prefix(4).reduce(0) { $0 << 8 | Int($1) })"
        case .copyDone, .flush, .sync, .terminate, .password, nil: return letter
        }
    }

    private static func backendLine(_ type: UInt8, _ body: [UInt8]) -> String {
        let letter = String(UnicodeScalar(type))
        switch PostgresBackend(rawValue: type) {
        case .errorResponse, .noticeResponse:
            guard let fields = body.withUnsafeBytes({ PostgresErrorFields(payload: $0) }) else { return "\(letter) unreadable" }
            let codes = fields.fields.filter { $0.code != UInt8(ascii: "V") }
            return letter + codes.map { " \(UnicodeScalar($0.code))=\(String(decoding: $0.value, as: UTF8.self))" }.joined()
        case .dataRow:
            return "D " + body.withUnsafeBytes { bytes in
                var reader = PostgresReader(bytes)
                return (0..<(reader.int16() ?? 0)).map { _ in
                    guard let length = reader.int32(), length >= 0, let cell = reader.bytes(length) else { return "~" }
                    return shown(cell)
                }.joined(separator: "|")
            }
        case .commandComplete: return "C \(texts(body)[0])"
        case .readyForQuery: return "Z \(shown(body))"
        case .parameterStatus: return "S \(texts(body)[0])=\(texts(body)[1])"
        case .copyData: return "d \(shown(body))"
        case .notificationResponse: return "A \(texts(body.dropFirst(4)).prefix(2).joined(separator: " "))"
        case .functionCallResponse: return "V \(shown(body.dropFirst(4)))"
        case .rowDescription: return "T \(body.withUnsafeBytes { PostgresColumn.read($0)?.count ?? -1 })"
        case .authentication, .backendKeyData, .bindComplete, .closeComplete, .copyBothResponse, .copyDone, .copyInResponse,
            .copyOutResponse, .emptyQueryResponse, .negotiateProtocolVersion, .noData, .parameterDescription, .parseComplete,
            .portalSuspended, nil:
            return letter
        }
    }

    private static func shown(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: Array(bytes), as: UTF8.self).replacingOccurrences(of: "\t", with: "\\t")
            .replacingOccurrences(of: "\n", with: "\\n")
    }
}

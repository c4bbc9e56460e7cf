// The start-up packet and the requests that may stand in its place (PostgreSQL manual, section 55.7).

import Inspect
import NIOCore

/// The first thing a client says on a connection.
enum PostgresOpening: Equatable {
    case ssl
    case gss
    case cancel(process: UInt32, key: UInt32)
    case startup(PostgresStartup)
}

/// A start-up packet, taken apart: what it asks for, and what of it must be judged as `set` accesses.
struct PostgresStartup: Equatable {
    struct Setting: Equatable {
        var name: String
        var value: String
    }
    var user: String
    var database: String
    /// Settings that change only how values are shown: sent to the backend as they are.
    var harmless: [Setting] = []
    /// Every other setting: each is a `set` access that policy must allow.
    var judged: [Setting] = []
    /// The minor version asked for; this gateway speaks 0.
    var minor: UInt32 = 0
    /// `_pq_.` options, none of which is known here.
    var unknownOptions: [String] = []

    var needsNegotiation: Bool { minor > 0 || !unknownOptions.isEmpty }

    /// Settings that are harmless by name, lower case. `client_encoding` only with a value that keeps ASCII bytes ASCII.
    static let harmlessNames: Set<String> = [
        "application_name", "client_encoding", "datestyle", "extra_float_digits", "intervalstyle", "timezone",
    ]
}

extension PostgresOpening {
    /// Reads one start-up packet, whole. `bytes` is the packet without its length word.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(PostgresFault) -> PostgresOpening {
        var reader = PostgresReader(bytes)
        guard let code = reader.uint32() else { throw .violation("a start-up packet without a protocol version") }
        switch code {
        case PostgresStartupCode.ssl, PostgresStartupCode.gss:
            guard reader.isAtEnd else { throw .violation("an encryption request with bytes behind its code") }
            return code == PostgresStartupCode.ssl ? .ssl : .gss
        case PostgresStartupCode.cancel:
            guard let process = reader.uint32(), let key = reader.uint32(), reader.isAtEnd else {
                throw .violation("a cancel request of the wrong length")
            }
            return .cancel(process: process, key: key)
        default:
            guard code >> 16 == 3 else {
                throw PostgresFault(
                    .featureNotSupported, "unsupported frontend protocol \(code >> 16).\(code & 0xFFFF): this gateway speaks 3.0")
            }
            return .startup(try PostgresStartup(minor: code & 0xFFFF, &reader))
        }
    }
}

extension PostgresStartup {
    fileprivate init(minor: UInt32, _ reader: inout PostgresReader) throws(PostgresFault) {
        var user: String?
        var database: String?
        var seen: Set<String> = []
        var settings: [Setting] = []
        var options: [Setting] = []
        var unknown: [String] = []
        while true {
            guard let name = Self.text(&reader) else { throw .violation("a start-up packet that does not end where it should") }
            if name.isEmpty { break }
            guard let value = Self.text(&reader) else { throw .violation("a start-up setting without a value, or not in UTF-8") }
            // PostgreSQL lets the last of two win; whoever judged the first would have judged something else.
            guard seen.insert(name.lowercased()).inserted else { throw .violation("a start-up setting is given twice") }
            guard seen.count <= PostgresLimits.startupParameters else { throw .violation("too many start-up settings") }
            switch name {
            case "user": user = value
            case "database": database = value
            case "replication":
                guard ["false", "off", "no", "0"].contains(value.lowercased()) else {
                    throw PostgresFault(.featureNotSupported, "replication connections are not let through this gateway")
                }
            case "options":
                options = try Self.options(value)
            default:
                if name.hasPrefix("_pq_.") {
                    unknown.append(name)
                } else {
                    settings.append(Setting(name: name, value: value))
                }
            }
        }
        guard reader.isAtEnd else { throw .violation("bytes behind the end of a start-up packet") }
        guard let user, !user.isEmpty else { throw .violation("a start-up packet without a user") }
        self.init(user: user, database: database.flatMap { $0.isEmpty ? nil : $0 } ?? user, minor: minor, unknownOptions: unknown)
        // PostgreSQL carries `options` out first, wherever they stand: a setting of its own is what then holds.
        try sort(settings + options.filter { !seen.contains($0.name.lowercased()) })
    }

    private mutating func sort(_ settings: [Setting]) throws(PostgresFault) {
        var names: Set<String> = []
        for setting in settings {
            let name = setting.name.lowercased()
            guard names.insert(name).inserted else { throw .violation("a start-up setting is given twice") }
            guard Self.isParameterName(name) else { throw .violation("a start-up setting with an impossible name") }
            if name == "client_encoding" {
                guard ClientEncoding(name: setting.value) != .unsafe else {
                    throw PostgresFault(
                        .featureNotSupported, "client_encoding must be UTF8 or another encoding in which every ASCII byte is ASCII")
                }
            }
            if Self.harmlessNames.contains(name) { harmless.append(setting) } else { judged.append(setting) }
        }
    }

    /// The words of `options` as PostgreSQL's pg_split_opts cuts them; only `-c name=value` and `--name=value` are understood.
    static func options(_ value: String) throws(PostgresFault) -> [Setting] {
        var settings: [Setting] = []
        var words = split(value)[...]
        while let word = words.popFirst() {
            var assignment: Substring
            if word == "-c" {
                guard let next = words.popFirst() else { throw .violation("-c without a setting in the start-up options") }
                assignment = next[...]
            } else if word.hasPrefix("--") {
                assignment = word.dropFirst(2)
            } else if word.hasPrefix("-c") {
                assignment = word.dropFirst(2)
            } else {
                throw PostgresFault(.featureNotSupported, "start-up options other than -c name=value are not let through this gateway")
            }
            guard let equals = assignment.firstIndex(of: "=") else { throw .violation("a start-up option without a value") }
            // In --name=value a hyphen stands for an underscore.
            let name = String(assignment[..<equals]).replacing("-", with: "_")
            assignment = assignment[assignment.index(after: equals)...]
            settings.append(Setting(name: name, value: String(assignment)))
        }
        return settings
    }

    /// Words between white space; a backslash keeps the character after it.
    private static func split(_ value: String) -> [String] {
        var words: [String] = []
        var word = String.UnicodeScalarView()
        var escaped = false
        var started = false
        for scalar in value.unicodeScalars {
            if escaped {
                word.append(scalar)
                escaped = false
            } else if scalar == "\\" {
                escaped = true
                started = true
            } else if " \t\n\r\u{B}\u{C}".unicodeScalars.contains(scalar) {
                if started { words.append(String(word)) }
                word = String.UnicodeScalarView()
                started = false
            } else {
                word.append(scalar)
                started = true
            }
        }
        if started { words.append(String(word)) }
        return words
    }

    private static func isParameterName(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 63 else { return false }
        let letters = { (byte: UInt8) in byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        return letters(first)
            && name.utf8.allSatisfy { letters($0) || $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    private static func text(_ reader: inout PostgresReader) -> String? {
        reader.text().flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// A setting as the statement that would make it, for the gate to judge.
    static func statement(for setting: Setting) -> String {
        "SET \(setting.name.lowercased()) = '\(setting.value.replacing("'", with: "''"))'"
    }

    /// The packet the gateway sends to the backend: rebuilt from what was understood and judged, nothing else.
    static func packet(user: String, database: String, settings: [Setting]) -> ByteBuffer {
        var out = ByteBuffer()
        out.writeInteger(UInt32(0))
        out.writeInteger(PostgresStartupCode.version3)
        for (name, value) in [("user", user), ("database", database)] + settings.map({ ($0.name, $0.value) }) {
            PostgresCodec.text(name, to: &out)
            PostgresCodec.text(value, to: &out)
        }
        out.writeInteger(UInt8(0))
        out.setInteger(UInt32(out.writerIndex), at: 0)
        return out
    }
}

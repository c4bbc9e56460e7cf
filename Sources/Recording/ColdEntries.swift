// The entries that come once for a session or a program: how they are written to a journal and read from it.

import Foundation
import Machine

extension RecordedProgram {
    func encoded() -> [UInt8] {
        var writer = EntryWriter()
        writer.put(key)
        writer.put(name)
        writer.put(revision)
        writer.put(bytes: digest)
        writer.put(names: ruleNames)
        writer.put(RecordedClaims.json(masks))
        return writer.bytes
    }
}

extension SessionRecord {
    func encoded(id: SessionID) -> [UInt8] {
        var writer = EntryWriter()
        writer.put(id)
        writer.put(program.key)
        writer.put(startedAt)
        writer.put(identity)
        writer.put(RecordedClaims.json(groups))
        writer.put(claims.issuer)
        writer.put(claims.subject)
        writer.put(claims.tokenID ?? "")
        writer.put(RecordedClaims.json(claims.values.mapValues(RecordedClaims.init)))
        writer.put(claims.proof.name)
        writer.put(resource)
        writer.put(kind.name)
        writer.put(sourceAddress)
        writer.put(database)
        writer.put(backendUser)
        return writer.bytes
    }
}

/// A program entry, read back.
struct ProgramEntry {
    let key: UInt64
    let name: String
    let revision: UInt64
    let digest: [UInt8]
    let ruleNames: [String]
    /// JSON, as the database keeps it.
    let masks: String

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = EntryReader(payload)
        key = reader.number()
        name = reader.text()
        revision = reader.number()
        digest = Array(reader.slice())
        ruleNames = reader.names()
        masks = reader.text()
        if !reader.isComplete { return nil }
    }
}

/// A session entry, read back; lists and claims stay the JSON text that the database keeps.
struct SessionEntry {
    let id: SessionID
    let program: UInt64
    let startedAt: UInt64
    /// identity, groups, issuer, subject, token id, claims, proof, resource, kind, source, database, backend user.
    let texts: [String]
    static let textCount = 12

    init?(_ payload: UnsafeRawBufferPointer) {
        var reader = EntryReader(payload)
        id = reader.sessionID()
        program = reader.number()
        startedAt = reader.number()
        texts = (0..<Self.textCount).map { _ in reader.text() }
        if !reader.isComplete { return nil }
    }
}

/// A claim's value as JSON: a string, an integer (also a time), a boolean, or an array of strings or integers.
struct RecordedClaims: Codable {
    let value: ClaimValue

    init(_ value: ClaimValue) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let flag = try? container.decode(Bool.self) {
            value = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            value = .integer(number)
        } else if let text = try? container.decode(String.self) {
            value = .string(text)
        } else if let list = try? container.decode([String].self) {
            value = .strings(list)
        } else {
            value = .integers(try container.decode([Int64].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .string(let text): try container.encode(text)
        case .integer(let number), .time(let number): try container.encode(number)
        case .integers(let list): try container.encode(list)
        case .boolean(let flag): try container.encode(flag)
        case .strings(let list): try container.encode(list)
        }
    }

    /// JSON text with sorted keys; `null` for what JSON cannot carry, which strings and integers never are.
    static func json(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(value) else { return "null" }
        return String(decoding: data, as: UTF8.self)
    }

    static func claims(fromJSON text: String) -> [String: ClaimValue] {
        let decoded = try? JSONDecoder().decode([String: RecordedClaims].self, from: Data(text.utf8))
        return (decoded ?? [:]).mapValues(\.value)
    }
    static func masks(fromJSON text: String) -> [RecordedMask] {
        (try? JSONDecoder().decode([RecordedMask].self, from: Data(text.utf8))) ?? []
    }
    static func names(fromJSON text: String) -> [String] {
        (try? JSONDecoder().decode([String].self, from: Data(text.utf8))) ?? []
    }
}

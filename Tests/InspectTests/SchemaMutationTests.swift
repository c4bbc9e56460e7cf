// Schema files bent at random: whatever the bytes, the reader ends, and what it knows is what a program may carry.

import Foundation
import Machine
import TestSupport
import Testing

@testable import Inspect

@Suite struct SchemaMutationTests {
    /// `SCHEMA_MUTATIONS=20000` looks longer.
    static let rounds = ProcessInfo.processInfo.environment["SCHEMA_MUTATIONS"].flatMap { Int($0) } ?? 150

    private static func seeds() throws -> [[UInt8]] {
        let cases = try CaseFile(url: SchemaFiles.folder.appendingPathComponent("reader.cases")).cases.map(\.bytes)
        return try cases
            + SchemaFiles.names.map { try [UInt8](Data(contentsOf: SchemaFiles.folder.appendingPathComponent($0 + ".sql"))) }
    }

    @Test(arguments: 0..<4) func promisesHold(_ series: UInt64) throws {
        let seeds = try Self.seeds()
        var random = SeededGenerator(seed: series)
        for round in 0..<Self.rounds {
            var bytes = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &random) { Self.bend(&bytes, seeds, &random) }
            let text = SchemaText.read(bytes, searchPath: ["public", "app"])
            guard SchemaPromise.isKept(text), text.record == SchemaText.read(bytes, searchPath: ["public", "app"]).record else {
                Issue.record("series \(series), round \(round): \(String(decoding: bytes, as: UTF8.self))")
                return
            }
            if !text.hasErrors {
                let normal = NormalSchema.text(of: bytes)
                #expect(NormalSchema.text(of: Array(normal.utf8)) == normal, "series \(series), round \(round)")
            }
            Self.inspect(by: text)
        }
    }

    /// Lines or words taken out, doubled, put elsewhere; bytes changed.
    private static func bend(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ random: inout SeededGenerator) {
        guard bytes.count > 4 else { return }
        let start = Int.random(in: 0..<bytes.count - 1, using: &random)
        let end = min(bytes.count, start + Int.random(in: 1...40, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0..<bytes.count, using: &random))
        case 2: bytes[start] = UInt8.random(in: 0...255, using: &random)
        case 3: bytes[start] = Array("();,.'\"$ ".utf8).randomElement(using: &random) ?? 0x20
        case 4:
            let other = seeds.randomElement(using: &random) ?? []
            guard other.count > 50 else { return }
            let from = Int.random(in: 0..<other.count - 40, using: &random)
            bytes.insert(contentsOf: other[from..<from + 40], at: start)
        default: bytes.removeSubrange(end...)
        }
    }

    private static func inspect(by text: SchemaText) {
        let inspector = SQLInspector(searchPath: ["public", "app"], schema: KnownSchema(text.record, symbols: text.symbols))
        let found = Inspection()
        for relation in text.record.relations {
            let name = "\"\(text.symbols[Int(relation.schema)])\".\"\(text.symbols[Int(relation.name)])\""
            for var statement in [
                "select * from \(name) a, \(name) b where x = 1", "delete from \(name)", "insert into \(name) values (1)",
            ] {
                statement.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: found) }
                for index in 0..<found.statements.count { _ = InspectionText.accesses(ofStatement: index, of: found) }
            }
        }
    }
}

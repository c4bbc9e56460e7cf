// What PostgreSQL 16 to 18 added, before the walk that wrote it: every table and column it put into a statement is found there.

import Foundation
import Inspect
import Machine
import Testing

@Suite struct LaterJudgeTests {
    @Test(arguments: [31, 32, 33] as [UInt64]) func generated(_ seed: UInt64) {
        var walk = LaterWalk(seed: seed)
        let inspector = SQLInspector(searchPath: ["public"])
        let found = Inspection()
        var (exact, coarser, uses) = (0, 0, 0)
        var laxer: [String] = []
        for _ in 0..<1500 {
            let text = walk.statement()
            let bytes = Array(text.utf8)
            bytes.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
            #expect(!found.accesses.buffer.contains { $0.verb == .unknown }, "\(text)")
            let accesses = found.accesses.buffer.map { access in
                let columns = found.columns.buffer[Int(access.firstColumn)..<Int(access.firstColumn + access.columnCount)]
                return (
                    verb: "\(access.verb)", table: Self.name(access, found), every: access.everyColumn,
                    columns: columns.map { found.string($0.name) }
                )
            }
            uses += walk.uses.count
            for use in walk.uses {
                let isThere = accesses.contains { access in
                    access.verb == use.verb && access.table == use.table
                        && (use.column.map { access.every || access.columns.contains($0) } ?? true)
                }
                if !isThere { laxer.append("\(use) in: \(text)") }
            }
            let extra = accesses.contains { access in
                ["select", "insert", "update", "delete"].contains(access.verb)
                    && !walk.uses.contains { $0.table == access.table && $0.verb == access.verb }
            }
            if extra { coarser += 1 } else { exact += 1 }
        }
        print("judge, later seed \(seed): 1500 statements, \(uses) uses: \(exact) exact, \(coarser) coarser, \(laxer.count) laxer")
        #expect(laxer.isEmpty, "\(laxer.prefix(5).joined(separator: "\n"))")
        #expect(exact > 1450)
    }

    /// As the walk writes it: names of `public` without their schema.
    private static func name(_ access: Access, _ found: Inspection) -> String {
        let schema = found.string(access.schema)
        return (schema.isEmpty || schema == "public" ? "" : schema + ".") + found.string(access.name)
    }
}

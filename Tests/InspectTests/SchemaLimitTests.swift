// Each limit of what a schema adds, at its edge: the last that is followed, and the first that is not.

import Inspect
import Machine
import Testing

@Suite struct SchemaLimitTests {
    private func known(_ schema: String) -> KnownSchema {
        let text = SchemaText.read(Array(schema.utf8), searchPath: ["public"])
        #expect(text.diagnostics == [])
        return KnownSchema(text.record, symbols: text.symbols)
    }

    private func inspect(_ text: String, _ inspector: SQLInspector) -> Inspection {
        let found = Inspection()
        var text = text
        text.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: found) }
        return found
    }

    private func reasons(_ found: Inspection) -> [String] {
        found.accesses.buffer.filter { $0.verb == .unknown }.map { found.string($0.name) }
    }

    private func table(_ name: String, columns: Int) -> String {
        "create table \(name) (" + (0..<columns).map { "c\($0) int" }.joined(separator: ", ") + ");\n"
    }

    @Test func expandedColumns() {
        let width = 1024
        let inspector = SQLInspector(searchPath: ["public"], schema: known(table("wide", columns: width)))
        let edge = InspectLimits.expandedColumns / width
        func stars(_ count: Int) -> Inspection {
            inspect("select " + (0..<count).map { _ in "*" }.joined(separator: ", ") + " from wide", inspector)
        }
        #expect(!stars(edge).accesses[0].everyColumn && stars(edge).accesses[0].columnCount == UInt32(width))
        // Past it a star is every column, and no more than that.
        #expect(stars(edge + 1).accesses[0].everyColumn && reasons(stars(edge + 1)) == [])
    }

    @Test func openingRounds() {
        func chain(_ length: Int) -> KnownSchema {
            var text = "create table t (a int);\ncreate view v0 as select a from t;\n"
            for index in 1..<length { text += "create view v\(index) as select a from v\(index - 1);\n" }
            return known(text)
        }
        // From the top down every round meets all of them, so that depth alone costs nothing.
        let deep = InspectLimits.openingRounds * 2
        let found = inspect("select a from v\(deep - 1)", SQLInspector(searchPath: ["public"], schema: chain(deep)))
        #expect(reasons(found) == [] && found.accesses.count == deep + 1)
        // Met from the bottom up, each round finds a use of one view more.
        func backward(_ length: Int) -> [String] {
            let text = "select v\(length - 1).a from " + (1..<length).map { "v\($0)" }.joined(separator: ", ")
            return reasons(inspect(text, SQLInspector(searchPath: ["public"], schema: chain(length))))
        }
        #expect(backward(InspectLimits.openingRounds) == [])
        #expect(backward(InspectLimits.openingRounds + 1) == ["nested too deep"])
    }

    @Test func accesses() {
        func partitioned(_ count: Int) -> [String] {
            var text = "create table t (a int) partition by list (a);\n"
            for index in 0..<count { text += "create table t\(index) partition of t for values in (\(index));\n" }
            return reasons(inspect("select a from t", SQLInspector(searchPath: ["public"], schema: known(text))))
        }
        #expect(partitioned(InspectLimits.accesses - 1) == [])
        #expect(partitioned(InspectLimits.accesses) == ["too many accesses"])
    }

    @Test func changedNames() {
        let schema = known("create table kept (a int);\n")
        func isBelieved(behind count: Int) -> Bool {
            let inspector = SQLInspector(searchPath: ["public"], schema: schema)
            for index in 0..<count { inspector.noteChanges(of: inspect("create table t\(index) (a int)", inspector)) }
            return !inspect("select * from kept", inspector).accesses[0].everyColumn
        }
        #expect(isBelieved(behind: InspectLimits.changedNames))
        #expect(!isBelieved(behind: InspectLimits.changedNames + 1))
        func isBelieved(inOneMessage count: Int) -> Bool {
            let text = (0..<count).map { "create table t\($0) (a int);" }.joined() + "select * from kept"
            let found = inspect(text, SQLInspector(searchPath: ["public"], schema: schema))
            return !found.accesses[found.accesses.count - 1].everyColumn
        }
        #expect(isBelieved(inOneMessage: InspectLimits.changedNames))
        #expect(!isBelieved(inOneMessage: InspectLimits.changedNames + 1))
    }

    @Test func schemaBytes() {
        let line = Array("create table t (a int);\n".utf8)
        var bytes = line + [UInt8](repeating: 0x20, count: InspectLimits.schemaBytes - line.count)
        #expect(SchemaText.read(bytes, searchPath: ["public"]).diagnostics == [])
        bytes.append(0x20)
        let past = SchemaText.read(bytes, searchPath: ["public"])
        #expect(past.hasErrors && past.record.relations.isEmpty)
    }

    @Test func schemaDiagnostics() {
        func count(_ lines: Int) -> Int {
            SchemaText.read(Array(String(repeating: "nonsense;\n", count: lines).utf8), searchPath: []).diagnostics.count
        }
        #expect(count(InspectLimits.schemaDiagnostics) == InspectLimits.schemaDiagnostics)
        #expect(count(InspectLimits.schemaDiagnostics + 1) == InspectLimits.schemaDiagnostics)
    }

    /// A statement of a schema file is a message: one past its limits is said to be, and the others are read.
    @Test func oneStatement() {
        let long = "create table t (a int) " + String(repeating: " ", count: InspectLimits.messageBytes) + ";"
        let text = SchemaText.read(Array((long + "\ncreate table u (a int);").utf8), searchPath: ["public"])
        #expect(text.diagnostics.map(\.message) == ["this statement is not understood (message too long)"])
        #expect(text.record.relations.count == 1)
    }
}

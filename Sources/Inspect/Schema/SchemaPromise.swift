// What every schema text comes to, whatever its bytes: a record that a program may carry.

import Machine

/// Checks the reader's own promise, for fuzzing and tests.
package enum SchemaPromise {
    /// Whether a program with this schema passes the verifier.
    package static func isKept(_ text: SchemaText) -> Bool {
        var program = Program()
        program.name = "schema"
        program.symbols = text.symbols
        program.sources = [SourceText(path: "schema", bytes: [])]
        func number(_ name: String) -> UInt32 {
            if let known = program.symbols.firstIndex(of: name) { return UInt32(known) }
            program.symbols.append(name)
            return UInt32(program.symbols.count - 1)
        }
        program.resources = [
            ResourceRecord(
                name: number("db"), kind: .postgres, tags: [], searchPath: [], place: SourcePlace(file: 0, start: 0, end: 0))
        ]
        var record = text.record
        record.resources = [0]
        program.schemas = [record]
        guard let bytes = try? ProgramCodec.encode(program) else { return false }
        return (try? VerifiedProgram.load(bytes)) != nil
    }
}

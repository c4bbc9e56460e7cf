// libFuzzer's door to the reader of schema files, and to statements read by what it makes. Seeds: Tests/InspectTests/SchemaCases.

import Inspect
import Machine

nonisolated(unsafe) private let inspection = Inspection()

/// The bytes are a schema; what it makes known must be a program's, and statements must be readable by it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    let text = SchemaText.read(bytes, searchPath: ["public", "app"])
    precondition(SchemaPromise.isKept(text), "the verifier would refuse it")
    let inspector = SQLInspector(searchPath: ["public", "app"], schema: KnownSchema(text.record, symbols: text.symbols))
    for relation in text.record.relations.prefix(4) {
        let name = "\"\(text.symbols[Int(relation.schema)])\".\"\(text.symbols[Int(relation.name)])\""
        for var statement in [
            "select * from \(name) a, \(name) b where x = 1", "delete from \(name)", "insert into \(name) values (1)",
        ] {
            statement.withUTF8 { inspector.inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: inspection) }
        }
    }
    // A quote that does not end takes in whatever is put behind it.
    if text.hasErrors { return 0 }
    let normal = NormalSchema.text(of: bytes)
    precondition(NormalSchema.text(of: Array(normal.utf8)) == normal, "the normal form is not one")
    return 0
}

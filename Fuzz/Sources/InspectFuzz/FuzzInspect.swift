// libFuzzer's door to the SQL inspector. Seeds: the messages of Tests/InspectTests/Cases.

import Inspect
import Machine

nonisolated(unsafe) private let inspector = SQLInspector(searchPath: ["public", "app"])
nonisolated(unsafe) private let inspection = Inspection()

/// The first byte chooses the lexical state, the rest is the message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    var lexical = LexicalState()
    lexical.standardConformingStrings = data[0] & 1 == 0
    lexical.encoding = data[0] & 2 == 0 ? .utf8 : data[0] & 4 == 0 ? .singleByte : .unsafe
    inspector.inspect(UnsafeRawBufferPointer(start: data + 1, count: size - 1), lexical: lexical, into: inspection)
    for index in 0..<inspection.statements.count {
        _ = InspectionText.accesses(ofStatement: index, of: inspection)
        _ = InspectionText.facts(ofStatement: index, of: inspection)
    }
    return 0
}

// libFuzzer's door to the SQL inspector. Seeds: the messages of Tests/InspectTests/Cases.

import Inspect
import Machine

nonisolated(unsafe) private let inspector = SQLInspector(searchPath: ["public", "app"])
nonisolated(unsafe) private let inspection = Inspection()
/// What the inspector remembers must be what one finds that remembers nothing.
nonisolated(unsafe) private let forgetful = SQLInspector(searchPath: ["public", "app"], remembers: false)
nonisolated(unsafe) private let anew = Inspection()

/// The first byte chooses the lexical state, the rest is the message.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    var lexical = LexicalState()
    lexical.standardConformingStrings = data[0] & 1 == 0
    lexical.encoding = data[0] & 2 == 0 ? .utf8 : data[0] & 4 == 0 ? .singleByte : .unsafe
    let message = UnsafeRawBufferPointer(start: data + 1, count: size - 1)
    inspector.inspect(message, lexical: lexical, into: inspection)
    forgetful.inspect(message, lexical: lexical, into: anew)
    precondition(inspection.statements.count == anew.statements.count)
    for index in 0..<inspection.statements.count {
        precondition(InspectionText.accesses(ofStatement: index, of: inspection) == InspectionText.accesses(ofStatement: index, of: anew))
        precondition(InspectionText.facts(ofStatement: index, of: inspection) == InspectionText.facts(ofStatement: index, of: anew))
        precondition(inspection.statements[index].fingerprint == anew.statements[index].fingerprint)
        precondition(inspection.statements[index].text == anew.statements[index].text)
    }
    for index in 0..<inspection.accesses.count { precondition(inspection.accesses[index].source == anew.accesses[index].source) }
    return 0
}

// libFuzzer's door to the shell inspector. Seeds: the texts of Tests/InspectTests/ShellCases.

import Inspect
import Machine

nonisolated(unsafe) private let inspector = ShellInspector()
nonisolated(unsafe) private let findings = ShellFindings()
nonisolated(unsafe) private let inspection = Inspection()

/// The first byte chooses the dialect, the rest is the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    guard size > 0 else { return 0 }
    let text = UnsafeRawBufferPointer(start: data + 1, count: size - 1)
    inspector.inspect(text, dialect: data[0] & 1 == 0 ? .bash : .posix, into: findings)
    inspector.fill(findings, into: inspection)
    return 0
}

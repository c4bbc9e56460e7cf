// Any bytes as an editor: framing, JSON, and every request about any place of any text.

import LanguageServer

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    precondition(ServerCheck.holds(forStream: bytes), "the frames were cut differently in pieces")
    precondition(ServerCheck.holds(forText: bytes), "the server broke a promise")
    return 0
}

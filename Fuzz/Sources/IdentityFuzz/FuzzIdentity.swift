// Feeds libFuzzer's bytes to every reader of the Identity module. Seeds: Tests/IdentityTests/Cases.

import Identity

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    HostileInput.consume(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}

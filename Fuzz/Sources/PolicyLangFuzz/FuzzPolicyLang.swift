// Fuzz entry: any bytes as a policy file are parsed, rendered and formatted without a crash.

import PolicyLang

/// Called by libFuzzer with one input. Seeds: the `.postern` files under `Tests/PolicyLangTests/Cases`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    precondition(PolicyCheck.holds(for: bytes), "a promise of the parser or the formatter is broken")
    return 0
}

// Any bytes as a policy: diagnostics or a program that the verifier takes, never a crash or a hang.

import Compiler

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    precondition(CompilerCheck.holds(for: bytes), "the compiler broke a promise")
    return 0
}

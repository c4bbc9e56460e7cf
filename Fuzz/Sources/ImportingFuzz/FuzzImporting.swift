// Any bytes as guardrails, as a dump of GRANTs, as Cedar policies: an error, or a policy that compiles.

import Importing

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    for attempt in 0..<3 {
        do throws(ImportError) {
            switch attempt {
            case 0: _ = try HoopImport.policy(bytes)
            case 1: _ = try GrantsImport.policy(bytes)
            default: _ = try CedarImport.policy([bytes])
            }
        } catch {
            // Whatever was read, what is written must be a policy.
            precondition(!error.description.hasPrefix("the policy that was made"), error.description)
        }
    }
    return 0
}

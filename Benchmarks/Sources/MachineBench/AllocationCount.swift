// Counts calls of malloc in this process: this executable's `malloc` takes the place of the C library's, and forwards to it.

/// Plain and statically initialised, because it is touched before anything else of this program runs.
nonisolated(unsafe) private var calls = 0

@_silgen_name("__libc_malloc")
private func libraryMalloc(_ size: Int) -> UnsafeMutableRawPointer?

@_cdecl("malloc")
public func countedMalloc(_ size: Int) -> UnsafeMutableRawPointer? {
    calls &+= 1
    return libraryMalloc(size)
}

enum AllocationCount {
    static var now: Int { calls }
}

// Any bytes as an editor: framing, JSON, and every request about any place of any text.

import LanguageServer

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    precondition(ServerCheck.holds(forStream: bytes), "the frames were cut differently in pieces")
    precondition(ServerCheck.holds(forText: bytes), "the server broke a promise")
    // A line is taken out and typed again.
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    let fewer = Array(lines.enumerated().filter { $0.offset != Int(bytes.first ?? 0) % max(lines.count, 1) }.map(\.element).joined(separator: [10]))
    if let difference = ServerCheck.difference(changing: [bytes, fewer, bytes]) { preconditionFailure("what is typed is read otherwise: \(difference)") }
    return 0
}

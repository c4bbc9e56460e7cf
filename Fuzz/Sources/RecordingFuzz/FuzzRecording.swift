// Fuzzes the reader of journals: any bytes as a segment file, as the content of each type of entry, past the checksum, and as a block.

import Recording

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = UnsafeRawBufferPointer(start: data, count: size)
    _ = SegmentInspection(bytes)
    guard let first = bytes.first else { return 0 }
    let payload = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    _ = SegmentInspection.isReadable(UInt32(first & 15), payload)
    _ = redactedForRecording(payload)
    _ = SegmentInspection.messages(ofBlock: bytes)
    return 0
}

// The files that hold recorded results: chunks, each with a header that says whose it is and a checksum over both.

import Foundation

enum ResultFile {
    static let suffix = ".results"
    static let magic: UInt32 = 0x3152_5350  // "PSR1"
    static let headerBytes = 48
    /// Longest chunk, in bytes.
    static let chunkLimit = 16 << 20

    static func directory(_ recording: String) -> String { recording + "/results" }

    /// magic, part, session, sequence, length, zero, checksum.
    static func header(_ session: SessionID, _ sequence: UInt64, _ part: UInt32, _ bytes: [UInt8]) -> [UInt8] {
        var writer = EntryWriter()
        writer.put(magic)
        writer.put(part)
        writer.put(session)
        writer.put(sequence)
        writer.put(UInt32(truncatingIfNeeded: bytes.count))
        writer.put(UInt32(0))
        let sum = checksum(writer.bytes, bytes)
        writer.put(sum)
        return writer.bytes
    }

    private static func checksum(_ header: [UInt8], _ bytes: [UInt8]) -> UInt64 {
        let seed = header.withUnsafeBytes { Checksum.of($0, seed: 0) }
        return bytes.withUnsafeBytes { Checksum.of($0, seed: seed) }
    }

    /// Writes header and bytes at `offset`. After an error nothing refers to the place, and the next chunk is written over it.
    static func append(
        _ header: [UInt8], then bytes: [UInt8], to descriptor: Int32, at offset: UInt64, path: String
    ) throws(RecordingError) {
        var place = off_t(offset)
        for piece in [header, bytes] {
            var done = 0
            while done < piece.count {
                let start = done
                let wrote = piece.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + start, $0.count - start, place) }
                if wrote < 0 && errno == EINTR { continue }
                if wrote < 0 {
                    let code = errno
                    if code == ENOSPC || code == EDQUOT { throw .full(path: path) }
                    throw .file(operation: "write", path: path, code: code)
                }
                done += wrote
                place += off_t(wrote)
            }
        }
    }

    /// The bytes of a chunk; an error when the file does not hold exactly this chunk there.
    static func read(
        _ path: String, session: SessionID, sequence: UInt64, part: UInt32, offset: UInt64, length: Int
    ) throws(RecordingError) -> [UInt8] {
        let damaged = RecordingError.damaged(path: path, offset: Int(clamping: offset))
        guard length > 0, length <= chunkLimit, offset <= UInt64(Int64.max) - UInt64(headerBytes + chunkLimit) else { throw damaged }
        let descriptor = try SystemCall.openFile(path, O_RDONLY)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: headerBytes + length)
        var filled = 0
        while filled < bytes.count {
            let start = filled
            let got = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress! + start, $0.count - start, off_t(offset) + off_t(start))
            }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw .file(operation: "read", path: path, code: errno) }
            if got == 0 { throw damaged }
            filled += got
        }
        let content = Array(bytes[headerBytes...])
        guard Array(bytes[..<headerBytes]) == header(session, sequence, part, content) else { throw damaged }
        return content
    }
}

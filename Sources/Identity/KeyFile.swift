// A key file: noticing that it changed, and reading it within bounds.

import Foundation

/// What changes when a file is written or replaced.
struct FileStamp: Sendable, Hashable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int64
    private let seconds: Int64
    private let nanoseconds: Int64

    /// The stamp of the file at this path; nil when there is none.
    init?(path: String) {
        var status = stat()
        if stat(path, &status) != 0 { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        #if os(Linux)
            let changed = status.st_mtim
        #else
            let changed = status.st_mtimespec
        #endif
        seconds = Int64(changed.tv_sec)
        nanoseconds = Int64(changed.tv_nsec)
    }
}

/// A small file, read whole.
enum KeyFile {
    /// Its bytes, at most `IdentityLimits.documentBytes`.
    static func read(path: String) throws(KeySourceFailure) -> [UInt8] {
        // Not blocking: opening a pipe that nobody writes would wait for ever.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if file < 0 { throw .unreadable(errno) }
        defer { close(file) }
        var status = stat()
        if fstat(file, &status) != 0 { throw .unreadable(errno) }
        if status.st_mode & S_IFMT != S_IFREG { throw .notRegularFile }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = chunk.withUnsafeMutableBytes { Foundation.read(file, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            if count < 0 { throw .unreadable(errno) }
            if count == 0 { return bytes }
            bytes.append(contentsOf: chunk[..<count])
            if bytes.count > IdentityLimits.documentBytes { throw .tooLarge }
        }
    }
}

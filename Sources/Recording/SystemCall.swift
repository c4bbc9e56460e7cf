// File operations of the system, with their errors as `RecordingError`.

import Foundation

enum SystemCall {
    static func describe(_ code: Int32) -> String { String(cString: strerror(code)) }

    static func makeDirectory(_ path: String) throws(RecordingError) {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        let code = errno
        // Parents are made as mkdir -p would; only the innermost directory is ours to close to others.
        guard code == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw .file(operation: "make", path: path, code: code)
        }
        try makeDirectory(String(path[..<slash]))
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw .file(operation: "make", path: path, code: errno) }
    }

    static func openFile(_ path: String, _ flags: Int32) throws(RecordingError) -> Int32 {
        while true {
            let descriptor = open(path, flags | O_CLOEXEC, 0o600)
            if descriptor >= 0 { return descriptor }
            if errno == EINTR { continue }
            if errno == ENOSPC || errno == EDQUOT { throw .full(path: path) }
            throw .file(operation: "open", path: path, code: errno)
        }
    }

    /// Names in a directory, sorted; empty when there is no such directory.
    static func list(_ path: String) throws(RecordingError) -> [String] {
        guard let directory = opendir(path) else {
            if errno == ENOENT { return [] }
            throw .file(operation: "list", path: path, code: errno)
        }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// A whole file, up to `limit` bytes; longer is an error.
    static func read(_ path: String, limit: Int) throws(RecordingError) -> [UInt8] {
        let descriptor = try openFile(path, O_RDONLY)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .file(operation: "read", path: path, code: errno) }
        guard status.st_size <= limit else { throw .entryTooLong(bytes: Int(status.st_size), limit: limit) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var filled = 0
        while filled < bytes.count {
            let start = filled
            let got = bytes.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress! + start, $0.count - start) }
            if got < 0 && errno == EINTR { continue }
            if got < 0 { throw .file(operation: "read", path: path, code: errno) }
            if got == 0 { break }
            filled += got
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }

    static func remove(_ path: String) throws(RecordingError) {
        if unlink(path) != 0 && errno != ENOENT { throw .file(operation: "remove", path: path, code: errno) }
    }

    static func rename(_ path: String, to other: String) throws(RecordingError) {
        if Foundation.rename(path, other) != 0 { throw .file(operation: "rename", path: path, code: errno) }
    }
}

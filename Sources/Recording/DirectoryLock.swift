// One process records into a directory at a time.

import Foundation

/// An advisory lock (flock) on a file of the directory. The kernel drops it when the process ends, however it ends.
final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// - Parameter patience: how long to try, in milliseconds; a reader holds the lock only while it takes in what a dead gateway left.
    init(directory: String, patience: Int) throws(RecordingError) {
        let path = directory + "/lock"
        descriptor = try SystemCall.openFile(path, O_RDWR | O_CREAT)
        var waited = 0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            guard code == EWOULDBLOCK, waited < patience else {
                close(descriptor)
                if code == EWOULDBLOCK { throw .locked(path: directory) }
                throw .file(operation: "lock", path: path, code: code)
            }
            poll(nil, 0, 20)
            waited += 20
        }
    }

    deinit { close(descriptor) }
}

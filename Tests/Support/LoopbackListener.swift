// A socket that listens on this machine, on a port that is free.

import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Listens on 127.0.0.1 until its owner lets go of it.
package final class LoopbackListener: Sendable {
    package let port: Int
    private let handle: Int32

    package init() throws {
        (handle, port) = try Self.bound()
        guard listen(handle, 64) == 0 else {
            close(handle)
            throw POSIXError(.EADDRNOTAVAIL)
        }
    }

    /// Gives each connection to `take`, one after another, on a thread of its own. Once; `take` closes them, and holds its owner weakly.
    package func start(_ take: @escaping @Sendable (Int32) -> Void) {
        let accepting = Thread { [handle] in
            while true {
                let connection = accept(handle, nil, nil)
                guard connection >= 0 else { return }
                take(connection)
            }
        }
        accepting.start()
    }

    deinit {
        shutdown(handle, Int32(SHUT_RDWR))
        close(handle)
    }

    /// A port that was free a moment ago, for a server that cannot choose one itself.
    package static func freePort() throws -> Int {
        let (handle, port) = try bound()
        close(handle)
        return port
    }

    private static func bound() throws -> (handle: Int32, port: Int) {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(handle, $0, length) == 0 && getsockname(handle, $0, &length) == 0 }
        }
        guard isBound else {
            close(handle)
            throw POSIXError(.EADDRNOTAVAIL)
        }
        return (handle, Int(UInt16(bigEndian: address.sin_port)))
    }
}

// Names to addresses, by the system's resolver.

import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

enum Resolver {
    /// Addresses tried for one name.
    private static let limit = 16

    /// Every address of a host in the system's order; an address stands for itself. Asking for a name may take seconds: not on a loop.
    static func addresses(_ host: String, _ port: Int) throws(TransportError) -> [SocketAddress] {
        if let known = try? SocketAddress(ipAddress: host, port: port) { return [known] }
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        let error = getaddrinfo(host, String(port), &hints, &list)
        guard error == 0 else { throw .unknownHost(host, String(cString: gai_strerror(error))) }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var next = list
        while let entry = next, found.count < limit {
            next = entry.pointee.ai_next
            guard let address = entry.pointee.ai_addr else { continue }
            var storage = sockaddr_storage()
            let size = min(Int(entry.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
            withUnsafeMutableBytes(of: &storage) { $0.baseAddress?.copyMemory(from: address, byteCount: size) }
            if let address = SocketAddress(storage) { found.append(address) }
        }
        guard !found.isEmpty else { throw .unknownHost(host, "no address of a kind that can be connected to") }
        return found
    }
}

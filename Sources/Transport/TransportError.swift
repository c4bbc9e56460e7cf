// Why a connection cannot be made or kept.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What went wrong below a protocol.
public enum TransportError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The system said no: what was tried, and errno(3).
    case system(String, CInt)
    /// A name that means no address.
    case unknownHost(String, String)
    case timedOut(String)
    /// OpenSSL's reason.
    case tls(String)

    public var description: String {
        switch self {
        case .system(let what, let code): "\(what): \(String(cString: strerror(code)))"
        case .unknownHost(let name, let reason): "\(name) has no address: \(reason)"
        case .timedOut(let what): "\(what) took too long"
        case .tls(let reason): reason
        }
    }
}

// Which addresses keys may be fetched from.

import Foundation

/// Why an address is not used. The reason completes the sentence "the address …".
struct UnsafeURL: Error, Hashable {
    var reason: String
}

/// An address from which keys may be fetched: `https`, or `http` to this very machine.
struct SafeURL: Sendable, Hashable {
    let url: URL
    /// Whether it is plain `http`, so that only this machine answers.
    let isPlain: Bool

    init(_ text: String) throws(UnsafeURL) {
        // Foundation repairs what it does not like; what is not plain ASCII without spaces is refused instead.
        if !text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) {
            throw UnsafeURL(reason: "has characters that a URL may not have")
        }
        guard let parts = URLComponents(string: text), let url = parts.url, let host = parts.host, !host.isEmpty
        else { throw UnsafeURL(reason: "is not a URL with a host") }
        if parts.user != nil || parts.password != nil { throw UnsafeURL(reason: "must not have a user or password") }
        if parts.fragment != nil { throw UnsafeURL(reason: "must not have a fragment") }
        switch parts.scheme?.lowercased() {
        case "https": isPlain = false
        case "http":
            if !Self.isLoopback(host) { throw UnsafeURL(reason: "must use https, as its host is not this machine") }
            isPlain = true
        default: throw UnsafeURL(reason: "must use https")
        }
        self.url = url
    }

    /// Whether a redirect from here to there may be followed: same scheme, host and port.
    func hasSameOrigin(as other: URL?) -> Bool {
        guard let other else { return false }
        return other.scheme?.lowercased() == url.scheme?.lowercased()
            && other.host?.lowercased() == url.host?.lowercased() && other.port == url.port
    }

    /// `localhost`, `::1`, or an address in 127.0.0.0/8 written as four decimal numbers. Names that merely begin so
    /// are hosts like any other.
    private static func isLoopback(_ host: String) -> Bool {
        let name = host.lowercased()
        if name == "localhost" || name == "::1" || name == "[::1]" { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127"
            && parts.allSatisfy { part in
                part.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } && UInt8(part).map { String($0) == part } ?? false
            }
    }
}

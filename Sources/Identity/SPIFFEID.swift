// SPIFFE ids: who a workload is, as a URI in its certificate.

import Machine

/// A SPIFFE id (the SPIFFE-ID standard, section 2): `spiffe://trust-domain/path`.
struct SPIFFEID: Sendable, Hashable {
    /// Bytes of an id.
    static let limit = 2048

    let text: String
    let trustDomain: String

    /// Nil for what is no id. Strict, as the standard is: small letters in the domain, no port, user, query, fragment or percent signs, no
    /// empty, `.` or `..` segments.
    init?(_ text: String) {
        let scheme = "spiffe://"
        guard text.utf8.count <= Self.limit, text.hasPrefix(scheme) else { return nil }
        let rest = text.utf8.dropFirst(scheme.utf8.count)
        let domain = rest.prefix { $0 != UInt8(ascii: "/") }
        guard TrustDomain.isOne(domain) else { return nil }
        let path = rest.dropFirst(domain.count)
        for segment in path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) where !path.isEmpty {
            let isDots = segment.elementsEqual([0x2E]) || segment.elementsEqual([0x2E, 0x2E])
            guard !segment.isEmpty, !isDots, segment.allSatisfy({ TrustDomain.isPart($0) || (0x41...0x5A).contains($0) }) else { return nil }
        }
        self.text = text
        trustDomain = String(decoding: domain, as: UTF8.self)
    }
}

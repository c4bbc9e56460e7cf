// Reads an IP address, with or without a port, as a test writes it and as a recording keeps it.

import Foundation
import Machine

extension NetworkAddress {
    /// `10.0.0.7`, `10.0.0.7:5432`, `fd00::1`, `[fd00::1]:5432`; nil for anything else.
    public init?(text: String) {
        var host = Substring(text)
        if host.first == "[" {
            guard let end = host.firstIndex(of: "]") else { return nil }
            host = host[host.index(after: host.startIndex)..<end]
        } else if host.count(where: { $0 == ":" }) == 1, let colon = host.firstIndex(of: ":") {
            host = host[..<colon]
        }
        var four = in_addr()
        if inet_pton(AF_INET, String(host), &four) == 1 {
            self.init(ipv4: UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, String(host), &six) == 1 else { return nil }
        let (high, low) = withUnsafeBytes(of: &six) {
            (UInt64(bigEndian: $0.loadUnaligned(as: UInt64.self)), UInt64(bigEndian: $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
        self.init(high: high, low: low)
    }
}

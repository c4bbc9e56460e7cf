// Keccak-256 of a short text, which Ethereum uses in its first form: not the SHA-3 that NIST made of it (other padding).

enum Keccak {
    /// The first eight bytes' worth of words of Keccak-256 over at most 135 bytes: four words, little-endian.
    static func digest(_ text: UnsafeRawBufferPointer) -> SIMD4<UInt64>? {
        guard text.count <= 135 else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 30) { memory in
            for index in memory.indices { memory[index] = 0 }
            let state = UnsafeMutableBufferPointer(rebasing: memory[..<25])
            let row = UnsafeMutableBufferPointer(rebasing: memory[25...])
            for (index, byte) in text.enumerated() { state[index / 8] ^= UInt64(byte) << UInt64(index % 8 * 8) }
            state[text.count / 8] ^= 1 << UInt64(text.count % 8 * 8)
            state[16] ^= 1 << 63
            permute(state, row)
            return SIMD4(state[0], state[1], state[2], state[3])
        }
    }

    /// Keccak-f[1600] (FIPS 202 section 3.3): theta, rho and pi, chi, iota, twenty-four times.
    private static func permute(_ state: UnsafeMutableBufferPointer<UInt64>, _ row: UnsafeMutableBufferPointer<UInt64>) {
        var register: UInt8 = 1
        for _ in 0..<24 {
            for x in 0..<5 { row[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20] }
            for x in 0..<5 {
                let mixed = row[(x + 4) % 5] ^ rotated(row[(x + 1) % 5], 1)
                for y in stride(from: 0, to: 25, by: 5) { state[x + y] ^= mixed }
            }
            var (x, y) = (1, 0)
            var lane = state[1]
            for step in 0..<24 {
                (x, y) = (y, (2 * x + 3 * y) % 5)
                let moved = state[x + 5 * y]
                state[x + 5 * y] = rotated(lane, UInt64((step + 1) * (step + 2) / 2 % 64))
                lane = moved
            }
            for y in stride(from: 0, to: 25, by: 5) {
                for x in 0..<5 { row[x] = state[x + y] }
                for x in 0..<5 { state[x + y] = row[x] ^ (~row[(x + 1) % 5] & row[(x + 2) % 5]) }
            }
            for bit in 0..<7 {
                if register & 1 == 1 { state[0] ^= 1 << UInt64((1 << bit) - 1) }
                register = register & 0x80 != 0 ? register << 1 ^ 0x71 : register << 1
            }
        }
    }

    private static func rotated(_ word: UInt64, _ by: UInt64) -> UInt64 { by == 0 ? word : word << by | word >> (64 - by) }
}

package enum EthereumAddress {
    /// `0x` and forty hexadecimal digits: all of one case, or of the cases that EIP-55 says.
    package static func isValid(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count == 42 else { return false }
        let digits = UnsafeRawBufferPointer(rebasing: text[2...])
        guard !digits.allSatisfy({ $0 == digits[0] }) else { return false }
        let hasLower = digits.contains { ASCII.isLetter($0) && $0 & 32 != 0 }
        let hasUpper = digits.contains { ASCII.isLetter($0) && $0 & 32 == 0 }
        guard hasLower && hasUpper else { return true }
        return withUnsafeTemporaryAllocation(byteCount: 40, alignment: 8) { folded in
            for (index, byte) in digits.enumerated() { folded[index] = ASCII.isLetter(byte) ? byte | 32 : byte }
            guard let digest = Keccak.digest(UnsafeRawBufferPointer(folded)) else { return false }
            return digits.indices.allSatisfy { index in
                guard ASCII.isLetter(digits[index]) else { return true }
                let byte = digest[index / 16] >> UInt64(index / 2 % 8 * 8) & 0xff
                let nibble = index % 2 == 0 ? byte >> 4 : byte & 15
                return (nibble >= 8) == (digits[index] & 32 == 0)
            }
        }
    }
}

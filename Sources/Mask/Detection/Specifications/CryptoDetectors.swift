// Addresses of crypto-currencies, each with its own checksum.

enum CryptoDetectors {
    static let all: [DetectorSpecification] = [
        // Base58check addresses of Bitcoin, its test network, Litecoin, Dogecoin, Dash and Tron.
        DetectorSpecification(
            name: "pii.bitcoin_address", pattern: PatternPart.wordHead + "[13LMDXTmn2][1-9A-HJ-NP-Za-km-z]{25,34}" + PatternPart.wordTail,
            triggers: [.word(26...35)], shortest: 26,
            check: { Base58.isAddress($0.bytes) ? $0.range : nil }),
        // BIP 173 and BIP 350: segregated witness addresses of Bitcoin, its test networks and Litecoin.
        DetectorSpecification(
            name: "pii.bech32_address", pattern: PatternPart.wordHead + "(?i:bc1|tb1|ltc1)[02-9AC-HJ-NP-Zac-hj-np-z]{11,87}" + PatternPart.wordTail,
            triggers: [.head("bc1"), .head("tb1"), .head("ltc")], shortest: 14,
            check: { Bech32.isValid($0.bytes) ? $0.range : nil }),
        // EIP-55: forty hexadecimal digits whose letters' cases are a checksum, unless all are alike.
        DetectorSpecification(
            name: "pii.ethereum_address", pattern: PatternPart.wordHead + "0x[0-9A-Fa-f]{40}" + PatternPart.wordTail,
            triggers: [.word(42...42)], shortest: 42,
            check: { EthereumAddress.isValid($0.bytes) ? $0.range : nil }),
    ]
}

// How a person or a machine is reached, and what a person is known by: addresses, telephones, birth, passport.

enum ContactDetectors {
    static let all: [DetectorSpecification] = [
        // RFC 5321 section 4.1.2 without quotes, RFC 6531 for letters beyond ASCII; a domain with a dot that ends in letters.
        DetectorSpecification(
            name: "pii.email",
            pattern: #"(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]++@[\p{L}\p{N}-]++(?:\.[\p{L}\p{N}-]++)++"#, isText: true,
            triggers: [.flag(.at)], shortest: 5, check: { EmailAddress.hit($0) }),
        // ITU-T E.164: a plus sign, a country code, at most fifteen digits.
        DetectorSpecification(
            name: "pii.phone", pattern: "(?<![0-9A-Za-z_+])\\+\\(?[1-9](?:[ .()/-]{0,3}+[0-9]){6,14}\(officeExtension)(?![0-9A-Za-z_])(?![-./,][0-9])",
            triggers: [.flag(.plus)], digits: 7, shortest: 8,
            check: { $0.digits.isOneDigit ? nil : $0.range }),
        // Numbering plan of North America (NANPA): area and exchange begin with 2 to 9. Written so, it needs no word.
        DetectorSpecification(
            name: "pii.phone",
            pattern: "(?<![0-9A-Za-z_+])(?<![0-9][-./,])(?:1[-. ])?(?:\\([2-9][0-9]{2}\\) ?|[2-9][0-9]{2}[-.])[2-9][0-9]{2}[-.][0-9]{4}"
                + "\(officeExtension)(?![0-9A-Za-z_])(?![-./,][0-9])",
            triggers: [.pair(3, 3)], digits: 10, shortest: 12, formatted: .notElsewhere),
        // National forms, of which only a word beside them says that they are telephones.
        DetectorSpecification(
            name: "pii.phone",
            pattern: "(?<![0-9A-Za-z_])(?<![0-9][-./,])(?<![A-Za-z]/)\\(?[0-9](?:[ .()/-]{0,3}+[0-9]){6,14}\(officeExtension)"
                + "(?![0-9A-Za-z_])(?![-./,:][0-9])",
            triggers: [.run(7...15), .run(7...15, before: false, after: true)]
                + (1...8).flatMap { first in (1...8).map { .pair(first, $0) } },
            digits: 7, shortest: 7,
            words: [
                "phone", "tel", "telefon", "mobile", "mobil", "cell", "call", "fax", "whatsapp", "sms", "handy", "telephone", "dial",
                "rufnummer", "telefono", "portable", "celular", "ring",
            ], compact: .word, formatted: .word, isNumber: true,
            check: { $0.digits.isOneDigit ? nil : $0.range }),
        // RFC 791 in the dotted form of RFC 6943 section 3.1.1; neither loopback, unspecified nor broadcast.
        DetectorSpecification(
            name: "pii.ipv4",
            pattern: "(?<![0-9A-Za-z_.-])(?<![A-Za-z]/)(?<!rv:)(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}"
                + "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
                + "(?![0-9A-Za-z_]|\\.[0-9]|-[0-9A-Za-z])",
            triggers: [.flag(.dotted)], digits: 4, shortest: 7, words: ["ipv4", "address", "client", "host", "remote"],
            formatted: .notElsewhere,
            check: { candidate in
                let bytes = candidate.bytes
                let isLoopback = bytes.starts(with: "127.".utf8)
                return isLoopback || bytes.elementsEqual("0.0.0.0".utf8) || bytes.elementsEqual("255.255.255.255".utf8)
                    ? nil : candidate.range
            }),
        // RFC 4291 section 2.2.
        DetectorSpecification(
            name: "pii.ipv6", pattern: "(?<![0-9A-Za-z:.])[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]{0,4}+[0-9A-Fa-f:.]*+(?![0-9A-Za-z:])",
            triggers: [.flag(.colons)], shortest: 3, check: { AddressV6.hit($0) }),
        // IEEE 802: six octets, or three groups as some makers print them; neither all zeros nor broadcast.
        DetectorSpecification(
            name: "pii.mac_address",
            pattern: "(?<![0-9A-Za-z:.-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\\1){4}[0-9A-Fa-f]{2}|[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\."
                + "[0-9A-Fa-f]{4})(?![0-9A-Za-z:-]|\\.[0-9A-Fa-f])",
            triggers: [.flag(.octets)], shortest: 14,
            check: { candidate in
                let text = LetterString(candidate.bytes)
                let isConstant = !(1..<text.count).contains { text[$0] != text[0] }
                return isConstant && (text[0] == UInt8(ascii: "0") || text[0] == UInt8(ascii: "F")) ? nil : candidate.range
            }),
        // A date of which a word says that someone was born on it.
        DetectorSpecification(
            name: "pii.date_of_birth",
            pattern: "(?<![0-9A-Za-z])(?:(?:19|20)[0-9]{2}(?:[-./ ](?:0?[1-9]|1[0-2])[-./ ](?:0[1-9]|[12][0-9]|3[01]|[1-9])"
                + "|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
                + "|(?:0?[1-9]|[12][0-9]|3[01])[-./ ](?:0?[1-9]|[12][0-9]|3[01])[-./ ](?:(?:19|20)[0-9]{2}|[0-9]{2})"
                + "|(?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th|\\.)?[ -](?i:\(months))[a-z]{0,6}+\\.?,?[ -](?:19|20)[0-9]{2}"
                + "|(?i:\(months))[a-z]{0,6}+\\.?[ -](?:0?[1-9]|[12][0-9]|3[01])(?:st|nd|rd|th)?,?[ -](?:19|20)[0-9]{2})(?![0-9A-Za-z])",
            triggers: [.run(8), .run(4), .run(1...2, before: false, after: true)]
                + [.pair(4, 2), .pair(4, 1), .pair(2, 2), .pair(1, 1), .pair(1, 2), .pair(2, 1), .pair(1, 4), .pair(2, 4)],
            digits: 4, shortest: 6,
            words: ["dob", "birth", "born", "birthdate", "birthday", "geb", "geburtsdatum", "geboren", "naissance", "nacimiento", "nascita"],
            compact: .word, formatted: .word),
        // ICAO Doc 9303 part 4: up to nine letters and digits, of which a word says that it is a passport's number.
        DetectorSpecification(
            name: "pii.passport",
            pattern: "(?<![0-9A-Za-z])(?:[A-Z]{1,2}[0-9]{6,8}|[0-9]{8,9}|[CFGHJK][0-9CFGHJKLMNPRTVWXYZ]{8}|[0-9]{2}[A-Z]{2}[0-9]{5})"
                + "(?![0-9A-Za-z])",
            triggers: [.word(7...10)], digits: 2, shortest: 7, words: ["passport", "passeport", "reisepass", "pasaporte", "passaporto"],
            compact: .word, formatted: .word,
            check: { $0.digits.count >= 2 ? $0.range : nil }),
    ]

    /// An office's extension behind a number.
    private static let officeExtension = "(?:[ ,]{0,2}(?:x|ext\\.?)\\x{20}?[0-9]{1,6})?"
    private static let months = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mär|mai|okt|dez"
}

enum EmailAddress {
    /// The last label of a domain is letters (or an internationalised one); a retina image's name is no address.
    static func hit(_ candidate: Candidate) -> Range<Int>? {
        let bytes = candidate.bytes
        guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot + 1 < bytes.count else { return nil }
        let last = UnsafeRawBufferPointer(rebasing: bytes[(dot + 1)...])
        guard ASCII.isLetter(last[0]) || last[0] >= 0x80 else { return nil }
        let isFile = ["png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js"].contains { (name: StaticString) in
            name.utf8CodeUnitCount == last.count && (0..<last.count).allSatisfy { name.utf8Start[$0] == last[$0] | 32 }
        }
        guard !isFile else { return nil }
        // `git@host:path` names a repository.
        let end = candidate.range.upperBound
        let isRemote = bytes.starts(with: "git@".utf8) && end < candidate.text.count && candidate.text[end] == UInt8(ascii: ":")
        return isRemote ? nil : candidate.range
    }
}

enum AddressV6 {
    static func hit(_ candidate: Candidate) -> Range<Int>? {
        var bytes = candidate.bytes
        // The full stop of a sentence.
        if bytes.last == UInt8(ascii: ".") { bytes = UnsafeRawBufferPointer(rebasing: bytes.dropLast()) }
        let range = candidate.range.lowerBound..<candidate.range.lowerBound + bytes.count
        var groups = 0
        var length = 0
        var hasGap = false
        var index = 0
        var hexDigits = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: ":") {
                if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: ":") {
                    guard !hasGap else { return nil }
                    hasGap = true
                    index += 1
                } else if index == 0 || index + 1 == bytes.count {
                    return nil
                }
                length = 0
            } else if bytes[index] == UInt8(ascii: ".") {
                // An IPv4 address at the end stands for two groups; what it looks like is `pii.ipv4`'s to say.
                guard hasGap || groups == 7 else { return nil }
                return groups >= 2 && bytes.last.map(ASCII.isDigit) == true ? range : nil
            } else {
                if length == 0 { groups += 1 }
                length += 1
                hexDigits += 1
                guard length <= 4 else { return nil }
            }
            index += 1
        }
        // `::` and `::1` are everyone's.
        guard hasGap ? groups <= 7 && hexDigits >= 3 : groups == 8 else { return nil }
        return range
    }
}

// Words: plain and quoted ones with their symbols, key words, and the letters that may begin a string.

import Machine

extension SQLLexer {
    /// An identifier or key word. One of up to seven bytes, as most are, is one number: it is found by comparing that.
    @inline(__always)
    func word(_ start: Int, _ symbols: inout SymbolTable, _ print: inout UInt64) throws(Misread) -> Token {
        let eight = EightBytes.load(bytes + start)
        let (outside, folded) = EightBytes.word(eight)
        if outside == 0 { return try longWord(start, eight, folded, &symbols, &print) }
        let length = EightBytes.before(outside)
        let mask = EightBytes.first(length)
        if eight & mask & 0x8080_8080_8080_8080 != 0, lexical.encoding != .utf8 || lexical.foldsBeyondASCII { throw .encoding }
        let name = folded & mask
        let hash = NameHash.mix(NameHash.seed, name)
        print = Fingerprint.of(name: hash)
        var token = token(.word, start, start &+ length)
        token.keyword = keywords.keyword(name, hash: hash)
        if token.keyword == .none { token.value = try symbols.spelled(name, length, hash: hash) }
        return token
    }

    /// One of eight bytes and more; eight a step, which are folded and hashed on the way. The first eight are known.
    @inline(never)
    private func longWord(
        _ start: Int, _ first: UInt64, _ folded: UInt64, _ symbols: inout SymbolTable, _ print: inout UInt64
    ) throws(Misread) -> Token {
        let name = symbols.spelling
        name[0] = folded
        var hash = NameHash.mix(NameHash.seed, folded)
        var high = first
        var length = 8
        while true {
            let eight = EightBytes.load(bytes + start + length)
            let (outside, folded) = EightBytes.word(eight)
            let inside = outside == 0 ? 8 : EightBytes.before(outside)
            if inside == 0 { break }
            let mask = outside == 0 ? ~0 : EightBytes.first(inside)
            high |= eight & mask
            if length < SymbolTable.spelledBytes { name[length >> 3] = folded & mask }
            hash = NameHash.mix(hash, folded & mask)
            length &+= inside
            if outside != 0 { break }
        }
        if high & 0x8080_8080_8080_8080 != 0, lexical.encoding != .utf8 || lexical.foldsBeyondASCII { throw .encoding }
        var token = token(.word, start, start &+ length)
        token.keyword = keywords.keyword(name, length, hash: hash)
        // Of one that is cut the name is not made of all its bytes.
        print = length <= InspectLimits.identifierBytes ? Fingerprint.of(name: hash) : Fingerprint.unknown
        if token.keyword == .none, length <= InspectLimits.identifierBytes {
            token.value = try symbols.spelled(length, hash: hash)
        }
        return token
    }

    /// `E'`, `B'`, `X'`, `N'`, `U&'`, `U&"`: nil when the letter only begins a word.
    func prefixedQuote(_ start: Int) throws(Misread) -> Token? {
        let first = bytes[start] | 0x20
        if bytes[start + 1] == 0x27 {
            switch first {
            case 0x65: return try quotedString(start, quote: start + 1, kind: .escapeString)
            case 0x62: return try quotedString(start, quote: start + 1, kind: .bitString)
            case 0x78: return try quotedString(start, quote: start + 1, kind: .hexString)
            case 0x6E: return try quotedString(start, quote: start + 1, kind: plainKind)
            default: return nil
            }
        }
        guard first == 0x75, bytes[start + 1] == 0x26 else { return nil }
        if bytes[start + 2] == 0x27 {
            guard lexical.standardConformingStrings else { throw .lexical }
            return try quotedString(start, quote: start + 2, kind: .unicodeString)
        }
        if bytes[start + 2] == 0x22 {
            return token(.unicodeWord, start, try quotedEnd(start + 2).end)
        }
        return nil
    }

    /// `"…"`. Its symbol is found here when the bytes between the quotes are the name.
    @inline(__always)
    func quotedWord(_ start: Int, _ symbols: inout SymbolTable, _ print: inout UInt64) throws(Misread) -> Token {
        let (end, plain) = try quotedEnd(start)
        var token = token(.quotedWord, start, end)
        let length = end - start - 2
        print = Fingerprint.unknown
        guard plain, length <= InspectLimits.identifierBytes else { return token }
        let name = symbols.spelling
        var hash = NameHash.seed
        var at = 0
        while at < length {
            var eight = EightBytes.load(bytes + start + 1 + at)
            if length - at < 8 { eight &= EightBytes.first(length - at) }
            name[at >> 3] = eight
            hash = NameHash.mix(hash, eight)
            at += 8
        }
        token.value = try symbols.spelled(length, hash: hash)
        print = Fingerprint.of(name: hash)
        return token
    }

    /// Behind the closing quote of a quoted identifier, which is not empty; and whether no quote is doubled inside.
    private func quotedEnd(_ start: Int) throws(Misread) -> (end: Int, plain: Bool) {
        var at = start + 1
        var plain = true
        var high: UInt64 = 0
        while true {
            let eight = EightBytes.load(bytes + at)
            let stop = EightBytes.equal(eight, 0x22) | EightBytes.zero(eight)
            if stop == 0 {
                high |= eight
                at += 8
                continue
            }
            let before = EightBytes.before(stop)
            high |= eight & EightBytes.first(before)
            at += before
            if bytes[at] == 0 { throw .lexical }
            if bytes[at + 1] != 0x22 { break }
            plain = false
            at += 2
        }
        if high & 0x8080_8080_8080_8080 != 0, lexical.encoding != .utf8 { throw .encoding }
        if at == start + 1 { throw .lexical }
        return (at + 1, plain)
    }
}

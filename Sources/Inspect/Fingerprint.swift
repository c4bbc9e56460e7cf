// A statement's fingerprint: 64 bits over its tokens without what varies from run to run.

import Machine

/// What tokens are in a fingerprint.
enum Fingerprint {
    static let literal: UInt64 = 0x9AE1_6A3B_2F90_404F
    static let list: UInt64 = 0xD6E8_FEB8_6659_FD93
    /// What the lexer cannot say: of a mark that depends on what is around it, of a name whose bytes have to be decoded.
    static let unknown: UInt64 = 0

    /// Of a key word or name. All bits of its hash, because a name that another was made to look like must not be taken for it.
    @inline(__always) static func of(name hash: UInt64) -> UInt64 { hash ^ 0xA076_1D64_78BD_642F }
    /// Of a mark.
    @inline(__always) static func of(_ mark: Mark) -> UInt64 { mark.isPlain ? always(mark) : unknown }
    @inline(__always) static func always(_ mark: Mark) -> UInt64 { UInt64(mark.rawValue) | 1 << 34 }
}

extension SQLReader {
    /// Literals and parameters are one marker, whatever they say; lists of them behind IN, and rows of them behind VALUES,
    /// are one list whatever their length; identifiers are folded, comments and spacing are not tokens.
    func fingerprint(_ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        precondition(range.upperBound <= prints.count)
        // Of this message, so they stay where they are; `range` is the reader's.
        let prints = UnsafePointer(prints.base)
        // The last key word, as far as was looked for it.
        var (lastKeyword, looked) = (Keyword.none, range.lowerBound)
        var index = range.lowerBound
        while index < range.upperBound {
            var print = prints[index]
            if print == Fingerprint.unknown {
                if tokens[index].kind == .mark {
                    if tokens[index].mark == .openParen {
                        lastKeyword = keyword(in: looked..<index, else: lastKeyword)
                        looked = index
                    }
                    let (value, behind) = value(ofMark: index, range, inValues: lastKeyword == .values)
                    if let value { hash = Self.mix(hash, value) }
                    // Key words inside a list of literals are literals.
                    if behind > index + 1 { looked = behind }
                    index = behind
                    continue
                }
                print = decoded(tokens[index])
            }
            hash = Self.mix(hash, print)
            index &+= 1
        }
        return hash
    }

    /// The last key word of some tokens.
    private func keyword(in range: Range<Int>, else none: Keyword) -> Keyword {
        var last = none
        for index in range { last = tokens[index].keyword != .none ? tokens[index].keyword : last }
        return last
    }

    /// What a parenthesis, sign or operator, and what belongs to it, is in the fingerprint, nil for nothing; and the token behind
    /// that.
    private func value(ofMark index: Int, _ range: Range<Int>, inValues: Bool) -> (value: UInt64?, behind: Int) {
        let token = tokens[index]
        if token.mark == .openParen, inValues || (index > range.lowerBound && tokens[index - 1].keyword == .in),
            let (list, behind) = literals(index, range, inValues: inValues)
        {
            return (list, behind)
        }
        if token.mark == .minus || token.mark == .plus, signs(index, range) { return (nil, index + 1) }
        return (token.mark == .otherOperator ? NameHash.wide(slice(token)) | 1 << 33 : Fingerprint.always(token.mark), index + 1)
    }

    /// What a list of literals only, behind IN or as a row of VALUES, is in the fingerprint, and the token behind it and the
    /// rows like it; nil when it holds something else.
    private func literals(_ open: Int, _ range: Range<Int>, inValues: Bool) -> (value: UInt64, behind: Int)? {
        guard let close = literalList(open, range.upperBound) else { return nil }
        if open > range.lowerBound, tokens[open - 1].keyword == .in { return (Fingerprint.list, close + 1) }
        return (Fingerprint.list ^ UInt64(items(open, close)), afterSameRows(open, close, range.upperBound))
    }

    @inline(never) private func decoded(_ token: Token) -> UInt64 {
        // First the symbol, then its hash: making a symbol may move the table.
        let name = (try? symbol(of: token)) ?? .none
        return Fingerprint.of(name: symbols.hash(name))
    }

    @inline(__always) private static func mix(_ hash: UInt64, _ value: UInt64) -> UInt64 {
        let product = (hash ^ value).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return (product.high ^ product.low) &+ 0x2545_F491_4F6C_DD1D
    }

    /// The closing parenthesis of a list of literals only; nil when something else is inside.
    private func literalList(_ open: Int, _ end: Int) -> Int? {
        var index = open + 1
        while index < end {
            if tokens[index].mark == .minus || tokens[index].mark == .plus { index += 1 }
            guard index < end, isListed(tokens[index]) else { return nil }
            index += 1
            guard index < end else { return nil }
            if tokens[index].mark == .closeParen { return index }
            guard tokens[index].mark == .comma else { return nil }
            index += 1
        }
        return nil
    }

    @inline(__always) private func isListed(_ token: Token) -> Bool {
        if token.isLiteral || token.kind == .parameter { return true }
        switch token.keyword {
        case .null, .true, .false, .default: return true
        default: return false  // a name or a call
        }
    }

    private func items(_ open: Int, _ close: Int) -> Int {
        var items = 1
        for index in open..<close where tokens[index].mark == .comma { items += 1 }
        return items
    }

    /// Behind all following rows that are as long.
    private func afterSameRows(_ open: Int, _ close: Int, _ end: Int) -> Int {
        var behind = close + 1
        while behind + 1 < end, tokens[behind].mark == .comma, tokens[behind + 1].mark == .openParen,
            let next = literalList(behind + 1, end), items(behind + 1, next) == items(open, close)
        {
            behind = next + 1
        }
        return behind
    }

    /// Whether a sign belongs to the number behind it.
    private func signs(_ index: Int, _ range: Range<Int>) -> Bool {
        guard index + 1 < range.upperBound, tokens[index + 1].kind == .integer || tokens[index + 1].kind == .decimal else {
            return false
        }
        guard index > range.lowerBound else { return true }
        let before = tokens[index - 1]
        if before.kind == .mark { return before.mark != .closeParen && before.mark != .closeBracket }
        return before.kind == .word && before.keyword != .none && keywords.categories[Int(before.keyword.rawValue)] == .reserved
    }
}

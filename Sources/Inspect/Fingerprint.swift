// A statement's fingerprint: 64 bits over its tokens without what varies from run to run.

import Machine

extension SQLReader {
    private enum Marker {
        static let literal: UInt64 = 0x9AE1_6A3B_2F90_404F
        static let list: UInt64 = 0xD6E8_FEB8_6659_FD93
        static let name: UInt64 = 0xA076_1D64_78BD_642F
    }

    /// Literals and parameters are one marker, whatever they say; lists of them behind IN, and rows of them behind VALUES,
    /// are one list whatever their length; identifiers are folded, comments and spacing are not tokens.
    func fingerprint(_ range: Range<Int>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        var inValues = false
        // Of this message, so they stay where they are; `range` is the reader's.
        let tokens = UnsafePointer(tokens.base)
        var token = tokens + range.lowerBound
        let end = tokens + range.upperBound
        let spellings = keywords.spellings
        while token < end {
            if token.pointee.keyword != .none {
                inValues = token.pointee.keyword == .values
                hash = Self.mix(hash, spellings[Int(token.pointee.keyword.rawValue)].hash ^ Marker.name)
            } else if token.pointee.kind == .word || token.pointee.kind == .quotedWord || token.pointee.kind == .unicodeWord {
                hash = Self.mix(hash, nameHash(token.pointee) ^ Marker.name)
            } else if token.pointee.kind != .mark {
                hash = Self.mix(hash, Marker.literal)
            } else if token.pointee.mark.isPlain {
                hash = Self.mix(hash, UInt64(token.pointee.mark.rawValue) | 1 << 34)
            } else {
                token = tokens + behind(mark: token - tokens, range, inValues: inValues, &hash)
                continue
            }
            token += 1
        }
        return hash
    }

    /// A parenthesis, sign or operator, and what belongs to it; the token behind that.
    private func behind(mark index: Int, _ range: Range<Int>, inValues: Bool, _ hash: inout UInt64) -> Int {
        let token = tokens[index]
        if token.mark == .openParen, inValues || (index > range.lowerBound && tokens[index - 1].keyword == .in),
            let (list, behind) = literals(index, range, inValues: inValues)
        {
            hash = Self.mix(hash, list)
            return behind
        }
        if token.mark == .minus || token.mark == .plus, signs(index, range) { return index + 1 }
        hash = Self.mix(
            hash, token.mark == .otherOperator ? NameHash.wide(slice(token)) | 1 << 33 : UInt64(token.mark.rawValue) | 1 << 34)
        return index + 1
    }

    /// What a list of literals only, behind IN or as a row of VALUES, is in the fingerprint, and the token behind it and the
    /// rows like it; nil when it holds something else.
    private func literals(_ open: Int, _ range: Range<Int>, inValues: Bool) -> (value: UInt64, behind: Int)? {
        guard let close = literalList(open, range.upperBound) else { return nil }
        if open > range.lowerBound, tokens[open - 1].keyword == .in { return (Marker.list, close + 1) }
        return (Marker.list ^ UInt64(items(open, close)), afterSameRows(open, close, range.upperBound))
    }

    /// All bits, because a name that another was made to look like must not be taken for it.
    @inline(__always) private func nameHash(_ token: Token) -> UInt64 {
        if token.kind != .unicodeWord, token.value != 0 { return symbols.hash(Symbol(id: Int32(bitPattern: token.value))) }
        // First the symbol, then its hash: making a symbol may move the table.
        let name = (try? symbol(of: token)) ?? .none
        return symbols.hash(name)
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

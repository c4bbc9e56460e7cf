// Keeps passwords of roles out of the recording: the literal after PASSWORD becomes '***', so the statement still means the same.

/// Finds `PASSWORD 'literal'`, in every way that PostgreSQL writes a string constant (manual, section 4.1.2), in a text that makes or
/// changes a role, a user, a group or a user mapping. It looks into dollar-quoted bodies too. In doubt it hides too much.
enum PasswordRedaction {
    /// Bodies within bodies that are looked into; what lies deeper is hidden whole.
    static let depthLimit = 8

    /// Whether the word occurs at all: one pass over the bytes, and the only cost for almost every message.
    static func mayBeNeeded(_ text: UnsafeRawBufferPointer) -> Bool {
        guard text.count >= 10, let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
        let last = text.count &- 8
        var at = 0
        // Every eighth byte is enough: the word has eight letters, so one of them lies there.
        while at < text.count {
            let place = position(base[at])
            if place >= 0 {
                // `s` stands twice in the word.
                if matches(base, at &- place, last) || (place == 2 && matches(base, at &- 3, last)) { return true }
            }
            at &+= 8
        }
        return false
    }

    /// The place of a letter in `password`, either case; the first of the two for `s`.
    @inline(__always)
    private static func position(_ byte: UInt8) -> Int {
        switch byte | 0x20 {
        case UInt8(ascii: "p"): 0
        case UInt8(ascii: "a"): 1
        case UInt8(ascii: "s"): 2
        case UInt8(ascii: "w"): 4
        case UInt8(ascii: "o"): 5
        case UInt8(ascii: "r"): 6
        case UInt8(ascii: "d"): 7
        default: -1
        }
    }

    private static func matches(_ base: UnsafePointer<UInt8>, _ start: Int, _ last: Int) -> Bool {
        guard start >= 0, start <= last else { return false }
        // Little-endian, as every machine that this runs on.
        return UnsafeRawPointer(base + start).loadUnaligned(as: UInt64.self) | 0x2020_2020_2020_2020 == 0x6472_6F77_7373_6170
    }
    private static let word = Array("password".utf8)

    /// The text with passwords replaced; the same bytes where there are none.
    static func redacted(_ text: UnsafeRawBufferPointer) -> [UInt8] { redacted(Array(text), depth: 0) }

    private static func redacted(_ text: [UInt8], depth: Int) -> [UInt8] {
        var lexer = RedactionLexer(text)
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var copied = 0
        var makesRole = false
        var afterPassword = false
        while let token = lexer.next() {
            switch token.kind {
            case .word:
                let folded = text[token.range].map { $0 | 0x20 }
                if roleWords.contains(folded) { makesRole = true }
                afterPassword = makesRole && folded == word
            case .string:
                if afterPassword {
                    output += text[copied..<token.range.lowerBound]
                    output += replacement
                    copied = token.range.upperBound
                }
                // Adjacent constants on separate lines are one constant: what follows a password's first part is still its secret.
            case .body(let inner):
                output += text[copied..<token.range.lowerBound]
                copied = token.range.upperBound
                if afterPassword || depth >= depthLimit {
                    output += replacement
                } else {
                    output += text[token.range.lowerBound..<inner.lowerBound]
                    output += redacted(Array(text[inner]), depth: depth + 1)
                    output += text[inner.upperBound..<token.range.upperBound]
                }
            case .semicolon:
                makesRole = false
                afterPassword = false
            case .other: afterPassword = false
            }
        }
        output += text[copied...]
        return output
    }

    private static let replacement = Array("'***'".utf8)
    private static let roleWords: Set<[UInt8]> = Set(["role", "user", "group", "mapping"].map { Array($0.utf8) })
}

/// Just enough of PostgreSQL's lexer to tell words, constants and bodies apart.
private struct RedactionLexer {
    enum Kind {
        case word, string, semicolon, other
        /// A dollar-quoted constant, and where its content lies.
        case body(Range<Int>)
    }
    struct Token {
        var kind: Kind
        var range: Range<Int>
    }

    private let text: [UInt8]
    private var at = 0

    init(_ text: [UInt8]) { self.text = text }

    private func byte(_ index: Int) -> UInt8 { index < text.count ? text[index] : 0 }

    mutating func next() -> Token? {
        skipBlanksAndComments()
        guard at < text.count else { return nil }
        let start = at
        let kind = scan()
        return Token(kind: kind, range: start..<at)
    }

    private mutating func scan() -> Kind {
        let first = text[at]
        switch first {
        case UInt8(ascii: "'"):
            skipString(escapes: false)
            return .string
        case UInt8(ascii: "\""):
            skipQuoted(first)
            return .other
        case UInt8(ascii: ";"):
            at += 1
            return .semicolon
        case UInt8(ascii: "$"):
            if let inner = skipBody() { return .body(inner) }
            at += 1
            return .other
        default: break
        }
        guard Self.isWordStart(first) else {
            at += 1
            return .other
        }
        if byte(at + 1) == UInt8(ascii: "'"), "eEbBxXnN".utf8.contains(first) {
            at += 1
            skipString(escapes: first | 0x20 == UInt8(ascii: "e"))
            return .string
        }
        if first | 0x20 == UInt8(ascii: "u"), byte(at + 1) == UInt8(ascii: "&"), byte(at + 2) == UInt8(ascii: "'") {
            at += 2
            skipString(escapes: false)
            return .string
        }
        while at < text.count, Self.isWordStart(text[at]) || (0x30...0x39).contains(text[at]) || text[at] == UInt8(ascii: "$") {
            at += 1
        }
        return .word
    }

    private static func isWordStart(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_") || byte >= 0x80
    }

    /// A backslash that is the last byte before the closing quote is taken as an escape in every constant: whether it is one depends on
    /// a setting of the session, and hiding more than the password does no harm.
    private mutating func skipString(escapes: Bool) {
        at += 1
        while at < text.count {
            if text[at] == UInt8(ascii: "\\") {
                at += 2
            } else if text[at] == UInt8(ascii: "'") {
                at += 1
                if byte(at) != UInt8(ascii: "'") { return }
                at += 1
            } else {
                at += 1
            }
        }
        at = min(at, text.count)
    }

    private mutating func skipQuoted(_ quote: UInt8) {
        at += 1
        while at < text.count {
            let found = text[at] == quote
            at += 1
            if found {
                if byte(at) != quote { return }
                at += 1
            }
        }
    }

    private mutating func skipBody() -> Range<Int>? {
        var end = at + 1
        while end < text.count, Self.isWordStart(text[end]) || (end > at + 1 && (0x30...0x39).contains(text[end])) { end += 1 }
        guard byte(end) == UInt8(ascii: "$"), end < text.count else { return nil }
        let tag = text[at...end]
        let inside = end + 1
        var place = inside
        while place + tag.count <= text.count {
            if text[place] == UInt8(ascii: "$"), text[place..<place + tag.count] == tag {
                at = place + tag.count
                return inside..<place
            }
            place += 1
        }
        at = text.count
        return inside..<text.count
    }

    private mutating func skipBlanksAndComments() {
        while at < text.count {
            let one = text[at]
            if one == 0x20 || (0x09...0x0D).contains(one) {
                at += 1
            } else if one == UInt8(ascii: "-"), byte(at + 1) == UInt8(ascii: "-") {
                while at < text.count, text[at] != 0x0A, text[at] != 0x0D { at += 1 }
            } else if one == UInt8(ascii: "/"), byte(at + 1) == UInt8(ascii: "*") {
                skipComment()
            } else {
                return
            }
        }
    }

    private mutating func skipComment() {
        var depth = 0
        while at < text.count {
            if text[at] == UInt8(ascii: "/"), byte(at + 1) == UInt8(ascii: "*") {
                depth += 1
                at += 2
            } else if text[at] == UInt8(ascii: "*"), byte(at + 1) == UInt8(ascii: "/") {
                depth -= 1
                at += 2
                if depth == 0 { return }
            } else {
                at += 1
            }
        }
    }
}

/// What is recorded of a query's or a Parse's text, for the fuzzer and for `postern inspect`.
package func redactedForRecording(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    PasswordRedaction.mayBeNeeded(text) ? PasswordRedaction.redacted(text) : Array(text)
}

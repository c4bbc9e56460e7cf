// Words, texts and marks of Cedar, each with its place.

struct CedarLexer {
    struct Lexed {
        var token: CedarToken
        var start: Int
        var end: Int
    }

    private let bytes: [UInt8]
    private var at = 0
    private var tokens: [Lexed] = []

    static func lex(_ bytes: [UInt8]) throws(ImportError) -> [Lexed] {
        var lexer = CedarLexer(bytes: bytes)
        try lexer.run()
        return lexer.tokens
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    private static let marks = ["::", "==", "!=", "<=", ">=", "&&", "||"]

    private mutating func run() throws(ImportError) {
        while at < bytes.count {
            let start = at
            let current = byte()
            if current <= 0x20 {
                at += 1
            } else if current == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "/") {
                while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 }
            } else if current == UInt8(ascii: "\"") {
                let (text, isPlain) = try string()
                tokens.append(Lexed(token: .string(text, isPlain: isPlain), start: start, end: at))
            } else if Self.isDigit(current) {
                while Self.isDigit(byte()) { at += 1 }
                guard let number = Int64(String(decoding: bytes[start..<at], as: UTF8.self)) else { throw wrong("a number is too large") }
                tokens.append(Lexed(token: .integer(number), start: start, end: at))
            } else if Self.isLetter(current) {
                while Self.isLetter(byte()) || Self.isDigit(byte()) { at += 1 }
                tokens.append(Lexed(token: .word(String(decoding: bytes[start..<at], as: UTF8.self)), start: start, end: at))
            } else {
                let two = String(decoding: bytes[at..<min(at + 2, bytes.count)], as: UTF8.self)
                guard current < 0x7F else { throw wrong("a character stands where none may") }
                let mark = Self.marks.contains(two) ? two : String(Unicode.Scalar(current))
                at += mark.utf8.count
                tokens.append(Lexed(token: .mark(mark), start: start, end: at))
            }
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

    private func wrong(_ what: String) -> ImportError {
        let line = bytes[..<min(at, bytes.count)].count { $0 == UInt8(ascii: "\n") } + 1
        return ImportError("line \(line) is no Cedar: \(what)")
    }

    /// The escapes of Rust's texts, and `\*`.
    private mutating func string() throws(ImportError) -> (String, Bool) {
        var text: [UInt8] = []
        var isPlain = true
        at += 1
        while byte() != UInt8(ascii: "\"") {
            guard at < bytes.count else { throw wrong("a text does not end") }
            guard byte() == UInt8(ascii: "\\") else {
                text.append(byte())
                at += 1
                continue
            }
            guard at + 1 < bytes.count else { throw wrong("a text does not end") }
            at += 2
            switch bytes[at - 1] {
            case UInt8(ascii: "n"): text.append(UInt8(ascii: "\n"))
            case UInt8(ascii: "t"): text.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "r"): text.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "0"): text.append(0)
            case UInt8(ascii: "*"):
                text.append(UInt8(ascii: "*"))
                isPlain = false
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "'"): text.append(bytes[at - 1])
            case UInt8(ascii: "u"):
                guard byte() == UInt8(ascii: "{"), let close = bytes[at...].prefix(9).firstIndex(of: UInt8(ascii: "}")),
                    let value = UInt32(String(decoding: bytes[(at + 1)..<close], as: UTF8.self), radix: 16), let scalar = Unicode.Scalar(value)
                else { throw wrong("an escape is not one") }
                text += Array(String(scalar).utf8)
                at = close + 1
            default: throw wrong("an escape is not one")
            }
        }
        at += 1
        return (String(decoding: text, as: UTF8.self), isPlain)
    }
}

// A dump of SQL as statements of words: enough of the lexical rules that nothing inside a text, a comment or a body is taken for a word.

/// One word, name, text or mark of a statement.
enum SQLWord: Hashable {
    /// Unquoted, in small letters, as PostgreSQL folds it.
    case word(String)
    /// In double quotes.
    case quoted(String)
    /// A text; what it holds means nothing here.
    case text
    case mark(UInt8)

    /// The keyword that it may be.
    var keyword: String? { if case .word(let text) = self { text } else { nil } }
    /// The name that it may be.
    var name: String? {
        switch self {
        case .word(let text), .quoted(let text): text
        case .text, .mark: nil
        }
    }
}

/// Statements of a dump, one after another. Texts, dollar quotes, nested comments and psql's own lines are passed over (PostgreSQL manual,
/// 4.1; psql's `\connect` and `COPY … FROM stdin` data, as pg_dump writes them).
struct SQLStatements: Sequence, IteratorProtocol {
    /// Words that are kept of one statement.
    static let limit = 20_000

    /// What stands for psql's `\connect`: from here on another database is spoken of.
    static let connects: [SQLWord] = [.mark(UInt8(ascii: "\\"))]

    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private func byte(_ offset: Int = 0) -> UInt8 { at + offset < bytes.count ? bytes[at + offset] : 0 }

    mutating func next() -> [SQLWord]? {
        var words: [SQLWord] = []
        while at < bytes.count {
            switch byte() {
            case UInt8(ascii: ";"):
                at += 1
                if words.isEmpty { continue }
                if isCopyFromInput(words) { passData() }
                return words
            case UInt8(ascii: "\\") where words.isEmpty:
                let start = at
                passLine()
                if bytes[start..<at].starts(with: Array("\\c".utf8)), !bytes[start..<at].starts(with: Array("\\copy".utf8)) { return Self.connects }
            case UInt8(ascii: "-") where byte(1) == UInt8(ascii: "-"): passLine()
            case UInt8(ascii: "/") where byte(1) == UInt8(ascii: "*"): passComment()
            case UInt8(ascii: "'"): passQuoted(UInt8(ascii: "'"), escapes: isEscapeText(words)); add(.text, &words)
            case UInt8(ascii: "\""): add(.quoted(quotedName()), &words)
            case UInt8(ascii: "$"): if passDollar() { add(.text, &words) }
            case let byte where Self.isPartOfWord(byte): add(.word(word()), &words)
            case let byte:
                at += 1
                if byte > 0x20 { add(.mark(byte), &words) }
            }
        }
        return words.isEmpty ? nil : words
    }

    private func add(_ word: SQLWord, _ words: inout [SQLWord]) { if words.count < Self.limit { words.append(word) } }

    private static func isPartOfWord(_ byte: UInt8) -> Bool {
        byte >= 0x80 || byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private mutating func word() -> String {
        let start = at
        while at < bytes.count, Self.isPartOfWord(bytes[at]) || bytes[at] == UInt8(ascii: "$") { at += 1 }
        let folded = bytes[start..<at].map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 | 0x20 : $0 }
        return String(decoding: folded, as: UTF8.self)
    }

    private mutating func quotedName() -> String {
        var name: [UInt8] = []
        at += 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "\"") {
                guard byte(1) == UInt8(ascii: "\"") else { break }
                at += 1
            }
            name.append(bytes[at])
            at += 1
        }
        at += 1
        return String(decoding: name, as: UTF8.self)
    }

    /// `E'…'` knows backslashes.
    private func isEscapeText(_ words: [SQLWord]) -> Bool { words.last == .word("e") && at > 0 && bytes[at - 1] | 0x20 == UInt8(ascii: "e") }

    private mutating func passQuoted(_ mark: UInt8, escapes: Bool) {
        at += 1
        while at < bytes.count {
            if escapes, bytes[at] == UInt8(ascii: "\\") {
                at += 2
                continue
            }
            if bytes[at] == mark {
                guard byte(1) == mark else { break }
                at += 1
            }
            at += 1
        }
        at += 1
    }

    private mutating func passLine() { while at < bytes.count, bytes[at] != UInt8(ascii: "\n") { at += 1 } }

    private mutating func passComment() {
        var depth = 0
        while at < bytes.count {
            if byte() == UInt8(ascii: "/"), byte(1) == UInt8(ascii: "*") {
                depth += 1
                at += 2
            } else if byte() == UInt8(ascii: "*"), byte(1) == UInt8(ascii: "/") {
                depth -= 1
                at += 2
                if depth == 0 { return }
            } else {
                at += 1
            }
        }
    }

    /// False for a `$` that begins no quote.
    private mutating func passDollar() -> Bool {
        var end = at + 1
        while end < bytes.count, Self.isPartOfWord(bytes[end]) { end += 1 }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else {
            at += 1
            return false
        }
        let mark = Array(bytes[at...end])
        at = end + 1
        while at < bytes.count {
            if bytes[at] == UInt8(ascii: "$"), bytes[at...].starts(with: mark) {
                at += mark.count
                return true
            }
            at += 1
        }
        return true
    }

    private func isCopyFromInput(_ words: [SQLWord]) -> Bool {
        words.first?.keyword == "copy" && words.contains(.word("from")) && words.contains(.word("stdin"))
    }

    /// Rows up to the line `\.`.
    private mutating func passData() {
        while at < bytes.count {
            let isEnd = byte() == UInt8(ascii: "\\") && byte(1) == UInt8(ascii: ".")
            passLine()
            at += 1
            if isEnd { return }
        }
    }
}

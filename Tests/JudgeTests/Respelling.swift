// Other spellings of one SQL text, by libpg_query's own tokens: PostgreSQL reads each as the same.

import CPgQuery
import Foundation

enum Respelling {
    case capitals, comments, lines

    /// nil where the scanner does not take the text.
    func apply(_ text: String) -> String? {
        guard let tokens = Self.tokens(text) else { return nil }
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var end = 0
        for range in tokens {
            result += gap(Array(bytes[end..<range.lowerBound]), isFirst: end == 0)
            let word = bytes[range]
            result += self == .capitals && Self.isPlainWord(word) ? word.map { (0x61...0x7A).contains($0) ? $0 & ~0x20 : $0 } : Array(word)
            end = range.upperBound
        }
        result += bytes[end...]
        return String(decoding: result, as: UTF8.self)
    }

    /// Between two tokens: what stood there, and more of what means nothing. Where nothing stood nothing is put, so that no token
    /// is parted from its suffix.
    private func gap(_ between: [UInt8], isFirst: Bool) -> [UInt8] {
        if isFirst || between.isEmpty { return between }
        switch self {
        case .capitals: return between
        // Not where a string may go on over a line break: a comment of the second kind would end that.
        case .comments: return between.contains(0x0A) ? between : between + Array("/* ; from ' /* $$ */ */ ".utf8)
        case .lines: return between.contains(0x0A) ? between : Array(" \t\r".utf8) + between
        }
    }

    private static func isPlainWord(_ word: ArraySlice<UInt8>) -> Bool {
        guard let first = word.first, (0x61...0x7A).contains(first) || first == 0x5F else { return false }
        return word.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F || (0x30...0x39).contains($0) }
    }

    /// The ranges of the tokens, comments left out.
    private static func tokens(_ text: String) -> [Range<Int>]? {
        let result = pg_query_scan(text)
        defer { pg_query_free_scan_result(result) }
        guard result.error == nil, let data = result.pbuf.data else { return nil }
        var reader = ScanReader(bytes: Array(UnsafeRawBufferPointer(start: data, count: Int(result.pbuf.len))))
        return reader.tokens()
    }
}

/// Reads PgQuery.ScanResult: field 2 holds tokens, each with start (1), end (2) and token (4).
private struct ScanReader {
    let bytes: [UInt8]
    private var at = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    private mutating func varint() -> Int {
        var (value, shift) = (0, 0)
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        return value
    }

    mutating func tokens() -> [Range<Int>] {
        var result: [Range<Int>] = []
        while at < bytes.count {
            let key = varint()
            guard key & 7 == 2 else {
                _ = varint()
                continue
            }
            let end = varint() + at
            guard key >> 3 == 2 else {
                at = end
                continue
            }
            var (start, stop, kind) = (0, 0, 0)
            while at < end {
                let field = varint()
                let value = varint()
                switch field >> 3 {
                case 1: start = value
                case 2: stop = value
                case 4: kind = value
                default: break
                }
            }
            // SQL_COMMENT and C_COMMENT.
            if kind != 275, kind != 276 { result.append(start..<stop) }
        }
        return result
    }
}

// A document's bytes, and the way between byte offsets and the protocol's lines and characters.

import PolicyLang

/// How a client counts characters (LSP 3.17, PositionEncodingKind).
public enum PositionEncoding: String, Sendable {
    case utf8 = "utf-8"
    case utf16 = "utf-16"
}

/// A place as the protocol has it; both from 0.
struct LinePosition: Hashable, Comparable {
    var line: Int
    /// In units of the encoding that client and server agreed on.
    var character: Int

    static func < (left: LinePosition, right: LinePosition) -> Bool { (left.line, left.character) < (right.line, right.character) }
}

/// The lines of a text. The protocol ends lines at `\n`, `\r\n` and at `\r` alone, whatever the language does.
struct TextLines: Sendable {
    let bytes: [UInt8]
    /// Offsets of the lines' first bytes; the first is 0.
    private let starts: [Int]
    let encoding: PositionEncoding

    /// Cost is linear in the bytes.
    init(_ bytes: [UInt8], _ encoding: PositionEncoding) {
        self.bytes = bytes
        self.encoding = encoding
        var starts = [0]
        bytes.withUnsafeBufferPointer { buffer in
            for index in buffer.indices {
                let byte = buffer[index]
                if byte == 0x0A || byte == 0x0D && (index + 1 == buffer.count || buffer[index + 1] != 0x0A) { starts.append(index + 1) }
            }
        }
        self.starts = starts
    }

    var lineCount: Int { starts.count }

    /// A line's bytes without its end; empty past the last.
    func range(ofLine line: Int) -> Range<Int> {
        guard starts.indices.contains(line) else { return bytes.count..<bytes.count }
        let start = starts[line]
        var end = line + 1 < starts.count ? starts[line + 1] : bytes.count
        while end > start, bytes[end - 1] == 0x0A || bytes[end - 1] == 0x0D { end -= 1 }
        return start..<end
    }

    /// The byte at a position. Past a line's end it is the end; inside a character it is the character's start.
    func offset(of position: LinePosition) -> Int {
        guard position.line >= 0 else { return 0 }
        guard starts.indices.contains(position.line) else { return bytes.count }
        let line = range(ofLine: position.line)
        var units = 0
        var offset = line.lowerBound
        while offset < line.upperBound {
            let (width, count) = character(at: offset)
            if units + count > position.character { break }
            units += count
            offset = min(offset + width, line.upperBound)
        }
        return offset
    }

    /// Inside a line's end it is the end of the line's text.
    func position(of offset: Int) -> LinePosition {
        let bounded = min(max(offset, 0), bytes.count)
        var low = 0
        var high = starts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if starts[middle] <= bounded { low = middle } else { high = middle - 1 }
        }
        let line = range(ofLine: low)
        let end = min(bounded, line.upperBound)
        var units = 0
        var at = line.lowerBound
        while at < end {
            let (width, count) = character(at: at)
            // A place inside a character is given as its start.
            if at + width > end { break }
            units += count
            at += width
        }
        return LinePosition(line: low, character: units)
    }

    /// Bytes and units of the character at an offset. A byte that begins none counts as one, as an editor shows it.
    private func character(at offset: Int) -> (width: Int, units: Int) {
        let first = bytes[offset]
        let width = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        var isWhole = offset + width <= bytes.count
        var next = offset + 1
        while isWhole, next < offset + width {
            isWhole = bytes[next] & 0xC0 == 0x80
            next += 1
        }
        guard isWhole else { return (1, 1) }
        return switch encoding {
        case .utf8: (width, width)
        case .utf16: (width, width == 4 ? 2 : 1)
        }
    }

    func range(_ span: SourceSpan) -> JSON { range(span.start, span.end) }

    func range(_ start: Int, _ end: Int) -> JSON {
        .of(["start": Self.json(position(of: start)), "end": Self.json(position(of: end))])
    }

    static func json(_ position: LinePosition) -> JSON {
        .of(["line": .int(position.line), "character": .int(position.character)])
    }

    /// The bytes between two positions of the client; nil for what is no range.
    func bytes(of range: JSON?) -> Range<Int>? {
        guard let start = LinePosition(range?["start"]), let end = LinePosition(range?["end"]) else { return nil }
        let first = offset(of: start)
        return first..<max(first, offset(of: end))
    }

    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

extension LinePosition {
    /// Nil for what is no position. The protocol's numbers are not negative.
    init?(_ json: JSON?) {
        guard let line = json?["line"]?.int, let character = json?["character"]?.int, line >= 0, character >= 0 else { return nil }
        self.init(line: line, character: character)
    }
}

// One policy file as bytes, and the way from a byte offset to a line and a column.

/// A policy file: its bytes exactly as they were read, and the path to show in diagnostics.
public struct SourceFile: Sendable {
    /// The index that spans of this file carry.
    public let index: Int
    /// The path as it is shown to people; never opened here.
    public let path: String
    /// The file's bytes. They need not be valid UTF-8.
    public let bytes: [UInt8]
    /// The offset of each line's first byte; the first is 0.
    private let lineStarts: [Int]

    /// Takes a file's bytes. Cost is linear in them.
    public init(path: String, bytes: [UInt8], index: Int = 0) {
        self.index = index
        self.path = path
        self.bytes = bytes
        var starts = [0]
        for offset in bytes.indices where bytes[offset] == Ascii.newline {
            starts.append(offset + 1)
        }
        lineStarts = starts
    }

    /// Takes a file's text.
    public init(path: String, text: String, index: Int = 0) {
        self.init(path: path, bytes: Array(text.utf8), index: index)
    }

    /// The number of lines; at least one.
    public var lineCount: Int { lineStarts.count }

    /// The line and column of a byte offset, both from 1. An offset past the end answers the end's place.
    public func location(of offset: Int) -> LineAndColumn {
        let bounded = min(max(offset, 0), bytes.count)
        var low = 0
        var high = lineStarts.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if lineStarts[middle] <= bounded { low = middle } else { high = middle - 1 }
        }
        return LineAndColumn(line: low + 1, column: bounded - lineStarts[low] + 1)
    }

    /// The offsets of a line's bytes without its line break; empty for a line the file does not have.
    public func range(ofLine line: Int) -> Range<Int> {
        guard line >= 1, line <= lineStarts.count else { return bytes.count..<bytes.count }
        let start = lineStarts[line - 1]
        var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
        if end > start, bytes[end - 1] == Ascii.carriageReturn { end -= 1 }
        return start..<end
    }

    /// The text under a span, with invalid UTF-8 replaced; the span is clipped to the file.
    public func text(in span: SourceSpan) -> String {
        let start = min(max(span.start, 0), bytes.count)
        let end = min(max(span.end, start), bytes.count)
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }
}

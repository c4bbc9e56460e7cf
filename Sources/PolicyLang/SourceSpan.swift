// Where a piece of policy text stands: a file's index and a half-open range of UTF-8 byte offsets.

/// A half-open range of UTF-8 byte offsets in one source file.
///
/// Every node of the syntax tree carries one. Offsets are bytes, never characters, because bytes are what the
/// lexer reads, what the compiled program stores and what an editor protocol can convert from without guessing.
public struct SourceSpan: Hashable, Sendable {
    /// The index that the caller gave the `SourceFile`.
    public var file: Int
    /// The offset of the first byte.
    public var start: Int
    /// The offset after the last byte; never less than `start`.
    public var end: Int

    /// Makes a span; an `end` before `start` is raised to `start`.
    public init(file: Int, start: Int, end: Int) {
        self.file = file
        self.start = start
        self.end = max(start, end)
    }

    /// The number of bytes covered; zero for a place between two bytes.
    public var length: Int { end - start }

    /// The smallest span that covers both. Both must be of the same file; otherwise `self` is answered.
    public func joined(with other: SourceSpan) -> SourceSpan {
        guard file == other.file else { return self }
        return SourceSpan(file: file, start: min(start, other.start), end: max(end, other.end))
    }

    /// The empty span at the end of this one.
    public var tail: SourceSpan { SourceSpan(file: file, start: end, end: end) }
}

/// A place a person can find: both numbers count from one.
public struct LineAndColumn: Hashable, Sendable {
    /// The line, counted from 1.
    public var line: Int
    /// The column, counted from 1 in UTF-8 bytes from the line's start.
    public var column: Int

    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

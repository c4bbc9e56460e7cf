// Which tokens of a file were in the text before its last change already: only the lines that changed are read again.

/// Where the tokens of an earlier text of a file are among those of the present one.
struct TokenReuse {
    let earlier: ParsedFile
    /// Tokens before this index are the earlier ones.
    var before: Int
    /// From this index on they are the earlier ones again, as many places further on as `offset` says, and moved by `distance` bytes.
    var after: Int
    var offset: Int
    var distance: Int

    /// The index that a token had in the earlier text; nil for one of the lines between, and for the first one behind them, before
    /// which comments may be others.
    func earlierIndex(of index: Int) -> Int? {
        if index < before { return index }
        return index > after ? index - offset : nil
    }
}

extension Lexer {
    /// Reads a file of which an earlier text was read: the same as reading all of it, or nil where that cannot be promised. Cost: the
    /// lines that changed, and a copy of what is known.
    static func lex(_ source: SourceFile, after earlier: ParsedFile) -> (LexedFile, TokenReuse)? {
        guard earlier.mayBeReused, earlier.source.index == source.index, source.bytes.count <= LanguageLimits.fileBytes else { return nil }
        let known = earlier.source.bytes
        let (front, back) = Self.common(known, source.bytes)
        // From the start of the first line that is not the same.
        var start = front
        while start > 0, source.bytes[start - 1] != Ascii.newline { start -= 1 }
        let before = earlier.firstToken(from: start)
        guard !earlier.isInDoubt(at: start, behind: before) else { return nil }
        var lexer = Lexer(source, from: start)
        let distance = source.bytes.count - known.count
        let same = source.bytes.count - back
        var resumed: Int?
        while lexer.position < source.bytes.count {
            // Every line stands alone, so the old ones may follow behind the first line break that both texts have.
            if lexer.isAtLineStart, lexer.position > same {
                let index = earlier.firstToken(from: lexer.position - distance)
                if !earlier.isInDoubt(at: lexer.position - distance, behind: index) {
                    resumed = index
                    break
                }
            }
            lexer.step()
            if lexer.tokens.count > LanguageLimits.tokens { return nil }
        }
        let end = lexer.position
        guard TextHygiene(source, in: start..<end).refused.isEmpty else { return nil }
        if resumed == nil { lexer.add(.end, from: end, to: end) }

        let tail = resumed ?? earlier.tokens.count
        let count = before + lexer.tokens.count + earlier.tokens.count - tail
        guard count <= LanguageLimits.tokens else { return nil }
        var tokens: [Token] = []
        tokens.reserveCapacity(count)
        tokens += earlier.tokens[..<before]
        tokens += lexer.tokens
        for token in earlier.tokens[tail...] { tokens.append(token.moved(by: distance)) }
        let place = resumed == nil ? Int.max : end - distance
        let comments = Self.joined(earlier.comments, start, place, lexer.comments, distance) { $0.span.start }
        let diagnostics = Self.joined(earlier.lexicalDiagnostics, start, place, lexer.diagnostics, distance) { $0.span.start }
        guard diagnostics.count <= LanguageLimits.diagnostics else { return nil }
        let after = before + lexer.tokens.count
        return (
            LexedFile(tokens: tokens, comments: comments, diagnostics: diagnostics, isClean: true),
            TokenReuse(earlier: earlier, before: before, after: after, offset: after - tail, distance: distance)
        )
    }

    /// How many bytes are the same at the beginning, and then at the end.
    private static func common(_ left: [UInt8], _ right: [UInt8]) -> (front: Int, back: Int) {
        left.withUnsafeBytes { left in
            right.withUnsafeBytes { right in
                let most = min(left.count, right.count)
                var front = 0
                while front + 8 <= most,
                    left.loadUnaligned(fromByteOffset: front, as: UInt64.self) == right.loadUnaligned(fromByteOffset: front, as: UInt64.self)
                { front += 8 }
                while front < most, left[front] == right[front] { front += 1 }
                let rest = most - front
                var back = 0
                while back + 8 <= rest,
                    left.loadUnaligned(fromByteOffset: left.count - back - 8, as: UInt64.self)
                        == right.loadUnaligned(fromByteOffset: right.count - back - 8, as: UInt64.self)
                { back += 8 }
                while back < rest, left[left.count - back - 1] == right[right.count - back - 1] { back += 1 }
                return (front, back)
            }
        }
    }

    /// What was known before `start` and from `end` on, with what was read between.
    private static func joined<Item: Movable>(
        _ known: [Item], _ start: Int, _ end: Int, _ read: [Item], _ distance: Int, _ place: (Item) -> Int
    ) -> [Item] {
        known.filter { place($0) < start } + read + known.filter { place($0) >= end }.map { $0.moved(by: distance) }
    }
}

extension ParsedFile {
    /// Whether every line break of the file ends all that was begun on its line: a comment over several lines has a mistake of its own.
    fileprivate var mayBeReused: Bool {
        isClean && lexicalDiagnostics.count <= LanguageLimits.diagnostics
            && !lexicalDiagnostics.contains { $0.code == Wording.blockCommentCode }
    }

    /// The index of the first token that begins at a byte or behind it; the end is one.
    fileprivate func firstToken(from place: Int) -> Int {
        var low = 0
        var high = tokens.count - 1
        while low < high {
            let middle = (low + high) / 2
            if tokens[middle].start < place { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Whether something wrong behind the token before `index`, or in it, tells upon what stands from `place` on.
    fileprivate func isInDoubt(at place: Int, behind index: Int) -> Bool {
        let from = index > 0 ? tokens[index - 1].start : 0
        return lexicalDiagnostics.contains { $0.span.start >= from && $0.span.start < place }
    }
}

// Here-documents: delimiters when they are read, bodies when their line ends.

extension ShellReader {
    /// The delimiter after `<<` or `<<-`: quotes are taken off, nothing is expanded.
    func readHereDelimiter(stripsTabs: Bool) throws(ShellMisread) {
        skipBlanks()
        if pending.count - pendingBase >= ShellLimits.hereDocuments { throw .limit }
        let wordStart = words.count
        let byteStart = bytes.count
        let from = p
        try readWord(.single)
        let word = words[wordStart]
        guard word.isKnown, p > from else { throw .syntax }
        for at in from..<p where base[at] == 0x24 || base[at] == 0x60 { throw .syntax }
        for at in byteStart..<bytes.count where bytes[at] == 0x0A { throw .syntax }
        // Whether a tab that begins the delimiter is taken off too differs between shells.
        if stripsTabs, bytes.count > byteStart, bytes[byteStart] == 0x09 { throw .syntax }
        let start = delimiters.count
        _ = delimiters.append(bytes: scratch(byteStart..<bytes.count))
        pending.append(
            PendingHere(
                start: Int32(start), count: Int32(delimiters.count - start), isQuoted: word.flags.contains(.quoted),
                stripsTabs: stripsTabs))
        dropScratch(words: wordStart, bytes: byteStart)
    }

    /// The bodies of the here-documents of the line that just ended, in order.
    func readWaitingHereDocuments() throws(ShellMisread) {
        guard pending.count > pendingBase else { return }
        for index in pendingBase..<pending.count {
            let document = pending[index]
            let start = p
            let end = try findHereEnd(document)
            if !document.isQuoted { try readHereBody(start..<end) }
        }
        pending.truncate(to: pendingBase)
        if pendingBase == 0 { delimiters.removeAll() }
    }

    /// Goes past the line that is the delimiter and gives where the body ends. Without such a line the text's end ends it.
    private func findHereEnd(_ document: PendingHere) throws(ShellMisread) -> Int {
        var isContinued = false
        while p < count {
            let lineStart = p
            var at = p
            if document.stripsTabs { while base[at] == 0x09 { at += 1 } }
            var lineEnd = at
            while lineEnd < count, base[lineEnd] != 0x0A { lineEnd += 1 }
            try spend(lineEnd - lineStart + 1)
            let isDelimiter = isLine(at..<lineEnd, document)
            p = min(lineEnd + 1, count)
            if isDelimiter {
                // Whether a continued line may end the document differs between shells.
                if isContinued { throw .syntax }
                return lineStart
            }
            guard !document.isQuoted else { continue }
            var backslashes = 0
            while lineEnd - backslashes > at, base[lineEnd - backslashes - 1] == 0x5C { backslashes += 1 }
            let wasContinued = isContinued
            isContinued = backslashes & 1 == 1 && lineEnd < count
            if isContinued || wasContinued, mayJoin(at..<lineEnd, document) { throw .syntax }
        }
        return count
    }

    private func isLine(_ line: Range<Int>, _ document: PendingHere) -> Bool {
        guard line.count == Int(document.count) else { return false }
        for offset in 0..<line.count where base[line.lowerBound + offset] != delimiters[Int(document.start) + offset] { return false }
        return true
    }

    /// Whether a line that ends in a backslash could be the beginning of the delimiter, written over two lines.
    private func mayJoin(_ line: Range<Int>, _ document: PendingHere) -> Bool {
        let length = line.count - 1
        guard length >= 0, length <= Int(document.count), base[line.upperBound - 1] == 0x5C else { return false }
        for offset in 0..<length where base[line.lowerBound + offset] != delimiters[Int(document.start) + offset] { return false }
        return true
    }

    /// The substitutions of a body whose delimiter was not quoted.
    private func readHereBody(_ range: Range<Int>) throws(ShellMisread) {
        let outer = (p, insideHereDocument)
        var needed = false
        for at in range where base[at] == 0x24 || base[at] == 0x60 { needed = true }
        guard needed else { return }
        insideHereDocument = true
        let text = UnsafeRawBufferPointer(start: base + range.lowerBound, count: range.count)
        let joined = bytes.count
        if joinContinuedLines(range) {
            // bash joins continued lines of the whole body first, also between the quotes inside a substitution; dash does not.
            if dialect == .posix {
                differs = true
                readNested(text, dialect: dialect) { reader throws(ShellMisread) in try reader.readHereText() }
            } else {
                let text = scratch(joined..<bytes.count)
                readNested(text, dialect: dialect) { reader throws(ShellMisread) in try reader.readHereText() }
            }
        } else {
            readNested(text, dialect: dialect) { reader throws(ShellMisread) in try reader.readHereText() }
        }
        dropScratch(words: words.count, bytes: joined)
        (p, insideHereDocument) = outer
    }

    /// Appends the body without its continued lines to the scratch bytes; false when there are none.
    private func joinContinuedLines(_ range: Range<Int>) -> Bool {
        var found = false
        var at = range.lowerBound
        while at < range.upperBound {
            if base[at] == 0x5C, at + 1 < range.upperBound {
                if base[at + 1] == 0x0A { found = true } else {
                    addByte(0x5C, quoted: true)
                    addByte(base[at + 1], quoted: true)
                }
                at += 2
            } else {
                addByte(base[at], quoted: true)
                at += 1
            }
        }
        return found
    }

    private func readHereText() throws(ShellMisread) {
        var state = WordState(known: bytes.count, flags: [])
        let start = bytes.count
        while true {
            let byte = here()
            if p >= count { return }
            switch byte {
            case 0x5C: p += p + 1 < count ? 2 : 1
            case 0x24: try readDollar(&state, inQuotes: true)
            case 0x60: try readBackquote(&state, inQuotes: true)
            default: p += 1
            }
            dropScratch(words: words.count, bytes: start)
        }
    }
}

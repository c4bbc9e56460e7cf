// Brace expansion of bash: done where every byte is constant and the result is small, else the words are unknown.

/// A range of a word's bytes that stands for itself, or a group whose parts are tried in turn.
private struct BraceGroup {
    var open: Int
    var close: Int
    /// The places of the commas at the group's own level; empty for a sequence.
    var commas: [Int]
}

extension ShellReader {
    /// Replaces the last word, whose bytes are `range`, by the words its braces make.
    func expandBraces(_ range: Range<Int>) {
        let word = words[words.count - 1]
        var isCandidate = false
        var balance = 0
        for at in range where marks[at] == 0 {
            switch bytes[at] {
            case 0x7B: balance += 1
            case 0x7D: balance -= 1
            case 0x2C: isCandidate = true
            case 0x2E where at + 1 < range.upperBound && bytes[at + 1] == 0x2E: isCandidate = true
            default: break
            }
            if balance < 0 { break }
        }
        guard isCandidate else {
            if word.flags.contains(.unknown), !word.flags.contains(.glob), !word.flags.contains(.expanded) {
                words.modify(words.count - 1) { $0.flags.insert(.many) }
            } else if balance == 0, word.isKnown || word.flags.contains(.expanded), !word.isMany || word.isKnown {
                words.modify(words.count - 1) { $0.flags.remove(.brace) }
            }
            return
        }
        var results: [[UInt8]] = []
        var total = 0
        let text = range.map { (byte: bytes[$0], quoted: marks[$0] != 0) }
        guard word.isKnown, balance == 0, range.count <= ShellLimits.braceBytes / 4, expand(text[...], &results, &total, depth: 0) else {
            words.modify(words.count - 1) { $0.flags.formUnion([.unknown, .many]) }
            words.modify(words.count - 1) { $0.count = 0 }
            return
        }
        words.truncate(to: words.count - 1)
        for result in results {
            let start = bytes.count
            var isInteger = true
            for byte in result {
                addByte(byte, quoted: true)
                if !ShellByte.isDigit(byte), byte != 0x2D { isInteger = false }
            }
            var flags: WordFlags = isInteger ? [.integer] : []
            if results.count > 1, result.isEmpty { flags.insert(.unknown) }  // an unquoted empty result is no word
            if result.isEmpty { flags.insert(.many) }
            words.append(Word(start: Int32(start), count: Int32(result.count), flags: flags))
        }
    }

    private typealias Marked = ArraySlice<(byte: UInt8, quoted: Bool)>

    /// Appends what `text` expands to; false when it is past a limit, or not certain.
    private func expand(_ text: Marked, _ results: inout [[UInt8]], _ total: inout Int, depth: Int) -> Bool {
        guard depth < ShellLimits.nesting, let found = group(in: text) else { return false }
        guard let group = found else {
            results.append(text.map(\.byte))
            total += text.count
            return results.count <= ShellLimits.braceWords && total <= ShellLimits.braceBytes
        }
        var middles: [[UInt8]] = []
        if group.commas.isEmpty {
            guard let sequence = sequence(text[(group.open + 1)..<group.close]) else { return false }
            middles = sequence
        } else {
            var from = group.open + 1
            for comma in group.commas + [group.close] {
                guard expand(text[from..<comma], &middles, &total, depth: depth + 1) else { return false }
                from = comma + 1
            }
        }
        var tails: [[UInt8]] = []
        guard expand(text[(group.close + 1)...], &tails, &total, depth: depth + 1) else { return false }
        let head = text[..<group.open].map(\.byte)
        guard results.count + middles.count * tails.count <= ShellLimits.braceWords else { return false }
        for middle in middles {
            for tail in tails {
                results.append(head + middle + tail)
                total += head.count + middle.count + tail.count
                if total > ShellLimits.braceBytes { return false }
            }
        }
        return true
    }

    /// The first group of `text`: nil inside when there is none, nil when it is not certain what bash makes of it.
    private func group(in text: Marked) -> BraceGroup?? {
        var open: [Int] = []
        var commas: [[Int]] = []
        for at in text.indices where !text[at].quoted {
            switch text[at].byte {
            case 0x7B:
                open.append(at)
                commas.append([])
                if open.count > ShellLimits.nesting { return nil }
            case 0x7D:
                guard let start = open.popLast(), let own = commas.popLast() else { return nil }
                guard open.isEmpty else { continue }
                if !own.isEmpty { return .some(BraceGroup(open: start, close: at, commas: own)) }
                let inner = text[(start + 1)..<at]
                if hasDots(inner) { return .some(BraceGroup(open: start, close: at, commas: [])) }
                // A group without comma stays as it is, but one inside it does not.
                if inner.contains(where: { !$0.quoted && ($0.byte == 0x7B || $0.byte == 0x2C) }) { return nil }
            case 0x2C:
                if !commas.isEmpty { commas[commas.count - 1].append(at) }
            default: break
            }
        }
        return open.isEmpty ? .some(nil) : nil
    }

    private func hasDots(_ text: Marked) -> Bool {
        var at = text.startIndex
        while at + 1 < text.endIndex {
            if text[at].byte == 0x2E, text[at + 1].byte == 0x2E { return true }
            at += 1
        }
        return false
    }

    /// `1..9`, `a..e`, `1..9..2`; nil for what is not certain.
    private func sequence(_ text: Marked) -> [[UInt8]]? {
        guard text.allSatisfy({ !$0.quoted }) else { return nil }
        let parts = String(decoding: text.map(\.byte), as: UTF8.self).replacingDots()
        guard parts.count == 2 || parts.count == 3 else { return nil }
        var step = 1
        if parts.count == 3 {
            guard parts[2].utf8.count <= 6, let given = Int(parts[2]), parts[2].utf8.first != 0x2B else { return nil }
            step = max(1, abs(given))
        }
        if let first = number(parts[0]), let last = number(parts[1]) {
            guard abs(last - first) / step < ShellLimits.braceWords else { return nil }
            let padded = isPadded(parts[0]) || isPadded(parts[1])
            if padded, first < 0 || last < 0 { return nil }
            let width = padded ? max(parts[0].utf8.count, parts[1].utf8.count) : 0
            return stride(from: first, through: last, by: first <= last ? step : -step).map { value in
                let digits = Array(String(value).utf8)
                return Array(repeating: 0x30, count: max(0, width - digits.count)) + digits
            }
        }
        guard parts[0].utf8.count == 1, parts[1].utf8.count == 1, let first = parts[0].utf8.first, let last = parts[1].utf8.first else {
            return nil
        }
        let isLower = first >= 0x61 && first <= 0x7A && last >= 0x61 && last <= 0x7A
        let isUpper = first >= 0x41 && first <= 0x5A && last >= 0x41 && last <= 0x5A
        guard isLower || isUpper else { return nil }
        return stride(from: Int(first), through: Int(last), by: first <= last ? step : -step).map { [UInt8($0)] }
    }

    private func number(_ text: String) -> Int? {
        guard text.utf8.count <= 9, text.utf8.first != 0x2B else { return nil }
        return Int(text)
    }

    private func isPadded(_ text: String) -> Bool { text.utf8.count > 1 && text.utf8.first == 0x30 }
}

extension String {
    /// The parts between `..`.
    fileprivate func replacingDots() -> [String] {
        var parts: [String] = [""]
        var rest = Substring(self)
        while let first = rest.first {
            if rest.hasPrefix("..") {
                parts.append("")
                rest = rest.dropFirst(2)
            } else {
                parts[parts.count - 1].append(first)
                rest = rest.dropFirst()
            }
        }
        return parts
    }
}

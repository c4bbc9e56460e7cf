// Tools that are no wrappers but whose options or scripts run programs or write files: tar, sed, awk, editors.

import Machine

extension ShellReader {
    // MARK: tar

    /// Options of tar that run programs, also cut short, also in the old bundle without a dash.
    func openTar(_ range: Range<Int>) {
        for index in range {
            let word = words[index]
            for name: StaticString in ["--to-c", "--checkpoint-", "--use", "--us", "--rsh", "--rs", "--rmt", "--inf", "--new-v"]
            where has(word, prefix: name) {
                findings.unknown.formUnion([.code, .effect])
            }
            guard !has(word, prefix: "--"), has(word, prefix: "-") || index == range.lowerBound else { continue }
            let isBundle = !has(word, prefix: "-")
            var at = Int(word.start) + (isBundle ? 0 : 1)
            scan: while at < Int(word.start + word.count) {
                switch bytes[at] {
                case 0x49, 0x46: findings.unknown.formUnion([.code, .effect])
                case 0x66, 0x43, 0x54, 0x58, 0x62, 0x67, 0x4B, 0x4C, 0x4E, 0x56, 0x48: if !isBundle { break scan }
                default: break
                }
                at += 1
            }
        }
    }

    // MARK: Writers

    func openTee(_ range: Range<Int>) {
        var isOption = true
        for index in range {
            if isOption, word(index, is: "--") { isOption = false; continue }
            if isOption, has(words[index], prefix: "-"), words[index].count > 1 { continue }
            notePath(words[index].isMany ? Word(start: 0, count: 0, flags: [.unknown]) : words[index], isRead: false, isWrite: true)
        }
    }

    func openDD(_ range: Range<Int>) {
        for index in range where has(words[index], prefix: "of=") || has(words[index], prefix: "if=") {
            var path = words[index]
            let isWrite = has(path, prefix: "of=")
            (path.start, path.count) = (path.start + 3, path.count - 3)
            if path.isMany { path.flags.insert(.unknown) }
            notePath(path, isRead: !isWrite, isWrite: isWrite)
        }
    }

    func openEditor(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        try applyOptions(range, row.options)
        let isPager = row.options.utf8CodeUnitCount > 0
        for index in range {
            if has(words[index], prefix: "+") { findings.unknown.insert(.code) }
            guard !isPager, has(words[index], prefix: "-"), words[index].count > 1 else { continue }
            let harmless: [StaticString] = ["-R", "-n", "-d", "-o", "-O", "-p", "--help", "--version", "-b", "-m", "-M", "-Z"]
            let isHarmless = harmless.contains { word(index, is: $0) }
            if !isHarmless { findings.unknown.insert(.code) }
        }
    }

    // MARK: sed and awk

    /// sed: its scripts, which may run programs (`e`, `s///e`) and write files (`w`, `s///w`); `-i` writes its operands.
    func openSed(_ range: Range<Int>) {
        var index = range.lowerBound
        var hasScript = false
        var edits = false
        var operands: [Int] = []
        var scripts: [Word] = []
        while index < range.upperBound {
            let word = words[index]
            index += 1
            guard word.isKnown || word.count > 0 else {
                operands.append(index - 1)
                continue
            }
            guard has(word, prefix: "-"), word.count > 1 else {
                operands.append(index - 1)
                continue
            }
            if has(word, prefix: "--") {
                if word.count == 2 { operands += Array(index..<range.upperBound); break }
                if has(word, prefix: "--in-") || has(word, prefix: "--i") { edits = true }
                if has(word, prefix: "--f") && !has(word, prefix: "--follow") { findings.unknown.insert(.code); hasScript = true }
                if has(word, prefix: "--e") {
                    hasScript = true
                    if has(word, prefix: "--expression=") {
                        scripts.append(Word(start: word.start + 13, count: word.count - 13, flags: word.flags))
                    } else { findings.unknown.insert(.code); index += 1 }
                }
                continue
            }
            letters: for at in Int(word.start) + 1..<Int(word.start + word.count) {
                let isLast = at + 1 == Int(word.start + word.count)
                switch bytes[at] {
                case 0x69:
                    edits = true
                    break letters
                case 0x65, 0x66, 0x6C:
                    var value = Word(start: Int32(at + 1), count: word.start + word.count - Int32(at + 1), flags: word.flags)
                    if isLast {
                        if index < range.upperBound { value = words[index] }
                        index += 1
                    }
                    if bytes[at] == 0x65 { (hasScript, scripts) = (true, scripts + [value]) }
                    if bytes[at] == 0x66 { hasScript = true; findings.unknown.insert(.code) }
                    break letters
                default: break
                }
            }
        }
        if !hasScript, let first = operands.first {
            scripts.append(words[first])
            operands.removeFirst()
        }
        for script in scripts { readSedScript(script) }
        if edits { for operand in operands { notePath(words[operand], isRead: false, isWrite: true) } }
    }

    /// Only scripts of plain substitutions, deletions and prints are understood; any other may run or write.
    private func readSedScript(_ word: Word) {
        guard word.isKnown, !word.isMany else { return findings.unknown.formUnion(.code) }
        var reader = SedScript(at: Int(word.start), end: Int(word.start + word.count))
        if !reader.isHarmless(bytes) { findings.unknown.formUnion(.code) }
    }

    /// awk: a program that neither pipes, redirects, runs nor loads.
    func openAwk(_ range: Range<Int>) {
        if asksOnly(range) { return }
        var index = range.lowerBound
        while index < range.upperBound, has(words[index], prefix: "-"), words[index].count > 1 {
            if word(index, is: "--") { index += 1; break }
            if has(words[index], prefix: "-F") || has(words[index], prefix: "-v") {
                if words[index].isMany { return findings.unknown.formUnion(.code) }
                if words[index].count == 2, index + 1 < range.upperBound, words[index + 1].isMany { return findings.unknown.formUnion(.code) }
                index += words[index].count == 2 ? 2 : 1
            } else {
                return findings.unknown.formUnion(.code)
            }
        }
        guard index < range.upperBound else { return }
        let program = words[index]
        guard program.isKnown, !program.isMany, isHarmlessAwk(Int(program.start)..<Int(program.start + program.count)) else {
            return findings.unknown.formUnion(.code)
        }
    }

    private func isHarmlessAwk(_ range: Range<Int>) -> Bool {
        var prints = false
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = bytes[at]
            let following = at + 1 < range.upperBound ? bytes[at + 1] : 0
            switch byte {
            case 0x40: return false
            case 0x7C:
                if following != 0x7C { return false }
                at += 1
            case 0x3E: if prints { return false }
            case 0x7B, 0x7D, 0x3B, 0x0A: prints = false
            case _ where ShellByte.startsName(byte):
                let start = at
                while at < range.upperBound, ShellByte.continuesName(bytes[at]) { at += 1 }
                let name = Word(start: Int32(start), count: Int32(at - start), flags: [])
                for word: StaticString in ["system", "getline", "extension", "fflush", "close"] where has(name, prefix: word) { return false }
                if has(name, prefix: "print") { prints = true }
                continue
            default: break
            }
            at += 1
        }
        return true
    }
}

/// A reader of sed scripts that knows the commands which neither run nor write anything.
private struct SedScript {
    var at: Int
    var end: Int

    init(at: Int, end: Int) {
        self.at = at
        self.end = end
    }

    mutating func isHarmless(_ bytes: ArenaBuffer<UInt8>) -> Bool {
        while at < end {
            while at < end, [0x20, 0x09, 0x0A, 0x3B, 0x7B, 0x7D].contains(bytes[at]) { at += 1 }
            if at >= end { return true }
            guard skipAddress(bytes) else { return false }
            guard at < end else { return false }
            let command = bytes[at]
            at += 1
            switch command {
            case 0x64, 0x44, 0x70, 0x50, 0x67, 0x47, 0x68, 0x48, 0x78, 0x6E, 0x4E, 0x3D, 0x6C, 0x71, 0x51, 0x7B, 0x7D, 0x7A, 0x46:
                while at < end, bytes[at] >= 0x30, bytes[at] <= 0x39 { at += 1 }
            case 0x73: guard skipSubstitution(bytes) else { return false }
            case 0x79: guard skipDelimited(bytes, parts: 2) else { return false }
            case 0x23: while at < end, bytes[at] != 0x0A { at += 1 }
            case 0x62, 0x74, 0x54, 0x3A: while at < end, bytes[at] != 0x0A, bytes[at] != 0x3B, bytes[at] != 0x7D { at += 1 }
            case 0x61, 0x69, 0x63:
                // The text runs to the end of the line; a line that ends in a backslash goes on.
                while at < end, bytes[at] != 0x0A { at += bytes[at] == 0x5C ? 2 : 1 }
            default: return false
            }
        }
        return true
    }

    /// Line numbers, `$`, `/regex/`, `first~step`, and a second one after a comma; `!`.
    private mutating func skipAddress(_ bytes: ArenaBuffer<UInt8>) -> Bool {
        for _ in 0..<2 {
            if at < end, bytes[at] == 0x2F || bytes[at] == 0x5C {
                if bytes[at] == 0x5C { at += 1 }
                guard at < end, skipDelimited(bytes, parts: 1) else { return false }
                while at < end, bytes[at] == 0x49 || bytes[at] == 0x4D { at += 1 }
            } else {
                while at < end, (bytes[at] >= 0x30 && bytes[at] <= 0x39) || [0x24, 0x7E, 0x2B].contains(bytes[at]) { at += 1 }
            }
            while at < end, bytes[at] == 0x20 { at += 1 }
            guard at < end, bytes[at] == 0x2C else { break }
            at += 1
            while at < end, bytes[at] == 0x20 { at += 1 }
        }
        while at < end, bytes[at] == 0x21 || bytes[at] == 0x20 { at += 1 }
        return true
    }

    /// From the delimiter on, so many delimited parts.
    private mutating func skipDelimited(_ bytes: ArenaBuffer<UInt8>, parts: Int) -> Bool {
        guard at < end else { return false }
        let delimiter = bytes[at]
        at += 1
        var open = false
        for _ in 0..<parts {
            while at < end, bytes[at] != delimiter {
                if bytes[at] == 0x5B { open = true }
                if bytes[at] == 0x0A { return false }
                at += bytes[at] == 0x5C ? 2 : 1
            }
            if at >= end { return false }
            at += 1
        }
        // A delimiter inside brackets would end the part elsewhere in other versions.
        return !open || delimiter == 0x2F || delimiter == 0x7C || delimiter == 0x23 || delimiter == 0x2C
    }

    private mutating func skipSubstitution(_ bytes: ArenaBuffer<UInt8>) -> Bool {
        guard skipDelimited(bytes, parts: 2) else { return false }
        while at < end, ![0x0A, 0x3B, 0x7D, 0x23, 0x20].contains(bytes[at]) {
            switch bytes[at] {
            case 0x67, 0x70, 0x69, 0x49, 0x6D, 0x4D, 0x30...0x39: at += 1
            default: return false
            }
        }
        return true
    }
}

// A command with its words known: it is noted, and what it runs in its turn is opened by its row of the wrapper table.

extension ShellReader {
    /// Notes the command whose words these are, and opens it.
    func run(_ range: Range<Int>) throws(ShellMisread) {
        guard !range.isEmpty else { return }
        depth += 1
        defer { depth -= 1 }
        if depth > ShellLimits.nesting || findings.commands.count >= ShellLimits.commands { throw .limit }
        try spend(range.count * ShellLimits.readingsPerWord)
        note(range)
        let name = words[range.lowerBound]
        guard name.isKnown, !name.isMany else {
            findings.unknown.insert(.command)
            return
        }
        var start = Int(name.start)
        let end = start + Int(name.count)
        for at in stride(from: end - 1, through: start, by: -1) where bytes[at] == 0x2F {
            start = at + 1
            break
        }
        let base = scratch(start..<end)
        guard let row = ShellWrapper.table.find(base, hash: NameHash.of(base)) else { return }
        let wordStart = words.count
        let byteStart = bytes.count
        try open(ShellWrapper.rows[Int(row)], range)
        dropScratch(words: wordStart, bytes: byteStart)
    }

    /// Writes the command into the findings.
    private func note(_ range: Range<Int>) {
        let first = findings.words.count
        var countIsKnown = true
        for index in range {
            let word = words[index]
            if word.isMany { countIsKnown = false }
            if word.isKnown, !word.isMany {
                findings.append(word: scratch(Int(word.start)..<Int(word.start + word.count)))
            } else {
                findings.append(word: nil)
                findings.unknown.insert(.argument)
            }
        }
        findings.append(ShellCommand(firstWord: UInt32(first), wordCount: UInt32(range.count), countIsKnown: countIsKnown))
    }

    private func open(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        let arguments = range.lowerBound + 1..<range.upperBound
        if row.mayRunByOptions { noteHiddenOptions(arguments, of: row) }
        switch row.opening {
        case .options, .hash, .mapfile, .read, .completion, .fork, .printf, .getopts, .wait, .unset, .declaration, .arithmetic, .test,
            .setting, .shopt, .alias, .trap, .source, .evaluate, .jobs, .history, .enable:
            try openBuiltin(row, arguments)
        case .marks, .interpreter, .builder, .subcommand, .psql, .mysql, .sqlite, .apt, .crontab, .multiplexer, .group, .capsh, .starter:
            try openProgram(row, arguments)
        case .words(let skip, let without): try openWords(row, arguments, skip: skip, without: without)
        case .assignments, .envSplit: try openAssignments(row, arguments)
        case .command: try openCommandBuiltin(row, arguments)
        case .arch: try openArchitecture(row, arguments)
        case .text: runText(joining: arguments, dialect: .posix)
        case .code: openCode(arguments)
        case .shell: try openShell(range.lowerBound, arguments)
        case .xargs: try openXargs(row, arguments)
        case .ssh: try openSSH(row, arguments)
        case .user: try openUser(row, arguments)
        case .watch: try openWatch(row, arguments)
        case .flock: try openFlock(row, arguments)
        case .script: try openScript(row, arguments)
        case .container: try openContainer(row, arguments)
        case .kubectl: try openKubectl(arguments)
        case .network: try openNetwork(arguments)
        case .parallel: findings.unknown.insert(.code)
        case .find: try openFind(arguments)
        case .git: try openGit(row, arguments)
        case .tar: openTar(arguments)
        case .sed: openSed(arguments)
        case .awk: openAwk(arguments)
        case .editor: try openEditor(row, arguments)
        case .tee: openTee(arguments)
        case .dd: openDD(arguments)
        }
    }

    /// An argument that is not known may be an option that runs something: `find $x` is `find . -exec rm {} +`. What cannot become
    /// several words can only be one, as `--compress-program=…`.
    func noteHiddenOptions(_ arguments: Range<Int>, of row: ShellWrapper) {
        for index in arguments {
            if word(index, is: "--") { return }
            let word = words[index]
            if word.isKnown && !word.isMany || isOperand(word, isFirst: index == arguments.lowerBound, of: row) { continue }
            if word.isMany { findings.unknown.insert(.code) }
            if !word.isKnown { findings.unknown.insert(.effect) }
        }
    }

    /// Whether what is known of a word's beginning makes it, and all that a pattern in it stands for, no option.
    private func isOperand(_ word: Word, isFirst: Bool, of row: ShellWrapper) -> Bool {
        guard word.count > 0, !word.isMany || word.flags.contains(.glob) && !word.flags.contains(.expanded) else { return false }
        let known = scratch(Int(word.start)..<Int(word.start + word.count))
        guard let first = known.first, ShellByte.continuesName(first) || first == 0x2F || first == 0x2E else { return false }
        switch row.opening {
        case .git, .find, .apt: return true
        // The first word of tar may be a bundle of options without a dash.
        case .tar: return !isFirst
        // A remote path is text to a remote shell; marks are words that have no slash.
        case .options: return !known.contains(0x3A) || has(word, prefix: "http")
        case .marks: return known.contains(0x2F)
        default: return false  // words of these may say what to do without a dash
        }
    }

    // MARK: Commands inside commands

    /// A command whose words begin after a program's options and some operands of its own.
    func openWords(
        _ row: ShellWrapper, _ range: Range<Int>, skip: Int, without: ShellUnknowns
    ) throws(ShellMisread) {
        guard var index = try skipOptions(range, row.options) else { return unknownCommand() }
        for _ in 0..<skip {
            if index >= range.upperBound { break }
            if words[index].isMany { return unknownCommand() }
            index += 1
        }
        if index >= range.upperBound {
            if !asksOnly(range) { findings.unknown.formUnion(without) }
            return
        }
        try run(index..<range.upperBound)
    }

    func unknownCommand() { findings.unknown.insert(.command) }

    /// Whether the only word asks for the version or help.
    func asksOnly(_ range: Range<Int>) -> Bool {
        guard range.count == 1 else { return false }
        for name: StaticString in ["--version", "--help", "-V", "-version", "--list"] where word(range.lowerBound, is: name) { return true }
        return false
    }

    /// `env`, `sudo`: assignments, then a command.
    private func openAssignments(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        let isEnv = OptionKind.find(letter("S"), in: row.options) == .split
        var login = false
        var edits = false
        var split: Word?
        var first = range
        while true {
            guard let index = try skipOptions(first, row.options, seen: { byte, value in
                if isEnv, byte == 0x53 { split = value }
                if !isEnv, byte == 0x69 || byte == 0x73 { login = true }
                if !isEnv, byte == 0x65 { edits = true }
            }) else { return unknownCommand() }
            if split != nil || hasLongSplit(range.lowerBound..<index) {
                return try openEnvSplit(split, index..<range.upperBound, row)
            }
            var at = index
            while at < range.upperBound, let nameEnd = assignmentName(words[at]) {
                if words[at].isMany { return unknownCommand() }
                variables.assign(scratch(Int(words[at].start)..<nameEnd), isInteger: false, value: assigned(words[at], nameEnd), in: findings)
                at += 1
            }
            // `env -` is `env -i`.
            if isEnv, at < range.upperBound, at == index, word(at, is: "-") {
                first = at + 1..<range.upperBound
                continue
            }
            if !isEnv {
                for option in range.lowerBound..<index where has(words[option], prefix: "--sh") || has(words[option], prefix: "--lo") {
                    login = true
                }
            }
            // A login shell gets the words joined; all but its dollars are quoted.
            for rest in at..<range.upperBound where login && holdsDollar(words[rest]) { findings.unknown.insert(.code) }
            if edits { findings.unknown.insert(.effect) }
            if at >= range.upperBound {
                if login { findings.unknown.insert(.code) }
                return
            }
            if edits { return }
            return try run(at..<range.upperBound)
        }
    }

    private func holdsDollar(_ word: Word) -> Bool {
        scratch(Int(word.start)..<Int(word.start + word.count)).contains(0x24)
    }

    private func letter(_ text: StaticString) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    private func hasLongSplit(_ range: Range<Int>) -> Bool {
        for index in range where has(words[index], prefix: "--s") { return true }
        return false
    }

    /// Where the name of `name=value` ends, when the word is known that far.
    func assignmentName(_ word: Word) -> Int? {
        guard word.count > 0 else { return nil }
        for at in Int(word.start)..<Int(word.start + word.count) where bytes[at] == 0x3D { return at }
        return nil
    }

    /// The value of `name=value`, where it is known.
    func assigned(_ word: Word, _ nameEnd: Int) -> UnsafeRawBufferPointer? {
        word.isKnown ? scratch(nameEnd + 1..<Int(word.start + word.count)) : nil
    }

    /// `env -S 'text'`: split at blanks where env's own quoting has no say.
    private func openEnvSplit(_ text: Word?, _ rest: Range<Int>, _ row: ShellWrapper) throws(ShellMisread) {
        guard let text, text.isKnown else { return findings.unknown.formUnion([.code, .command]) }
        let wordStart = words.count
        var at = Int(text.start)
        let end = Int(text.start + text.count)
        words.append(words[rest.lowerBound > 0 ? rest.lowerBound - 1 : 0])
        while at < end {
            let byte = bytes[at]
            if byte == 0x20 || byte == 0x09 { at += 1; continue }
            let start = at
            while at < end, bytes[at] != 0x20, bytes[at] != 0x09 {
                switch bytes[at] {
                case 0x22, 0x27, 0x5C, 0x24, 0x23, 0x0A, 0x0B, 0x0C, 0x0D: return findings.unknown.formUnion([.code, .command])
                default: at += 1
                }
            }
            words.append(Word(start: Int32(start), count: Int32(at - start), flags: []))
        }
        for index in rest { words.append(words[index]) }
        depth += 1
        defer { depth -= 1 }
        if depth > ShellLimits.nesting { throw .limit }
        try openAssignments(row, wordStart + 1..<words.count)
    }

    /// `command -v name` only looks.
    private func openCommandBuiltin(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var looks = false
        guard let index = try skipOptions(range, row.options, seen: { byte, _ in if byte != 0x70 { looks = true } }) else {
            return unknownCommand()
        }
        if looks || index >= range.upperBound { return }
        try run(index..<range.upperBound)
    }

    private func openArchitecture(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        guard let index = try skipOptions(range, row.options) else { return unknownCommand() }
        guard index < range.upperBound else { return findings.unknown.formUnion(.code) }
        if words[index].isMany { return unknownCommand() }
        // Whether the first word is an architecture or the program is not told by its place alone.
        if !isArchitecture(index) { return try run(index..<range.upperBound) }
        guard let next = try skipOptions(index + 1..<range.upperBound, row.options) else { return unknownCommand() }
        if next >= range.upperBound { return findings.unknown.formUnion(.code) }
        try run(next..<range.upperBound)
    }

    private func isArchitecture(_ index: Int) -> Bool {
        for name: StaticString in [
            "linux32", "linux64", "x86_64", "i386", "i486", "i586", "i686", "athlon", "arm", "aarch64", "armv7l", "armv8l", "ppc", "ppc64",
            "s390", "s390x", "uname26",
        ] where word(index, is: name) { return true }
        return false
    }

    /// Whether a word's known bytes begin so.
    func has(_ word: Word, prefix: StaticString) -> Bool {
        guard Int(word.count) >= prefix.utf8CodeUnitCount else { return false }
        for offset in 0..<prefix.utf8CodeUnitCount where bytes[Int(word.start) + offset] != prefix.utf8Start[offset] { return false }
        return true
    }

    private func openCode(_ range: Range<Int>) {
        if asksOnly(range) { return }
        findings.unknown.insert(.code)
    }

    /// `xargs`: what it reads comes after the words, or in place of a mark among them.
    private func openXargs(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var mark: Word?
        var replaces = false
        guard let index = try skipOptions(range, row.options, seen: { byte, value in
            if byte == 0x49 { (mark, replaces) = (value, true) }
            if byte == 0x69 { (mark, replaces) = (value, true) }
        }) else { return unknownCommand() }
        for at in range.lowerBound..<index where has(words[at], prefix: "--repl") {
            (mark, replaces) = (nil, true)
            if let equals = assignmentName(words[at]) {
                mark = Word(start: Int32(equals + 1), count: words[at].start + words[at].count - Int32(equals + 1), flags: words[at].flags)
            }
        }
        let start = words.count
        if index >= range.upperBound { appendConstant("echo") }
        for at in index..<range.upperBound {
            var word = words[at]
            if replaces, mayHold(word, mark) { word.flags.formUnion([.unknown]) }
            if replaces, mayHold(word, mark) { word.count = 0 }
            words.append(word)
        }
        if !replaces { words.append(Word(start: 0, count: 0, flags: [.unknown, .many])) }
        try run(start..<words.count)
    }

    /// Whether the mark that xargs replaces is in the word; without a known mark any word that is not a plain name may hold it.
    private func mayHold(_ word: Word, _ mark: Word?) -> Bool {
        let bytesOfWord = scratch(Int(word.start)..<Int(word.start + word.count))
        guard let mark else {
            for at in 0..<max(0, bytesOfWord.count - 1) where bytesOfWord[at] == 0x7B && bytesOfWord[at + 1] == 0x7D { return true }
            return false
        }
        guard mark.isKnown, mark.count > 0 else { return true }
        let wanted = scratch(Int(mark.start)..<Int(mark.start + mark.count))
        guard bytesOfWord.count >= wanted.count else { return false }
        for at in 0...(bytesOfWord.count - wanted.count) {
            var same = true
            for offset in 0..<wanted.count where bytesOfWord[at + offset] != wanted[offset] {
                same = false
                break
            }
            if same { return true }
        }
        return false
    }
}

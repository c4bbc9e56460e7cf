// Programs that run code of their own: interpreters, builders, database clients, terminals, starters of services.

extension ShellReader {
    func openProgram(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        switch row.opening {
        case .marks: openMarks(row, range)
        case .interpreter: try openInterpreter(row, range)
        case .builder: openBuilder(range)
        case .subcommand(let name): try openSubcommand(name, row.options, range)
        case .psql: try openPostgresClient(range)
        case .mysql: openMySQLClient(range)
        case .sqlite: openSQLite(range)
        case .apt: openApt(range)
        case .crontab: if !(range.count == 1 && word(range.lowerBound, is: "-l")) { findings.unknown.insert(.code) }
        case .multiplexer: openMultiplexer(range)
        case .group: try openGroup(range)
        case .capsh: try openCapabilityShell(range)
        case .starter: try openStarter(range)
        default: break  // the others are opened by kind elsewhere
        }
    }

    // MARK: Programs with some words that run code

    /// A word that begins as one of the row's marks runs code; a mark after `*` is looked for inside short options, `-` is that
    /// word alone. With the mark `!` no words mean code that is read from the input.
    private func openMarks(_ row: ShellWrapper, _ range: Range<Int>) {
        let text = UnsafeBufferPointer(start: row.options.utf8Start, count: row.options.utf8CodeUnitCount)
        var at = 0
        while at < text.count {
            var end = at
            while end < text.count, text[end] != 0x20 { end += 1 }
            let isInside = text[at] == 0x2A
            let mark = UnsafeBufferPointer(rebasing: text[(isInside ? at + 1 : at)..<end])
            if mark.count == 1, mark[0] == 0x21 {
                if range.isEmpty { findings.unknown.insert(.code) }
            } else if mark.count == 1, mark[0] == 0x2D {
                for index in range where word(index, is: "-") { findings.unknown.insert(.code) }
            } else {
                noteMark(mark, isInside: isInside, range)
            }
            at = end + 1
        }
    }

    private func noteMark(_ mark: UnsafeBufferPointer<UInt8>, isInside: Bool, _ range: Range<Int>) {
        for index in range where isInside ? holdsInOptions(words[index], mark) : begins(words[index], with: mark) {
            findings.unknown.insert(.code)
        }
    }

    private func begins(_ word: Word, with mark: UnsafeBufferPointer<UInt8>, at offset: Int = 0) -> Bool {
        guard Int(word.count) - offset >= mark.count else { return false }
        for index in 0..<mark.count where bytes[Int(word.start) + offset + index] != mark[index] { return false }
        return true
    }

    private func holdsInOptions(_ word: Word, _ mark: UnsafeBufferPointer<UInt8>) -> Bool {
        guard has(word, prefix: "-"), !has(word, prefix: "--") else { return false }
        for offset in 1..<max(1, Int(word.count)) where begins(word, with: mark, at: offset) { return true }
        return false
    }

    /// Whether these bytes are anywhere in the word, in any case.
    private func holds(_ word: Word, _ text: StaticString) -> Bool {
        guard Int(word.count) >= text.utf8CodeUnitCount else { return false }
        for start in 0...(Int(word.count) - text.utf8CodeUnitCount) {
            var same = true
            for index in 0..<text.utf8CodeUnitCount where same {
                let byte = bytes[Int(word.start) + start + index]
                let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
                same = lower == text.utf8Start[index]
            }
            if same { return true }
        }
        return false
    }

    /// Whether the word names a file that was there before: not standard input, nor another open descriptor.
    func namesFile(_ word: Word) -> Bool {
        guard word.isKnown, !word.isMany, word.count > 0, !has(word, prefix: "-") else { return false }
        if holds(word, "/dev/") || holds(word, "/proc/") || holds(word, "stdin") { return false }
        return ShellByte.isDigit(bytes[Int(word.start + word.count) - 1]) == false
    }

    // MARK: Interpreters and builders

    /// Modules of Python that run no text given as words.
    private static let modules = WordTable([
        (words: "pip pytest venv unittest compileall http.server json.tool build twine virtualenv ensurepip py_compile", value: 1),
        (words: "flake8 mypy black isort pylint ruff coverage tox nox pre_commit poetry pipenv wheel", value: 1),
    ])

    /// `python file words`: the file is the program, as it is in `./file words`. Code on the line or from the input is code.
    private func openInterpreter(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        if asksOnly(range) { return }
        if range.count > 1, word(range.lowerBound, is: "-m") {
            let module = words[range.lowerBound + 1]
            let name = scratch(Int(module.start)..<Int(module.start + module.count))
            let isHarmless = module.isKnown && Self.modules.find(name, hash: NameHash.of(name)) != nil
            if !isHarmless { findings.unknown.insert(.code) }
            return
        }
        guard let index = try skipOptions(range, row.options), index < range.upperBound, namesFile(words[index]) else {
            return findings.unknown.formUnion(.code)
        }
        ranFile = true
    }

    /// `make`: targets and a makefile run as the program itself; what is evaluated, or read from the input, is code. Variables
    /// given as words go into recipes.
    private func openBuilder(_ range: Range<Int>) {
        ranFile = true
        for index in range {
            let word = words[index]
            if has(word, prefix: "--ev") || has(word, prefix: "--fi") || has(word, prefix: "--mak") { findings.unknown.insert(.code) }
            guard has(word, prefix: "-"), !has(word, prefix: "--") else {
                if assignmentName(word) != nil, !has(word, prefix: "--") { findings.unknown.insert(.effect) }
                continue
            }
            for at in Int(word.start) + 1..<Int(word.start + word.count) where bytes[at] == 0x45 || bytes[at] == 0x66 {
                let isLast = at + 1 == Int(word.start + word.count)
                let file =
                    isLast && index + 1 < range.upperBound
                    ? words[index + 1] : Word(start: Int32(at + 1), count: word.start + word.count - Int32(at + 1), flags: word.flags)
                if bytes[at] == 0x45 || !namesFile(file) { findings.unknown.insert(.code) }
            }
        }
    }

    /// `bundle exec words`: the words after that subcommand are a command.
    private func openSubcommand(_ name: StaticString, _ options: StaticString, _ range: Range<Int>) throws(ShellMisread) {
        guard let first = range.first else { return }
        guard words[first].isKnown, !words[first].isMany, !has(words[first], prefix: "-") else {
            if !asksOnly(range) { unknownCommand() }
            return
        }
        guard word(first, is: name) else { return }
        guard let command = try skipOptions(first + 1..<range.upperBound, options), command < range.upperBound else { return unknownCommand() }
        try run(command..<range.upperBound)
    }

    // MARK: Clients of databases

    /// `psql`: a backslash in the text of `-c` may be `\!`; without `-c` or `-f` it reads its input.
    private func openPostgresClient(_ range: Range<Int>) throws(ShellMisread) {
        if asksOnly(range) { return }
        var hasText = false
        var index = range.lowerBound
        for index in range {
            let isText = has(words[index], prefix: "--command=")
            if isText { hasText = true }
            if has(words[index], prefix: "--c") && !isText || has(words[index], prefix: "--f") { findings.unknown.insert(.code) }
            if has(words[index], prefix: "--o") || has(words[index], prefix: "--log") { findings.unknown.insert(.effect) }
            if has(words[index], prefix: "--list") { hasText = true }
            if holds(words[index], "\\") || holds(words[index], "`") || words[index].isMany { findings.unknown.insert(.code) }
        }
        while index < range.upperBound {
            let word = words[index]
            index += 1
            if !word.isKnown, word.count == 0 { findings.unknown.insert(.effect) }
            guard has(word, prefix: "-"), !has(word, prefix: "--") else { continue }
            for at in Int(word.start) + 1..<Int(word.start + word.count) {
                if bytes[at] == 0x6C { hasText = true }
                guard Self.clientValues.utf8.contains(bytes[at]) else { continue }
                var value = Word(start: Int32(at + 1), count: word.start + word.count - Int32(at + 1), flags: word.flags)
                if value.count == 0, word.isKnown {
                    if index < range.upperBound { value = words[index] }
                    index += 1
                }
                if bytes[at] == 0x63 || bytes[at] == 0x66 { hasText = true }
                openClientValue(bytes[at], value)
                break
            }
        }
        if !hasText { findings.unknown.insert(.code) }
    }

    /// Short options of psql that take a value.
    private static let clientValues = "cdfFhLopPRTUv"

    private func openClientValue(_ letter: UInt8, _ value: Word) {
        switch letter {
        case 0x63: if !value.isKnown { findings.unknown.insert(.code) }
        case 0x66:
            ranFile = true
            if !namesFile(value) { findings.unknown.insert(.code) }
        case 0x6F, 0x4C:
            if has(value, prefix: "|") { findings.unknown.insert(.code) } else { notePath(value, isRead: false, isWrite: true) }
        default: break
        }
    }

    /// `mysql -e text`: `system`, `source` and their kin, or a backslash, run what follows; without `-e` it reads its input.
    private func openMySQLClient(_ range: Range<Int>) {
        if asksOnly(range) { return }
        var hasText = false
        for index in range {
            let word = words[index]
            if word.isMany || has(word, prefix: "--pager") || has(word, prefix: "--tee") { findings.unknown.insert(.code) }
            let isExecute = has(word, prefix: "--execute")
            let isShort = has(word, prefix: "-") && !has(word, prefix: "--") && word.count > 1
            let ends = isShort && word.count < 6 && bytes[Int(word.start + word.count) - 1] == 0x65
            if isExecute || has(word, prefix: "-e") || ends { hasText = true }
            let isText = isExecute || has(word, prefix: "-e") || index > range.lowerBound && hasText
            guard isText else { continue }
            if !word.isKnown { findings.unknown.insert(.code) }
            for text: StaticString in ["\\", "system", "source", "pager", "edit", "tee"] where holds(word, text) {
                findings.unknown.insert(.code)
            }
        }
        if !hasText { findings.unknown.insert(.code) }
    }

    /// `sqlite3 file text`: dot commands and the functions that load, edit or write are code; without text it reads its input.
    private func openSQLite(_ range: Range<Int>) {
        if asksOnly(range) { return }
        var operands = 0
        for index in range {
            let word = words[index]
            if word.isMany { findings.unknown.insert(.code) }
            if has(word, prefix: "-") {
                if has(word, prefix: "-i") || has(word, prefix: "--i") || has(word, prefix: "-cm") || has(word, prefix: "--cm") {
                    findings.unknown.insert(.code)
                }
                continue
            }
            operands += 1
            guard operands > 1 else { continue }
            if !word.isKnown { findings.unknown.insert(.code) }
            var at = Int(word.start)
            while at < Int(word.start + word.count) {
                // A dot command begins a line.
                while at < Int(word.start + word.count), bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0A { at += 1 }
                if at < Int(word.start + word.count), bytes[at] == 0x2E { findings.unknown.insert(.code) }
                while at < Int(word.start + word.count), bytes[at] != 0x0A { at += 1 }
            }
            for name: StaticString in ["load_extension", "edit", "writefile", "fts3_tokenizer"] where holds(word, name) {
                findings.unknown.insert(.code)
            }
        }
        if operands < 2 { findings.unknown.insert(.code) }
    }

    /// Settings of apt that run programs have one of these in their names.
    private func openApt(_ range: Range<Int>) {
        for index in range {
            if has(words[index], prefix: "-c") || has(words[index], prefix: "--co") { findings.unknown.insert(.code) }
            for name: StaticString in ["invoke", "dir::", "pre-install", "solver", "auto-detect", "commands", "::run", "methods"]
            where holds(words[index], name) {
                findings.unknown.insert(.code)
            }
        }
    }

    // MARK: Starters

    /// `tmux`: only what looks or ends is understood; the rest takes commands in text of its own.
    private func openMultiplexer(_ range: Range<Int>) {
        if asksOnly(range) { return }
        guard let first = range.first, words[first].isKnown else { return findings.unknown.formUnion(.code) }
        let names: [StaticString] = [
            "ls", "list-sessions", "list-windows", "list-panes", "has-session", "has", "kill-session", "kill-server", "kill-window",
            "-ls", "-list", "-wipe", "-v", "-V",
        ]
        if !names.contains(where: { word(first, is: $0) }) { findings.unknown.insert(.code) }
        // `;` begins a further command.
        for index in range where !words[index].isKnown || holds(words[index], ";") { findings.unknown.insert(.code) }
    }

    /// `sg [-] group [-c] text`.
    private func openGroup(_ range: Range<Int>) throws(ShellMisread) {
        var index = range.lowerBound
        for index in range where words[index].isMany { return findings.unknown.formUnion(.code) }
        if index < range.upperBound, word(index, is: "-") || word(index, is: "-l") { index += 1 }
        index += 1
        if index < range.upperBound, word(index, is: "-c") { index += 1 }
        guard index < range.upperBound else { return findings.unknown.formUnion(.code) }
        try runThroughShell(words[index])
    }

    /// `capsh … -- words`: the words are bash's.
    private func openCapabilityShell(_ range: Range<Int>) throws(ShellMisread) {
        for index in range {
            if words[index].isMany || !words[index].isKnown { return findings.unknown.formUnion(.code) }
            if has(words[index], prefix: "--shell") || has(words[index], prefix: "==") || has(words[index], prefix: "+") {
                findings.unknown.insert(.code)
            }
            guard word(index, is: "--") else { continue }
            let start = words.count
            appendConstant("bash")
            for rest in index + 1..<range.upperBound { words.append(words[rest]) }
            return try run(start..<words.count)
        }
    }

    /// `start-stop-daemon --start --exec file -- words`.
    private func openStarter(_ range: Range<Int>) throws(ShellMisread) {
        var program: Word?
        var rest = range.upperBound
        scan: for index in range {
            let word = words[index]
            if word.isMany || !word.isKnown && word.count == 0 { return findings.unknown.formUnion([.code, .command]) }
            if self.word(index, is: "--") {
                rest = index + 1
                break scan
            }
            guard has(word, prefix: "-") else { continue }
            if has(word, prefix: "--st") || has(word, prefix: "--ex") {
                let isStart = self.word(index, is: "--start") || self.word(index, is: "--stop") || self.word(index, is: "--status")
                if isStart { continue }
                if let equals = assignmentName(word) {
                    program = Word(start: Int32(equals + 1), count: word.start + word.count - Int32(equals + 1), flags: word.flags)
                } else if index + 1 < range.upperBound {
                    program = words[index + 1]
                }
            } else if !has(word, prefix: "--"), let last = shortProgram(word) {
                program =
                    last == Int(word.start + word.count)
                    ? (index + 1 < range.upperBound ? words[index + 1] : nil)
                    : Word(start: Int32(last), count: word.start + word.count - Int32(last), flags: word.flags)
            }
        }
        guard let program else { return }
        let start = words.count
        words.append(program)
        for index in rest..<max(rest, range.upperBound) { words.append(words[index]) }
        try run(start..<words.count)
    }

    /// Where the value of `-x` or `-a` begins in a bundle of short options.
    private func shortProgram(_ word: Word) -> Int? {
        for at in Int(word.start) + 1..<Int(word.start + word.count) {
            switch bytes[at] {
            case 0x78, 0x61: return at + 1
            case 0x53, 0x4B, 0x54, 0x48, 0x56, 0x74, 0x62, 0x6D, 0x6F, 0x71, 0x76, 0x43: continue
            default: return nil
            }
        }
        return nil
    }
}

// Builtins of the shell that run text, assign variables, evaluate arithmetic or change how later text is read.

extension ShellReader {
    func openBuiltin(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        switch row.opening {
        case .evaluate: openEvaluate(range)
        case .trap: openTrap(range)
        case .source: if !range.isEmpty { findings.unknown.insert(.code) }
        case .alias: for index in range where !words[index].isKnown || assignmentName(words[index]) != nil { unknownCommand() }
        case .hash:
            // After `hash -p path name` the name runs that path.
            try applyOptions(range, row.options)
            for index in range where has(words[index], prefix: "-") && !word(index, is: "-r") && !word(index, is: "-l") { unknownCommand() }
        case .completion:
            for index in range where !words[index].isKnown || has(words[index], prefix: "-") { findings.unknown.insert(.code) }
        case .enable: openEnable(range)
        case .jobs: try openJobs(range)
        case .history: openHistory(range)
        case .fork: if !asksOnly(range) { findings.unknown.insert(.effect) }
        case .setting: openSetting(range)
        case .shopt:
            for index in range where !has(words[index], prefix: "-") && !isHarmlessSetting(index) { findings.unknown.insert(.code) }
        case .test: openTest(range)
        case .arithmetic: for index in range { evaluate(words[index]) }
        case .declaration: openDeclaration(range)
        case .unset: for index in range where !has(words[index], prefix: "-") { noteName(index, isInteger: true) }
        case .read, .mapfile: try openRead(row, range)
        case .printf:
            // Behind the format nothing is an option.
            if let first = range.first, words[first].isKnown, !words[first].isMany, !has(words[first], prefix: "-") { return }
            for index in range where !words[index].isKnown && words[index].isMany { findings.unknown.insert(.code) }
            guard let first = range.first, has(words[first], prefix: "-v") else {
                if let first = range.first, !words[first].isKnown, words[first].count == 0 { findings.unknown.insert(.environment) }
                return
            }
            if words[first].count > 2 { noteName(first, from: 2, isInteger: false) } else if range.count > 1 { noteName(first + 1, isInteger: false) }
        case .getopts: if range.count > 1 { noteName(range.lowerBound + 1, isInteger: false) }
        case .wait:
            for index in range where has(words[index], prefix: "-p") {
                if words[index].count > 2 { noteName(index, from: 2, isInteger: true) } else if index + 1 < range.upperBound {
                    noteName(index + 1, isInteger: true)
                }
            }
        case .options: try applyOptions(range, row.options)
        case .words, .assignments, .text, .code, .shell, .command, .find, .xargs, .ssh, .user, .watch, .flock, .git, .tar, .sed, .awk,
            .container, .kubectl, .tee, .dd, .parallel, .script, .editor, .arch, .network, .envSplit, .marks, .interpreter, .builder,
            .subcommand, .psql, .mysql, .sqlite, .apt, .crontab, .multiplexer, .group, .capsh, .starter:
            break
        }
    }

    private func openEvaluate(_ range: Range<Int>) {
        var first = range.lowerBound
        if first < range.upperBound, word(first, is: "--") { first += 1 }
        if first < range.upperBound { runText(joining: first..<range.upperBound, dialect: dialect) }
    }

    private func openTrap(_ range: Range<Int>) {
        var first = range.lowerBound
        guard first < range.upperBound else { return }
        if word(first, is: "--") { first += 1 } else if has(words[first], prefix: "-"), !words[first].isMany { return }
        guard first < range.upperBound, !word(first, is: "-") else { return }
        if words[first].isMany || !words[first].isKnown { return findings.unknown.formUnion(.code) }
        runText(words[first], dialect: dialect)
    }

    /// `set`: options that change how text is read make what follows unknown.
    private func openSetting(_ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            let word = words[index]
            if word.isMany || !word.isKnown, word.count == 0 { return findings.unknown.formUnion(.code) }
            guard word.count > 0, bytes[Int(word.start)] == 0x2D || bytes[Int(word.start)] == 0x2B else { return }
            if self.word(index, is: "--") || word.count == 1 { return }
            index += 1
            for at in Int(word.start) + 1..<Int(word.start + word.count) {
                switch bytes[at] {
                case 0x6F:
                    if index < range.upperBound {
                        if !isHarmlessSetting(index) { findings.unknown.insert(.code) }
                        index += 1
                    }
                case 0x6B: findings.unknown.formUnion([.environment, .command])  // keyword assignments anywhere
                case 0x61, 0x62, 0x65, 0x66, 0x68, 0x6D, 0x6E, 0x70, 0x74, 0x75, 0x76, 0x78, 0x43, 0x45, 0x54, 0x50: break
                default: findings.unknown.insert(.code)
                }
            }
        }
    }

    /// `test -v name[…]` evaluates the subscript; words whose number is not known may be such a test.
    private func openTest(_ range: Range<Int>) {
        guard dialect == .bash else {
            differs = true
            return
        }
        for index in range {
            let word = words[index]
            if word.isMany, !word.flags.contains(.glob) {
                checkInteger(word.flags, variable: word.flags.contains(.oneVariable) ? word.variable : -1)
            } else if self.word(index, is: "-v") || self.word(index, is: "-R"), index + 1 < range.upperBound {
                evaluateSubscript(words[index + 1])
            } else if !word.isKnown, word.count == 0, index == range.lowerBound, range.count == 2 || range.count == 3 && self.word(index + 2, is: "]") {
                findings.unknown.insert(.code)  // the operator itself is not known
            }
        }
    }

    private func openDeclaration(_ range: Range<Int>) {
        var evaluates = false
        var isArray = false
        for index in range {
            let word = words[index]
            if word.count > 1, bytes[Int(word.start)] == 0x2D || bytes[Int(word.start)] == 0x2B {
                for at in Int(word.start) + 1..<Int(word.start + word.count) {
                    switch bytes[at] {
                    case 0x69: evaluates = true
                    case 0x61, 0x41: isArray = true
                    case 0x6E: findings.unknown.formUnion([.code, .environment])  // a name for another name
                    default: break
                    }
                }
                continue
            }
            guard let nameEnd = assignmentName(word) else {
                guard word.isKnown else {
                    findings.unknown.formUnion([.code, .environment])
                    continue
                }
                noteName(index, isInteger: false, isOnlyNamed: true)
                noteAttributes(of: scratch(Int(word.start)..<Int(word.start + word.count)), evaluates: evaluates, isArray: isArray)
                continue
            }
            let end = nameEnd > Int(word.start) && bytes[nameEnd - 1] == 0x2B ? nameEnd - 1 : nameEnd
            let name = Int(word.start)..<end
            noteSubscript(name)
            if word.isMany { findings.unknown.insert(.environment) }
            noteAssigned(name, isInteger: isIntegerText(word, from: nameEnd + 1), value: assigned(word, nameEnd))
            noteAttributes(of: scratch(name), evaluates: evaluates, isArray: isArray)
            let value = Word(start: Int32(nameEnd + 1), count: word.start + word.count - Int32(nameEnd + 1), flags: word.flags)
            if evaluates { evaluate(value) }
            openDeclaredList(value, name: name, isArray: isArray)
        }
    }

    /// What is given to an integer variable is evaluated, wherever that happens.
    private func noteAttributes(of name: UnsafeRawBufferPointer, evaluates: Bool, isArray: Bool) {
        if evaluates { variables.evaluate(variables.number(name)) }
        if isArray { variables.noteArray(name) }
    }

    /// A value in parentheses that a declaration gives to an array is a list whose words are expanded, though it was quoted.
    private func openDeclaredList(_ value: Word, name: Range<Int>, isArray: Bool) {
        let text = Int(value.start)..<Int(value.start + value.count)
        guard value.isKnown else {
            if value.flags.contains(.expanded), text.isEmpty || bytes[text.lowerBound] == 0x28 {
                variables.noteUnknownDeclaration(scratch(name))
            }
            return
        }
        guard text.count > 1, bytes[text.lowerBound] == 0x28, bytes[text.upperBound - 1] == 0x29 else { return }
        if isArray {
            return readNested(scratch(text.lowerBound + 1..<text.upperBound), dialect: .bash) { reader throws(ShellMisread) in
                _ = try reader.readArrayElements()
            }
        }
        for at in text where bytes[at] == 0x24 || bytes[at] == 0x60 || bytes[at] == 0x28 && at > text.lowerBound {
            return variables.noteUnknownDeclaration(scratch(name))
        }
    }

    private func isIntegerText(_ word: Word, from start: Int) -> Bool {
        guard word.isKnown || word.flags.contains(.integer) else { return false }
        for at in start..<Int(word.start + word.count) where !ShellByte.isDigit(bytes[at]) { return false }
        return true
    }

    /// Assigns the variable whose name, perhaps with a subscript, these bytes are.
    private func noteAssigned(_ range: Range<Int>, isInteger: Bool, value: UnsafeRawBufferPointer? = nil) {
        var end = range.lowerBound
        while end < range.upperBound, bytes[end] != 0x5B { end += 1 }
        variables.assign(scratch(range.lowerBound..<end), isInteger: isInteger, value: value, in: findings)
    }

    private func noteSubscript(_ range: Range<Int>) {
        for at in range where bytes[at] == 0x5B {
            return evaluateSubscript(Word(start: Int32(range.lowerBound), count: Int32(range.count), flags: []))
        }
    }

    /// A word that names a variable to assign.
    private func noteName(_ index: Int, from offset: Int = 0, isInteger: Bool, isOnlyNamed: Bool = false) {
        let word = words[index]
        guard word.isKnown, !word.isMany, Int(word.count) >= offset else {
            return findings.unknown.formUnion([.code, .environment])
        }
        let range = Int(word.start) + offset..<Int(word.start + word.count)
        noteSubscript(range)
        if isOnlyNamed {
            if ShellEnvironment.changesPrograms(scratch(range)) { findings.unknown.insert(.environment) }
        } else {
            noteAssigned(range, isInteger: isInteger)
        }
    }

    private func openRead(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var array: Word?
        guard let first = try skipOptions(range, row.options, seen: { byte, value in if byte == 0x61 { array = value } }) else {
            return findings.unknown.formUnion([.code, .environment])
        }
        if let array {
            guard array.isKnown else { return findings.unknown.formUnion([.code, .environment]) }
            noteSubscript(Int(array.start)..<Int(array.start + array.count))
            variables.noteArray(scratch(Int(array.start)..<Int(array.start + array.count)))
            noteAssigned(Int(array.start)..<Int(array.start + array.count), isInteger: false)
        }
        for index in first..<range.upperBound {
            noteName(index, isInteger: false)
            if case .mapfile = row.opening {
                variables.noteArray(scratch(Int(words[index].start)..<Int(words[index].start + words[index].count)))
            }
        }
    }

    private static let builtins = WordTable([
        (words: ". : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo enable", value: 1),
        (words: "eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd", value: 1),
        (words: "read readarray readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias", value: 1),
        (words: "unset wait", value: 1),
    ])

    /// `enable name` loads a builtin from a file of that name when there is none yet.
    private func openEnable(_ range: Range<Int>) {
        for index in range {
            let word = words[index]
            let name = scratch(Int(word.start)..<Int(word.start + word.count))
            if word.isKnown, !word.isMany, Self.builtins.find(name, hash: NameHash.of(name)) != nil { continue }
            let lists = ["-a", "-n", "-p", "-s", "-an", "-ps"].contains { (option: StaticString) in self.word(index, is: option) }
            if !lists { findings.unknown.insert(.code) }
        }
    }

    /// `jobs -x` runs its words, with a process's number for each `%job`.
    private func openJobs(_ range: Range<Int>) throws(ShellMisread) {
        guard let first = range.first else { return }
        guard words[first].isKnown, !words[first].isMany else { return findings.unknown.formUnion([.command, .code]) }
        guard has(words[first], prefix: "-") else { return }
        for at in Int(words[first].start)..<Int(words[first].start + words[first].count) where bytes[at] == 0x78 {
            for index in first + 1..<range.upperBound where has(words[index], prefix: "%") {
                words.modify(index) { ($0.count, $0.flags) = (0, [.unknown]) }
            }
            return try run(first + 1..<range.upperBound)
        }
    }

    /// `history -w` and its kin read or write a file of commands.
    private func openHistory(_ range: Range<Int>) {
        for index in range where !words[index].isKnown || has(words[index], prefix: "-") && !word(index, is: "-c") {
            findings.unknown.insert(.effect)
        }
    }
}

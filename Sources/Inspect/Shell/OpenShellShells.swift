// Programs whose words are shell text, or lead to it: shells themselves, ssh, su, watch, flock, containers, find.

extension ShellReader {
    /// `sh -c 'text'` in every spelling. `sh file` runs the file as `./file` does; without either a shell reads code from its input.
    func openShell(_ name: Int, _ range: Range<Int>) throws(ShellMisread) {
        if asksOnly(range) { return }
        var hasText = false
        var index = range.lowerBound
        scan: while index < range.upperBound {
            let word = words[index]
            guard word.isKnown, !word.isMany else { return findings.unknown.formUnion(.code) }
            guard word.count > 1, bytes[Int(word.start)] == 0x2D || bytes[Int(word.start)] == 0x2B else {
                if self.word(index, is: "-") { index += 1 }
                break
            }
            if self.word(index, is: "--") {
                index += 1
                break
            }
            index += 1
            if bytes[Int(word.start) + 1] == 0x2D {
                try readShellLongOption(index - 1, &index)
                continue
            }
            for at in Int(word.start) + 1..<Int(word.start + word.count) {
                switch bytes[at] {
                case 0x63: hasText = hasText || bytes[Int(word.start)] == 0x2D
                case 0x6F, 0x4F:
                    if index >= range.upperBound { findings.unknown.insert(.code) } else {
                        if !isHarmlessSetting(index) { findings.unknown.insert(.code) }
                        index += 1
                    }
                case 0x73, 0x69, 0x6C: if bytes[at] == 0x73 || bytes[at] == 0x69 { findings.unknown.insert(.code) }
                case 0x61, 0x62, 0x65, 0x66, 0x68, 0x6D, 0x6E, 0x75, 0x76, 0x78, 0x70, 0x42, 0x43, 0x45, 0x50, 0x54, 0x72, 0x74: break
                default: findings.unknown.insert(.code)
                }
            }
        }
        if !hasText, index < range.upperBound, namesFile(words[index]), isNamed(name, ["bash", "rbash", "sh", "dash", "ash"]) {
            return ranFile = true
        }
        guard hasText, index < range.upperBound, !words[index].isMany else { return findings.unknown.formUnion(.code) }
        let word = words[index]
        if isNamed(name, ["bash", "rbash"]) { return runText(word, dialect: .bash) }
        if !isNamed(name, ["sh", "dash", "ash"]) { findings.unknown.insert(.code) }
        runText(word, dialect: .posix)
    }

    /// Whether the last part of a program's path is one of these.
    func isNamed(_ index: Int, _ names: [StaticString]) -> Bool {
        let word = words[index]
        for name in names where Int(word.count) >= name.utf8CodeUnitCount {
            let start = Int(word.start + word.count) - name.utf8CodeUnitCount
            if start > Int(word.start), bytes[start - 1] != 0x2F { continue }
            var same = true
            for offset in 0..<name.utf8CodeUnitCount where bytes[start + offset] != name.utf8Start[offset] { same = false }
            if same { return true }
        }
        return false
    }

    private func readShellLongOption(_ index: Int, _ next: inout Int) throws(ShellMisread) {
        for name: StaticString in ["--norc", "--noprofile", "--login", "--verbose", "--restricted", "--noediting"] where word(index, is: name) {
            return
        }
        findings.unknown.insert(.code)
        if word(index, is: "--rcfile") || word(index, is: "--init-file") { next += 1 }
    }

    /// Settings of `set -o` and `bash -o` that do not change how text is read or what is run.
    func isHarmlessSetting(_ index: Int) -> Bool {
        for name: StaticString in [
            "pipefail", "errexit", "nounset", "xtrace", "verbose", "noglob", "noclobber", "noexec", "allexport", "errtrace", "functrace",
            "hashall", "monitor", "notify", "onecmd", "physical", "privileged", "ignoreeof", "emacs", "vi", "nolog",
            "nullglob", "globstar", "dotglob", "failglob", "nocaseglob", "nocasematch", "lastpipe", "inherit_errexit", "checkwinsize",
            "globasciiranges", "cmdhist", "lithist", "histappend", "hostcomplete", "huponexit", "mailwarn", "progcomp", "promptvars",
            "login_shell", "xpg_echo", "checkhash", "checkjobs", "execfail", "shift_verbose", "gnu_errfmt",
        ] where word(index, is: name) { return true }
        return false
    }

    func openSSH(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var settings: [Word] = []
        let host = try skipOptions(range, row.options, seen: { letter, value in
            if letter == 0x6F, let value { settings.append(value) }
        })
        guard let host else { return findings.unknown.formUnion([.command, .code]) }
        var first = host
        if host < range.upperBound {
            if words[host].isMany { return findings.unknown.formUnion([.command, .code]) }
            let after = try skipOptions(host + 1..<range.upperBound, row.options, seen: { letter, value in
                if letter == 0x6F, let value { settings.append(value) }
            })
            guard let after else { return findings.unknown.formUnion([.command, .code]) }
            first = after
        }
        for setting in settings where !isHarmlessSSHSetting(setting) { findings.unknown.formUnion([.code, .effect]) }
        if host >= range.upperBound { return }
        if first >= range.upperBound { return findings.unknown.formUnion(.code) }  // a login shell that reads its input
        runText(joining: first..<range.upperBound, dialect: .posix)
    }

    /// Keywords of `-o` that run nothing here; any other may.
    private func isHarmlessSSHSetting(_ setting: Word) -> Bool {
        for name: StaticString in [
            "StrictHostKeyChecking", "UserKnownHostsFile", "BatchMode", "ConnectTimeout", "ServerAlive", "LogLevel", "User=", "Port=",
            "IdentitiesOnly", "IdentityFile", "PasswordAuthentication", "PreferredAuthentications", "ControlMaster", "ControlPath",
            "ControlPersist", "ForwardAgent", "Compression", "RequestTTY", "TCPKeepAlive", "HostKeyAlgorithms", "Ciphers", "MACs",
            "KexAlgorithms", "PubkeyAuthentication", "GlobalKnownHostsFile", "ConnectionAttempts", "AddressFamily", "HostName=",
            "ExitOnForwardFailure", "ClearAllForwardings", "CheckHostIP", "HostKeyAlias", "NumberOfPasswordPrompts",
        ] where has(setting, prefix: name) { return true }
        return false
    }

    /// `su`, `runuser`: text after `-c`, words after `-u user`, else a shell that reads its input.
    func openUser(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var hasText = false
        for index in range where has(words[index], prefix: "--c") || has(words[index], prefix: "--se") { hasText = true }
        try applyOptions(range, row.options)
        var asUser = false
        let first = try skipOptions(range, row.options, seen: { byte, _ in
            if byte == 0x63 { hasText = true }
            if byte == 0x75 { asUser = true }
        })
        guard let first else { return unknownCommand() }
        if asUser { return first < range.upperBound ? try run(first..<range.upperBound) : findings.unknown.formUnion(.code) }
        for index in range where words[index].isMany { findings.unknown.insert(.code) }
        // The options may come after the user's name.
        for index in range where !hasText && words[index].isKnown && words[index].count > 1 && bytes[Int(words[index].start)] == 0x2D {
            for at in Int(words[index].start)..<Int(words[index].start + words[index].count) where bytes[at] == 0x63 { hasText = true }
        }
        for index in range where word(index, is: "--") { findings.unknown.insert(.code) }
        if !hasText { findings.unknown.insert(.code) }
    }

    func openWatch(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var direct = false
        guard let first = try skipOptions(range, row.options, seen: { byte, _ in if byte == 0x78 { direct = true } }) else {
            return unknownCommand()
        }
        if first >= range.upperBound { return }
        for index in range.lowerBound..<first where word(index, is: "--exec") { direct = true }
        if direct { try run(first..<range.upperBound) } else { try runThroughShell(joining: first..<range.upperBound) }
    }

    func openFlock(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        guard let file = try skipOptions(range, row.options) else { return unknownCommand() }
        if file >= range.upperBound { return }
        if words[file].isMany { return unknownCommand() }
        let first = file + 1
        if first >= range.upperBound { return }
        if word(first, is: "-c") || word(first, is: "--command") {
            guard first + 1 < range.upperBound, !words[first + 1].isMany else { return findings.unknown.formUnion(.code) }
            return try runThroughShell(words[first + 1])
        }
        if has(words[first], prefix: "-") { return unknownCommand() }
        try run(first..<range.upperBound)
    }

    func openScript(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var hasText = false
        for index in range {
            if has(words[index], prefix: "--command") { hasText = true }
            if words[index].count > 1, has(words[index], prefix: "-"), !has(words[index], prefix: "--") {
                for at in Int(words[index].start)..<Int(words[index].start + words[index].count) where bytes[at] == 0x63 { hasText = true }
            }
            if !has(words[index], prefix: "-") { findings.unknown.insert(.effect) }  // the file it writes
        }
        try applyOptions(range, row.options)
        if !hasText, !asksOnly(range) { findings.unknown.insert(.code) }
    }

    // MARK: Containers and clusters

    /// `docker exec`, `docker run`: the words after the container or the image.
    func openContainer(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        guard var index = try skipOptions(range, row.options) else { return unknownCommand() }
        if index >= range.upperBound { return }
        if word(index, is: "container") { index += 1 }
        guard index < range.upperBound, words[index].isKnown else { return unknownCommand() }
        let isExec = word(index, is: "exec")
        let isRun = word(index, is: "run") || word(index, is: "create")
        // A build whose text comes from the input.
        for at in index..<range.upperBound where word(at, is: "-") { findings.unknown.insert(.code) }
        guard isExec || isRun else { return }
        guard let target = try skipOptions(index + 1..<range.upperBound, isExec
            ? "-dit e: u: w: detach interactive tty privileged env: env-file: user: workdir: detach-keys: latest"
            : """
              -ditPqT a: c: e: h: l: m: p: u: v: w: detach interactive tty rm privileged init read-only \
              publish-all quiet no-healthcheck env: env-file: user: workdir: volume: mount: name: network: net: \
              publish: label: entrypoint$ platform: pull: restart: memory: cpus: cap-add: cap-drop: device: \
              hostname: add-host: dns: ulimit: shm-size: security-opt: tmpfs: gpus: log-driver: log-opt: pid: ipc: \
              userns: volumes-from: cidfile> stop-signal: expose: link: group-add: sysctl: runtime: isolation:
              """
        ) else { return unknownCommand() }
        if target < range.upperBound, words[target].isMany { return unknownCommand() }
        if target + 1 >= range.upperBound {
            if isRun { findings.unknown.insert(.code) }
            return
        }
        try run(target + 1..<range.upperBound)
    }

    /// `kubectl exec … -- words`.
    func openKubectl(_ range: Range<Int>) throws(ShellMisread) {
        var runs = false
        var edits = false
        for index in range {
            if word(index, is: "exec") || word(index, is: "run") || word(index, is: "debug") || word(index, is: "rsh") { runs = true }
            if word(index, is: "edit") || word(index, is: "plugin") || word(index, is: "attach") { edits = true }
            if words[index].isMany || !words[index].isKnown && words[index].count == 0 { edits = true }
            if word(index, is: "--") {
                if index + 1 < range.upperBound { try run(index + 1..<range.upperBound) }
                return
            }
        }
        if runs { findings.unknown.insert(.command) }
        if edits { findings.unknown.insert(.effect) }
    }

    /// `ip netns exec name words`, `ip vrf exec name words`.
    func openNetwork(_ range: Range<Int>) throws(ShellMisread) {
        for index in range {
            if has(words[index], prefix: "-b") { findings.unknown.insert(.effect) }
            if !words[index].isKnown { return }
            guard has(words[index], prefix: "e"), index > range.lowerBound else { continue }
            let isExec = word(index, is: "e") || word(index, is: "ex") || word(index, is: "exe") || word(index, is: "exec")
            guard isExec, has(words[index - 1], prefix: "n") || has(words[index - 1], prefix: "v") || has(words[index - 1], prefix: "-") else { continue }
            let all = has(words[index - 1], prefix: "-") || index > range.lowerBound + 1 && has(words[index - 2], prefix: "-a")
            if all { return unknownCommand() }
            if index + 2 < range.upperBound, !words[index + 1].isMany { try run(index + 2..<range.upperBound) } else { unknownCommand() }
            return
        }
    }

    // MARK: find

    /// The expression of `find`: commands after `-exec` and its kin, files written, files deleted.
    func openFind(_ range: Range<Int>) throws(ShellMisread) {
        var index = range.lowerBound
        while index < range.upperBound {
            let word = words[index]
            index += 1
            guard word.isKnown, word.count > 3, bytes[Int(word.start)] == 0x2D else { continue }
            let at = index - 1
            let runs = self.word(at, is: "-exec") || self.word(at, is: "-execdir") || self.word(at, is: "-ok") || self.word(at, is: "-okdir")
            if runs {
                index = try openFindCommand(index..<range.upperBound)
            } else if self.word(at, is: "-delete") {
                findings.unknown.insert(.effect)
            } else if self.word(at, is: "-fprint") || self.word(at, is: "-fprint0") || self.word(at, is: "-fprintf") || self.word(at, is: "-fls") {
                if index < range.upperBound { notePath(words[index], isRead: false, isWrite: true) }
                index += 1
            } else if self.word(at, is: "-files0-from") {
                findings.unknown.insert(.effect)
            }
        }
    }

    /// The words up to `;` or `{} +`; each `{}` in them is a path that is not known. Gives the place after.
    private func openFindCommand(_ range: Range<Int>) throws(ShellMisread) -> Int {
        let start = words.count
        var index = range.lowerBound
        while index < range.upperBound, !word(index, is: ";") {
            if word(index, is: "+"), index > range.lowerBound, word(index - 1, is: "{}") {
                if words.count > start { words.modify(words.count - 1) { $0.flags.formUnion([.unknown, .many]) } }
                break
            }
            var found = words[index]
            let text = scratch(Int(found.start)..<Int(found.start + found.count))
            var holds = false
            for at in 0..<max(0, text.count - 1) where text[at] == 0x7B && text[at + 1] == 0x7D { holds = true }
            if holds { found = Word(start: found.start, count: 0, flags: [.unknown]) }
            if !found.isKnown, found.isMany { findings.unknown.insert(.code) }
            words.append(found)
            index += 1
        }
        if words.count > start { try run(start..<words.count) } else { unknownCommand() }
        words.truncate(to: start)
        return index + 1
    }
}

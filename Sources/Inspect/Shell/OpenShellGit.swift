// git: its subcommands, the options of them that run programs or write files, and the settings that name none.

import Machine

extension ShellReader {
    /// Subcommands that are git's own. Any other may be an alias or a program `git-…`.
    private static let gitCommands = WordTable([
        (words: "add am annotate apply archive bisect blame branch bundle cat-file check-attr check-ignore checkout checkout-index", value: 1),
        (words: "cherry cherry-pick clean clone column commit commit-graph commit-tree config count-objects describe diff diff-files", value: 1),
        (words: "diff-index diff-tree difftool fast-export fast-import fetch fetch-pack filter-branch for-each-ref format-patch fsck gc", value: 1),
        (words: "get-tar-commit-id grep gui hash-object help index-pack init instaweb log ls-files ls-remote ls-tree mailinfo maintenance", value: 1),
        (words: "merge merge-base merge-file merge-index merge-tree mergetool mktag mktree mv name-rev notes pack-objects pack-refs patch-id", value: 1),
        (words: "prune pull push range-diff read-tree rebase reflog remote repack replace request-pull rerere reset restore rev-list", value: 1),
        (words: "rev-parse revert rm send-email shortlog show show-branch show-ref sparse-checkout stage stash status stripspace submodule", value: 1),
        (words: "switch symbolic-ref tag unpack-objects update-index update-ref update-server-info var verify-commit verify-tag version", value: 1),
        (words: "whatchanged worktree write-tree lfs flow check-mailmap check-ref-format bugreport verify-pack", value: 1),
    ])

    /// Subcommands of which no option runs a program or names a file to write: an argument that is not known does neither.
    private static let gitWithoutCode = WordTable([
        (words: "add branch checkout check-ref-format clean commit describe ls-files ls-tree merge-base mv reset restore rev-parse rm", value: 1),
        (words: "show-ref status switch symbolic-ref tag update-ref", value: 1),
    ])

    private static let harmlessGitKeys: [StaticString] = [
        "user.name=", "user.email=", "color.", "core.quotepath=", "core.quotePath=", "core.autocrlf=", "core.abbrev=", "advice.",
        "init.defaultBranch=", "init.defaultbranch=", "commit.gpgsign=false", "gc.auto=", "pull.rebase=", "pull.ff=", "push.default=",
        "safe.directory=", "core.longpaths=", "core.filemode=", "core.ignorecase=", "core.eol=", "core.symlinks=",
        "push.autoSetupRemote=", "tag.gpgsign=false", "http.version=", "http.postBuffer=", "fetch.prune=", "log.date=", "diff.renames=", "merge.conflictstyle=",
    ]

    func openGit(_ row: ShellWrapper, _ range: Range<Int>) throws(ShellMisread) {
        var index = range.lowerBound
        while index < range.upperBound, has(words[index], prefix: "-") || !words[index].isKnown {
            guard words[index].isKnown, !words[index].isMany else { return findings.unknown.formUnion(.code) }
            if word(index, is: "-c") {
                var isHarmless = false
                if index + 1 < range.upperBound {
                    for key in Self.harmlessGitKeys where has(words[index + 1], prefix: key) && !words[index + 1].isMany { isHarmless = true }
                }
                if !isHarmless { findings.unknown.insert(.code) }
                index += 2
            } else if word(index, is: "-C") || word(index, is: "--git-dir") || word(index, is: "--work-tree") || word(index, is: "--namespace") {
                if !word(index, is: "-C") { findings.unknown.insert(.effect) }
                if index + 1 < range.upperBound, words[index + 1].isMany { findings.unknown.insert(.code) }
                index += 2
            } else {
                let isHarmless = [
                    "-P", "--no-pager", "--bare", "--version", "--help", "-h", "-v", "--no-replace-objects", "--literal-pathspecs",
                    "--no-optional-locks", "--glob-pathspecs", "--icase-pathspecs", "--html-path", "--man-path", "--info-path", "--exec-path",
                ].contains { (name: StaticString) in word(index, is: name) }
                if !isHarmless { findings.unknown.insert(.code) }
                index += 1
            }
        }
        guard index < range.upperBound else { return }
        let name = words[index]
        let text = scratch(Int(name.start)..<Int(name.start + name.count))
        guard Self.gitCommands.find(text, hash: NameHash.of(text)) != nil else { return findings.unknown.formUnion(.code) }
        if Self.gitWithoutCode.find(text, hash: NameHash.of(text)) == nil { noteHiddenOptions(index + 1..<range.upperBound, of: row) }
        try openGitCommand(index, range.upperBound)
    }

    private func openGitCommand(_ index: Int, _ end: Int) throws(ShellMisread) {
        let rest = index + 1..<end
        if word(index, is: "rebase") { return try applyOptions(rest, "x! exec! s: X: onto: strategy: strategy-option:") }
        if word(index, is: "bisect"), rest.count > 1, word(index + 1, is: "run") { return try run(index + 2..<end) }
        if word(index, is: "submodule") {
            for at in rest where word(at, is: "foreach") {
                var first = at + 1
                while first < end, word(first, is: "--recursive") || word(first, is: "--quiet") || word(first, is: "-q") { first += 1 }
                return runText(joining: first..<end, dialect: .posix)
            }
        }
        for name: StaticString in ["filter-branch", "send-email", "instaweb", "merge-index", "maintenance"] where word(index, is: name) {
            findings.unknown.insert(.code)
        }
        if word(index, is: "difftool") || word(index, is: "mergetool") { return try applyOptions(rest, "x! extcmd! t& tool&") }
        if word(index, is: "config") {
            // Reading is harmless; what is set may be a program.
            for at in rest
            where has(words[at], prefix: "--get") || has(words[at], prefix: "--list") || word(at, is: "-l") || word(at, is: "get")
                || word(at, is: "list")
            {
                return
            }
            if rest.count > 1, !setsHarmlessKey(rest) { findings.unknown.insert(.effect) }
            for at in rest where has(words[at], prefix: "-e") || has(words[at], prefix: "--ed") { findings.unknown.insert(.code) }
            return
        }
        if word(index, is: "grep") { return try applyOptions(rest, "O% open-files-in-pager$ open-files-in-pager% e: f: C: A: B: m:") }
        for at in rest where has(words[at], prefix: "ext::") || has(words[at], prefix: "fd::") { findings.unknown.insert(.code) }
        let reaches = ["clone", "fetch", "pull", "push", "ls-remote", "archive", "fetch-pack"].contains { (name: StaticString) in word(index, is: name) }
        if reaches { return try applyOptions(rest, "u$ upload-pack$ receive-pack$ exec$ c$ config$ template& output> o:") }
        try applyOptions(rest, "output> ext-diff^ textconv^ open-files-in-pager%")
    }

    /// `git config [--global | …] key value` of a key that names no program, nor anything that would.
    private func setsHarmlessKey(_ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        let flags: [StaticString] = [
            "--global", "--local", "--system", "--worktree", "--add", "--replace-all", "--unset", "--unset-all", "set", "unset", "--bool", "--int",
        ]
        while index < range.upperBound, flags.contains(where: { word(index, is: $0) }) { index += 1 }
        guard index < range.upperBound, !words[index].isMany else { return false }
        let key = words[index]
        for at in index + 1..<range.upperBound where words[at].isMany || has(words[at], prefix: "-") { return false }
        if isRewrite(key) { return true }
        guard key.isKnown else { return false }
        return Self.harmlessGitKeys.contains { isKey(key, $0) }
    }

    /// `url.https://….insteadOf`: other addresses become ones that are reached by HTTPS.
    private func isRewrite(_ key: Word) -> Bool { has(key, prefix: "url.https://") }

    /// Whether a word is the key of an entry of the table, whose names are of any case; `color.` stands for all of its section.
    private func isKey(_ word: Word, _ entry: StaticString) -> Bool {
        var count = 0
        while count < entry.utf8CodeUnitCount, entry.utf8Start[count] != 0x3D { count += 1 }
        // What the table allows with one value only is no matter of the key.
        if count + 1 < entry.utf8CodeUnitCount { return false }
        let isSection = count == entry.utf8CodeUnitCount
        guard isSection ? Int(word.count) > count : Int(word.count) == count else { return false }
        for at in 0..<count where ByteClass.folded(bytes[Int(word.start) + at]) != ByteClass.folded(entry.utf8Start[at]) { return false }
        return true
    }
}

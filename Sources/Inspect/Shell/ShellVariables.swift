// The variables of a text: which are evaluated as arithmetic, which were only ever given integers, which change programs.

import Machine

/// Variables that change what programs run or do. One table; a trailing `*` stands for any rest.
enum ShellEnvironment {
    private static let exact = WordTable([
        (words: "PATH BASH_ENV ENV PS4 PS0 PS1 PS2 PROMPT_COMMAND SHELLOPTS BASHOPTS PAGER EDITOR VISUAL MANPAGER LESSOPEN", value: 1),
        (words: "LESSCLOSE LESS LESSKEY LESSKEYIN LESSKEY_CONTENT MORE MANOPT MANPATH MANROFFOPT BROWSER HOME SHELL CDPATH", value: 1),
        (words: "RUBYOPT RUBYLIB NODE_OPTIONS NODE_PATH GCONV_PATH LOCPATH NLSPATH TEXTDOMAIN TEXTDOMAINDIR TMPDIR", value: 1),
        (words: "BASH_COMPAT BASH_XTRACEFD BASH_LOADABLES_PATH EXECIGNORE GLOBIGNORE HISTFILE INPUTRC TAR_OPTIONS TAPE RSYNC_RSH", value: 1),
        (words: "SSH_ASKPASS SUDO_ASKPASS SUDO_EDITOR FCEDIT MAKEFLAGS GNUMAKEFLAGS MAKEFILES MAKESHELL AWKPATH AWKLIBPATH", value: 1),
        (words: "JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS CLASSPATH GREP_OPTIONS POSIXLY_CORRECT COMP_WORDBREAKS", value: 1),
        (words: "PSQLRC PSQL_EDITOR PSQL_PAGER MYSQL_HISTFILE DOCKER_HOST KUBECONFIG KUBE_EDITOR SYSTEMD_PAGER SYSTEMD_EDITOR", value: 1),
        (words: "PARALLEL PARALLEL_SHELL TERMINFO TERMCAP HOSTALIASES RES_OPTIONS RSYNC_PROXY RSYNC_CONNECT_PROG CVS_RSH SVN_SSH", value: 1),
        (words: "OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES CURL_HOME WGETRC LUA_PATH LUA_CPATH LUA_INIT PHPRC PHP_INI_SCAN_DIR", value: 1),
        (words: "BASH_ALIASES BASH_CMDS OPTERR XDG_CONFIG_HOME VIMINIT EXINIT GVIMINIT MYVIMRC ZDOTDIR", value: 1),
    ])
    private static let prefixes: [StaticString] = [
        "LD_", "GIT_", "PYTHON", "PERL5", "BASH_FUNC_", "DYLD_", "SSH_ASKPASS", "LUA_INIT", "GCONV", "MALLOC_", "NPM_CONFIG_", "npm_config_",
    ]

    /// Under one of the prefixes, but only names, numbers and switches.
    private static let harmless = WordTable([
        (words: "GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE", value: 1),
        (words: "GIT_TERMINAL_PROMPT GIT_LFS_SKIP_SMUDGE GIT_REFLOG_ACTION PYTHONUNBUFFERED PYTHONDONTWRITEBYTECODE", value: 1),
        (words: "PYTHONIOENCODING PYTHONHASHSEED PYTHONUTF8 GIT_DEPTH GIT_STRATEGY GIT_SUBMODULE_STRATEGY", value: 1),
    ])

    /// Variables whose value some program runs: pagers, editors, helpers, options that load code.
    private static let helpers = WordTable([
        (words: "PAGER MANPAGER GIT_PAGER PSQL_PAGER SYSTEMD_PAGER EDITOR VISUAL GIT_EDITOR GIT_SEQUENCE_EDITOR SUDO_EDITOR FCEDIT", value: 1),
        (words: "PSQL_EDITOR SYSTEMD_EDITOR KUBE_EDITOR BROWSER LESSOPEN LESSCLOSE SSH_ASKPASS SUDO_ASKPASS GIT_ASKPASS GIT_SSH", value: 1),
        (words: "GIT_SSH_COMMAND GIT_EXTERNAL_DIFF GIT_PROXY_COMMAND RSYNC_RSH RSYNC_CONNECT_PROG CVS_RSH SVN_SSH LD_PRELOAD", value: 1),
        (words: "LD_AUDIT PERL5OPT PERL5DB RUBYOPT NODE_OPTIONS PYTHONSTARTUP MAKEFLAGS GNUMAKEFLAGS TAR_OPTIONS LUA_INIT VIMINIT", value: 1),
        (words: "EXINIT JAVA_TOOL_OPTIONS _JAVA_OPTIONS JDK_JAVA_OPTIONS MAKESHELL PARALLEL_SHELL SHELL", value: 1),
    ])

    static func changesPrograms(_ name: UnsafeRawBufferPointer) -> Bool {
        if harmless.find(name, hash: NameHash.of(name)) != nil { return false }
        if exact.find(name, hash: NameHash.of(name)) != nil { return true }
        for prefix in prefixes where begins(name, prefix) { return true }
        return false
    }

    private static func begins(_ name: UnsafeRawBufferPointer, _ prefix: StaticString) -> Bool {
        guard name.count >= prefix.utf8CodeUnitCount else { return false }
        for index in 0..<prefix.utf8CodeUnitCount where prefix.utf8Start[index] != name[index] { return false }
        return true
    }

    /// Whether the shell itself, the next one or another program runs the variable's value or reads its text in another way:
    /// prompts, files read at the start, functions that come with the environment, settings, helpers.
    static func isRun(_ name: UnsafeRawBufferPointer) -> Bool {
        let hash = NameHash.of(name)
        return run.find(name, hash: hash) != nil || helpers.find(name, hash: hash) != nil || begins(name, "BASH_FUNC_")
    }
    private static let run = WordTable([
        (words: "PS4 PS0 PS1 PS2 PROMPT_COMMAND BASH_ENV ENV BASH_ALIASES BASH_CMDS SHELLOPTS BASHOPTS POSIXLY_CORRECT", value: 1),
        (words: "TEXTDOMAIN TEXTDOMAINDIR", value: 1),
    ])
    /// Variables that the shell keeps as integers, or as good as: what they are given is evaluated.
    static let integers = WordTable([
        (words: "RANDOM SRANDOM SECONDS LINENO UID EUID PPID BASHPID OPTIND EPOCHSECONDS BASH_SUBSHELL", value: 1)
    ])
}

/// Names of one text. Cleared for each text; its memory stays.
final class ShellVariables {
    private struct Entry: BitwiseCopyable {
        var start: Int32
        var count: Int32
        var hash: UInt32
        var next: Int32
        var isEvaluated: Bool
        var isInteger: Bool
        var isOther: Bool
        /// It is an array somewhere in the text.
        var isArray: Bool
        /// A declaration gives it a value that may begin with a parenthesis: of an array, that is a list to expand.
        var mayBecomeArray: Bool
    }
    private let entries = ArenaBuffer<Entry>(capacity: 64)
    private let names = ArenaBuffer<UInt8>(capacity: 512)
    private let buckets = ArenaBuffer<Int32>(capacity: 256)
    private var isFull = false
    /// A locale was set in which a byte of ASCII may be the second half of a character.
    private(set) var mayChangeLocale = false

    init() { for _ in 0..<256 { buckets.append(-1) } }

    func clear() {
        for index in 0..<entries.count { buckets.modify(Int(entries[index].hash & 255)) { $0 = -1 } }
        entries.removeAll()
        names.removeAll()
        isFull = false
        mayChangeLocale = false
    }

    /// The number of a name, new or seen before; -1 past the limit.
    func number(_ name: UnsafeRawBufferPointer) -> Int32 {
        let hash = NameHash.of(name)
        var at = buckets[Int(hash & 255)]
        while at >= 0 {
            let entry = entries[Int(at)]
            if entry.hash == hash, Int(entry.count) == name.count, same(entry, name) { return at }
            at = entry.next
        }
        if entries.count >= ShellLimits.variables {
            isFull = true
            return -1
        }
        let start = names.count
        _ = names.append(bytes: name)
        let known = ShellEnvironment.integers.find(name, hash: hash) != nil
        entries.append(
            Entry(
                start: Int32(start), count: Int32(name.count), hash: hash, next: buckets[Int(hash & 255)], isEvaluated: known,
                isInteger: known, isOther: false, isArray: false, mayBecomeArray: false))
        buckets.modify(Int(hash & 255)) { $0 = Int32(entries.count - 1) }
        return Int32(entries.count - 1)
    }

    private func same(_ entry: Entry, _ name: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<name.count where names[Int(entry.start) + index] != name[index] { return false }
        return true
    }

    /// The variable's value is evaluated as arithmetic somewhere.
    func evaluate(_ number: Int32) {
        if number < 0 { isFull = true } else { entries.modify(Int(number)) { $0.isEvaluated = true } }
    }

    /// The variable is assigned.
    func assign(_ name: UnsafeRawBufferPointer, isInteger: Bool, value: UnsafeRawBufferPointer? = nil, in findings: ShellFindings) {
        if ShellLocale.isNamed(by: name), !(value.map(ShellLocale.keepsBytes) ?? false) { mayChangeLocale = true }
        if ShellEnvironment.changesPrograms(name) { findings.unknown.insert(.environment) }
        if ShellEnvironment.isRun(name) { findings.unknown.insert(.code) }
        let number = number(name)
        guard number >= 0 else { return }
        entries.modify(Int(number)) { if isInteger { $0.isInteger = true } else { $0.isOther = true } }
    }

    /// The variable is an array.
    func noteArray(_ name: UnsafeRawBufferPointer) {
        let number = number(name)
        if number >= 0 { entries.modify(Int(number)) { $0.isArray = true } }
    }

    /// A declaration gives the variable an unknown value.
    func noteUnknownDeclaration(_ name: UnsafeRawBufferPointer) {
        let number = number(name)
        if number >= 0 { entries.modify(Int(number)) { $0.mayBecomeArray = true } }
    }

    /// Evaluated variables that may hold anything but an integer may hold code.
    func finish(into findings: ShellFindings) {
        if isFull { findings.unknown.insert(.code) }
        for index in 0..<entries.count {
            let entry = entries[index]
            if entry.isArray, entry.mayBecomeArray { findings.unknown.insert(.code) }
            if entry.isEvaluated, entry.isOther || !entry.isInteger { findings.unknown.insert(.code) }
        }
    }
}

// The one table of programs that run other programs, code or files: their options and what their words are.

/// What the words after a program's options are.
enum ShellOpening: BitwiseCopyable {
    /// Only the options matter; they may stand anywhere.
    case options
    /// A command's words, after so many operands of the program's own. With `code`, none means a shell or code that is read.
    case words(skip: Int, without: ShellUnknowns)
    /// Assignments, then a command's words.
    case assignments
    /// Shell text: all words joined by a space.
    case text
    /// Code that is not understood here, unless only the version or help is asked for.
    case code
    case shell, evaluate, trap, source, alias, hash, command, setting, shopt, test, arithmetic, declaration, unset, read, mapfile
    case printf, getopts, wait, fork, find, xargs, ssh, user, watch, flock, git, tar, sed, awk, container, kubectl, tee, dd
    case parallel, script, editor, arch, network, completion, envSplit, jobs, history, enable
    /// Any word that begins as one of the row's words runs code.
    case marks
    /// A program's file, after options that run nothing.
    case interpreter
    /// The words after this subcommand.
    case subcommand(StaticString)
    case builder, psql, mysql, sqlite, apt, crontab, multiplexer, group, capsh, starter
}

/// A row: names, options, what follows them.
///
/// Options are words: `-abc` are flags, `x:` takes a value, `x?` takes one only where it is attached; longer names are long
/// options. In place of the colon: `!` the value is shell text, `>` a file that is written, `<` one that is read, `$` code,
/// `&` something whose effect is not understood, `=` a directory or name that matters to nobody here (as `:`); `%` on a flag
/// is code, `^` on a flag an effect; `*` the value is split into words of the command line.
struct ShellWrapper: Sendable {
    var names: StaticString
    var options: StaticString
    var opening: ShellOpening

    /// Whether one of its options runs something, so that an argument that is not known may be one.
    var mayRunByOptions: Bool {
        switch opening {
        case .find, .tar, .editor, .marks, .builder, .apt: true
        case .options:
            UnsafeBufferPointer(start: options.utf8Start, count: options.utf8CodeUnitCount).contains {
                $0 == UInt8(ascii: "!") || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "%")
            }
        default: false  // the others open what they run, or say what they do not know
        }
    }

    static let rows: [ShellWrapper] = [
        // Run their words as another user, with other limits, in another place.
        .init(
            names: "sudo",
            options: """
                -AbBEeHiKklnNPSsVv C: D: g: h: p: R: r: T: t: U: u: askpass background bell preserve-env? chdir: \
                set-home help login non-interactive preserve-groups prompt: chroot: role: stdin shell type: \
                command-timeout: user: group: host: version validate list
                """,
            opening: .assignments),
        .init(names: "doas", options: "-Lns C: a: u:", opening: .words(skip: 0, without: .code)),
        .init(
            names: "env",
            options: """
                -i0v u: C: S* a: argv0: ignore-environment null unset: chdir: split-string* debug block-signal? \
                default-signal? ignore-signal? list-signal-handling help version
                """,
            opening: .assignments),
        .init(
            names: "timeout gtimeout",
            options: "-fpv k: s: foreground preserve-status verbose kill-after: signal: help version",
            opening: .words(skip: 1, without: [])),
        .init(names: "nohup", options: "help version", opening: .words(skip: 0, without: [])),
        .init(names: "nice", options: "-0123456789 n: adjustment: help version", opening: .words(skip: 0, without: [])),
        .init(
            names: "ionice",
            options: "-t c: n: p: P: u: class: classdata: ignore pid: help version",
            opening: .words(skip: 0, without: [])),
        .init(
            names: "chrt",
            options: """
                -abdfimorvR p^ T: P: D: all-tasks batch deadline fifo idle other rr max verbose reset-on-fork help \
                version
                """,
            opening: .words(skip: 1, without: [])),
        .init(names: "taskset", options: "-ac p^ all-tasks cpu-list help version", opening: .words(skip: 1, without: [])),
        .init(names: "stdbuf", options: "i: o: e: input: output: error: help version", opening: .words(skip: 0, without: [])),
        .init(names: "setsid", options: "-cfw ctty fork wait help version", opening: .words(skip: 0, without: [])),
        .init(
            names: "setarch",
            options: """
                -BFILRSTXZv 3 4 32bit fdpic-funcptrs short-inode addr-compat-layout addr-no-randomize whole-seconds \
                sticky-timeouts read-implies-exec mmap-page-zero 3gb 4gb uname-2.6 verbose list help version
                """,
            opening: .arch),
        .init(names: "linux32 linux64 i386 i686 x86_64", options: "-BFILRSTXZv 3 4", opening: .words(skip: 0, without: .code)),
        .init(names: "exec", options: "-cl a:", opening: .words(skip: 0, without: [])),
        .init(names: "command", options: "-pvV", opening: .command),
        .init(names: "builtin", options: "", opening: .words(skip: 0, without: [])),
        .init(
            names: "time",
            options: "-apqvV f: o> format: output> append portability quiet verbose help version",
            opening: .words(skip: 0, without: [])),
        .init(names: "chroot", options: "groups: userspec: skip-chdir help version", opening: .words(skip: 1, without: .code)),
        .init(
            names: "unshare",
            options: """
                -cfhinmpruCTUV R: w: S: G: mount? uts? ipc? net? pid? user? cgroup? time? fork map-user: map-group: \
                map-root-user map-current-user map-auto map-users: map-groups: kill-child? mount-proc? propagation: \
                setgroups: keep-caps root: wd: setuid: setgid: monotonic: boottime: help version
                """,
            opening: .words(skip: 0, without: .code)),
        .init(
            names: "nsenter",
            options: """
                -aFZ t: m? u? i? n? p? C? U? T? S: G: r? w? W: all target: mount? uts? ipc? net? pid? cgroup? user? \
                time? setuid: setgid: preserve-credentials root? wd? wdns: no-fork follow-context help version
                """,
            opening: .words(skip: 0, without: .code)),
        .init(
            names: "setpriv",
            options: """
                -dh reuid: regid: ruid: euid: rgid: egid: groups: clear-groups keep-groups init-groups no-new-privs \
                inh-caps: ambient-caps: bounding-set: securebits: pdeathsig: reset-env selinux-label: \
                apparmor-profile: dump help version
                """,
            opening: .words(skip: 0, without: [])),
        .init(names: "gosu su-exec setuidgid envuidgid envdir", options: "", opening: .words(skip: 1, without: [])),
        .init(names: "faketime", options: "-m f: p: exclude-monotonic advanced", opening: .words(skip: 1, without: .code)),
        .init(names: "dtach abduco ansible pssh parallel-ssh clush pdsh run-parts logrotate anacron incrond", options: "", opening: .code),
        .init(names: "sudoedit sudo_edit vipw vigr visudo", options: "", opening: .code),
        .init(names: "cttyhack", options: "", opening: .words(skip: 0, without: .code)),
        .init(
            names: "chpst softlimit",
            options: "-vPN012 u: U: b: e: /: n: l: L: m: d: o: p: f: c: a: r: s: t:",
            opening: .words(skip: 0, without: [])),
        .init(names: "sg", options: "", opening: .group),
        .init(names: "newgrp", options: "", opening: .code),
        .init(names: "capsh", options: "", opening: .capsh),
        .init(names: "start-stop-daemon", options: "", opening: .starter),
        .init(names: "tmux screen byobu zellij", options: "", opening: .multiplexer),
        .init(names: "pkexec", options: "user: disable-internal-agent keep-cwd help version", opening: .words(skip: 0, without: .code)),
        .init(
            names: "runcon",
            options: "-c t: u: r: l: compute type: user: role: range: help version",
            opening: .words(skip: 1, without: [])),
        .init(
            names: "numactl",
            options: """
                -alsH i: N: m: p: C: all interleave: cpunodebind: physcpubind: membind: preferred: localalloc show \
                hardware
                """,
            opening: .words(skip: 0, without: [])),
        .init(names: "prlimit", options: "", opening: .words(skip: 0, without: [])),
        .init(names: "choom", options: "n: p: adjust: pid:", opening: .words(skip: 0, without: [])),
        .init(
            names: """
                eatmydata catchsegv unbuffer proxychains proxychains4 torsocks torify nocache ccache distcc \
                systemd-cat
                """,
            options: "-q",
            opening: .words(skip: 0, without: [])),
        .init(
            names: "fakeroot dbus-run-session xvfb-run ssh-agent valgrind rlwrap cgexec perf bwrap firejail proot",
            options: "",
            opening: .words(skip: 0, without: .code)),
        .init(names: "busybox toybox", options: "list list-full help install^", opening: .words(skip: 0, without: [])),
        .init(
            names: "strace ltrace",
            options: "-cCdDfFhikKnqrtTvVwxyYzZ a: b: e: E: I: o& O: p: P: s: S: u: U: X: l: A: follow-forks output&",
            opening: .words(skip: 0, without: [])),
        .init(names: "gdb lldb", options: "", opening: .code),
        .init(
            names: "systemd-run",
            options: """
                -dGPqrStvuh H: M: p: E: D: user system scope slice-inherit no-block collect wait pty pipe quiet \
                same-dir remain-after-exit send-sighup shell no-ask-password unit: description: slice: property: \
                service-type: uid: gid: nice: working-directory: setenv: on-active: on-boot: on-startup: \
                on-unit-active: on-unit-inactive: on-calendar: timer-property: help version
                """,
            opening: .words(skip: 0, without: .code)),
        .init(
            names: "ld.so ld-linux.so.2 ld-linux-x86-64.so.2 ld-linux-aarch64.so.1 ld-musl-x86_64.so.1",
            options: "list verify inhibit-cache library-path& inhibit-rpath: audit& preload& argv0: help version",
            opening: .words(skip: 0, without: [])),
        .init(
            names: "flock",
            options: """
                -sxenuoFv w: E: c! shared exclusive nonblock unlock close no-fork verbose timeout: wait: \
                conflict-exit-code: command! help version
                """,
            opening: .flock),
        .init(
            names: "script",
            options: """
                -aefqV c! I& O> B& T> m: E: o: t? command! log-in& log-out> log-io& log-timing> append return flush \
                force quiet
                """,
            opening: .script),
        .init(
            names: "su runuser",
            options: """
                -flmpPThV c! s$ g: G: u: w: command! session-command! shell$ group: supp-group: user: fast login \
                preserve-environment pty whitelist-environment: help version
                """,
            opening: .user),
        .init(
            names: "watch",
            options: """
                -bcCdegptwxrfh n: q: beep color no-color differences? errexit chgexit equexit: interval: precise \
                no-title no-wrap exec no-rerun help version
                """,
            opening: .watch),
        .init(
            names: "xargs",
            options: """
                -0oprtx a: d: E: e? I: i? l? L: n: P: s: arg-file: delimiter: eof? replace? max-lines? max-args: \
                max-procs: max-chars: null open-tty interactive no-run-if-empty verbose exit show-limits \
                process-slot-var: help version
                """,
            opening: .xargs),
        .init(names: "parallel sem niceload rush", options: "", opening: .parallel),
        .init(names: "find gfind", options: "", opening: .find),
        .init(names: "fd fdfind entr watchexec inotifywait nodemon ionotify", options: "", opening: .parallel),
        .init(
            names: "ssh autossh slogin",
            options: "-46AaCfGgKkMNnqsTtVvXxYy B: b: c: D: E> e: F$ I$ i: J: L: l: m: O: o: P: p: Q: R: S: W: w:",
            opening: .ssh),
        .init(names: "scp sftp", options: "-346ABCpqrTvaNOsfR c: D: F$ i: J: l: o& P: S$ X: b$ s:", opening: .options),
        .init(
            names: "rsync",
            options: """
                e! rsh! rsync-path$ B: M& f: T: password-file: files-from: write-batch> log-file> early-input: \
                filter: exclude: include: exclude-from: include-from: daemon^
                """,
            opening: .options),
        .init(
            names: "docker podman nerdctl",
            options: """
                -Dlv H: c: config: context: host: log-level: debug tls tlsverify url: connection: root: runroot: \
                help version
                """,
            opening: .container),
        .init(names: "kubectl oc", options: "", opening: .kubectl),
        .init(names: "ip", options: "", opening: .network),
        // Shells and languages.
        .init(names: "sh bash dash ash rbash", options: "", opening: .shell),
        .init(names: "zsh ksh ksh93 mksh lksh pdksh oksh yash fish csh tcsh rc es elvish nu xonsh pwsh", options: "", opening: .shell),
        .init(
            names: """
                python python2 python3 pypy pypy3 python3.9 python3.10 python3.11 python3.12 python3.13 python3.14
                """,
            options: "-bBdEIOPqsSuvR W: X: version help",
            opening: .interpreter),
        .init(names: "perl ruby", options: "-wWtT", opening: .interpreter),
        .init(names: "node nodejs php lua luajit tclsh Rscript", options: "trace-warnings no-warnings vanilla", opening: .interpreter),
        .init(
            names: """
                irb wish expect guile R julia groovy scala ghci runghc ocaml jshell erl elixir iex osascript \
                at batch ed ex red emacs m4 xdotool gdbserver tcc runhaskell ipython ipython3
                """,
            options: "",
            opening: .code),
        .init(names: "deno", options: "! eval repl - -e --eval", opening: .marks),
        .init(names: "bun", options: "! -e --eval -p --print repl -", opening: .marks),
        .init(names: "java", options: "-XX:On -agent -javaagent @ -Djava.security.manager", opening: .marks),
        .init(names: "make gmake gnumake bmake", options: "", opening: .builder),
        .init(names: "ninja", options: "-t", opening: .marks),
        .init(names: "rake just task", options: "-e -E -p -r -c -f --ex --ev --re --sh --com --set --just", opening: .marks),
        .init(names: "cmake", options: "-E -P -C", opening: .marks),
        .init(names: "mvn ant gradle gradlew mvnw scons", options: "exec: -Dexec -I --init", opening: .marks),
        .init(names: "crontab", options: "", opening: .crontab),
        .init(names: "psql", options: "", opening: .psql),
        .init(names: "mysql mariadb", options: "", opening: .mysql),
        .init(names: "sqlite3 sqlite", options: "", opening: .sqlite),
        .init(names: "awk gawk mawk nawk original-awk", options: "", opening: .awk),
        .init(names: "sed gsed", options: "", opening: .sed),
        .init(names: "vim vi nvim view vimdiff gvim rvim rview nano emacsclient", options: "", opening: .editor),
        .init(
            names: "less more zless zmore most",
            options: "o> O> log-file> LOG-FILE> k$ lesskey-file$ lesskey-src$ lesskey-content$",
            opening: .editor),
        .init(
            names: "man",
            options: """
                P! pager! H$ html$ C$ config-file$ L: l^ T^ Z^ X^ t^ preprocessor: p: troff-device? gxditview? \
                ditroff^
                """,
            opening: .options),
        // Builtins of the shell.
        .init(names: "eval", options: "", opening: .evaluate),
        .init(names: "trap", options: "", opening: .trap),
        .init(names: ". source", options: "", opening: .source),
        .init(names: "alias", options: "", opening: .alias),
        .init(names: "hash", options: "-lrdt p$", opening: .hash),
        .init(names: "enable", options: "", opening: .enable),
        .init(names: "bind", options: "-lpPsSvVX m: q: u: r: f$ x$", opening: .options),
        .init(names: "complete compgen compopt", options: "", opening: .completion),
        .init(names: "fc", options: "", opening: .fork),
        .init(names: "jobs", options: "", opening: .jobs),
        .init(names: "history", options: "", opening: .history),
        .init(names: "set", options: "", opening: .setting),
        .init(names: "shopt", options: "", opening: .shopt),
        .init(names: "test [", options: "", opening: .test),
        .init(names: "let", options: "", opening: .arithmetic),
        .init(names: "declare typeset local export readonly", options: "", opening: .declaration),
        .init(names: "unset", options: "", opening: .unset),
        .init(names: "read", options: "-ersE a: d: i: n: N: p: t: u:", opening: .read),
        .init(names: "mapfile readarray", options: "-t d: n: O: s: u: C$ c:", opening: .mapfile),
        .init(names: "printf", options: "", opening: .printf),
        .init(names: "getopts", options: "", opening: .getopts),
        .init(names: "wait", options: "", opening: .wait),
        // Tools with options that run or write.
        .init(names: "git", options: "", opening: .git),
        .init(names: "tar gtar bsdtar star", options: "", opening: .tar),
        .init(names: "tee", options: "", opening: .tee),
        .init(names: "dd", options: "", opening: .dd),
        .init(
            names: "sort gsort",
            options: """
                o> output> compress-program$ S: T: k: t: files0-from& random-source: buffer-size: \
                temporary-directory: key: field-separator: parallel: batch-size: sort:
                """,
            opening: .options),
        .init(names: "split csplit", options: "filter! a: b: C: l: n: t:", opening: .options),
        .init(
            names: "nc ncat netcat nc.traditional",
            options: """
                -46bChklnrtuvzDdFNSUZ e! c! exec$ sh-exec! lua-exec$ o> output> x: hex-dump> p: s: w: i: q: X: g: G: \
                m: I: O: T: V: M: P: W:
                """,
            opening: .options),
        .init(names: "zip", options: "-TT *TT --u", opening: .marks),
        .init(names: "openssl", options: "engine -engine -provider -config", opening: .marks),
        .init(names: "gcc cc g++ c++ clang clang++ gfortran", options: "-wrapper -fplugin -specs -B @ -Xclang -load", opening: .marks),
        .init(names: "ssh-keygen ssh-add", options: "-D -w -s -S *D *w *s", opening: .marks),
        .init(names: "nmap", options: "--script --datadir --servicedb -iL", opening: .marks),
        .init(names: "tcpdump", options: "-z *z", opening: .marks),
        .init(names: "dpkg", options: "--pre-inv --post-inv --status-log --root --admindir", opening: .marks),
        .init(names: "rpm rpmbuild", options: "--eval -E --define -D --pipe --macros --rcfile --load", opening: .marks),
        .init(names: "apt apt-get aptitude apt-cache", options: "", opening: .apt),
        .init(names: "wget", options: "e& execute& use-askpass$ config&", opening: .options),
        .init(names: "curl", options: "K& config&", opening: .options),
        .init(names: "socat", options: "", opening: .parallel),
        .init(names: "cpio", options: "rsh-command! F: O> I: E: H: C: R: M:", opening: .options),
        .init(names: "npm npx yarn pnpm", options: "-c --call --script-shell --node-options", opening: .marks),
        .init(names: "cargo", options: "--config", opening: .marks),
        .init(names: "go", options: "-toolexec -exec -vettool --toolexec --exec --vettool -overlay --overlay", opening: .marks),
        .init(names: "bundle", options: "", opening: .subcommand("exec")),
        .init(
            names: "uv",
            options: """
                -qvn quiet verbose no-sync locked frozen isolated no-project no-dev all-extras all-groups no-default-groups dev only-dev \
                active offline no-cache refresh reinstall upgrade exact no-editable managed-python no-managed-python no-progress \
                no-config project: directory: extra: group: only-group: no-group: no-extra: package: with: color:
                """,
            opening: .subcommand("run")),
        .init(names: "poetry pipenv pdm hatch conda pipx", options: "", opening: .subcommand("run")),
    ]

    /// Program names to rows, by the name after the last slash.
    static let table = WordTable(rows.enumerated().map { (words: $0.element.names, value: UInt16($0.offset)) })
}

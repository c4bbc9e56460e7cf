// What policies cost as they grow: to compile, to keep, to decide by. `Scripts/bench-policy.sh` runs it beside its peers.
//
//   PolicyBench decide [RULES…]     nanoseconds of processor time a decision: the machine alone, with the SQL text taken apart, and
//                                   the account of a decision that a refusal gives
//   PolicyBench compile [RULES…]    milliseconds of processor time to compile a policy, and bytes of the program that is kept for each rule
//   PolicyBench files FILES         milliseconds to check a tree of so many files, ten rules each
//   PolicyBench requests RULES      the requests of `decide` and which of them are allowed, as JSON lines, for the peers to agree with
import Compiler
import Decision
import Glibc
import Inspect
import Machine
import Mask
import PolicyLang

@main
enum PolicyBench {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let sizes = words.dropFirst().compactMap { Int($0) }
        switch words.first {
        case "decide": try decide(sizes.isEmpty ? [1, 10, 100, 1_000, 10_000, 100_000] : sizes)
        case "compile": try compile(sizes.isEmpty ? [1_000, 10_000, 100_000] : sizes)
        case "files": files(sizes.first ?? 1_000)
        case "requests": try requests(sizes.first ?? 100)
        default: print("PolicyBench decide|compile|files|requests [NUMBER…]")
        }
    }

    // MARK: - Deciding

    private static func decide(_ sizes: [Int]) throws {
        print("rules      machine ns   with inspection ns   explanation ns   (medians of 9)")
        for rules in sizes {
            let gate = try BenchGate(rules: rules)
            let texts = (0..<64).map { Array(SizedPolicy.request($0, rules: rules).text.utf8) }
            let whole = median { texts.reduce(into: 0) { allowed, text in allowed += gate.consider(text) ? 1 : 0 } } / 64
            let machine = try MachineOnly(rules: rules, texts: texts)
            let alone = median { machine.decideAll() } / 64
            let explained = median { machine.explainAll() } / 64
            print("\(rules)\t\(Int(alone))\t\(Int(whole))\t\(Int(explained))")
        }
    }

    /// Nanoseconds of processor time of one run of `body`, which is repeated until a round is long enough to be measured.
    private static func median(_ body: () -> Int) -> Double {
        var sum = body() + body()
        var repeats = 1
        while true {
            let start = ProcessorTime.now
            for _ in 0..<repeats { sum += body() }
            if ProcessorTime.now - start > 20_000_000 { break }
            repeats *= 2
        }
        var rounds: [Double] = []
        for _ in 0..<9 {
            let start = ProcessorTime.now
            for _ in 0..<repeats { sum += body() }
            rounds.append((ProcessorTime.now - start) / Double(repeats))
        }
        precondition(sum > 0, "some of the requests are allowed")
        return rounds.sorted()[4]
    }

    private static func requests(_ rules: Int) throws {
        let gate = try BenchGate(rules: rules)
        for number in 0..<64 {
            let request = SizedPolicy.request(number, rules: rules)
            let isAllowed = gate.consider(Array(request.text.utf8))
            print(
                """
                {"verb":"\(request.verb)","table":"\(request.table)","where":\(request.hasWhere),"allowed":\(isAllowed)}
                """)
        }
    }

    // MARK: - Compiling and keeping

    private static func compile(_ sizes: [Int]) throws {
        print("rules      compile ms   program bytes a rule   resident bytes a rule")
        for rules in sizes {
            let sources = SizedPolicy.sources(rules: rules)
            let start = ProcessorTime.now
            let bytes = try SizedPolicy.compile(sources)
            let compiled = (ProcessorTime.now - start) / 1e6
            let before = residentBytes()
            let loaded = try VerifiedProgram.load(bytes)
            let kept = residentBytes() - before
            precondition(withExtendedLifetime(loaded) { $0.revision >= 0 })
            print("\(rules)\t\(Int(compiled))\t\(bytes.count / rules)\t\(kept / rules)")
        }
    }

    private static func files(_ count: Int) {
        let sources = SizedPolicy.files(count)
        let start = ProcessorTime.now
        let compiled = PolicyCompiler.compile(files: sources, options: CompileOptions(date: Moment(seconds: 0)))
        let spent = (ProcessorTime.now - start) / 1e6
        precondition(compiled.program != nil, DiagnosticText.render(Array(compiled.diagnostics.prefix(3)), files: compiled.sources))
        print("files\t\(count)\tcheck ms\t\(Int(spent))")
    }

    /// What the compiler has freed is given back first, or a program would be put into it and seem to take nothing.
    private static func residentBytes() -> Int {
        // glibc's malloc_trim(3), which Swift's overlay leaves out.
        if let trim = dlsym(nil, "malloc_trim") { _ = unsafeBitCast(trim, to: (@convention(c) (Int) -> CInt).self)(0) }
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var buffer = [CChar](repeating: 0, count: 256)
        guard fgets(&buffer, 256, file) != nil else { return 0 }
        let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) } ?? 0
    }
}

enum ProcessorTime {
    /// Nanoseconds of processor time this process has used: on a shared machine the wall clock measures the neighbours.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
}

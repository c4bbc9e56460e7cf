// What it costs to read a statement: the inspector beside PostgreSQL's own grammar and a lexer in C, over the same mixed texts
// in one run.
//
//   InspectBench              every figure
//   InspectBench growth       only how time grows with the length of texts made to be slow; fails where it is not linear
//   InspectBench rounds 4     so many rounds over the mix and nothing else: under valgrind two numbers of rounds make the same
//                             count of allocations, since a warm inspector makes none

import CLexer
import CPgQuery
import Inspect
import Machine

@preconcurrency import Glibc

@main
enum InspectBench {
    static func main() {
        setvbuf(stdout, nil, _IOLBF, 0)
        let arguments = CommandLine.arguments.dropFirst()
        switch arguments.first {
        case "growth": exit(Growth.run() ? 0 : 1)
        case "rounds": inspectOnly(arguments.dropFirst().first.flatMap { Int($0) } ?? 4)
        default:
            compare()
            Repeated.run()
            _ = Growth.run()
        }
    }

    /// Texts of one round. Every round has its own, so that none comes twice and none is answered from memory. They are few
    /// enough that a round's lie in the processor's cache, as a text does that was just received.
    private static let texts = 512
    private static let rounds = 40

    private static func compare() {
        let mix = StatementMix.texts(texts * rounds)
        let bytes = mix.reduce(0) { $0 + $1.utf8.count }
        print("\(rounds - 1) rounds of \(texts) statements, \(bytes / mix.count) bytes each, none twice")
        print("ns of processor time a statement, median of the rounds")
        let plain = mix.map { Array($0.utf8) }
        let nulEnded = mix.map { Array($0.utf8CString) }
        // The reader refuses this at its first token, so all tokens are made and hardly anything else.
        let unreadable = mix.map { Array((") " + $0).utf8) }
        // Another comment behind each, so that every shape is a new one.
        let newShapes = mix.enumerated().map { Array(($1 + " --" + letters($0)).utf8) }
        let anew = SQLInspector(searchPath: ["public"], remembers: false)
        let inspector = SQLInspector(searchPath: ["public"])
        let found = Inspection()
        func inspect(_ text: [UInt8], _ inspector: SQLInspector) -> Int {
            text.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
            return found.accesses.count
        }
        let touch: (Int) -> Int = { index in
            plain[index].reduce(0) { $0 + Int($1) } + nulEnded[index].reduce(0) { $0 + Int($1) }
                + unreadable[index].reduce(0) { $0 + Int($1) } + newShapes[index].reduce(0) { $0 + Int($1) }
        }
        let ours = median("inspect: lexing, reading, facts; nothing remembered", touch) { inspect(plain[$0], anew) }
        _ = median("inspect: the same, remembered for next time", touch) { inspect(newShapes[$0], inspector) }
        let known = median("inspect: a text that differs from one before only in constants", touch) { inspect(plain[$0], inspector) }
        let lexing = median("inspect: lexing, the reader refusing at once; nothing remembered", touch) { inspect(unreadable[$0], anew) }
        let lexer = c_lexer_make(KeywordNames.text)
        let inC = median("a lexer in C of the same duty", touch) { index in
            nulEnded[index].withUnsafeBufferPointer { c_lexer_scan(lexer, $0.baseAddress, $0.count - 1) }
        }
        let grammar = median("libpg_query: raw grammar", touch) { index in
            let context = pg_query_enter_memory_context()
            defer { pg_query_exit_memory_context(context) }
            return nulEnded[index].withUnsafeBufferPointer { raw_parser($0.baseAddress, 0) == nil ? 0 : 1 }
        }
        let parse = median("libpg_query: public parse", touch) { index in
            let result = nulEnded[index].withUnsafeBufferPointer { pg_query_parse($0.baseAddress) }
            defer { pg_query_free_parse_result(result) }
            return result.error == nil ? 1 : 0
        }
        _ = median("libpg_query: public scan", touch) { index in
            let result = nulEnded[index].withUnsafeBufferPointer { pg_query_scan($0.baseAddress) }
            defer { pg_query_free_scan_result(result) }
            return result.error == nil ? 1 : 0
        }
        print("lexing / the lexer in C: \(rounded(lexing / inC)) (at most 1.5 is the aim)")
        print("read anew: raw grammar / inspect: \(rounded(grammar / ours)) (at least 3)   public parse / inspect: \(rounded(parse / ours)) (20)")
        print("other constants: raw grammar / inspect: \(rounded(grammar / known))   public parse / inspect: \(rounded(parse / known))")
    }

    /// Twelve letters of a number's own, which no shape passes over.
    private static func letters(_ number: Int) -> String {
        var state = UInt64(number) &* 0x9E37_79B9_7F4A_7C15
        return String(
            decoding: (0..<12).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: 0x61 + (state >> 33) % 26)
            }, as: UTF8.self)
    }

    /// Each text has another number in it every round, so that it is not answered as the very same: by one inspector it is read
    /// again, by the other it is answered by its shape.
    private static func inspectOnly(_ rounds: Int) {
        var mix = StatementMix.texts(texts).map { Array(($0 + "; select 00000000").utf8) }
        let inspectors = [SQLInspector(searchPath: ["public"], remembers: false), SQLInspector(searchPath: ["public"])]
        let found = Inspection()
        var sum = 0
        for round in 0..<rounds {
            for index in mix.indices {
                var rest = round
                for place in 1...8 {
                    mix[index][mix[index].count - place] = UInt8(0x30 + rest % 10)
                    rest /= 10
                }
                for inspector in inspectors {
                    mix[index].withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
                    sum += found.accesses.count
                }
            }
        }
        print(sum)
    }

    /// Runs `body` for each text in turn; it returns something that must not be nothing everywhere, so that the work is done.
    private static func median(_ name: String, _ touch: (Int) -> Int, _ body: (Int) -> Int) -> Double {
        var sum = 0
        for index in 0..<texts { sum += body(index) }
        var measured: [Double] = []
        for round in 1..<rounds {
            for index in round * texts..<(round + 1) * texts { sum += touch(index) }
            let start = ProcessorTime.now
            for index in round * texts..<(round + 1) * texts { sum += body(index) }
            measured.append((ProcessorTime.now - start) / Double(texts))
        }
        precondition(sum > 0, "\(name) read nothing")
        let middle = measured.sorted()[measured.count / 2]
        print("\(Int(middle))  \(name)")
        return middle
    }
}

/// One digit behind the point.
func rounded(_ ratio: Double) -> Double { (ratio * 10).rounded() / 10 }

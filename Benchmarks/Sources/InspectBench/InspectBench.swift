// What it costs to read a statement: the inspector beside PostgreSQL's own grammar, over the same mixed texts in one run.

import CPgQuery
import Inspect
import Machine

@main
enum InspectBench {
    static func main() {
        let texts = StatementMix.texts(2_048)
        let bytes = texts.reduce(0) { $0 + $1.utf8.count }
        print("\(texts.count) statements, \(bytes / texts.count) bytes each; ns of processor time a statement, medians of nine rounds")
        let inspector = SQLInspector(searchPath: ["public"])
        let found = Inspection()
        let fresh = texts.map { Array($0.utf8) }
        let ours = median("inspect", texts.count) { index in
            fresh[index].withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
            return found.accesses.count
        }
        let one = fresh[0]
        _ = median("inspect, the same text again", texts.count) { _ in
            one.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
            return found.accesses.count
        }
        let nulEnded = texts.map { Array($0.utf8CString) }
        let grammar = median("libpg_query: raw grammar", texts.count) { index in
            let context = pg_query_enter_memory_context()
            defer { pg_query_exit_memory_context(context) }
            return nulEnded[index].withUnsafeBufferPointer { raw_parser($0.baseAddress, 0) == nil ? 0 : 1 }
        }
        let parse = median("libpg_query: public parse", texts.count) { index in
            let result = nulEnded[index].withUnsafeBufferPointer { pg_query_parse($0.baseAddress) }
            defer { pg_query_free_parse_result(result) }
            return result.error == nil ? 1 : 0
        }
        _ = median("libpg_query: public scan", texts.count) { index in
            let result = nulEnded[index].withUnsafeBufferPointer { pg_query_scan($0.baseAddress) }
            defer { pg_query_free_scan_result(result) }
            return result.error == nil ? 1 : 0
        }
        print("raw grammar / inspect: \(rounded(grammar / ours))   public parse / inspect: \(rounded(parse / ours))")
    }

    /// Runs `body` for each text in turn; it returns something that must not be nothing everywhere, so that the work is done.
    private static func median(_ name: String, _ count: Int, _ body: (Int) -> Int) -> Double {
        var sum = 0
        for index in 0..<count { sum += body(index) }
        var rounds: [Double] = []
        for _ in 0..<9 {
            let start = ProcessorTime.now
            for index in 0..<count { sum += body(index) }
            rounds.append((ProcessorTime.now - start) / Double(count))
        }
        precondition(sum > 0, "\(name) read nothing")
        let middle = rounds.sorted()[4]
        print("\(Int(middle))  \(name)")
        return middle
    }

    private static func rounded(_ ratio: Double) -> Double { (ratio * 10).rounded() / 10 }
}

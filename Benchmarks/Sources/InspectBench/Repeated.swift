// What a text costs that came before, with so many others in memory.

import Inspect
import Machine

enum Repeated {
    /// Texts in random order, as a session would send them that repeats itself.
    static func run() {
        for distinct in [1, 64, 1_000, 10_000] {
            let texts = StatementMix.texts(distinct).map { Array($0.utf8) }
            let inspector = SQLInspector(searchPath: ["public"])
            let found = Inspection()
            var state: UInt64 = 7
            var sum = 0
            func turn(_ count: Int, _ body: ([UInt8]) -> Void) {
                for _ in 0..<count {
                    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    body(texts[Int((state >> 33) % UInt64(distinct))])
                }
            }
            func median(_ body: ([UInt8]) -> Void) -> Int {
                turn(distinct * 8, body)
                var measured: [Double] = []
                for _ in 0..<9 {
                    let start = ProcessorTime.now
                    turn(20_000, body)
                    measured.append((ProcessorTime.now - start) / 20_000)
                }
                return Int(measured.sorted()[4])
            }
            let again = median { text in
                text.withUnsafeBytes { inspector.inspect($0, lexical: LexicalState(), into: found) }
                sum &+= found.accesses.count
            }
            // Of many texts each has left the processor's caches when it comes again, which a text just received has not.
            let fetch = median { text in for byte in stride(from: 0, to: text.count, by: 64) { sum &+= Int(text[byte]) } }
            precondition(sum > 0)
            print("\(again)  inspect, one of \(distinct) texts again, \(fetch) of it to fetch the text")
        }
    }
}

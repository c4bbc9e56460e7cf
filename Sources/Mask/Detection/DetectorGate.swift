// Which detectors could match a text at all: the tables of the vector gate, made from every detector's triggers.
import MaskGate

/// The gate's tables. Written once, then read from every thread.
final class DetectorGate: Sendable {
    // Not written after init.
    nonisolated(unsafe) private let tables: UnsafeMutablePointer<maskgate_tables>

    static let shared = DetectorGate(DetectorCatalogue.specifications)

    private init?(_ specifications: [DetectorSpecification]) {
        guard let tables = maskgate_make() else { return nil }
        self.tables = tables
        for (position, specification) in specifications.enumerated() {
            for trigger in specification.triggers {
                guard Self.add(trigger, to: tables, UInt32(position)) else { return nil }
            }
            for word in specification.words {
                guard Self.addHead(word, isContext: true, to: tables, UInt32(position)) else { return nil }
            }
            for digits in specification.digits..<32 { maskgate_add(tables, 4, UInt32(digits), UInt32(position)) }
            for digits in specification.digits...specification.mostDigits { maskgate_add(tables, 5, UInt32(digits), UInt32(position)) }
        }
    }

    deinit { maskgate_free(tables) }

    /// One pass over a text.
    @inline(__always) func scan(_ text: UnsafeRawBufferPointer, into result: inout maskgate_result) {
        guard let start = text.baseAddress else { return }
        maskgate_scan(tables, start.assumingMemoryBound(to: UInt8.self), text.count, &result)
    }

    private static func add(_ trigger: DetectorTrigger, to tables: UnsafeMutablePointer<maskgate_tables>, _ position: UInt32) -> Bool {
        switch trigger {
        case .run(let lengths, let before, let after):
            for length in lengths {
                for side in 0..<4 where before.map({ $0 == (side & 1 == 1) }) ?? true && after.map({ $0 == (side & 2 == 2) }) ?? true {
                    maskgate_add(tables, 0, UInt32(min(length, 31) + 32 * side), position)
                }
            }
        case .pair(let first, let second): maskgate_add(tables, 1, UInt32((min(first, 8) - 1) * 8 + min(second, 8) - 1), position)
        case .word(let lengths): for length in lengths { maskgate_add(tables, 2, UInt32(min(length, 63)), position) }
        case .flag(let flag): maskgate_add(tables, 3, UInt32(flag.rawValue), position)
        case .head(let head): return addHead(head, isContext: false, to: tables, position)
        }
        return true
    }

    /// A head of three bytes stands for every one that begins so; a word of context of three letters is no longer one's beginning.
    private static func addHead(
        _ head: String, isContext: Bool, to tables: UnsafeMutablePointer<maskgate_tables>, _ position: UInt32
    ) -> Bool {
        var bytes = Array(head.utf8.prefix(4))
        guard bytes.count >= 3 else { return false }
        if bytes.count == 3 { bytes.append(0) }
        var isAdded = maskgate_add_head(tables, bytes, isContext ? 1 : 0, position) != 0
        guard head.utf8.count == 3, !isContext else { return isAdded }
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            bytes[3] = letter
            isAdded = isAdded && maskgate_add_head(tables, bytes, 0, position) != 0
        }
        return isAdded
    }
}

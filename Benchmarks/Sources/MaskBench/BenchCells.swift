// The cells of the benchmark: 48 bytes of everyday columns, one in twenty with a value; the same on every run.

/// Cells that lie one after another, as rows come.
struct BenchCells {
    static let width = 48
    private(set) var bytes: [UInt8] = []
    var count: Int { bytes.count / Self.width }

    private var state: UInt64 = 0x5eed

    init(count: Int, findings: Bool = true) {
        for index in 0..<count {
            var text = findings && index % 20 == 7 ? value() : plain()
            while text.utf8.count < Self.width { text += " " + word() }
            bytes += text.utf8.prefix(Self.width)
        }
    }

    func cell(_ index: Int) -> Range<Int> { index * Self.width..<(index + 1) * Self.width }

    private mutating func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    private mutating func digits(_ count: Int) -> String { (0..<count).map { _ in String(next(10)) }.joined() }
    private mutating func hex(_ count: Int) -> String { (0..<count).map { _ in String(next(16), radix: 16) }.joined() }

    private static let words = [
        "delivery", "the", "customer", "asked", "for", "a", "blue", "jacket", "in", "size", "large", "Berlin", "office", "weekly", "report",
        "about", "stock", "and", "returns", "please", "confirm", "with", "Maria", "before", "Friday", "shipment", "left", "harbour", "late",
        "quality", "check", "passed", "without", "remarks", "invoice", "paid", "twice", "by", "mistake", "refund", "approved", "next", "month",
    ]

    private mutating func word() -> String { Self.words[next(Self.words.count)] }
    private mutating func sentence(_ count: Int) -> String { (0..<count).map { _ in word() }.joined(separator: " ") }

    /// A cell without a value: texts, and the numbers, times, paths and identifiers that stand among them.
    private mutating func plain() -> String {
        switch next(12) {
        case 0...4: sentence(8)
        case 5: "order \(digits(6)) \(sentence(2)) on 2026-0\(1 + next(9))-1\(next(10)) \(word())"
        case 6: "\(hex(8))-\(hex(4))-4\(hex(3))-a\(hex(3))-\(hex(12)) \(word())"
        case 7: "2026-0\(1 + next(9))-1\(next(10)) 1\(next(10)):2\(next(10)):3\(next(10)).\(digits(3)) \(word()) \(digits(2)) of \(digits(3))"
        case 8: "https://shop.acme/items/\(digits(5))?page=\(digits(1))&sort=name"
        case 9: "\(digits(3)),\(digits(3)).\(digits(2)) EUR \(sentence(3)) \(digits(4))"
        case 10: "/var/lib/app-\(digits(1)).\(digits(1))/data_\(digits(4)).csv \(word())"
        default: "\(sentence(3)), \(word()) no. \(digits(5)) (\(word())) \(sentence(2))"
        }
    }

    private mutating func value() -> String {
        switch next(5) {
        case 0: "write to \(word()).\(word())@acme\(digits(1)).io \(word())"
        case 1: "paid with 4111 1111 1111 1111 \(word())"
        case 2: "account DE89370400440532013000 \(word())"
        case 3: "call +49 30 \(digits(7)) \(word())"
        default: "from 203.0.113.\(1 + next(250)) \(word())"
        }
    }
}

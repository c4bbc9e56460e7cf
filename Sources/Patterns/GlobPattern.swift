// The glob of `like`: wildcards over characters, in time linear in the subject.

/// Why a glob was refused.
public enum GlobError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A `\` with nothing after it. The offset is in bytes.
    case danglingEscape(offset: Int)
    /// More than `GlobPattern.maximumElements` characters and wildcards.
    case tooLong(elements: Int)
    /// The pattern is not UTF-8.
    case notUTF8

    public var description: String {
        switch self {
        case .danglingEscape(let offset): "\"\\\" at byte \(offset) escapes nothing"
        case .tooLong(let elements): "a glob of \(elements) elements; at most \(GlobPattern.maximumElements) are accepted"
        case .notUTF8: "a glob must be UTF-8"
        }
    }
}

/// A glob that must match the whole subject.
///
/// - `*` is any number of characters, none too; with a separator, of characters other than it.
/// - `**` is any number of characters, separators too. Without a separator it means what `*` means.
/// - `?` is one character; with a separator, one other than it.
/// - `\` makes the next character stand for itself, whatever it is. A `\` at the end is an error.
/// - Everything else, `[` and `{` too, stands for itself, byte for byte: no case folding, no normalisation.
///
/// A character is a UTF-8 scalar; a byte of the subject that is not part of one counts as a character that only wildcards match.
public struct GlobPattern: Hashable, Sendable {
    /// The most characters and wildcards.
    public static let maximumElements = 1023

    /// A character to match, after a run of wildcards.
    private struct Element: Hashable, Sendable {
        var scalar: UInt32
        var before: Run
    }

    private enum Run: UInt8, Hashable, Sendable {
        case none, level, all
    }

    private static let anyCharacter: UInt32 = .max

    private var elements: [Element] = []
    private var last: Run = .none
    private let separator: UInt32

    /// Compiles a glob. `separator`, an ASCII byte such as `/`, gives `*` and `?` their level.
    public init(_ pattern: String, separator: UInt8? = nil) throws(GlobError) {
        try self.init(bytes: Array(pattern.utf8), separator: separator)
    }

    /// Compiles a glob from any bytes.
    public init(bytes: [UInt8], separator: UInt8? = nil) throws(GlobError) {
        self.separator = separator.map(UInt32.init) ?? .max - 1
        let failure: GlobError? = bytes.withUnsafeBytes { bytes in
            var offset = 0
            while offset < bytes.count {
                switch bytes[offset] {
                case UInt8(ascii: "*"):
                    let double = offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "*")
                    let run: Run = double || separator == nil ? .all : .level
                    if last.rawValue < run.rawValue { last = run }
                    offset += double ? 2 : 1
                case UInt8(ascii: "?"):
                    add(Self.anyCharacter)
                    offset += 1
                case UInt8(ascii: "\\"):
                    guard offset + 1 < bytes.count else { return .danglingEscape(offset: offset) }
                    offset += 1
                    fallthrough
                default:
                    let (scalar, width) = Self.scalar(in: bytes, at: offset)
                    guard scalar < Self.invalid else { return .notUTF8 }
                    add(scalar)
                    offset += width
                }
            }
            return elements.count <= Self.maximumElements ? nil : .tooLong(elements: elements.count)
        }
        if let failure { throw failure }
    }

    private mutating func add(_ scalar: UInt32) {
        elements.append(Element(scalar: scalar, before: last))
        last = .none
    }

    /// Whether the whole subject matches. Cost: at most the subject's characters times the pattern's elements; no allocation.
    public func matches(_ subject: UnsafeRawBufferPointer) -> Bool {
        elements.withUnsafeBufferPointer { elements in
            let words = elements.count / 64 + 1
            return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words * 2) { memory in
                memory.initialize(repeating: 0)
                return run(subject, elements, words, memory)
            }
        }
    }

    public func matches(_ subject: String) -> Bool {
        var subject = subject
        return subject.withUTF8 { matches(UnsafeRawBufferPointer($0)) }
    }

    /// State i: the first i elements are matched. All states are advanced together, so nothing is tried twice.
    private func run(
        _ subject: UnsafeRawBufferPointer, _ elements: UnsafeBufferPointer<Element>, _ words: Int,
        _ memory: UnsafeMutableBufferPointer<UInt64>
    ) -> Bool {
        var current = 0
        memory[0] = 1
        var offset = 0
        while offset < subject.count {
            let (scalar, width) = Self.scalar(in: subject, at: offset)
            offset += width
            let next = words - current
            var alive: UInt64 = 0
            for word in 0..<words { memory[next + word] = 0 }
            for word in 0..<words {
                var bits = memory[current + word]
                while bits != 0 {
                    let state = word * 64 + bits.trailingZeroBitCount
                    bits &= bits - 1
                    let wild: Run
                    if state < elements.count {
                        let element = elements[state]
                        wild = element.before
                        let fits = element.scalar == scalar || (element.scalar == Self.anyCharacter && scalar != separator)
                        if fits { memory[next + (state + 1) / 64] |= 1 << UInt64((state + 1) % 64) }
                    } else {
                        wild = last
                    }
                    if wild == .all || (wild == .level && scalar != separator) {
                        memory[next + word] |= 1 << UInt64(state % 64)
                    }
                }
            }
            for word in 0..<words { alive |= memory[next + word] }
            if alive == 0 { return false }
            current = next
        }
        return memory[current + elements.count / 64] >> UInt64(elements.count % 64) & 1 == 1
    }

    /// Above every scalar; plus a byte that is not UTF-8.
    private static let invalid: UInt32 = 0x11_0000

    /// The scalar at an offset and its width in bytes; a byte that begins no valid one stands alone.
    private static func scalar(in bytes: UnsafeRawBufferPointer, at offset: Int) -> (UInt32, Int) {
        let first = bytes[offset]
        if first < 0x80 { return (UInt32(first), 1) }
        let width = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
        guard first >= 0xc2, first <= 0xf4, offset + width <= bytes.count else { return (invalid + UInt32(first), 1) }
        var value = UInt32(first) & (0x7f >> UInt32(width))
        for index in 1..<width {
            let byte = bytes[offset + index]
            guard byte & 0xc0 == 0x80 else { return (invalid + UInt32(first), 1) }
            value = value << 6 | UInt32(byte & 0x3f)
        }
        let smallest: UInt32 = width == 2 ? 0x80 : width == 3 ? 0x800 : 0x1_0000
        guard value >= smallest, value < invalid, !(0xd800...0xdfff).contains(value) else { return (invalid + UInt32(first), 1) }
        return (value, width)
    }
}

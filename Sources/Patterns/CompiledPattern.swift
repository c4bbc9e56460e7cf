// A PCRE2 pattern, compiled once and shared by every session.
import CPCRE2

/// How a pattern is to be read. The raw value may be stored in a program.
public struct PatternOptions: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Letters match in either case (by Unicode's simple folding).
    public static let caseless = PatternOptions(rawValue: 1)
    /// The pattern must match the whole subject, not a part of it.
    public static let whole = PatternOptions(rawValue: 2)
    /// The subject is bytes, not UTF-8: faster, and `\p{…}` and the folding of case know ASCII only. Not for stored patterns.
    public static let bytes = PatternOptions(rawValue: 4)
    /// All that a program may store: a value with other bits is refused.
    public static let known: PatternOptions = [.caseless, .whole]
}

/// Why a pattern was refused.
public struct PatternError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where in the pattern, in bytes from its start.
    public let offset: Int
    /// One lower-case sentence, PCRE2's own where the fault is in the pattern's grammar.
    public let message: String
    public var description: String { "\(message) (at byte \(offset))" }
}

/// A pattern compiled by PCRE2 with `PCRE2_UTF` and `PCRE2_MATCH_INVALID_UTF`, but for `.bytes`: any bytes can be searched, and bytes that are not
/// UTF-8 match nothing. `\C`, callouts and unknown options are refused. JIT code where the platform has it.
public final class CompiledPattern: Sendable {
    /// The longest pattern, in bytes of UTF-8.
    public static let maximumLength = 4096
    /// The deepest nesting of parentheses.
    public static let maximumNesting: UInt32 = 100
    /// The most groups of a pattern whose groups are asked for.
    public static let maximumGroups = 100

    // Not written after init, JIT compilation included; PCRE2 then allows use from every thread (pcre2api, "Multithreading").
    nonisolated(unsafe) let code: OpaquePointer
    /// The pattern as it was written.
    public let source: String
    public let options: PatternOptions
    /// False where only PCRE2's interpreter runs it: slower, with the same limits and results.
    public let isJIT: Bool
    /// How many groups it has that keep what they matched.
    public let groupCount: Int
    /// Whether it may match the empty text, so far as PCRE2 can tell: true also where it could not.
    public let mayMatchEmpty: Bool

    /// Compiles a pattern of UTF-8 text. Cost: tens of microseconds.
    public convenience init(_ pattern: String, options: PatternOptions = []) throws(PatternError) {
        try self.init(bytes: Array(pattern.utf8), options: options)
    }

    /// Compiles a pattern from bytes, which may be anything: what is not UTF-8 is refused by PCRE2.
    public init(bytes: [UInt8], options: PatternOptions = []) throws(PatternError) {
        guard bytes.count <= Self.maximumLength else {
            throw PatternError(offset: Self.maximumLength, message: "the pattern is longer than \(Self.maximumLength) bytes")
        }
        guard options.subtracting(.bytes).isSubset(of: .known) else { throw PatternError(offset: 0, message: "unknown pattern options") }
        guard let context = pcre2_compile_context_create_8(nil) else {
            throw PatternError(offset: 0, message: "no memory for a pattern")
        }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_parens_nest_limit_8(context, Self.maximumNesting)

        var flags = PCRE2_NEVER_BACKSLASH_C
        if !options.contains(.bytes) { flags |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF }
        if options.contains(.caseless) { flags |= PCRE2_CASELESS }
        if options.contains(.whole) { flags |= PCRE2_ANCHORED | PCRE2_ENDANCHORED }
        var number: CInt = 0
        var offset = 0
        guard let code = pcre2_compile_8(bytes, bytes.count, flags, &number, &offset, context) else {
            throw PatternError(offset: min(offset, bytes.count), message: Self.message(of: number))
        }
        guard postern_count_callouts(code) == 0 else {
            pcre2_code_free_8(code)
            throw PatternError(offset: 0, message: "callouts are not allowed in a pattern")
        }
        groupCount = Int(Self.number(PCRE2_INFO_CAPTURECOUNT, of: code))
        mayMatchEmpty = Self.number(PCRE2_INFO_MATCHEMPTY, of: code) != 0
        isJIT = pcre2_jit_compile_8(code, PCRE2_JIT_COMPLETE) == 0
        self.code = code
        self.source = String(decoding: bytes, as: UTF8.self)
        self.options = options
    }

    deinit { pcre2_code_free_8(code) }

    /// The names of its groups, each with its number, in order of the names.
    public var groupNames: [(name: String, number: Int)] {
        var table: UnsafePointer<UInt8>?
        guard pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_NAMETABLE), &table) == 0, let table else { return [] }
        let (count, size) = (Int(Self.number(PCRE2_INFO_NAMECOUNT, of: code)), Int(Self.number(PCRE2_INFO_NAMEENTRYSIZE, of: code)))
        return (0..<count).map { index in
            // Two bytes of number, the greater first, then the name and a zero.
            let entry = UnsafeBufferPointer(start: table + index * size, count: size)
            return (String(decoding: entry[2...].prefix { $0 != 0 }, as: UTF8.self), Int(entry[0]) << 8 | Int(entry[1]))
        }
    }

    private static func number(_ what: CInt, of code: OpaquePointer) -> UInt32 {
        var value: UInt32 = 0
        // What cannot be told is the worse answer.
        return pcre2_pattern_info_8(code, UInt32(what), &value) == 0 ? value : .max
    }

    private static func message(of number: CInt) -> String {
        let text = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, Int(pcre2_get_error_message_8(number, buffer.baseAddress, 256)))
        }
        return text.isEmpty ? "the pattern cannot be compiled" : String(decoding: text, as: UTF8.self)
    }
}

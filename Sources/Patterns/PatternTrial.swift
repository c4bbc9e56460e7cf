// Whether a pattern can explode: it is run on hostile texts made from itself, and its steps are counted. No clock: the answer is the
// same on every machine.
import CPCRE2

/// Tries a pattern before it is let near data.
public enum PatternTrial {
    /// The most steps for each byte of a text, over all places where a match may begin. A step is an item of the pattern that is tried
    /// or a byte that is gone over, about a nanosecond of JIT code.
    public static let stepsPerByte = 256
    /// Steps are counted on texts of so many bytes: a pattern whose steps grow by the square takes four times what it may.
    static let countedBytes = 2048
    /// The window that a search looks at, on which PCRE2's own limit is tried.
    static let windowBytes = 64 * 1024

    public enum Failure: Error, Equatable, Sendable {
        /// It has something that cannot be tried. A sentence goes on with it: "the pattern …".
        case unsupported(String, offset: Int)
        /// On texts that pump a repetition, or the whole where that is nil.
        case explodes(repetition: String?)
    }

    /// nil for a pattern that keeps within its bounds on every text that was tried.
    ///
    /// - Parameters:
    ///   - retries: whether a match may be turned down, by a checksum or for want of a word: then the search goes on one character behind
    ///     its beginning.
    ///   - steps: PCRE2's match limit in use.
    /// - Throws: `PatternError` where it does not compile.
    public static func failure(of pattern: String, retries: Bool, steps: UInt32) throws(PatternError) -> Failure? {
        let compiled = try CompiledPattern(pattern)
        var reader = PatternReader(pattern)
        let shape: PatternShape
        do throws(UnknownShape) {
            shape = try reader.read()
        } catch {
            return .unsupported(error.why, offset: error.offset)
        }
        guard let counter = StepCounter(pattern) else { return .unsupported("cannot be tried", offset: 0) }
        var limits = MatchLimits()
        limits.steps = steps
        let matcher = Matcher(limits: limits)
        for text in HostileTexts(shape, alphabet: reader.alphabet).texts {
            guard text.bytes(countedBytes).withUnsafeBytes({ counter.isWithin(stepsPerByte, on: $0, retries: retries) }) else {
                return .explodes(repetition: text.repetition)
            }
            // Backtracking that one place makes is bounded by the text: it is tried on as much as is ever searched at once.
            guard text.repetition == nil || text.bytes(windowBytes).withUnsafeBytes({ search(compiled, $0, matcher, retries: retries) }) else {
                return .explodes(repetition: text.repetition)
            }
        }
        return nil
    }

    /// Whether a search that goes through a whole text is established, as one at run time must be.
    private static func search(_ pattern: CompiledPattern, _ text: UnsafeRawBufferPointer, _ matcher: Matcher, retries: Bool) -> Bool {
        var from = 0
        while from <= text.count {
            switch matcher.firstMatch(of: pattern, in: text, from: from) {
            case .none: return true
            case .exceeded: return false
            case .found(let range): from = next(behind: range, in: text, retries: retries)
            }
        }
        return true
    }

    /// Where a search goes on.
    fileprivate static func next(behind range: Range<Int>, in text: UnsafeRawBufferPointer, retries: Bool) -> Int {
        guard retries || range.isEmpty else { return range.upperBound }
        var next = range.lowerBound + 1
        while next < text.count, text[next] & 0xc0 == 0x80 { next += 1 }
        return next
    }
}

/// Counts the steps of a pattern by callouts before each of its items, without the shortcuts that would hide some.
private final class StepCounter {
    private let code: OpaquePointer
    private let data: OpaquePointer
    private let context: OpaquePointer
    private let work: UnsafeMutablePointer<postern_work>

    /// nil when there is no memory for it.
    init?(_ pattern: String) {
        let bytes = Array(pattern.utf8)
        var number: CInt = 0
        var offset = 0
        let flags =
            PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT | PCRE2_NO_AUTO_POSSESS | PCRE2_NO_START_OPTIMIZE
            | PCRE2_NO_DOTSTAR_ANCHOR
        guard let code = pcre2_compile_8(bytes, bytes.count, flags, &number, &offset, nil) else { return nil }
        guard let data = pcre2_match_data_create_8(1, nil), let context = pcre2_match_context_create_8(nil) else {
            pcre2_code_free_8(code)
            return nil
        }
        self.code = code
        self.data = data
        self.context = context
        work = .allocate(capacity: 1)
        work.initialize(to: postern_work(left: 0, last: 0))
        postern_pay_by(context, work)
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
        work.deallocate()
    }

    /// Whether a search through a text takes at most so many steps for each byte.
    func isWithin(_ stepsPerByte: Int, on text: UnsafeRawBufferPointer, retries: Bool) -> Bool {
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return true }
        work.pointee = postern_work(left: UInt64(stepsPerByte * text.count), last: 0)
        var from = 0
        while from <= text.count {
            let result = pcre2_match_8(code, base, text.count, from, 0, data, context)
            if result == PCRE2_ERROR_NOMATCH { return true }
            guard result >= 0, let offsets = pcre2_get_ovector_pointer_8(data), offsets[0] <= offsets[1] else { return false }
            from = PatternTrial.next(behind: Int(offsets[0])..<Int(offsets[1]), in: text, retries: retries)
        }
        return true
    }
}

// Matching under limits, with memory that is allocated once and kept.
import CPCRE2

/// Bounds on one match. Reaching one gives `.exceeded`, never a guess.
public struct MatchLimits: Equatable, Sendable {
    /// The longest subject that is looked at, in bytes.
    public var subjectBytes = 1024 * 1024
    /// PCRE2's match limit: backtracking points. JIT code counts them anew at every start position.
    public var steps: UInt32 = 100_000
    /// PCRE2's depth limit, for its interpreter.
    public var depth: UInt32 = 1_000
    /// PCRE2's heap limit, in KiB, for its interpreter.
    public var heapKiB: UInt32 = 4_096
    /// The stack of JIT code, in bytes.
    public var jitStackBytes = 256 * 1024

    public init() {}
}

/// Whether a pattern matched.
public enum MatchOutcome: UInt8, Equatable, Sendable {
    case no, yes
    /// Not established: a limit was reached or PCRE2 failed. It counts as whatever does not help the caller.
    case exceeded
}

/// Where a pattern matched first.
public enum MatchSearch: Equatable, Sendable {
    case none
    /// Byte offsets in the subject; may be empty.
    case found(Range<Int>)
    /// As `MatchOutcome.exceeded`.
    case exceeded
}

/// Where a pattern matched first, and where two of its groups did.
public enum PartsSearch: Equatable, Sendable {
    case none
    /// Byte offsets in the subject. nil for a group that is not asked for, or had no part in the match.
    case found(whole: Range<Int>, first: Range<Int>?, second: Range<Int>?)
    /// As `MatchOutcome.exceeded`.
    case exceeded
}

/// Runs patterns. Holds PCRE2's working memory, so that a match allocates nothing; one for each session or thread, not shared.
public final class Matcher {
    public let limits: MatchLimits
    // All three are nil together: then every match answers `exceeded`.
    private let data: OpaquePointer?
    private let context: OpaquePointer?
    private let stack: OpaquePointer?
    /// Room for the offsets of groups; made when they are first asked for.
    private var wide: OpaquePointer?

    public init(limits: MatchLimits = MatchLimits()) {
        self.limits = limits
        // One pair of offsets: only the whole match is ever asked for.
        data = pcre2_match_data_create_8(1, nil)
        context = pcre2_match_context_create_8(nil)
        stack = pcre2_jit_stack_create_8(32 * 1024, max(limits.jitStackBytes, 32 * 1024), nil)
        pcre2_set_match_limit_8(context, limits.steps)
        pcre2_set_depth_limit_8(context, limits.depth)
        pcre2_set_heap_limit_8(context, limits.heapKiB)
        if context != nil { pcre2_jit_stack_assign_8(context, nil, stack.map { UnsafeMutableRawPointer($0) }) }
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_data_free_8(wide)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }

    /// Whether the pattern matches somewhere in `subject` (or all of it, by the pattern's options).
    public func matches(_ pattern: CompiledPattern, _ subject: UnsafeRawBufferPointer) -> MatchOutcome {
        switch firstMatch(of: pattern, in: subject, from: 0) {
        case .none: .no
        case .found: .yes
        case .exceeded: .exceeded
        }
    }

    /// The first match that begins at `start` or later; what lies before it is seen by lookbehinds. A start out of bounds is `exceeded`.
    public func firstMatch(of pattern: CompiledPattern, in subject: UnsafeRawBufferPointer, from start: Int) -> MatchSearch {
        guard let data, let result = run(pattern, subject, from: start, into: data) else { return .exceeded }
        if result == PCRE2_ERROR_NOMATCH { return .none }
        guard result >= 0, let range = Self.range(of: 0, in: data, subject) else { return .exceeded }
        return .found(range)
    }

    /// As `firstMatch`, with what the groups of two numbers matched; 0 asks for none.
    public func firstParts(
        of pattern: CompiledPattern, in subject: UnsafeRawBufferPointer, from start: Int, groups: (Int, Int)
    ) -> PartsSearch {
        if wide == nil { wide = pcre2_match_data_create_8(UInt32(CompiledPattern.maximumGroups) + 1, nil) }
        guard let wide, groups.0 <= pattern.groupCount, groups.1 <= pattern.groupCount, pattern.groupCount <= CompiledPattern.maximumGroups,
            let result = run(pattern, subject, from: start, into: wide)
        else { return .exceeded }
        if result == PCRE2_ERROR_NOMATCH { return .none }
        guard result > 0, let whole = Self.range(of: 0, in: wide, subject) else { return .exceeded }
        func part(_ group: Int) -> Range<Int>? { group > 0 && group < result ? Self.range(of: group, in: wide, subject) : nil }
        return .found(whole: whole, first: part(groups.0), second: part(groups.1))
    }

    /// What PCRE2 answers; nil where it is not asked.
    private func run(_ pattern: CompiledPattern, _ subject: UnsafeRawBufferPointer, from start: Int, into data: OpaquePointer) -> CInt? {
        guard let context, stack != nil else { return nil }
        guard subject.count <= limits.subjectBytes, start >= 0, start <= subject.count else { return nil }
        var nothing: UInt8 = 0
        return withUnsafeMutablePointer(to: &nothing) { nothing in
            let bytes = subject.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafePointer(nothing)
            return pcre2_match_8(pattern.code, bytes, subject.count, start, 0, data, context)
        }
    }

    /// A pair of offsets; nil for a group that had no part, and for what is no range of the subject.
    private static func range(of group: Int, in data: OpaquePointer, _ subject: UnsafeRawBufferPointer) -> Range<Int>? {
        guard let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
        // `PCRE2_UNSET` is the largest number there is, which here is less than zero.
        let (from, to) = (offsets[2 * group], offsets[2 * group + 1])
        guard from <= to, to <= subject.count, from >= 0 else { return nil }
        return from..<to
    }
}

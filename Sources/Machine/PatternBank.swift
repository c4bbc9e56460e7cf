// A program's patterns, compiled once; and a session's means to match them.
import Patterns

/// Words of a command line, each a glob; a last `**` takes any number of further words.
struct WordsPattern: Sendable {
    private var words: [GlobPattern] = []
    private var openEnd = false

    init(_ text: String) throws(GlobError) {
        var parts = text.utf8.split(separator: UInt8(ascii: " ")).map { Array($0) }
        if parts.last == Array("**".utf8) {
            openEnd = true
            parts.removeLast()
        }
        for part in parts { words.append(try GlobPattern(bytes: part)) }
    }

    /// The subject's words are what single spaces or runs of them divide.
    func matches(_ subject: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        var word = 0
        while true {
            while offset < subject.count, subject[offset] == 0x20 { offset += 1 }
            if offset == subject.count { return word == words.count }
            if word == words.count { return openEnd }
            let start = offset
            while offset < subject.count, subject[offset] != 0x20 { offset += 1 }
            guard words[word].matches(UnsafeRawBufferPointer(rebasing: subject[start..<offset])) else { return false }
            word += 1
        }
    }
}

/// The compiled patterns of one program. Immutable and shared.
final class PatternBank: Sendable {
    enum Entry: Sendable {
        /// As `like` reads it, and as a path in which `*` stays within one level.
        case glob(GlobPattern, path: GlobPattern)
        case pcre(CompiledPattern)
        case words(WordsPattern)
    }
    let entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries }

    /// nil when the text is no pattern of this kind, or too long.
    static func compile(_ kind: PatternRecord.Kind, _ text: String) -> Entry? {
        guard text.utf8.count <= ProgramLimits.patternBytes else { return nil }
        switch kind {
        case .glob:
            guard let plain = try? GlobPattern(text), let path = try? GlobPattern(text, separator: UInt8(ascii: "/"))
            else { return nil }
            return .glob(plain, path: path)
        case .pcre: return (try? CompiledPattern(text)).map { .pcre($0) }
        case .words: return (try? WordsPattern(text)).map { .words($0) }
        }
    }
}

/// Matches a bank's patterns with one session's memory: after the first match of a PCRE2 pattern nothing is allocated.
final class PatternMatcher {
    private let bank: PatternBank
    private var matcher: Matcher?

    init(_ bank: PatternBank) { self.bank = bank }

    /// Unknown where a limit was reached or PCRE2 failed.
    /// - Parameter path: whether the subject is a file's path, in which a glob's `*` does not cross `/`.
    func match(_ index: Int, _ subject: UnsafeRawBufferPointer, path: Bool) -> Ternary {
        switch bank.entries[index] {
        case .glob(let plain, let levels): return Ternary((path ? levels : plain).matches(subject))
        case .words(let words): return Ternary(words.matches(subject))
        case .pcre(let pattern):
            let matcher = matcher ?? Matcher()
            self.matcher = matcher
            switch matcher.matches(pattern, subject) {
            case .yes: return .yes
            case .no: return .no
            case .exceeded: return .unknown
            }
        }
    }
}

// What the compiler says of detectors that a policy declares itself.

import Patterns
import PolicyLang

extension Wording {
    static func detectorPattern(_ span: SourceSpan, why: String) -> Diagnostic {
        error(
            .detectorPattern, span, "this pattern cannot be used: it \(why)",
            help: "write characters, classes, groups, lookarounds and repetitions, as in \"E[0-9]{6}\"")
    }

    static func detectorMatchesEmpty(_ span: SourceSpan) -> Diagnostic {
        error(
            .detectorMatchesEmpty, span, "this pattern matches the empty text, which stands everywhere",
            help: "have it take at least one character: `+` for `*`, `{1,9}` for `{0,9}`")
    }

    /// - Parameter repetition: nil when it is the whole that is slow.
    static func detectorExplodes(_ span: SourceSpan, repetition: String?) -> Diagnostic {
        let what = repetition.map { "`\(clipped($0))` takes" } ?? "it takes"
        return error(
            .detectorExplodes, span, "\(what) more than \(PatternTrial.stepsPerByte) steps for each byte of some text",
            help: "bound it, as in `{1,40}`, or let no match begin inside another, as in `(?<![0-9])[0-9]+x`")
    }

    static func detectorPart(_ span: SourceSpan, name: String, known: [String]) -> Diagnostic {
        error(
            .detectorPart, span, "`\(clipped(name))` is no part of a hit",
            help: suggestion(name, known) ?? "call the part to mask `mask`, one to check `check`, and other groups nothing: `(?:…)`")
    }

    static func unknownChecksum(_ span: SourceSpan, name: String, known: [String]) -> Diagnostic {
        error(
            .unknownChecksum, span, "there is no checksum `\(name)`",
            help: suggestion(name, known) ?? "there is \(list(known.map { "`\($0)`" }, "and"))")
    }

    static func contextWord(_ span: SourceSpan, word: String) -> Diagnostic {
        error(
            .contextWord, span, "\"\(clipped(word))\" is no word of context",
            help: "write one word of three letters and more, of `a` to `z` and digits")
    }

    /// What an author wrote may be long.
    private static func clipped(_ text: String) -> String { text.count > 60 ? text.prefix(57) + "…" : text }
}

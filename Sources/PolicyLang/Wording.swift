// Every sentence that this module says to a policy author, part one: bytes, words and values.

/// Makes the diagnostics. Codes are stable: a code is never given a second meaning.
enum Wording {
    static func error(
        _ code: String, _ span: SourceSpan, _ message: String, help: String? = nil, related: [RelatedPlace] = [],
        fixIt: FixIt? = nil
    ) -> Diagnostic {
        Diagnostic(
            code: code, severity: .error, message: message, span: span, help: help, related: related, fixIt: fixIt)
    }

    static func replace(_ span: SourceSpan, with replacement: String, title: String) -> FixIt {
        FixIt(title: title, edits: [TextEdit(span: span, replacement: replacement)])
    }

    /// `` `a`, `b` or `c` ``.
    static func oneOf(_ words: [String]) -> String {
        let quoted = words.map { "`\($0)`" }
        guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "" }
        return quoted.dropLast().joined(separator: ", ") + " or " + last
    }

    static func didYouMean(_ word: String, among known: [String]) -> String? {
        Spelling.nearest(to: word, among: known).map { "did you mean `\($0)`?" }
    }

    /// At most so much of the author's text is repeated in a sentence.
    private static func clipped(_ text: String) -> String {
        text.utf8.count <= 40 ? text : String(text.prefix(20)) + "…"
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    // MARK: P01 bytes and words

    static func malformedUTF8(_ span: SourceSpan) -> Diagnostic {
        error("P0101", span, "these bytes are not UTF-8", help: "save the file as UTF-8")
    }

    static func byteOrderMark(_ span: SourceSpan) -> Diagnostic {
        Diagnostic(
            code: "P0102", severity: .warning, message: "the file begins with a byte order mark", span: span,
            help: "save the file as UTF-8 without a byte order mark",
            fixIt: replace(span, with: "", title: "remove the byte order mark"))
    }

    static func controlCharacter(_ span: SourceSpan, value: UInt32) -> Diagnostic {
        error(
            "P0103", span, "a control character (\(hexadecimal(value))) stands in the text",
            help: "remove it, or write it in a string as `\\u{…}`")
    }

    static func deceptiveCharacter(_ span: SourceSpan, value: UInt32) -> Diagnostic {
        error(
            "P0104", span, "an invisible or reordering character (\(hexadecimal(value))) stands in the text",
            help: "remove it, or write it in a string as `\\u{…}`, so that everyone reads what the compiler reads")
    }

    static func foreignCharacters(_ span: SourceSpan, text: String) -> Diagnostic {
        let isQuote = text.unicodeScalars.contains { "“”„‘’«»".unicodeScalars.contains($0) }
        return error(
            "P0105", span, "`\(clipped(text))` is not written in ASCII",
            help: isQuote
                ? "strings stand between straight quotes: `\"`"
                : "names are made of A to Z, a to z, 0 to 9 and `_`; other characters belong in strings and comments")
    }

    static func strayCharacter(_ span: SourceSpan, text: String) -> Diagnostic {
        error("P0106", span, "`\(clipped(text))` means nothing here", help: "remove it")
    }

    static func foreignOperator(_ span: SourceSpan, text: String, word: String) -> Diagnostic {
        let replacement = word == "not" ? "not " : " \(word) "
        return error(
            "P0107", span, "`\(text)` is written `\(word)`", help: "write `\(word)`",
            fixIt: replace(span, with: replacement, title: "write `\(word)`"))
    }

    static func semicolon(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0108", span, "nothing ends with `;`", help: "remove it",
            fixIt: replace(span, with: " ", title: "remove `;`"))
    }

    static func hashComment(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0109", span, "a comment begins with `//`", help: "write `//`",
            fixIt: replace(span, with: "//", title: "write `//`"))
    }

    /// The one mistake that reaches over several lines.
    static let blockCommentCode = "P0110"

    static func blockComment(_ span: SourceSpan) -> Diagnostic {
        error(blockCommentCode, span, "there are no comments between `/*` and `*/`", help: "begin each line with `//`")
    }

    static func unterminatedString(_ span: SourceSpan) -> Diagnostic {
        error("P0111", span, "this string has no closing quote", help: "close it with `\"` on the same line")
    }

    static func singleQuotes(_ span: SourceSpan, content: String) -> Diagnostic {
        let isPlain = !content.utf8.contains { $0 == Ascii.quote || $0 == Ascii.backslash }
        return error(
            "P0112", span, "a string stands between double quotes", help: "write `\"` at both ends",
            fixIt: isPlain ? replace(span, with: "\"\(content)\"", title: "write double quotes") : nil)
    }

    static func unknownEscape(_ span: SourceSpan, text: String) -> Diagnostic {
        error(
            "P0113", span, "`\(text)` is no escape",
            help: "write `\\\(text)` for a backslash; the escapes are `\\\"`, `\\\\`, `\\n`, `\\r`, `\\t` and `\\u{…}`")
    }

    static func badUnicodeEscape(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0114", span, "this escape names no character",
            help: "write one to six hexadecimal digits in braces, such as `\\u{E9}`; U+0000 cannot be written")
    }

    static func numberTooLarge(_ span: SourceSpan) -> Diagnostic {
        error("P0115", span, "this number is too large", help: "the largest is 9_223_372_036_854_775_807")
    }

    static func unknownUnit(_ span: SourceSpan, unit: String) -> Diagnostic {
        error(
            "P0116", span, "`\(clipped(unit))` is no unit",
            help: "durations end with `s`, `m`, `h` or `d`, sizes with `B`, `KB`, `KiB`, `MB`, `MiB`, `GB`, `GiB`, `TB` or `TiB`")
    }

    static func fraction(_ span: SourceSpan) -> Diagnostic {
        error("P0117", span, "numbers have no fraction", help: "write a whole number, in a smaller unit if need be")
    }

    static func trailingUnderscore(_ span: SourceSpan) -> Diagnostic {
        let last = SourceSpan(file: span.file, start: span.end - 1, end: span.end)
        return error(
            "P0118", last, "a number cannot end with `_`", help: "remove it",
            fixIt: replace(last, with: "", title: "remove `_`"))
    }

    static func negativeAmount(_ span: SourceSpan) -> Diagnostic {
        error("P0119", span, "this amount is negative", help: "write a number without `-`")
    }

    static func badMoment(_ span: SourceSpan, text: String) -> Diagnostic {
        error(
            "P0120", span, "`\(clipped(text))` is no date or time",
            help: "write a date such as 2026-03-02, or a time with its zone such as 2026-03-02T03:00Z")
    }

    static func nameTooLong(_ span: SourceSpan) -> Diagnostic {
        error("P0121", span, "this name is longer than \(LanguageLimits.nameBytes) bytes", help: "write a shorter one")
    }

    static func decomposed(_ span: SourceSpan, composed: String) -> Diagnostic {
        error(
            "P0122", span, "this text is not in Unicode's normal form C: another one looks like it and is not the same",
            help: "write it as \(StringLiteral.written(composed))")
    }

    // MARK: P04 values

    static func amountBelowOne(_ span: SourceSpan) -> Diagnostic {
        error("P0401", span, "this amount is below one", help: "write at least 1")
    }

    static func partialOfNothing(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0402", span, "this shows no character at all",
            help: "write how many stay, such as `partial(first: 2)`, or `redact`")
    }

    static func repeatedArgument(_ span: SourceSpan, word: String) -> Diagnostic {
        error("P0403", span, "`\(word)` is given twice", help: "write it once")
    }

    static func nestedSet(_ span: SourceSpan) -> Diagnostic {
        error("P0404", span, "a set cannot hold a set", help: "write the elements themselves")
    }

    // MARK: P09 limits

    static func fileTooLarge(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0901", span, "this file is larger than \(LanguageLimits.fileBytes) bytes",
            help: "divide it into several policies")
    }

    static func tooManyTokens(_ span: SourceSpan) -> Diagnostic {
        error(
            "P0902", span, "this file has more than \(LanguageLimits.tokens) words and marks",
            help: "divide it into several policies")
    }

    static func tooManyDiagnostics(_ span: SourceSpan) -> Diagnostic {
        error("P0903", span, "further mistakes are not shown", help: "mend the ones above first")
    }
}

// What stands where a secret will: it is left as it is.

enum Placeholders {
    private static let marks: [StaticString] = [
        "example", "changeme", "change_me", "change-me", "placeholder", "xxxx", "****", "....", "redacted", "dummy", "your_", "your-",
        "yourpass", "yourkey", "yourtoken", "insert", "replace", "masked", "<", "${", "{{", "$(",
    ]

    /// Words that are no password.
    private static let words: [StaticString] = ["none", "null", "nil", "undefined", "true", "false", "empty", "n/a"]

    /// Whether a secret's text says that it is none, or is one character over and over.
    static func contains(_ text: UnsafeRawBufferPointer) -> Bool {
        guard let first = text.first else { return true }
        if first == UInt8(ascii: "$") && text.count > 1 && text.dropFirst().allSatisfy({ ASCII.isAlphanumeric($0) || $0 == 95 }) { return true }
        if first == UInt8(ascii: "%") && text.count > 2 && text[text.count - 1] == first { return true }
        // `{password}`; but ODBC quotes a password in braces, so what has a digit or a sign is none.
        let isBraced = first == UInt8(ascii: "{") && text[text.count - 1] == UInt8(ascii: "}")
        if isBraced, text.allSatisfy({ ASCII.isLetter($0) || "{}_. ".utf8.contains($0) }) { return true }
        if text.allSatisfy({ $0 == first }) { return true }
        for word in words where word.utf8CodeUnitCount == text.count && stands(word, in: text) { return true }
        for mark in marks where stands(mark, in: text) { return true }
        return false
    }

    private static func stands(_ mark: StaticString, in text: UnsafeRawBufferPointer) -> Bool {
        let count = mark.utf8CodeUnitCount
        guard text.count >= count else { return false }
        for start in 0...(text.count - count) {
            var length = 0
            while length < count, fold(text[start + length]) == mark.utf8Start[length] { length += 1 }
            if length == count { return true }
        }
        return false
    }

    private static func fold(_ byte: UInt8) -> UInt8 { ASCII.isLetter(byte) ? byte | 32 : byte }
}

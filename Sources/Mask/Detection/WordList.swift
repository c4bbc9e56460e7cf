// Words to look for in text, by their first letters: no String in the loop.

/// A list of lower-case ASCII words, of three letters and more. Immutable and shared.
struct WordList: Sendable {
    /// Each word's length and letters, one after another, in order of the first letter.
    private let bytes: [UInt8]
    /// Where in `bytes` the words of each first letter begin, and the end.
    private let starts: [Int]

    var isEmpty: Bool { bytes.isEmpty }

    init(_ words: [String]) {
        var bytes: [UInt8] = []
        var starts: [Int] = []
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            starts.append(bytes.count)
            for word in words where word.utf8.first == letter {
                bytes.append(UInt8(truncatingIfNeeded: word.utf8.count))
                bytes += word.utf8
            }
        }
        self.bytes = bytes
        self.starts = starts + [bytes.count]
    }

    /// Whether a word of the list begins here, in any case: one of three letters must end here as well, a longer one may go on.
    func contains(wordAt start: Int, in text: UnsafeRawBufferPointer) -> Bool {
        guard ASCII.isLetter(text[start]) else { return false }
        let letter = Int(text[start] | 32) - 97
        var place = starts[letter]
        while place < starts[letter + 1] {
            let count = Int(bytes[place])
            var length = 0
            while length < count, start + length < text.count, text[start + length] | 32 == bytes[place + 1 + length] { length += 1 }
            if length == count {
                let end = start + count
                if count >= 4 || end == text.count || !ASCII.isLetter(text[end]) { return true }
            }
            place += count + 1
        }
        return false
    }
}

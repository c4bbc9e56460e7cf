// Locales that a text sets for itself: bash then reads what follows by that locale's characters.

/// Which variables choose the characters of text, and which of their values leave every byte below 0x80 a character of its own.
enum ShellLocale {
    static func isNamed(by name: UnsafeRawBufferPointer) -> Bool {
        name.elementsEqual("LC_ALL".utf8) || name.elementsEqual("LC_CTYPE".utf8) || name.elementsEqual("LANG".utf8)
    }

    /// `C`, `POSIX` and the locales of UTF-8, as they are written: bare or in one pair of quotes. In SJIS, BIG5, GBK, GB18030 and
    /// JOHAB a backslash or a quote may be the second byte of a character, and a name without a character set may stand for one.
    static func keepsBytes(_ written: UnsafeRawBufferPointer) -> Bool {
        var value = written
        if let first = value.first, first == 0x22 || first == 0x27 {
            guard value.count > 1, value.last == first else { return false }
            value = UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
        }
        for byte in value where !isPlain(byte) { return false }
        if value.elementsEqual("C".utf8) || value.elementsEqual("POSIX".utf8) { return true }
        return ends(value, ".utf-8") || ends(value, ".utf8")
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        ShellByte.continuesName(byte) || byte == 0x2E || byte == 0x2D || byte == 0x40
    }

    private static func ends(_ value: UnsafeRawBufferPointer, _ ending: StaticString) -> Bool {
        let start = value.count - ending.utf8CodeUnitCount
        guard start > 0 else { return false }
        for index in 0..<ending.utf8CodeUnitCount where ByteClass.folded(value[start + index]) != ending.utf8Start[index] { return false }
        return true
    }
}

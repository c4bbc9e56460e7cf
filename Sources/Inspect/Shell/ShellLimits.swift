// Every bound of the shell inspector. Past any of them the text is refused and its code unknown.

/// Bounds on what the shell inspector reads. They keep time linear and memory bounded on any input.
public enum ShellLimits {
    /// Bytes of one text.
    public static let textBytes = 1 << 20
    /// Commands, substitutions and texts inside texts, one within another.
    public static let nesting = 64
    /// Words of one text, after brace expansion.
    public static let words = 200_000
    /// Commands of one text.
    public static let commands = 20_000
    /// Words that one word may become by brace expansion; with more its words are unknown.
    public static let braceWords = 256
    /// Bytes that one word may become by brace expansion.
    public static let braceBytes = 16_384
    /// Here-documents that wait for the end of one line.
    public static let hereDocuments = 64
    /// Names of variables that one text uses in arithmetic or assigns.
    public static let variables = 4_096
    /// Bytes read for each byte of the text, texts inside texts and retried readings counted: 16 and a constant.
    public static let readingsPerByte = 16
    public static let readingsConstant = 65_536
    /// What a word costs of them each time a wrapper hands it on.
    public static let readingsPerWord = 8
    /// Digits of a descriptor before a redirection.
    public static let descriptorDigits = 9
}

/// Why a text is not read to its end.
enum ShellMisread: Error {
    /// Not a program of this dialect, or one whose reading is not certain.
    case syntax
    /// Past a limit.
    case limit
}

// Every bound of the language's front end, by name.

/// What the lexer and the parser refuse to go beyond. Each has a diagnostic and a test at its edge.
public enum LanguageLimits {
    /// Bytes of one policy file.
    public static let fileBytes = 1 << 20
    /// Tokens of one policy file.
    public static let tokens = 200_000
    /// Parentheses and `not` inside each other in one condition.
    public static let conditionDepth = 64
    /// Bytes of one name.
    public static let nameBytes = 128
    /// Diagnostics for one file; one more says that the rest was left out.
    public static let diagnostics = 100
    /// The newest edition that this compiler knows.
    public static let newestEdition: Int64 = 1
}

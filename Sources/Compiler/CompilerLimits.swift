// Every bound of the compiler, by name.

/// What the compiler refuses to go beyond. The machine's verifier has bounds of its own; these are never wider.
public enum CompilerLimits {
    /// Policy files in one compilation, those that ship with Postern not counted.
    public static let files = 2_048
    /// Comparisons of one condition once every `let` has been put in its place.
    public static let conditionTests = 1_000
    /// Parts of one condition that are looked at, with every `let` in its place: bounds what `let` inside `let` can grow to.
    public static let conditionNodes = 4_000
    /// Conditions inside each other, with every `let` in its place.
    public static let conditionDepth = 128
    /// `let` inside `let`.
    public static let letDepth = 32
    /// Groups inside each other.
    public static let groupDepth = 16
    /// Elements of one set once the sets it names have been put in their places.
    public static let setElements = 4_096
    /// Objects of one rule once sets have been put in their places.
    public static let ruleObjects = 8_192
    /// Policies, identities, groups, resources, rules: each.
    public static let declarations = 100_000
    /// Diagnostics about one schema file that are shown.
    public static let schemaDiagnostics = 20
    /// Rules whose masks are compared pair by pair.
    public static let maskRules = 2_000
}

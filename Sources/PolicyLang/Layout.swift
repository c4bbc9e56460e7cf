// What the parser tells the formatter about each token: where lines begin and what stands under what.

/// The part a token plays in the layout.
struct TokenRole: OptionSet, Hashable {
    var rawValue: UInt16

    /// First token of a declaration.
    static let declaration = TokenRole(rawValue: 1 << 0)
    /// Opens or closes a declaration's block.
    static let blockOpen = TokenRole(rawValue: 1 << 1)
    static let blockClose = TokenRole(rawValue: 1 << 2)
    /// First token of a line inside a block.
    static let clause = TokenRole(rawValue: 1 << 3)
    /// First token after a clause's word, where columns are aligned.
    static let body = TokenRole(rawValue: 1 << 4)
    /// `with` of a mask, or `->` of a test: aligned over neighbouring lines.
    static let joint = TokenRole(rawValue: 1 << 5)
    /// `:` or `from` in a declaration's head: aligned over neighbouring one-line declarations.
    static let headJoint = TokenRole(rawValue: 1 << 6)
    /// A mark that touches its left neighbour although it could stand free: `(` of a call.
    static let tight = TokenRole(rawValue: 1 << 7)
    /// An item of a list, before which a long line may be broken.
    static let item = TokenRole(rawValue: 1 << 8)
    /// `and` or `or`, before which a long line may be broken.
    static let connective = TokenRole(rawValue: 1 << 9)
    /// A preposition that the canonical form leaves out.
    static let dropped = TokenRole(rawValue: 1 << 10)
}

/// The roles of a file's tokens, and the prepositions that the canonical form adds.
struct Layout: Hashable {
    var roles: [TokenRole]
    /// Words to write before the token with this index.
    var inserted: [Int: String] = [:]

    init(tokenCount: Int) { roles = Array(repeating: [], count: tokenCount) }
}

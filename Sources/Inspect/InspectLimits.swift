// Every bound of the SQL inspector. Past any of them the statement, or the message, is `unknown`.

/// Bounds on what the SQL inspector reads. They keep time linear and memory bounded on any input.
public enum InspectLimits {
    /// Bytes of one message.
    public static let messageBytes = 1 << 20
    /// Tokens of one message.
    public static let tokens = 200_000
    /// Statements of one message.
    public static let statements = 1_000
    /// Nested expressions, queries and joins. Each level is a few stack frames.
    public static let nesting = 200
    /// Characters of one operator, as PostgreSQL's NAMEDATALEN - 1.
    public static let operatorBytes = 63
    /// Bytes of an identifier that count, as PostgreSQL's NAMEDATALEN - 1; the rest is cut off, not refused.
    public static let identifierBytes = 63
    /// Comparisons of a column name with a source or a table it may be, and of a list's columns with another's, for one message:
    /// names × tables × nesting is not linear.
    public static let resolutionSteps = 500_000
    /// Steps that carry a column's use through nested queries, in one chain.
    public static let propagationDepth = 200
    /// Accesses of one statement.
    public static let accesses = 4_096
    /// Columns that the stars of one message are opened to, where a schema lists them; a star past it is every column.
    public static let expandedColumns = 65_536
    /// Views inside views, functions inside functions: how often what an access sets going is looked for again.
    public static let openingRounds = 64
    /// Objects that one session gave another meaning than the schema's; past it nothing of the schema is relied upon.
    public static let changedNames = 256
    /// Bytes of a schema file.
    public static let schemaBytes = 64 << 20
    /// Diagnostics of one schema file; later ones are not kept.
    public static let schemaDiagnostics = 1_000
    /// Schemas of a search path.
    public static let searchPath = 16
    /// Search paths of one session that are told apart by a number that comes back.
    public static let rememberedPaths = 32
    /// Remembered names between messages, before the memory is given back.
    public static let rememberedSymbols = 8_192
    /// Texts of one inspector that are known again when they come the next time.
    public static let cachedTexts = 4_096
    /// Bytes of a text that may be kept.
    public static let cachedTextBytes = 4_096
    /// Bytes of all that is kept, a power of two; one text takes a quarter at most. Past it the oldest gives way.
    public static let cachedBytes = 1_024 * 1_024
    /// Shapes of texts of one inspector that are known again: texts that are the same but for their constants have one shape.
    public static let cachedShapes = 1_024
    /// Bytes of all that is kept of shapes, a power of two; one shape takes a quarter at most.
    public static let shapeBytes = 256 * 1_024
    /// Constants that may be others in one shape, and those of one message whose bytes decide what it does.
    public static let shapeConstants = 64
}

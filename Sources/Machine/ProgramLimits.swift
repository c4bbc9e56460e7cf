// Every bound of a serialised program, by name: what is larger is refused before memory is taken for it.

/// Limits of a program. Codec and verifier refuse what exceeds them; the compiler reports them as diagnostics.
public enum ProgramLimits {
    /// Bytes of a serialised program.
    public static let programBytes = 64 << 20
    /// Sections in the section table, unknown ones included.
    public static let sections = 64
    /// Bytes of the root policy's name.
    public static let nameBytes = 256
    /// Distinct strings of a program.
    public static let symbols = 1 << 20
    /// Bytes of one string.
    public static let symbolBytes = 64 << 10
    public static let sources = 4096
    /// Bytes of one source file.
    public static let sourceBytes = 16 << 20
    /// Bytes of a source file's path.
    public static let pathBytes = 4096
    public static let issuers = 256
    /// Settings of one issuer, and values of one setting.
    public static let settings = 64
    public static let claims = 1024
    public static let identities = 65_536
    public static let groups = 16_384
    public static let resources = 16_384
    /// Tags of one resource.
    public static let tags = 256
    /// Schemas of one resource's search path.
    public static let searchPath = 64
    public static let rules = 100_000
    /// Targets of one rule.
    public static let targets = 1024
    /// Object patterns of one target.
    public static let objects = 16_384
    /// Columns of one object pattern: more than twice what a PostgreSQL table can have (1600).
    public static let columns = 4096
    /// Column and value masks of one mask rule.
    public static let masks = 4096
    /// Rates of one rule.
    public static let rates = 16
    /// Channels that one rule tells.
    public static let channels = 64
    /// Seconds that an approval may wait or hold.
    public static let approvalSeconds: Int64 = 366 * 86_400
    /// Instructions of the whole program.
    public static let code = 1 << 21
    /// Instructions of one condition.
    public static let conditionCode = 4096
    /// Cost of one condition's longest path, in the opcode table's units (about a nanosecond each).
    public static let conditionCost = 200_000
    /// Registers a condition may use.
    public static let registers = 32
    public static let integers = 1 << 18
    public static let sets = 65_536
    /// Members of one set.
    public static let setMembers = 65_536
    public static let patterns = 16_384
    /// Bytes of one pattern's text.
    public static let patternBytes = 4096
    public static let windows = 4096
    public static let zones = 1024
    /// Changes of offset in one zone.
    public static let transitions = 4096
    public static let networks = 65_536
    /// Schemas of databases.
    public static let schemas = 1024
    /// Relations of one schema; also its routines, operators and types, each.
    public static let relations = 100_000
    /// Accesses that one relation, routine, operator or type sets going.
    public static let opened = 8_192
    /// Columns of one access that is set going; a column that several others feed counts for each.
    public static let openedColumns = 65_536
    /// Detectors that a policy declares itself: a column's name is held against the words of all of them at once.
    public static let detectors = 64
    /// Words of context of one detector, and bytes of one of them.
    public static let contextWords = 64
    public static let contextWordBytes = 64
    /// Characters that `partial` and `last` may keep.
    public static let keptCharacters = 256
    /// Entries of one resource's rule index, were all its rules to apply: a clause counts once for each verb and schema.
    public static let indexEntries = 1 << 24
    /// Specialisations one program keeps; beyond it the cache starts anew.
    public static let cachedSpecialisations = 4096
}

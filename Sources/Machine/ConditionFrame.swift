// Everything a condition may look at while it runs, as plain pointers: constants, session, message, and where in the message it stands.

/// The machine's one context. Pointers into tables and session live as long as their owners; those into an inspection for one decision.
struct ConditionFrame {
    // Constants.
    let code: UnsafePointer<Step>
    let integers: UnsafePointer<Int64>
    let symbols: SymbolView
    let setStarts: UnsafePointer<UInt32>
    let setMembers: UnsafePointer<UInt32>
    let numberStarts: UnsafePointer<UInt32>
    let numberMembers: UnsafePointer<Int64>
    let windows: UnsafePointer<ProgramTables.Window>
    let zones: UnsafePointer<ProgramTables.Zone>
    let transitions: UnsafePointer<ProgramTables.Transition>
    let networks: UnsafePointer<ProgramTables.Network>
    let verbNames: UnsafePointer<UInt32>
    let patterns: Unmanaged<PatternMatcher>
    // Session. `facts` has `SessionValues.slots` values by fact number: unknown where a fact is not of the session.
    let facts: UnsafePointer<Value>
    let claims: UnsafePointer<Value>
    let registers: UnsafeMutablePointer<Value>
    let sessionStart: Int64
    /// Every test whose outcome is unknown yields true, whatever its flag says: the condition then accepts unless it is certainly false.
    var assumesUnknown = false
    // Message.
    var text = UnsafeRawBufferPointer(start: nil, count: 0)
    var message = UnsafeRawBufferPointer(start: nil, count: 0)
    var accesses = UnsafeBufferPointer<Access>(start: nil, count: 0)
    var columns = UnsafeBufferPointer<ColumnUse>(start: nil, count: 0)
    var names = UnsafeBufferPointer<TextRef>(start: nil, count: 0)
    var statements = UnsafeBufferPointer<Statement>(start: nil, count: 0)
    var firstSeen = UnsafeBufferPointer<Ternary>(start: nil, count: 0)
    var headers = UnsafeBufferPointer<HeaderField>(start: nil, count: 0)
    var inTransaction = Ternary.unknown
    var moment: Int64 = 0
    /// What came of the message; nil while it is decided.
    var result: ResultFacts?
    /// `schema.name` of each access; only when the specialisation asks for it.
    var objects: UnsafeMutablePointer<TextItem>?
    /// One item for each of `columns`, filled access by access.
    var columnItems: UnsafeMutablePointer<TextItem>?
    /// As many as there are accesses: the relations of the statement under decision.
    var tableItems: UnsafeMutablePointer<TextItem>?
    /// As many as there are names: the functions of the statement under decision.
    var functionItems: UnsafeMutablePointer<TextItem>?
    /// 16 bytes for a fingerprint's digits.
    let fingerprint: UnsafeMutablePointer<UInt8>
    // Position: -1 is none.
    var access = -1
    var statement = -1
    /// False when the statement holds an `unknown` access: its facts are then unknown.
    var understood = false
    /// Which access's columns, and which statement's tables and functions, are in the items.
    var columnsOf = -1
    var tablesOf = -1
    var tableCount = 0
    var functionsOf = -1
    /// Nothing was asked for that may be otherwise for the same accesses and statements: time, transaction, text, what was seen before.
    var isSteady = true

    init(
        _ tables: ProgramTables, patterns: PatternMatcher, facts: UnsafePointer<Value>, claims: UnsafePointer<Value>,
        registers: UnsafeMutablePointer<Value>, fingerprint: UnsafeMutablePointer<UInt8>, sessionStart: Int64
    ) {
        code = tables.code.base
        integers = tables.integers.base
        symbols = tables.symbols.view
        setStarts = tables.setStarts.base
        setMembers = tables.setMembers.base
        numberStarts = tables.numberStarts.base
        numberMembers = tables.numberMembers.base
        windows = tables.windows.base
        zones = tables.zones.base
        transitions = tables.transitions.base
        networks = tables.networks.base
        verbNames = tables.verbNames.base
        self.patterns = Unmanaged.passUnretained(patterns)
        self.facts = facts
        self.claims = claims
        self.registers = registers
        self.fingerprint = fingerprint
        self.sessionStart = sessionStart
    }

    /// The bytes of a text reference; empty when out of bounds.
    @inline(__always)
    func bytes(_ ref: TextRef) -> UnsafeRawBufferPointer {
        guard let base = text.baseAddress, Int(ref.offset) &+ Int(ref.count) <= text.count else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: base + Int(ref.offset), count: Int(ref.count))
    }

    /// An access's columns, or nil when they do not lie in the arena: then they count as every column.
    @inline(__always)
    func columnRange(_ access: Access) -> Range<Int>? {
        let first = Int(access.firstColumn)
        let end = first &+ Int(access.columnCount)
        return end <= columns.count ? first..<end : nil
    }
}

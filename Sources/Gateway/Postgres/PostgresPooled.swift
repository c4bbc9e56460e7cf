// What is known of one pooled connection: for whom it was opened, how its settings stand, what is prepared on it.

/// The settings that a backend reports whenever they change (GUC_REPORT in guc_tables.c) and that a client may change: they are put right
/// for each borrower, so that changing one does not bind a session to its connection.
enum PostgresTracked {
    /// As the backend spells them in ParameterStatus.
    static let names = ["application_name", "client_encoding", "DateStyle", "IntervalStyle", "standard_conforming_strings", "TimeZone"]
    private static let folded = Set(names.map { $0.lowercased() })

    /// - Parameter name: lower case.
    static func contains(_ name: String) -> Bool { folded.contains(name) }
}

/// A connection's state beside its socket. Lives on the connection's loop.
final class PostgresPooled {
    let key: PostgresPoolKey
    /// Which of the resource's servers it leads to.
    let server: Int
    /// Monotonic nanoseconds when it was opened.
    let born: UInt64
    /// Monotonic nanoseconds since when nobody uses it.
    var idleSince: UInt64 = 0
    /// Process, key and settings as they are now.
    var greeting: PostgresBackendGreeting
    /// The tracked settings that a session on it begins with.
    private var initial: [PostgresStartup.Setting]
    /// Who used it since it was last reset; nil where nobody has.
    var lastUser: [UInt8]?
    /// Whose `postern.*` settings it has.
    var markedFor: UInt64 = 0
    /// Names of statements that are prepared on it, the one used longest ago first.
    var prepared = PostgresPreparedNames()
    /// What the unnamed statement is: a number of the session that prepared it; 0 for none that is known.
    var unnamed: UInt64 = 0
    /// The same as far as the backend has answered.
    var unnamedThere: UInt64 = 0

    init(key: PostgresPoolKey, server: Int, greeting: PostgresBackendGreeting, born: UInt64) {
        self.key = key
        self.server = server
        self.greeting = greeting
        self.born = born
        initial = greeting.parameters.filter { PostgresTracked.names.contains($0.name) }
    }

    /// Told while nobody used it: what a session begins with has changed.
    func noteIdle(_ setting: PostgresStartup.Setting) {
        greeting.note(setting.name, setting.value)
        if let index = initial.firstIndex(where: { $0.name == setting.name }) { initial[index].value = setting.value }
    }

    /// The queries that make its settings the borrower's; none where they are.
    func adjustments(for borrower: PostgresBorrower) -> [String] {
        var queries: [String] = []
        var isRecoded = false
        if !borrower.marks.isEmpty, markedFor != borrower.number {
            // A query is read in the client's encoding from its first byte.
            let isPlain = borrower.marks.allSatisfy { $0.value.utf8.allSatisfy { $0 < 0x80 } }
            isRecoded = !isPlain && greeting.value("client_encoding") != "UTF8"
            if isRecoded { queries.append("SET SESSION client_encoding = 'UTF8'") }
            queries.append(Self.sets(borrower.marks))
        }
        var changed: [PostgresStartup.Setting] = []
        for setting in initial {
            let wanted = borrower.tracked.first { $0.name == setting.name }?.value ?? setting.value
            let isOther = greeting.value(setting.name) != wanted || (isRecoded && setting.name == "client_encoding")
            if isOther { changed.append(.init(name: setting.name, value: wanted)) }
        }
        if !changed.isEmpty { queries.append(Self.sets(changed)) }
        return queries
    }

    private static func sets(_ settings: [PostgresStartup.Setting]) -> String {
        settings.map { "SET SESSION \($0.name) = \(literal($0.value))" }.joined(separator: "; ")
    }

    /// A constant that means the same whatever `standard_conforming_strings` says.
    static func literal(_ value: String) -> String {
        let doubled = value.replacing("'", with: "''")
        return value.contains("\\") ? "E'\(doubled.replacing("\\", with: "\\\\"))'" : "'\(doubled)'"
    }

    /// A Query of the gateway's own drops the unnamed statement.
    func wasQueried() { (unnamed, unnamedThere) = (0, 0) }

    /// The connection was reset: nothing of those who used it is left.
    func wasReset() {
        lastUser = nil
        markedFor = 0
        wasQueried()
        prepared.removeAll()
    }
}

/// Names in the order of their last use, bounded by whoever adds.
struct PostgresPreparedNames {
    private var uses: [String: UInt64] = [:]
    private var clock: UInt64 = 0

    var count: Int { uses.count }
    func contains(_ name: String) -> Bool { uses[name] != nil }

    /// Notes a use. Cost: one look-up.
    mutating func use(_ name: String) {
        clock += 1
        uses[name] = clock
    }
    mutating func remove(_ name: String) { uses[name] = nil }
    mutating func removeAll() { uses.removeAll() }

    /// The one used longest ago. Cost: all are looked at; asked only when one more is prepared than are kept.
    var oldest: String? { uses.min { $0.value < $1.value }?.key }
}

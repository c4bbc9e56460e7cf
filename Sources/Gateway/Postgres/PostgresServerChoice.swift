// Which of a resource's servers a session gets: tried in order, as libpq does with several hosts and target_session_attrs
// (PostgreSQL manual, section 34.1).

/// One server in the order of tries.
struct PostgresServerChoice {
    let resource: PostgresResource
    private(set) var server = 0
    /// `prefer-standby`: no standby was found, any server will do.
    private var takesAny = false

    init(_ resource: PostgresResource) { self.resource = resource }

    /// What is tried next; nil after the last.
    var next: PostgresServerChoice? {
        var next = self
        next.server += 1
        if next.server < resource.servers.count { return next }
        guard resource.target == .preferStandby, !takesAny else { return nil }
        next.server = 0
        next.takesAny = true
        return next
    }

    /// Whether a connection that was opened before may still be used: its server may have become another kind since.
    func accepts(_ greeting: PostgresBackendGreeting) -> Bool {
        var choice = self
        choice.takesAny = true
        return choice.mismatch(greeting) == nil
    }

    /// Why a server that let us in is not the one that is wanted; nil when it is.
    func mismatch(_ greeting: PostgresBackendGreeting) -> String? {
        func isOn(_ name: String) -> Bool? { greeting.parameters.first { $0.name == name }.map { $0.value == "on" } }
        func wants(_ setting: Bool?, _ wanted: Bool, _ words: String) -> String? {
            guard let setting else { return "the server does not say whether it is \(words): PostgreSQL 14 and later do" }
            return setting == wanted ? nil : "the server is \(wanted ? "not " : "")\(words)"
        }
        let isReadOnly = isOn("in_hot_standby").flatMap { standby in isOn("default_transaction_read_only").map { standby || $0 } }
        return switch resource.target {
        case .any: nil
        case .readWrite: wants(isReadOnly, false, "read-only")
        case .readOnly: wants(isReadOnly, true, "read-only")
        case .primary: wants(isOn("in_hot_standby"), false, "a standby")
        case .standby: wants(isOn("in_hot_standby"), true, "a standby")
        case .preferStandby: takesAny ? nil : wants(isOn("in_hot_standby"), true, "a standby")
        }
    }
}

// Tells a backend who is asking, for its own logs: in application_name, in settings, in a comment behind each statement.

import Machine
import Recording

/// Marks of one session. They are for people who read the backend's logs: a client can set them to something else later, so that nothing
/// may be decided by them.
struct PostgresIdentityMark {
    private let places: Set<GatewayConfiguration.IdentityPlace>
    private let caller: Caller
    private let session: SessionID

    init(_ caller: Caller, session: SessionID, in places: Set<GatewayConfiguration.IdentityPlace>) {
        self.places = places
        self.caller = caller
        self.session = session
    }

    /// The client's settings with the marks.
    func settings(_ own: [PostgresStartup.Setting]) -> [PostgresStartup.Setting] {
        var settings = own
        if places.contains(.applicationName) {
            let index = settings.firstIndex { $0.name.lowercased() == "application_name" }
            let client = index.map { settings[$0].value } ?? ""
            // PostgreSQL cuts at 63 bytes: the identity stays.
            let marked = PostgresStartup.Setting(
                name: "application_name", value: client.isEmpty ? caller.identity : "\(caller.identity): \(client)")
            if let index { settings[index] = marked } else { settings.append(marked) }
        }
        if places.contains(.settings) {
            // PostgreSQL takes the last of two, whichever case they are in.
            settings.removeAll { setting in facts.contains { "postern.\($0.name)" == setting.name.lowercased() } }
            settings += facts.map { .init(name: "postern.\($0.name)", value: $0.value) }
        }
        return settings
    }

    /// The same for a pooled connection: what it is opened with, what is put right for each session, and `postern.*`.
    /// - Parameter isShared: the connection may be lent to others, so that it is opened without a name.
    func pooled(
        _ own: [PostgresStartup.Setting], isShared: Bool
    ) -> (startup: [PostgresStartup.Setting], tracked: [PostgresStartup.Setting], marks: [PostgresStartup.Setting]) {
        let marks = places.contains(.settings) ? facts.map { PostgresStartup.Setting(name: "postern.\($0.name)", value: $0.value) } : []
        var startup = settings(own).filter { setting in !marks.contains { $0.name == setting.name } }
        guard isShared else { return (startup, [], marks) }
        let name = startup.first { $0.name.lowercased() == "application_name" }?.value ?? ""
        startup.removeAll { $0.name.lowercased() == "application_name" }
        return (startup, [.init(name: "application_name", value: name)], marks)
    }

    /// What a client is told of its own settings at login: what it asked for, without the marks.
    static func shown(_ parameter: PostgresStartup.Setting, _ own: [PostgresStartup.Setting]) -> PostgresStartup.Setting {
        guard parameter.name == "application_name" else { return parameter }
        let asked = own.first { $0.name.lowercased() == parameter.name }
        return PostgresStartup.Setting(name: parameter.name, value: asked?.value ?? "")
    }

    /// `key='value'` pairs in order, keys and values percent-encoded (the sqlcommenter specification); empty where no comment is wanted.
    var comment: [UInt8] {
        guard places.contains(.comments) else { return [] }
        let pairs = facts.map { "postern_\($0.name)='\(Self.encoded($0.value))'" }
        // On a line of its own: the statement may end in a comment that goes on to the end of its line.
        return Array("\n/*\(pairs.joined(separator: ","))*/".utf8)
    }

    /// Sorted by name.
    private var facts: [(name: String, value: String)] {
        [
            ("identity", caller.identity), ("proof", caller.claims.proof.name), ("session", session.description),
            ("subject", caller.claims.subject),
        ]
    }

    /// RFC 3986 section 2: everything but unreserved characters as %XX, so that no value can end the comment.
    private static func encoded(_ value: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in value.utf8 {
            let scalar = UnicodeScalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-._~".unicodeScalars.contains(scalar))
            out += isPlain ? [byte] : [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: out, as: UTF8.self)
    }
}

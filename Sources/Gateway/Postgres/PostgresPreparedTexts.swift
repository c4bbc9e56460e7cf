// Texts that sessions have prepared, each under one name of the gateway's own, so that sessions share what a backend has prepared.

/// One text with its parameter types, and its name on every backend that has it.
final class PostgresPreparedText {
    let name: String
    /// A Parse's body behind the name: the text, a NUL, the parameter types.
    let body: [UInt8]
    fileprivate init(name: String, body: [UInt8]) {
        self.name = name
        self.body = body
    }
}

/// The texts of one event loop and pool.
final class PostgresPreparedTexts {
    /// What every name begins with. No client may name a statement so: it would stand for another text than the session's own table says.
    let prefix: String
    private var known: [[UInt8]: PostgresPreparedText] = [:]
    private var count = 0

    /// - Parameter nonce: makes the names ones that no client hits upon.
    init(nonce: String) { prefix = "postern \(nonce) " }

    /// The same text has the same name, until so many are known that all are forgotten: then it gets another, and those who hold it keep
    /// the old one.
    func text(_ body: [UInt8]) -> PostgresPreparedText {
        if let found = known[body] { return found }
        if known.count >= PostgresLimits.carriedStatements { known.removeAll() }
        count += 1
        let made = PostgresPreparedText(name: "\(prefix)\(count)", body: body)
        known[body] = made
        return made
    }
}

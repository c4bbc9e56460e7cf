// What names were given since the last Sync, the unnamed one apart: nearly every client uses no other.

/// A small dictionary by name.
struct PostgresFreshNames<Value> {
    private var unnamed: Value?
    private var named: [PostgresName: Value] = [:]

    var isEmpty: Bool { unnamed == nil && named.isEmpty }

    subscript(name: PostgresName) -> Value? {
        get { name.isEmpty ? unnamed : named[name] }
        set { if name.isEmpty { unnamed = newValue } else { named[name] = newValue } }
    }

    mutating func removeAll() {
        unnamed = nil
        if !named.isEmpty { named.removeAll(keepingCapacity: true) }
    }
}

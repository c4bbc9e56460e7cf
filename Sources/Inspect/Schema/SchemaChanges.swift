// What this session made of the database since the schema was written: such names are read as if there were no schema.

import Machine

/// Names of objects that were created, altered or dropped here. What they set going by the schema is still believed, as that
/// only forbids more.
struct SchemaChanges {
    private var names = Pool<Symbol>(capacity: 8)
    private var everything = false
    /// Of the session; the rest is the message's.
    private var kept = 0
    private var keptEverything = false

    /// What one access does to what is known.
    enum Effect { case nothing, name, everything }

    func free() { names.free() }

    @inline(__always) func mayHave(_ name: Symbol) -> Bool {
        if names.count == 0 { return everything }
        for index in 0..<names.count where names[index] == name { return true }
        return everything
    }

    mutating func beginMessage() {
        names.truncate(to: kept)
        everything = keptEverything
    }

    mutating func add(_ effect: Effect, _ name: Symbol) {
        switch effect {
        case .nothing: return
        case .everything: everything = true
        case .name:
            if mayHave(name) { return }
            if names.count >= InspectLimits.changedNames { everything = true } else { names.append(name) }
        }
    }

    /// Begins a session's memory anew.
    mutating func keep(everything: Bool) {
        kept = names.count
        keptEverything = everything
        self.everything = everything
    }

    mutating func removeAll() {
        names.removeAll()
        (kept, everything, keptEverything) = (0, false, false)
    }

    static func effect(_ verb: Verb, _ objectClass: ObjectClass, isTemporary: Bool) -> Effect {
        switch verb {
        case .unknown: return .everything
        case .create, .alter, .drop: break
        default: return .nothing
        }
        switch objectClass {
        case .table, .view, .sequence, .function: return isTemporary ? .nothing : .name
        // A trigger, rule or policy comes with an `alter` of its table.
        case .any, .index, .trigger, .role, .database, .parameter, .file, .program, .channel:
            return .nothing
        case .schema, .type: return verb == .create ? .nothing : .everything
        case .extension: return .everything
        }
    }
}

extension SQLReader {
    /// Behind a statement: what the rest of the message must not take from the schema.
    func noteChanges(failed: Bool) {
        if failed { changes.add(.everything, .none) }
        for index in 0..<findings.accesses.count {
            let found = findings.accesses[index]
            let isTemporary = found.schema == known.pgTemp
            changes.add(
                SchemaChanges.effect(found.verb, found.objectClass, isTemporary: isTemporary), found.name)
        }
    }
}

// What this session makes itself: relations that no other connection can see yet, and temporary ones, whose schema has another name in
// the catalogue than in SQL.

import Machine

/// Tables made by this session, as far as it is certain that they are tables and nothing else. Whoever is masked cannot fill one with a
/// masked column (that is refused), so that such a table needs no mask; a view made meanwhile, a renamed table or one that was attached to
/// another could show one. Once anything but making and dropping tables may have happened, nothing is certain until the transaction is over
/// and the catalogue has been read anew.
struct PostgresMadeTables {
    /// Something that is not settled may have changed relations in another way.
    private(set) var isUnsure = false
    /// A catalogue must be of this moment at least to be believed about what has temporary names. Monotonic nanoseconds.
    private(set) var since: UInt64 = 0
    /// Each table that was made since the session was last at rest.
    private var names: [Made] = []
    private static let mostNames = 256

    private struct Made {
        let schema: [UInt8]
        let name: [UInt8]
        /// Which statement of the message noted last makes it; -1 for one before. Statements ahead of it meet whatever else has the name.
        var statement: Int
        /// A ROLLBACK to a savepoint may undo it.
        let isBehindSavepoint: Bool
    }
    /// The open transaction has savepoints.
    private var hasSavepoint = false

    private var noted = UInt64.max

    var isEmpty: Bool { names.isEmpty }

    /// Before a message goes on. Allocates only where it makes a table.
    /// - Parameter place: where the message begins in the client's stream: one that had to wait is noted once.
    mutating func note(_ found: Inspection, at place: UInt64) {
        guard place != noted else { return }
        noted = place
        for index in names.indices { names[index].statement = -1 }
        var statement = -1
        for access in found.accesses.buffer {
            endTransactions(from: &statement, upTo: Int(access.statement), of: found)
            guard access.through == 0 else { continue }
            switch access.verb {
            case .create: noteMade(access, found)
            // Who takes the name next may be another session, with a view that nobody here has seen.
            case .drop: names.removeAll { PostgresNameSet.equal($0.name, found.bytes(access.name)) }
            case .select, .insert, .update, .delete, .truncate, .comment, .grant, .revoke, .lock, .set, .listen, .notify, .maintain,
                .transact:
                break
            case .alter, .call, .read, .write, .run, .unknown, .forward, .upload, .download, .get, .head, .post, .put, .patch, .options,
                .trace, .connect, .list, .watch, .exec, .attach, .logs, .portforward, .proxy:
                isUnsure = true
            }
        }
        endTransactions(from: &statement, upTo: found.statements.count - 1, of: found)
    }

    /// What a transaction has made is gone with it or with its savepoint, or is there for others to take away: its name is anybody's.
    private mutating func endTransactions(from statement: inout Int, upTo last: Int, of found: Inspection) {
        while statement < last {
            statement += 1
            guard statement < found.statements.count else { continue }
            switch found.statements[statement].transactionStep {
            case .savepoint: hasSavepoint = true
            case .rollbackTo: if !names.isEmpty { names.removeAll { $0.isBehindSavepoint } }
            case .commit, .rollback:
                hasSavepoint = false
                if !names.isEmpty { names.removeAll(keepingCapacity: true) }
            case .none, .begin, .release: break
            }
        }
    }

    private mutating func noteMade(_ access: Access, _ found: Inspection) {
        switch access.objectClass {
        case .index, .sequence, .schema, .database, .role: break
        case .table:
            guard names.count < Self.mostNames else { return isUnsure = true }
            names.append(
                Made(
                    schema: Array(found.bytes(access.schema)), name: Array(found.bytes(access.name)), statement: Int(access.statement),
                    isBehindSavepoint: hasSavepoint))
        case .any, .view, .function, .trigger, .type, .extension, .parameter, .file, .program, .channel: isUnsure = true
        }
    }

    /// What is sent on runs code that cannot be seen.
    mutating func noteCode() { isUnsure = true }

    /// No answer is owed and no transaction is open: the catalogue, read after this moment, knows all that was made.
    mutating func settle(at moment: UInt64) {
        if isUnsure { since = moment }
        isUnsure = false
        hasSavepoint = false
        if !names.isEmpty { names.removeAll(keepingCapacity: true) }
    }

    /// Whether a name that the catalogue does not have can only be that of a table made by this session, or of nothing.
    func explains(_ access: Access, _ found: Inspection, _ catalogue: PostgresCatalogue?) -> Bool {
        let name = found.bytes(access.name)
        let schema = found.bytes(access.schema)
        if Self.isTemporary(schema) { return true }
        let made = names.filter { $0.statement < Int(access.statement) && PostgresNameSet.equal($0.name, name) }
        if made.contains(where: { PostgresNameSet.equal($0.schema, schema) }) { return true }
        // An unqualified name is looked for among the temporary relations first: where there is one, the other place is not asked.
        let isShadowed = found.accesses.buffer.contains {
            Self.isTemporary(found.bytes($0.schema)) && $0.source.count > 0 && $0.source.offset == access.source.offset
                && found.bytes($0.name).elementsEqual(name)
        }
        guard isShadowed else { return false }
        return made.contains { $0.schema.elementsEqual("pg_temp".utf8) }
            || catalogue?.temporaries(named: String(decoding: name, as: UTF8.self)).isEmpty == false
    }

    static func isTemporary(_ schema: UnsafeRawBufferPointer) -> Bool { schema.elementsEqual("pg_temp".utf8) }
}

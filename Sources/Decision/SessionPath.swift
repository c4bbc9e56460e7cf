// Where a session's unqualified names are looked up, told from the statements that changed it and how they ended.

import Inspect
import Machine

/// One change that a statement makes when it succeeds.
enum PathStep {
    case list([String], local: Bool)
    /// May be in force, until the transaction ends or for good; may not.
    case perhaps([String])
    case start
    /// nil is no role: the session's user.
    case role(String?, local: Bool)
    /// nil is who logged in.
    case authorization(String?)
    case perhapsRole(String)
    case everything
    case unknown
    case begin, commit, rollback
    case savepoint(String), release(String), rollbackTo(String)

    /// What a statement says of path and transaction; nil for most.
    init?(_ statement: Statement, of found: Inspection) {
        let names = { () -> [String] in
            (statement.firstPathName..<statement.firstPathName + statement.pathNameCount).map { found.string(found.names[Int($0)]) }
        }
        switch statement.pathChange {
        case .none:
            let name = found.string(statement.effectName)
            switch statement.transactionStep {
            case .none: return nil
            case .begin: self = .begin
            case .commit: self = .commit
            case .rollback: self = .rollback
            case .savepoint: self = .savepoint(name)
            case .release: self = .release(name)
            case .rollbackTo: self = .rollbackTo(name)
            }
        case .listed: self = .list(names(), local: false)
        case .listedLocally: self = .list(names(), local: true)
        case .possible: self = .perhaps(names())
        case .start: self = .start
        case .role: self = .role(names().first, local: false)
        case .roleLocally: self = .role(names().first, local: true)
        case .possibleRole: self = names().first.map { .perhapsRole($0) } ?? .unknown
        case .noRole: self = .role(nil, local: false)
        case .authorization: self = .authorization(names().first)
        case .noAuthorization: self = .authorization(nil)
        case .everything: self = .everything
        case .unknown: self = .unknown
        }
    }
}

/// The search path of one session. PostgreSQL takes settings back when their transaction or savepoint is rolled back, and so does this;
/// where it is not certain how a statement ended, every path that may be in force counts. Sound without help: whoever forgets to
/// settle a change makes names mean more, never less.
struct SessionPath {
    /// Schemas and savepoints that are kept apart; past it the path is not known.
    static let limit = 64

    /// Path and role at one moment. A local value covers the session's until the transaction ends.
    private struct Settings {
        var path: [String]
        var isComplete = true
        var followsRole = true
        var role: String?
        var authorization: String?
        var localPath: [String]?
        var localRole: String?
        /// Besides, from `set_config` that may have run.
        var perhaps: [String] = []

        /// The schemas that names may mean.
        var inForce: NamePath {
            let listed = localPath ?? path
            let follows = localPath == nil ? followsRole : listed.contains("$user")
            let role = localRole ?? role ?? authorization
            var result = NamePath([], isComplete: isComplete, followsRole: follows)
            for schema in listed {
                if schema != "$user" {
                    result.add(schema)
                } else if let role {
                    result.add(role)
                } else {
                    // The login's own schema, if there is one: nobody here knows its name.
                    result.isComplete = false
                }
            }
            if follows, let role { result.add(role) }
            for schema in perhaps { result.add(schema) }
            return result
        }

        mutating func endTransaction() {
            localPath = nil
            localRole = nil
        }
    }

    private var start: Settings
    private var now: Settings
    /// As it was when the transaction began that has changed it since; nil where none has.
    private var before: Settings?
    private var savepoints: [(name: String, settings: Settings)] = []
    /// A statement failed in that transaction, so its COMMIT is a ROLLBACK.
    private var hasFailed = false
    /// Settled outside a transaction block, in what may be one with the next messages.
    private var isFresh = false
    /// Changes that were let through and are not settled.
    private var awaited = 0
    /// How something ended is not known: everything that was ever listed counts, until the path is set anew.
    private var isDoubtful = false
    /// The role may be another than `now` says.
    private var isRoleDoubtful = false
    private var everListed: NamePath
    private(set) var inForce: NamePath {
        didSet { version &+= 1 }
    }
    /// Another number whenever `inForce` was written: telling whether it changed costs no comparison of names.
    private(set) var version = 0

    init(_ schemas: [String]) {
        start = Settings(path: schemas)
        now = start
        everListed = NamePath(schemas)
        inForce = everListed
    }

    /// Whether the end of a transaction matters.
    var isOpen: Bool { before != nil || awaited > 0 }

    /// Whether a statement must be followed: it changes the path, or ends a transaction that did.
    func concerns(_ statement: Statement) -> Bool {
        statement.pathChange != .none || (isOpen && statement.transactionStep != .none && statement.transactionStep != .begin)
    }

    // MARK: What happens

    /// A message with changes was let through; until it is settled each may be in force.
    mutating func expect(_ steps: [PathStep]) {
        awaited += 1
        for step in steps {
            switch step {
            case .list(let schemas, _), .perhaps(let schemas):
                for schema in schemas where schema != "$user" { everListed.add(schema) }
                if schemas.contains("$user") { everListed.isComplete = false }
            case .role(let role?, _), .authorization(let role?), .perhapsRole(let role): everListed.add(role)
            case .unknown: everListed.isComplete = false
            case .start, .role(nil, _), .authorization(nil), .everything, .begin, .commit, .rollback, .savepoint, .release, .rollbackTo: break
            }
        }
        if everListed.schemas.count > Self.limit {
            everListed.schemas.removeSubrange(Self.limit...)
            everListed.isComplete = false
        }
        refresh()
    }

    /// The backend ran the first of the steps; the others did not happen.
    /// - Parameters:
    ///   - failed: a statement of the message failed.
    ///   - inTransaction: before the message.
    mutating func settle(_ steps: [(happened: Bool, step: PathStep)], failed: Bool, inTransaction: Ternary) {
        awaited -= 1
        var isExplicit = inTransaction != .no || before != nil
        if inTransaction == .unknown, before == nil { doubt() }
        let begins = steps.contains { if case .begin = $0.step { $0.happened } else { false } }
        let ends = steps.contains {
            if case .commit = $0.step { return true }
            if case .rollback = $0.step { return true }
            return false
        }
        if failed, !isExplicit, !begins {
            // The message was one transaction and is taken back, unless it ended that itself on the way.
            if ends { doubt() }
            return refresh()
        }
        if failed, ends { doubt() }
        for (happened, step) in steps where happened {
            switch step {
            case .begin: isExplicit = true
            case .commit, .rollback:
                apply(step, isExplicit: isExplicit)
                isExplicit = false
            case .list, .perhaps, .start, .role, .authorization, .perhapsRole, .everything, .unknown, .savepoint, .release, .rollbackTo:
                apply(step, isExplicit: isExplicit)
            }
        }
        if failed { hasFailed = true }
        if !isExplicit {
            now.endTransaction()
            isFresh = true
        }
        refresh()
    }

    private mutating func doubt() {
        isDoubtful = true
        isRoleDoubtful = true
    }

    /// The path is certain again, and the role where that is said too.
    private mutating func settleDoubt(ofRole: Bool = false) {
        guard before == nil, awaited == 0 else { return }
        isDoubtful = false
        if ofRole { isRoleDoubtful = false }
    }

    /// What was let through may have run or not, and nobody will say.
    mutating func abandon() {
        awaited -= 1
        doubt()
        refresh()
    }

    /// What was let through was not sent.
    mutating func withdraw() {
        awaited -= 1
        refresh()
    }

    /// The backend said that something failed.
    mutating func noteFailure() {
        if before != nil {
            hasFailed = true
        } else if isFresh {
            doubt()
            refresh()
        }
    }

    /// Text is about to be read. What ran before it outside a transaction block has been committed.
    mutating func settleBefore(inTransaction: Ternary) {
        isFresh = false
        guard before != nil, awaited == 0, inTransaction == .no else { return }
        // The transaction ended, and nothing that was followed has ended it.
        doubt()
        before = nil
        savepoints.removeAll()
        hasFailed = false
        now.endTransaction()
        refresh()
    }

    /// What the settings are now is what they go back to: they were made by the start-up message.
    mutating func beginSession() {
        start = now
    }

    // MARK: Steps

    private mutating func apply(_ step: PathStep, isExplicit: Bool) {
        switch step {
        case .commit: return endTransaction(takesBack: hasFailed)
        case .rollback: return endTransaction(takesBack: true)
        case .savepoint(let name):
            guard before != nil else { return }
            if savepoints.count == Self.limit { return doubt() }
            savepoints.append((name, now))
            return
        case .release(let name):
            if let index = savepoints.lastIndex(where: { $0.name == name }) {
                savepoints.removeSubrange(index...)
            } else {
                savepoints.removeAll()
            }
            return
        case .rollbackTo(let name):
            hasFailed = false
            if let index = savepoints.lastIndex(where: { $0.name == name }) {
                now = savepoints[index].settings
                savepoints.removeSubrange((index + 1)...)
            } else if let before {
                // Made before the first change of this transaction.
                now = before
                savepoints.removeAll()
            }
            return
        case .begin, .list, .perhaps, .start, .role, .authorization, .perhapsRole, .everything, .unknown: break
        }
        if isExplicit, before == nil { before = now }
        switch step {
        case .list(let schemas, local: true): now.localPath = schemas
        case .list(let schemas, local: false):
            now.path = schemas
            now.isComplete = true
            now.followsRole = schemas.contains("$user")
            now.localPath = nil
            now.perhaps = []
            if !now.followsRole { settleDoubt() }
        case .perhaps(let schemas):
            for schema in schemas where schema != "$user" { perhaps(schema) }
            if schemas.contains("$user") { now.isComplete = false }
        case .start:
            now.path = start.path
            now.isComplete = start.isComplete
            now.followsRole = start.followsRole
            now.localPath = nil
            now.perhaps = []
        case .role(let role, local: true): now.localRole = role
        case .role(let role, local: false):
            now.role = role
            now.localRole = nil
        case .authorization(let user):
            now.authorization = user
            now.role = nil
            now.localRole = nil
        case .perhapsRole(let role): perhaps(role)
        case .everything:
            now = start
            settleDoubt(ofRole: true)
        case .unknown: now.isComplete = false
        case .begin, .commit, .rollback, .savepoint, .release, .rollbackTo: break
        }
    }

    private mutating func perhaps(_ schema: String) {
        if now.perhaps.contains(where: { $0.utf8.elementsEqual(schema.utf8) }) { return }
        if now.perhaps.count == Self.limit { now.isComplete = false } else { now.perhaps.append(schema) }
    }

    private mutating func endTransaction(takesBack: Bool) {
        if takesBack, let before { now = before }
        now.endTransaction()
        before = nil
        savepoints.removeAll()
        hasFailed = false
    }

    private mutating func refresh() {
        inForce = computed()
    }

    private func computed() -> NamePath {
        var inForce = now.inForce
        if awaited > 0 || isDoubtful || (isRoleDoubtful && now.inForce.followsRole) {
            var all = everListed
            all.add(inForce)
            inForce = all
        }
        guard let before else { return inForce }
        // A message may end the transaction and go on.
        var behind = before.inForce
        var session = now
        session.endTransaction()
        behind.add(session.inForce)
        for savepoint in savepoints { behind.add(savepoint.settings.inForce) }
        inForce.behindTransaction = behind.schemas
        inForce.isComplete = inForce.isComplete && behind.isComplete
        inForce.followsRole = inForce.followsRole || behind.followsRole
        return inForce
    }
}

extension NamePath {
    fileprivate mutating func add(_ schema: String) {
        if !schemas.contains(where: { $0.utf8.elementsEqual(schema.utf8) }) { schemas.append(schema) }
    }
    fileprivate mutating func add(_ other: NamePath) {
        for schema in other.schemas { add(schema) }
        isComplete = isComplete && other.isComplete
        followsRole = followsRole || other.followsRole
    }
}

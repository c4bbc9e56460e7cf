// The names a session has given to statements and portals: one name space for SQL's and the protocol's, as in PostgreSQL.

import Inspect
import Machine
import Mask

/// A statement that was prepared or a cursor that was opened: what it does, kept for when it is run.
public final class PreparedStatement {
    public let inspection: Inspection
    /// The text that the inspection's ranges are of.
    let text: OwnedText
    /// For who looks at the words themselves.
    public var bytes: UnsafeRawBufferPointer { text.bytes }
    /// How the text was read, and what names meant then: PostgreSQL looks them up again when that has changed.
    let lexical: LexicalState
    let namesNumber: Int
    /// The backend has said that its name stands for it.
    fileprivate var isConfirmed = false

    /// Whether it is of this very text, read in the same way and to the same.
    func isOf(_ found: Inspection, _ text: UnsafeRawBufferPointer, _ lexical: LexicalState, namesNumber: Int) -> Bool {
        found.origin != 0 && inspection.origin == found.origin && self.lexical == lexical && self.namesNumber == namesNumber
            && bytes.elementsEqual(text)
    }

    /// Another one of the same text, read in the same way.
    init(again other: PreparedStatement) {
        inspection = other.inspection
        text = other.text
        lexical = other.lexical
        namesNumber = other.namesNumber
    }

    init(_ inspection: Inspection, text: UnsafeRawBufferPointer, lexical: LexicalState, namesNumber: Int, held: HeldText) {
        self.inspection = inspection
        // It is judged again and again.
        if inspection.origin == 0 { inspection.origin = Inspection.newOrigin() }
        self.text = OwnedText(text, held)
        self.lexical = lexical
        self.namesNumber = namesNumber
    }
}

/// How many bytes of text a session's prepared statements hold; one that is shared counts once.
final class HeldText {
    var bytes = 0
}

/// A copy of a message's bytes at an address that stays.
final class OwnedText {
    let bytes: UnsafeRawBufferPointer
    private let held: HeldText
    init(_ source: UnsafeRawBufferPointer, _ held: HeldText) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: source.count, alignment: 1)
        copy.copyMemory(from: source)
        bytes = UnsafeRawBufferPointer(copy)
        self.held = held
        held.bytes += source.count
    }
    deinit {
        held.bytes -= bytes.count
        bytes.deallocate()
    }
}

/// Changes of names that a forwarded message will make once the backend confirms it.
public struct NameTicket {
    enum Change {
        case prepare(String, PreparedStatement)
        case declare(String, PreparedStatement)
        case forgetStatement(String)
        case forgetPortal(String)
        case forgetEveryStatement
        case forgetEveryPortal
        case forgetEverything
    }
    /// In the order of the statements; each with the number of the statement in its message.
    var changes: [(statement: Int, change: Change)] = []
    /// What the statements do to the search path and its transaction.
    var pathSteps: [(statement: Int, step: PathStep)] = []
    /// How many statements the message has, and whether it began in a transaction.
    var statements = 0
    var inTransaction = Ternary.unknown
    public var isEmpty: Bool { changes.isEmpty && pathSteps.isEmpty }
    /// It changes where names are looked up, or may.
    public var followsPath: Bool { !pathSteps.isEmpty }

    /// Whether it gives the name to a statement or a portal.
    public func gives(_ name: String, isPortal: Bool) -> Bool {
        changes.contains {
            switch $0.change {
            case .prepare(let given, _): !isPortal && NameKey(given) == NameKey(name)
            case .declare(let given, _): isPortal && NameKey(given) == NameKey(name)
            case .forgetStatement, .forgetPortal, .forgetEveryStatement, .forgetEveryPortal, .forgetEverything: false
            }
        }
    }

    /// Whether it takes the name away from a statement or a portal.
    public func forgets(_ name: String, isPortal: Bool) -> Bool {
        changes.contains {
            switch $0.change {
            case .forgetStatement(let taken): !isPortal && NameKey(taken) == NameKey(name)
            case .forgetPortal(let taken): isPortal && NameKey(taken) == NameKey(name)
            case .forgetEveryStatement: !isPortal
            case .forgetEveryPortal: isPortal
            case .forgetEverything: true
            case .prepare, .declare: false
            }
        }
    }

    /// Whether it takes away a name that a later message gives.
    public func isContested(by later: NameTicket) -> Bool {
        later.changes.contains {
            switch $0.change {
            case .prepare(let given, _): forgets(given, isPortal: false)
            case .declare(let given, _): forgets(given, isPortal: true)
            case .forgetStatement, .forgetPortal, .forgetEveryStatement, .forgetEveryPortal, .forgetEverything: false
            }
        }
    }
}

/// A name as its bytes. `String` holds canonically equivalent texts equal; PostgreSQL does not, and a name that stood for two statements
/// would let one be judged as the other.
private struct NameKey: Hashable {
    let text: String
    init(_ text: String) { self.text = text }
    static func == (a: NameKey, b: NameKey) -> Bool { a.text.utf8.elementsEqual(b.text.utf8) }
    func hash(into hasher: inout Hasher) {
        if text.utf8.withContiguousStorageIfAvailable({ hasher.combine(bytes: UnsafeRawBufferPointer($0)) }) != nil { return }
        for byte in text.utf8 { hasher.combine(byte) }
    }
}

/// What names stand for; nothing for most. The unnamed one apart: nearly every message is about it.
private struct NameTable {
    private var unnamed: [PreparedStatement] = []
    private var named: [NameKey: [PreparedStatement]] = [:]

    /// Without the unnamed one.
    var count: Int { named.count }

    subscript(name: String) -> [PreparedStatement] {
        get { name.isEmpty ? unnamed : named[NameKey(name)] ?? [] }
        _modify {
            if name.isEmpty {
                yield &unnamed
            } else {
                let key = NameKey(name)
                yield &named[key, default: []]
                if named[key]?.isEmpty == true { named[key] = nil }
            }
        }
    }

    mutating func removeAll() {
        unnamed = []
        named.removeAll()
    }
}

/// What each name may stand for. A name whose change is not confirmed yet stands for everything it may be: running it is judged as
/// all of them, so a failed or reordered Parse can never make a statement pass as another.
public final class SessionNames {
    /// Names one session may hold; one more is refused. Some drivers close what they have prepared when their garbage is collected, which
    /// may be after tens of thousands.
    public static let limit = 65_536
    /// Bytes of text that is prepared, all names together; more is refused.
    public static let textLimit = 256 << 20

    private var statements = NameTable()
    private var portals = NameTable()

    /// Where unqualified names are looked up.
    var path: SessionPath

    public init(searchPath: [String] = []) { path = SessionPath(searchPath) }

    /// Text of all that was prepared and is still held.
    let held = HeldText()
    public var isFull: Bool { count >= Self.limit || held.bytes >= Self.textLimit }
    /// Names of statements and portals.
    package var count: Int { statements.count + portals.count }

    /// What EXECUTE or Bind of this name may run; empty when the name is not known.
    public func statement(_ name: String) -> [PreparedStatement] { statements[name] }
    /// Whether the unnamed statement is this very text, for certain: then it is prepared anew as what it is, and whether or not the backend
    /// takes it, no name comes to stand for anything else. False for what opens other names.
    func isUnnamed(_ found: Inspection, _ text: UnsafeRawBufferPointer, _ lexical: LexicalState, namesNumber: Int) -> Bool {
        let candidates = statements[""]
        guard candidates.count == 1, candidates[0].isConfirmed else { return false }
        return candidates[0].isOf(found, text, lexical, namesNumber: namesNumber) && !NameExpansion.isNeeded(found)
    }
    /// What FETCH or Execute of this name may return.
    public func portal(_ name: String) -> [PreparedStatement] { portals[name] }

    /// Bind: the portal may run what the statement may run. The unnamed portal is replaced at once, as in PostgreSQL; a named one only
    /// when the backend confirms, so until then it may be either.
    public func bind(portal: String, to statement: String) {
        let bound = self.statement(statement)
        if portal.isEmpty {
            portals[portal] = bound
        } else {
            add(bound, to: &portals[portal])
        }
    }

    /// The backend confirmed the Bind.
    public func confirmBind(portal: String, to bound: [PreparedStatement]) {
        portals[portal] = bound
    }

    /// Whether any statement changes the search path, or ends a transaction that did. Most messages do not.
    @inline(__always) func followsPath(of found: Inspection) -> Bool {
        // Most statements do neither, which is seen without a copy of the path.
        for statement in found.statements.buffer where statement.pathChange != .none || statement.transactionStep != .none {
            if path.concerns(statement) { return true }
        }
        return false
    }

    /// What the settings are now is what RESET goes back to: they were made by the start-up message.
    public func beginSession() { path.beginSession() }

    /// The backend said that a statement failed: what its transaction has changed will be taken back.
    public func noteFailure() { path.noteFailure() }

    /// The changes of a message are left in doubt: names go on standing for everything they may be.
    public func abandon(_ ticket: NameTicket) {
        if !ticket.pathSteps.isEmpty { path.abandon() }
    }

    /// The message was not sent after all: nothing of it happened.
    public func withdraw(_ ticket: NameTicket) {
        if !ticket.pathSteps.isEmpty { path.withdraw() }
        for (_, change) in ticket.changes {
            switch change {
            case .prepare(let name, let prepared): remove(prepared, from: &statements, name)
            case .declare(let name, let prepared): remove(prepared, from: &portals, name)
            case .forgetStatement, .forgetPortal, .forgetEveryStatement, .forgetEveryPortal, .forgetEverything: break
            }
        }
    }

    func expect(_ ticket: NameTicket) {
        if !ticket.pathSteps.isEmpty { path.expect(ticket.pathSteps.map(\.step)) }
        for (_, change) in ticket.changes {
            switch change {
            case .prepare(let name, let prepared): add([prepared], to: &statements[name])
            case .declare(let name, let prepared): add([prepared], to: &portals[name])
            case .forgetStatement, .forgetPortal, .forgetEveryStatement, .forgetEveryPortal, .forgetEverything: break
            }
        }
    }

    /// The backend has run the first `completed` statements of the message (all of them: `.max`); what came after did not happen.
    /// A statement that failed may still be the reason why a name is gone, so unconfirmed names are only ever added, never trusted.
    public func settle(_ ticket: NameTicket, completed: Int) {
        if !ticket.pathSteps.isEmpty {
            path.settle(
                ticket.pathSteps.map { ($0.statement < completed, $0.step) }, failed: completed < ticket.statements,
                inTransaction: ticket.inTransaction)
        }
        for (statement, change) in ticket.changes {
            let happened = statement < completed
            switch change {
            case .prepare(let name, let prepared):
                if happened { confirm(prepared, in: &statements, name) } else { remove(prepared, from: &statements, name) }
            case .declare(let name, let prepared):
                if happened { confirm(prepared, in: &portals, name) } else { remove(prepared, from: &portals, name) }
            case .forgetStatement(let name): if happened { forgetStatement(name) }
            case .forgetPortal(let name): if happened { forgetPortal(name) }
            case .forgetEveryStatement: if happened { statements.removeAll() }
            case .forgetEveryPortal: if happened { portals.removeAll() }
            case .forgetEverything:
                if happened {
                    statements.removeAll()
                    portals.removeAll()
                }
            }
        }
    }

    /// The backend confirmed the Close of a statement; the empty name is the unnamed one.
    public func forgetStatement(_ name: String) { statements[name] = [] }
    public func forgetPortal(_ name: String) { portals[name] = [] }

    private func add(_ prepared: [PreparedStatement], to candidates: inout [PreparedStatement]) {
        for one in prepared where !candidates.contains(where: { $0 === one }) { candidates.append(one) }
    }

    /// What the name stood for before is gone; what was added after it still waits for its own confirmation, and stays.
    private func confirm(_ prepared: PreparedStatement, in table: inout NameTable, _ name: String) {
        prepared.isConfirmed = true
        let candidates = table[name]
        // Mostly nothing else waits.
        if candidates.count == 1, candidates[0] === prepared { return }
        let later = candidates.lastIndex { $0 === prepared }.map { candidates[($0 + 1)...] } ?? candidates[...]
        table[name] = [prepared] + later
    }

    private func remove(_ prepared: PreparedStatement, from table: inout NameTable, _ name: String) {
        table[name].removeAll { $0 === prepared }
    }
}

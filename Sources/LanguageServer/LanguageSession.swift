// One conversation with an editor, as a machine: messages in, messages out. It has no streams and no clock.

import Compiler
import PolicyLang

/// The language server's side of one conversation (LSP 3.17, JSON-RPC 2.0).
///
/// Whatever comes in, an answer goes out and nothing traps: the text and the messages are an editor's, and an editor
/// may be wrong.
public final class LanguageSession {
    /// Documents that an editor may hold open; more are answered with an error.
    public static let documentLimit = 4_096

    enum State { case new, running, ended }

    /// A document that the editor has open.
    struct Document {
        var uri: String
        var version: JSON
        var lines: TextLines
    }

    let surroundings: ServerSurroundings
    let version: String
    private(set) var state = State.new
    /// What the server has to say, oldest first.
    private var outbox: [JSON] = []

    var client = ClientAbilities(.null)
    /// By path.
    var documents: [String: Document] = [:]
    var folders: [PolicyFolder] = []
    /// Folders of the workspace, and those in each that are wanted; none: the folder itself.
    var workspaceRoots: [String] = []
    var subfolders: [String] = []
    /// Folders whose diagnostics may be others than were sent.
    private var stale: [ObjectIdentifier: PolicyFolder] = [:]
    /// What was sent last, by path.
    private var published: [String: JSON] = [:]
    /// How tests came out that were run from the editor, by path; forgotten when the file changes.
    var verdicts: [String: [TestNote]] = [:]
    /// The tokens that were sent last, by path.
    var tokenStates: [String: (id: Int, data: [Int])] = [:]
    var nextTokenState = 1
    /// Pages that explain codes, by code; nil for one that could not be written.
    var pages: [String: String?] = [:]
    private var nextRequest = 1

    public init(_ surroundings: ServerSurroundings, version: String) {
        self.surroundings = surroundings
        self.version = version
    }

    /// Set after `exit`: 0 when `shutdown` came before it, else 1.
    public private(set) var exitStatus: Int32?

    /// Takes what the server has to say, oldest first.
    public func takeOutput() -> [JSON] {
        defer { outbox = [] }
        return outbox
    }

    // MARK: messages

    /// Takes one message. Cost is that of what it asks for.
    public func receive(_ body: [UInt8]) {
        do throws(JSONFault) {
            receive(try JSON.parse(body))
        } catch {
            answer(.null, .failure(.init(.parseError, "\(error.reason), at byte \(error.offset)")))
        }
    }

    public func receive(_ message: JSON) {
        if case .array = message { return answer(.null, .failure(.init(.invalidRequest, "several messages in one are no part of LSP"))) }
        guard let method = message["method"]?.string else {
            // An answer to a request of ours; the only ones that we make need none.
            if message["id"] != nil, message["result"] != nil || message["error"] != nil { return }
            return answer(.null, .failure(.init(.invalidRequest, "no `method`")))
        }
        let parameters = message["params"] ?? .null
        guard let id = message["id"] else { return notified(method, parameters) }
        answer(id, answered(method, parameters))
    }

    /// Says that a frame could not be read.
    public func refuse(_ reason: String) { answer(.null, .failure(.init(.invalidRequest, reason))) }

    /// Answers a request that was cancelled before its turn came.
    public func cancel(_ id: JSON) { answer(id, .failure(.init(.requestCancelled, "cancelled"))) }

    private func answered(_ method: String, _ parameters: JSON) -> Result<JSON, RequestError> {
        switch (state, method) {
        case (.new, "initialize"):
            state = .running
            return .success(initialize(parameters))
        case (.new, _): return .failure(.init(.serverNotInitialized, "`initialize` comes first"))
        case (.running, "initialize"): return .failure(.init(.invalidRequest, "`initialize` comes once"))
        case (.ended, _): return .failure(.init(.invalidRequest, "after `shutdown` only `exit` may come"))
        case (.running, "shutdown"):
            state = .ended
            return .success(.null)
        case (.running, _):
            do throws(RequestError) {
                return .success(try answer(to: method, parameters))
            } catch {
                return .failure(error)
            }
        }
    }

    private func notified(_ method: String, _ parameters: JSON) {
        if method == "exit" {
            exitStatus = state == .ended ? 0 : 1
            return
        }
        guard state == .running else { return }
        switch method {
        case "initialized": registerWatchers()
        case "textDocument/didOpen": didOpen(parameters)
        case "textDocument/didChange": didChange(parameters)
        case "textDocument/didClose": didClose(parameters)
        case "textDocument/didSave": for folder in folders { folder.forgetSchemas(); touch(folder) }
        case "workspace/didChangeWatchedFiles": didChangeWatchedFiles(parameters)
        case "workspace/didChangeWorkspaceFolders": didChangeFolders(parameters)
        case "workspace/didChangeConfiguration": didChangeConfiguration(parameters)
        default: break
        }
    }

    // MARK: sending

    private func answer(_ id: JSON, _ result: Result<JSON, RequestError>) {
        switch result {
        case .success(let value): outbox.append(.of(["jsonrpc": "2.0", "id": id, "result": value]))
        case .failure(let error):
            let body = JSON.of(["code": .int(error.code.rawValue), "message": .string(error.message)])
            outbox.append(.of(["jsonrpc": "2.0", "id": id, "error": body]))
        }
    }

    func notify(_ method: String, _ parameters: JSON) {
        outbox.append(.of(["jsonrpc": "2.0", "method": .string(method), "params": parameters]))
    }

    /// Asks the editor for something; its answer is not waited for.
    func ask(_ method: String, _ parameters: JSON?) {
        outbox.append(.of(["jsonrpc": "2.0", "id": .string("postern-\(nextRequest)"), "method": .string(method), "params": parameters]))
        nextRequest += 1
    }

    // MARK: diagnostics

    /// Marks a folder's diagnostics as perhaps others than the editor has.
    func touch(_ folder: PolicyFolder) { stale[ObjectIdentifier(folder)] = folder }

    /// Whether `publish` or `settle` has something to do.
    public var hasUnpublished: Bool { !stale.isEmpty }
    public var isSettled: Bool { stale.isEmpty && folders.allSatisfy(\.isSettled) }

    /// Checks what has changed and sends the diagnostics of files whose diagnostics are others than before. Called when no
    /// message waits, so that a burst of keystrokes is checked once.
    public func publish() {
        for folder in folders where stale[ObjectIdentifier(folder)] != nil { publish(folder, folder.checked()) }
        stale = [:]
    }

    /// Compiles in full what is only checked yet, for what only a program's bytes show. Called when the author rests.
    public func settle() {
        publish()
        for folder in folders where !folder.isSettled { publish(folder, folder.compiled()) }
    }

    /// What `settle` would do for one folder, for another thread to do meanwhile; nil when there is nothing.
    public func settling() -> SettlingWork? {
        guard stale.isEmpty, let folder = folders.first(where: { !$0.isSettled }) else { return nil }
        return SettlingWork(root: folder.root, job: folder.job(makesProgram: true))
    }

    /// Takes what another thread has done, unless the folder has changed since.
    public func take(_ work: SettlingWork) {
        guard stale.isEmpty, let compilations = work.compilations, let folder = folders.first(where: { $0.root == work.root }),
            folder.take(compilations, of: work.job.revision)
        else { return }
        publish(folder, compilations)
    }

    private func publish(_ folder: PolicyFolder, _ compilations: [Compilation]) {
        let found = folder.diagnostics(of: compilations)
        for path in folder.paths { publish(path, found[path] ?? [], folder) }
    }

    private func publish(_ path: String, _ diagnostics: [Diagnostic], _ folder: PolicyFolder) {
        guard !diagnostics.isEmpty || published[path] != nil || documents[path] != nil || verdicts[path] != nil else { return }
        let items = diagnostics.map { json($0, folder) } + (verdicts[path] ?? []).map { json($0, path) }
        let document = documents[path]
        let message = JSON.of([
            "uri": .string(uri(path)), "version": document?.version, "diagnostics": .array(items),
        ])
        if published[path] == message { return }
        published[path] = items.isEmpty && document == nil ? nil : message
        notify("textDocument/publishDiagnostics", message)
    }

    /// Takes back what was said of a file that is gone.
    func unpublish(_ path: String) {
        guard published.removeValue(forKey: path) != nil else { return }
        notify("textDocument/publishDiagnostics", .of(["uri": .string(uri(path)), "diagnostics": []]))
    }

    // MARK: places

    /// The folder that holds a file: of several the innermost.
    func folder(of path: String) -> PolicyFolder? {
        folders.filter { $0.contains(path) }.max { $0.root.utf8.count < $1.root.utf8.count }
    }

    /// How the editor calls a file: as it did when it opened it.
    func uri(_ path: String) -> String { documents[path]?.uri ?? FileURI.uri(path) }

    /// A file's lines, as the editor or the folder has it.
    func lines(_ path: String, _ folder: PolicyFolder) -> TextLines? {
        if let document = documents[path] { return document.lines }
        return folder.lines(path, client.encoding)
    }
}

/// An error of the protocol.
struct RequestError: Error {
    enum Code: Int {
        case parseError = -32_700
        case invalidRequest = -32_600
        case methodNotFound = -32_601
        case invalidParameters = -32_602
        case serverNotInitialized = -32_002
        case requestCancelled = -32_800
        case requestFailed = -32_803
    }
    var code: Code
    var message: String
    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}

/// A folder to be compiled in full while the author goes on.
public struct SettlingWork: Sendable {
    let root: String
    let job: CompileJob
    fileprivate(set) var compilations: [Compilation]?

    init(root: String, job: CompileJob) {
        self.root = root
        self.job = job
    }

    /// On whichever thread has time.
    public mutating func run() { compilations = job.run() }
}

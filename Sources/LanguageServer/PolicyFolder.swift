// One folder of policy files, compiled together as `postern check FOLDER` does, at every keystroke.

import Compiler
import PolicyLang
import Synchronization

/// Schema files by path, read once until something says that files have changed.
final class SchemaShelf: Sendable {
    private let files = Mutex<[String: [UInt8]?]>([:])

    func bytes(_ path: String, _ read: (String) -> [UInt8]?) -> [UInt8]? {
        if let known = files.withLock({ $0[path] }) { return known }
        let bytes = read(path)
        files.withLock { $0[path] = .some(bytes) }
        return bytes
    }

    func forget() { files.withLock { $0 = [:] } }
}

/// The policy files below one folder, those open in the editor as the editor has them.
final class PolicyFolder {
    /// Without a slash at its end.
    let root: String
    /// False for the folder of a file that was opened outside of every workspace: what lies deeper is not its own.
    let isDeep: Bool
    /// By path.
    private(set) var files: [String: [UInt8]] = [:]
    /// Sorted, so that a file keeps its place among the others from one keystroke to the next.
    private(set) var paths: [String] = []
    private let memory = CompileMemory()
    /// By root, where several policies of the folder are compiled each by itself.
    private var partMemories: [String: CompileMemory] = [:]
    private let schemas = SchemaShelf()
    private let surroundings: ServerSurroundings

    /// What was found wrong last; nil when something has changed since.
    private var quick: [Compilation]?
    private var whole: [Compilation]?
    private var symbols: SymbolIndex?
    /// Counts the changes of the folder.
    private(set) var revision = 0
    /// Lines of closed files, kept while their text is the same.
    private var closedLines: [String: TextLines] = [:]
    /// Files of the index, kept while their text is the same.
    private var indexed: [String: IndexedFile] = [:]

    init(root: String, isDeep: Bool = true, _ surroundings: ServerSurroundings) {
        self.root = root
        self.isDeep = isDeep
        self.surroundings = surroundings
    }

    func contains(_ path: String) -> Bool { isDeep ? path.hasPrefix(root + "/") : FileURI.folder(path) == root }

    /// Reads the files below the folder anew, but not those that are open.
    func readAll(open: [String: [UInt8]]) {
        files = [:]
        for path in surroundings.policyFiles(root, isDeep) {
            if let bytes = open[path] ?? surroundings.read(path) { files[path] = bytes }
        }
        for (path, bytes) in open where contains(path) { files[path] = bytes }
        paths = files.keys.sorted()
        schemas.forget()
        forget()
    }

    /// Takes a file's text; nil when the file is gone.
    func set(_ path: String, _ bytes: [UInt8]?) {
        if files[path] == bytes { return }
        if (files[path] == nil) != (bytes == nil) {
            files[path] = bytes
            paths = files.keys.sorted()
        } else {
            files[path] = bytes
        }
        forget()
    }

    func forgetSchemas() {
        schemas.forget()
        forget()
    }

    private func forget() {
        revision += 1
        quick = nil
        whole = nil
        symbols = nil
    }

    // MARK: compiling

    /// Every policy that is nobody's part, compiled without a program; with it where that has been done already.
    func checked() -> [Compilation] {
        if let whole { return whole }
        if let quick { return quick }
        let result = job(makesProgram: false).run()
        quick = result
        return result
    }

    /// The same with programs, for tests and what only a program's bytes show. It may take long in a large folder.
    func compiled() -> [Compilation] {
        if let whole { return whole }
        let result = job(makesProgram: true).run()
        whole = result
        return result
    }

    /// Whether `compiled` costs nothing.
    var isSettled: Bool { whole != nil || files.isEmpty }

    /// The compilation of the folder as it is now, for another thread to run.
    func job(makesProgram: Bool) -> CompileJob {
        let parts = paths.isEmpty ? [] : self.parts()
        partMemories = partMemories.filter { known in parts.contains { $0.root == known.key } }
        let (shelf, read) = (schemas, surroundings.read)
        var job = CompileJob(revision: revision)
        for part in parts {
            let own = parts.count == 1 ? memory : partMemories[part.root, default: CompileMemory()]
            if parts.count > 1 { partMemories[part.root] = own }
            let options = CompileOptions(
                secondsSince1970: surroundings.secondsSince1970(), memory: own, makesProgram: makesProgram,
                readSchema: { path in shelf.bytes(path, read) })
            let sources = part.files.map { parsed(paths[$0], $0).source }
            job.parts.append(.init(root: part.root.isEmpty ? nil : part.root, sources: sources, options: options))
        }
        return job
    }

    /// Takes what another thread has compiled. False when the folder has changed since.
    func take(_ compilations: [Compilation], of revision: Int) -> Bool {
        guard revision == self.revision else { return false }
        whole = compilations
        return true
    }

    /// What is compiled by itself: every policy that no other one uses, with the files of all that it uses; and, with an
    /// empty root, what belongs to none of these.
    private func parts() -> [(root: String, files: [Int])] {
        var uses: [String: Set<String>] = [:]
        var policies: [String] = []
        for (index, path) in paths.enumerated() {
            let tree = parsed(path, index).tree
            let name = tree.header?.name.text ?? ""
            policies.append(name)
            if !name.isEmpty { uses[name, default: []].formUnion(tree.uses.map(\.name.text).filter { $0 != name }) }
        }
        let used = uses.values.reduce(into: Set<String>()) { $0.formUnion($1) }
        let roots = uses.keys.filter { !used.contains($0) && !$0.hasPrefix("std.") }.sorted()
        // As `postern check` does, which then finds the root itself.
        if roots.count < 2 { return [("", Array(paths.indices))] }
        var rest = Set(paths.indices)
        var parts: [(root: String, files: [Int])] = []
        for root in roots {
            var reached: Set<String> = [root]
            var open = [root]
            while let name = open.popLast() {
                for next in uses[name] ?? [] where reached.insert(next).inserted { open.append(next) }
            }
            let files = paths.indices.filter { reached.contains(policies[$0]) }
            rest.subtract(files)
            parts.append((root, files))
        }
        if !rest.isEmpty { parts.append(("", rest.sorted())) }
        return parts
    }

    private func parsed(_ path: String, _ index: Int) -> ParsedFile { memory.parsed(path, files[path] ?? [], index: index) }

    /// A file as it was parsed last; nil for one that is not of the folder.
    func parsed(_ path: String) -> ParsedFile? {
        paths.firstIndex(of: path).map { parsed(path, $0) }
    }

    /// Diagnostics of every file, those of policies that ship left out. What several policies have in common is said once.
    func diagnostics(of compilations: [Compilation]) -> [String: [Diagnostic]] {
        var found: [String: [Diagnostic]] = [:]
        var seen: Set<Diagnostic> = []
        let places = Dictionary(paths.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
        for compilation in compilations {
            let places = compilations.count == 1 ? nil : compilation.sources.map { places[$0.path] ?? -1 }
            for diagnostic in compilation.diagnostics {
                let diagnostic = places.map { Self.moved(diagnostic, $0) } ?? diagnostic
                guard paths.indices.contains(diagnostic.span.file) else { continue }
                if seen.insert(diagnostic).inserted { found[paths[diagnostic.span.file], default: []].append(diagnostic) }
            }
        }
        return found
    }

    /// From the numbers that files have in a compilation of some of them to those of the folder.
    private static func moved(_ diagnostic: Diagnostic, _ places: [Int]) -> Diagnostic {
        func moved(_ span: SourceSpan) -> SourceSpan {
            SourceSpan(file: places.indices.contains(span.file) ? places[span.file] : -1, start: span.start, end: span.end)
        }
        var diagnostic = diagnostic
        diagnostic.span = moved(diagnostic.span)
        diagnostic.related = diagnostic.related.map { RelatedPlace(message: $0.message, span: moved($0.span)) }
        diagnostic.fixIt = diagnostic.fixIt.map { fix in
            FixIt(title: fix.title, edits: fix.edits.map { TextEdit(span: moved($0.span), replacement: $0.replacement) })
        }
        return diagnostic
    }

    // MARK: names

    /// The names of the folder's files and of the policies that ship.
    func index() -> SymbolIndex {
        if let symbols { return symbols }
        var files: [IndexedFile] = []
        var own: Set<String> = []
        for (index, path) in paths.enumerated() {
            let parsed = parsed(path, index)
            if let known = indexed[path], known.parsed.source.bytes == parsed.source.bytes, known.parsed.source.index == index {
                files.append(known)
            } else {
                let file = IndexedFile(path: path, parsed: parsed, ships: Self.ships(parsed))
                indexed[path] = file
                files.append(file)
            }
            own.insert(files[index].policy)
        }
        for name in StandardPolicies.names where !own.contains(name) {
            let path = StandardPolicies.path(of: name)
            if indexed[path] == nil, let text = StandardPolicies.text(of: name) {
                let parsed = memory.parsed(path, Array(text.utf8), index: -1)
                indexed[path] = IndexedFile(path: path, parsed: parsed, ships: true)
            }
            if let file = indexed[path] { files.append(file) }
        }
        let result = SymbolIndex(files)
        symbols = result
        return result
    }

    private static func ships(_ parsed: ParsedFile) -> Bool {
        let name = parsed.tree.header?.name.text ?? ""
        return StandardPolicies.text(of: name).map { Array($0.utf8) == parsed.source.bytes } ?? false
    }

    /// The lines of a file that is not open.
    func lines(_ path: String, _ encoding: PositionEncoding) -> TextLines? {
        guard let bytes = files[path] else { return nil }
        if let known = closedLines[path], known.bytes == bytes { return known }
        let lines = TextLines(bytes, encoding)
        closedLines[path] = lines
        return lines
    }

    /// What the folder would say with some files changed; nothing of it is kept.
    func errors(with changed: [String: [UInt8]]) -> [String] {
        let trial = PolicyFolder(root: root, surroundings)
        trial.files = files.merging(changed) { $1 }
        trial.paths = paths
        return trial.checked().flatMap(\.diagnostics).filter { $0.severity == .error }.map(\.code).sorted()
    }
}

/// A compilation that is to be made: plain values, so that any thread may make it.
struct CompileJob: Sendable {
    struct Part: Sendable {
        var root: String?
        var sources: [SourceFile]
        var options: CompileOptions
    }

    /// Of the folder as it was then.
    var revision: Int
    var parts: [Part] = []

    func run() -> [Compilation] { parts.map { PolicyCompiler.compile(files: $0.sources, root: $0.root, options: $0.options) } }
}

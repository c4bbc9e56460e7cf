// What one compilation leaves for the next: parsed files, read schemas and tried patterns that have not changed.

import Inspect
import Machine
import Patterns
import PolicyLang
import Synchronization

/// Kept between compilations of the same files by whoever compiles at every keystroke. It never changes what a
/// compilation says: a file counts as known only when its place among the files, its path and its bytes are the same.
public final class CompileMemory: Sendable {
    /// Files and schemas remembered, each; past it all is forgotten and begun anew.
    private static let limit = 2 * CompilerLimits.files

    private struct SchemaKey: Hashable {
        var path: String
        var searchPath: [String]
    }

    private struct TrialKey: Hashable {
        var pattern: String
        var retries: Bool
    }

    private struct State {
        var files: [String: ParsedFile] = [:]
        var schemas: [SchemaKey: (bytes: [UInt8], text: SchemaText)] = [:]
        var schemaEpoch = 0
        var rules: RuleShelf?
        var trials: [TrialKey: PatternTrial.Failure?] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// The parsed file; comparing costs nothing when the bytes are the very same array as before.
    public func parsed(_ path: String, _ bytes: [UInt8], index: Int) -> ParsedFile {
        let known = state.withLock { $0.files[path] }
        if let known, known.source.index == index, known.source.bytes == bytes { return known }
        let source = SourceFile(path: path, bytes: bytes, index: index)
        let parsed = known.map { Parser.parse(source, after: $0) } ?? Parser.parse(source)
        state.withLock { state in
            if state.files.count >= Self.limit { state.files = [:] }
            state.files[path] = parsed
        }
        return parsed
    }

    func schema(_ bytes: [UInt8], path: String, searchPath: [String]) -> SchemaText {
        let key = SchemaKey(path: path, searchPath: searchPath)
        if let known = state.withLock({ $0.schemas[key] }), known.bytes == bytes { return known.text }
        let text = SchemaText.read(bytes, searchPath: searchPath)
        state.withLock { state in
            if state.schemas.count >= Self.limit { state.schemas = [:] }
            state.schemas[key] = (bytes, text)
            state.schemaEpoch += 1
        }
        return text
    }

    /// How the trial of a detector's pattern came out. It takes a good part of a second, and hangs on nothing but what is given.
    func trial(of pattern: String, retries: Bool) throws(PatternError) -> PatternTrial.Failure? {
        let key = TrialKey(pattern: pattern, retries: retries)
        if let known = state.withLock({ $0.trials[key] }) { return known }
        let failure = try PatternTrial.failure(of: pattern, retries: retries, steps: CompilerLimits.detectorSteps)
        state.withLock { state in
            if state.trials.count >= Self.limit { state.trials = [:] }
            state.trials[key] = .some(failure)
        }
        return failure
    }

    /// Grows whenever a schema file was read that was not remembered.
    var schemaEpoch: Int { state.withLock { $0.schemaEpoch } }

    /// The rules of the last compilation.
    var rules: RuleShelf? {
        get { state.withLock { $0.rules } }
        set { state.withLock { $0.rules = newValue } }
    }
}

extension CompileRun {
    /// Parses a file, or remembers it.
    static func parsed(_ path: String, _ bytes: [UInt8], index: Int, _ options: CompileOptions) -> ParsedFile {
        options.memory?.parsed(path, bytes, index: index) ?? Parser.parse(SourceFile(path: path, bytes: bytes, index: index))
    }
}

extension CompileOptions {
    /// Tries a detector's pattern, or remembers how that came out.
    func trial(of pattern: String, retries: Bool) throws(PatternError) -> PatternTrial.Failure? {
        if let memory { return try memory.trial(of: pattern, retries: retries) }
        return try PatternTrial.failure(of: pattern, retries: retries, steps: CompilerLimits.detectorSteps)
    }

    /// For an editor: remembers, and makes a program only when it is asked for.
    public init(
        secondsSince1970: Int64, memory: CompileMemory, makesProgram: Bool, readSchema: @escaping @Sendable (String) -> [UInt8]?
    ) {
        self.init(date: Moment(seconds: secondsSince1970), readSchema: readSchema)
        self.memory = memory
        self.makesProgram = makesProgram
    }
}

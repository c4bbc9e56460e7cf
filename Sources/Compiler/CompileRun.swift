// One compilation under way: what every step reads and adds to.

import Machine
import PolicyLang

/// The state of one compilation. Steps are extensions in files of their own, called in order by `PolicyCompiler`.
final class CompileRun {
    let options: CompileOptions
    /// By span file index.
    var parsed: [ParsedFile] = []
    let givenCount: Int

    /// The policies of the program, root first, then in the order of their names.
    var policies: [Policy] = []
    /// By file index: which policy it belongs to; nil for a file that is not part of the program.
    var policyOfFile: [Int?] = []
    /// By file index: what the qualifiers of that file mean.
    var usesOfFile: [[FileUse]] = []
    var names = NameTable()

    var issuers: [ResolvedIssuer] = []
    var identities: [ResolvedIdentity] = []
    var groups: [ResolvedGroup] = []
    var resources: [ResolvedResource] = []
    var rules: [ResolvedRule] = []
    var tests: [PolicyTest] = []
    /// Name to type, for all issuers together.
    var claimTypes: [String: FactType] = [:]
    /// Sets that have been put together, by index; nil while that is under way.
    var setElements: [Int: [SetElement]?] = [:]
    /// Names that something refers to.
    var referenced: Set<Entity> = []

    /// Names that are part of a circle that has been reported.
    private var circular: Set<Entity> = []

    private var collected: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []

    init(files: [SourceFile], options: CompileOptions) {
        self.options = options
        givenCount = min(files.count, CompilerLimits.files)
        for (index, file) in files.prefix(CompilerLimits.files).enumerated() {
            parsed.append(Parser.parse(SourceFile(path: file.path, bytes: file.bytes, index: index)))
        }
        policyOfFile = Array(repeating: nil, count: parsed.count)
        usesOfFile = Array(repeating: [], count: parsed.count)
        if files.count > CompilerLimits.files {
            let place = SourceSpan(file: CompilerLimits.files - 1, start: 0, end: 0)
            report(Wording.tooLarge(place, what: "policy files", limit: CompilerLimits.files))
        }
    }

    /// Adds a diagnostic, unless the very same is there: a `let` is checked in every place that uses it.
    func report(_ diagnostic: Diagnostic) {
        if seen.insert(diagnostic).inserted { collected.append(diagnostic) }
    }

    /// Reports a circle once, at the name that closes it.
    func reportCycle(_ members: [Entity], _ span: SourceSpan, name: String) {
        guard circular.isDisjoint(with: members), let sort = members.first?.sort else { return }
        circular.formUnion(members)
        report(Wording.nameCycle(span, name: name, sort: sort))
    }

    /// The parser's and the compiler's diagnostics in the order of the text.
    func sortedDiagnostics() -> [Diagnostic] {
        var all: [Diagnostic] = []
        for (index, file) in parsed.enumerated() where index < givenCount || policyOfFile[index] != nil {
            all += file.diagnostics
        }
        all += collected
        return all.enumerated().sorted {
            ($0.element.span.file, $0.element.span.start, $0.offset) < ($1.element.span.file, $1.element.span.start, $1.offset)
        }.map(\.element)
    }

    var hasErrors: Bool {
        collected.contains { $0.severity == .error } || parsed.contains { $0.hasErrors }
    }
}

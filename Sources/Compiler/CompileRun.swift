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
    /// What schema files say of resources.
    var databases: [ResolvedDatabase] = []
    /// The policies' own detectors, in ascending order of name.
    var detectors: [ResolvedDetector] = []
    var rules: [ResolvedRule] = []
    var tests: [PolicyTest] = []
    var proofs: [ResolvedProof] = []
    /// Name to type, for all issuers together.
    var claimTypes: [String: FactType] = [:]
    /// Sets that have been put together, by index; nil while that is under way.
    var setElements: [Int: [SetElement]?] = [:]
    /// Names that something refers to.
    var referenced: Set<Entity> = []
    /// By the first declaration of a name: the sorts of the others, which are not in the table.
    var declaredTwice: [Entity: [Sort]] = [:]

    /// While a rule is resolved that shall be remembered.
    var notes: RuleNotes?

    /// Names that are part of a circle that has been reported.
    private var circular: Set<Entity> = []

    private var collected: [Diagnostic] = []
    private var seen: Set<Diagnostic> = []

    init(files: [SourceFile], options: CompileOptions) {
        self.options = options
        givenCount = min(files.count, CompilerLimits.files)
        for (index, file) in files.prefix(CompilerLimits.files).enumerated() {
            parsed.append(Self.parsed(file.path, file.bytes, index: index, options))
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
        notes?.said.append(diagnostic)
        if isConsequence(diagnostic) { return }
        if seen.insert(diagnostic).inserted { collected.append(diagnostic) }
    }

    /// Does what may go wrong, and answers whether it went without an error. What it reports is not kept.
    func attempt(_ body: () -> Void) -> Bool {
        let (earlier, known) = (collected, seen)
        defer { (collected, seen) = (earlier, known) }
        collected = []
        seen = []
        body()
        return !collected.contains { $0.severity == .error }
    }

    /// Whether something seems to be missing only because its declaration could not be parsed, which has been said.
    private func isConsequence(_ diagnostic: Diagnostic) -> Bool {
        let code = CompilerCode(rawValue: diagnostic.code)
        let aboutNames: Set<CompilerCode> = [.unknownName, .unknownTag, .claimNotDeclared, .unknownWord, .testClaim]
        guard let code, aboutNames.contains(code), parsed.indices.contains(diagnostic.span.file) else { return false }
        let written = parsed[diagnostic.span.file].source.text(in: diagnostic.span)
        let name = written.split(separator: "\"").first ?? ""
        return parsed.contains { $0.hasErrors && $0.mentionsElsewhere(name, than: diagnostic.span) }
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

extension ParsedFile {
    /// Whether a word stands in the file, outside of comments, in another place than `span`.
    fileprivate func mentionsElsewhere(_ word: Substring, than span: SourceSpan) -> Bool {
        let bytes = Array(word.utf8)
        guard !bytes.isEmpty, bytes.count <= source.bytes.count else { return false }
        func isPartOfName(_ byte: UInt8) -> Bool {
            byte == 0x5F || (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        for start in 0...(source.bytes.count - bytes.count) where source.bytes[start] == bytes[0] {
            let end = start + bytes.count
            if span.file == source.index, start >= span.start, end <= span.end { continue }
            guard source.bytes[start..<end].elementsEqual(bytes), start == 0 || !isPartOfName(source.bytes[start - 1]),
                end == source.bytes.count || !isPartOfName(source.bytes[end])
            else { continue }
            if !comments.contains(where: { $0.span.start <= start && end <= $0.span.end }) { return true }
        }
        return false
    }
}

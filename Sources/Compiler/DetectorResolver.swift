// Resolves detectors that a policy declares itself: what their patterns may be, what they may cost, checksums and words.

import Machine
import Patterns
import PolicyLang

extension CompileRun {
    func resolveDetectors() {
        for (declaration, policy) in names.detectors where !policies[policy].ships {
            if let detector = resolve(declaration, policy) { detectors.append(detector) }
        }
        detectors.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        if detectors.count > ProgramLimits.detectors, let last = detectors.last {
            report(Wording.tooLarge(last.span, what: "detectors", limit: ProgramLimits.detectors))
        }
    }

    /// What the program calls a detector. The masker knows those that ship as `pii.email`, however a program would tell two policies
    /// called `pii` apart; one of a policy's own is never called so.
    func detectorName(_ name: String, policy: Int) -> String {
        if policies[policy].ships { return "\(policies[policy].lastSegment).\(name)" }
        let short = programName(name, policy: policy)
        if !DetectorNames.all.contains(short) { return short }
        let long = "\(policies[policy].name).\(name)"
        return DetectorNames.all.contains(long) ? "own.\(long)" : long
    }

    private func resolve(_ declaration: DetectorDeclaration, _ policy: Int) -> ResolvedDetector? {
        // A pattern that is missing has had the parser's diagnostic.
        guard let pattern = declaration.pattern else { return nil }
        let checksum = declaration.checksum.flatMap { resolve(checksum: $0) } ?? .none
        let words = Set(declaration.context.compactMap { resolve(word: $0) })
        if words.count > ProgramLimits.contextWords, let last = declaration.context.last {
            report(Wording.tooLarge(last.span, what: "words of context", limit: ProgramLimits.contextWords))
            return nil
        }
        guard check(pattern, retries: checksum != .none || !declaration.context.isEmpty) else { return nil }
        return ResolvedDetector(
            name: detectorName(declaration.name.text, policy: policy), pattern: pattern.value, checksum: checksum, words: words,
            span: declaration.span)
    }

    private func resolve(checksum name: Name) -> Checksum? {
        if let known = Checksum.named(name.text) { return known }
        report(Wording.unknownChecksum(name.span, name: name.text, known: Checksum.names))
        return nil
    }

    private func resolve(word: StringLiteral) -> String? {
        let text = word.value.lowercased()
        if DetectorRecord.isWord(text) { return text }
        report(Wording.contextWord(word.span, word: word.value))
        return nil
    }

    /// False after a diagnostic.
    private func check(_ pattern: StringLiteral, retries: Bool) -> Bool {
        switch DetectorRecord.fault(of: pattern.value) {
        case .doesNotCompile(let why):
            report(Wording.detectorPattern(pattern.span, why: "cannot be compiled: \(why)"))
            return false
        case .tooManyGroups:
            report(Wording.detectorPattern(pattern.span, why: "has more groups than the \(CompiledPattern.maximumGroups) that are kept"))
            return false
        case .unknownPart(let name):
            report(Wording.detectorPart(pattern.span, name: name, known: DetectorRecord.Part.allCases.map(\.rawValue)))
            return false
        case .matchesEmpty:
            report(Wording.detectorMatchesEmpty(pattern.span))
            return false
        case nil: break
        }
        do throws(PatternError) {
            switch try options.trial(of: pattern.value, retries: retries) {
            case .unsupported(let why, let offset):
                report(Wording.detectorPattern(pattern.span, why: "\(why) (at byte \(offset))"))
                return false
            case .explodes(let repetition):
                report(Wording.detectorExplodes(pattern.span, repetition: repetition))
                return false
            case nil: return true
            }
        } catch {
            report(Wording.detectorPattern(pattern.span, why: "cannot be compiled: \(error.description)"))
            return false
        }
    }
}

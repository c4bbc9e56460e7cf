// Mends what the linter found where the meaning stays, and holds every mended policy against the one it was.

import Machine
import PolicyLang

/// Policy files after mending.
public struct LintFixes: Sendable {
    /// The given files in their order, with their new text where it changed.
    public private(set) var files: [SourceFile]
    /// How many changes were made.
    public private(set) var count = 0

    /// Rounds at most; in each, one change is made of every file. A bound for fixes that would undo each other.
    private static let rounds = 2_000

    /// A change that would alter what the policy means is not made, whatever its rule says: the meaning is worked out before and after.
    /// Files that were laid out as the formatter would are again; comments stay.
    public init(files given: [SourceFile], root: String? = nil, options: CompileOptions, lint: LintOptions = LintOptions()) {
        files = given.enumerated().map { SourceFile(path: $1.path, bytes: $1.bytes, index: $0) }
        guard let meaning = PolicyMeaning(files: files, root: root, options: options) else { return }
        var refused: Set<String> = []
        for _ in 0..<Self.rounds {
            let found = PolicyLint.lint(files: files, root: root, options: options, lint: lint)
            let fixes = found.diagnostics.filter { $0.fixIt != nil && $0.span.file < files.count }
            // All that do not overlap at once, as they nearly always may be; one by one only where together they change something.
            let (together, number) = Self.applied(fixes, to: files, refused)
            if number > 1, PolicyMeaning(files: together, root: root, options: options) == meaning {
                files = together
                count += number
                continue
            }
            var changed = false
            var touched: Set<Int> = []
            for diagnostic in fixes {
                // One change of a file in a round: the places of the others are then old.
                guard let fix = diagnostic.fixIt, fix.edits.allSatisfy({ $0.span.file == diagnostic.span.file }) else { continue }
                let file = files[diagnostic.span.file]
                let key = Self.key(diagnostic, file)
                guard !touched.contains(diagnostic.span.file), !refused.contains(key) else { continue }
                var next = files
                next[diagnostic.span.file] = Self.apply(fix, to: file)
                guard PolicyMeaning(files: next, root: root, options: options) == meaning else {
                    refused.insert(key)
                    continue
                }
                files = next
                count += 1
                changed = true
                touched.insert(diagnostic.span.file)
            }
            if !changed { break }
        }
    }

    private static func key(_ diagnostic: Diagnostic, _ file: SourceFile) -> String {
        "\(diagnostic.code) \(file.path) \(file.text(in: diagnostic.span))"
    }

    /// The files with every fix that does not touch what an earlier one touches, and how many those are.
    private static func applied(_ fixes: [Diagnostic], to files: [SourceFile], _ refused: Set<String>) -> ([SourceFile], Int) {
        var edits = [[TextEdit]](repeating: [], count: files.count)
        var number = 0
        for diagnostic in fixes {
            let file = diagnostic.span.file
            guard let fix = diagnostic.fixIt, fix.edits.allSatisfy({ $0.span.file == file }),
                !refused.contains(key(diagnostic, files[file]))
            else { continue }
            let isFree = fix.edits.allSatisfy { edit in edits[file].allSatisfy { $0.span.end < edit.span.start || edit.span.end < $0.span.start } }
            guard isFree else { continue }
            edits[file] += fix.edits
            number += 1
        }
        var changed = files
        for (file, own) in edits.enumerated() where !own.isEmpty {
            changed[file] = apply(FixIt(title: "", edits: own.sorted { $0.span.start < $1.span.start }), to: files[file])
        }
        return (changed, number)
    }

    private static func apply(_ fix: FixIt, to file: SourceFile) -> SourceFile {
        let wasLaidOut = PolicyFormatter.format(Parser.parse(file)).map { Array($0.utf8) == file.bytes } ?? false
        var bytes = file.bytes
        for edit in fix.edits.reversed() { bytes.replaceSubrange(edit.span.start..<edit.span.end, with: Array(edit.replacement.utf8)) }
        let changed = SourceFile(path: file.path, bytes: bytes, index: file.index)
        guard wasLaidOut, let text = PolicyFormatter.format(Parser.parse(changed)) else { return changed }
        return SourceFile(path: file.path, text: text, index: file.index)
    }
}

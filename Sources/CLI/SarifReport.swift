// Diagnostics as SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), which code hosts and editors read.

import Compiler
import Foundation
import PolicyLang

/// One run of the checker. Sections named below are those of the standard.
struct SarifReport: Encodable {
    var schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    var version = "2.1.0"
    var runs: [Run]

    enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    struct Run: Encodable {
        var tool: Tool
        /// 3.14.17: columns are those of `ReportPlace`.
        var columnKind = "unicodeCodePoints"
        var results: [Result]
    }
    struct Tool: Encodable { var driver: Driver }
    struct Driver: Encodable {
        var name = "postern"
        var version: String
        var rules: [Rule]
    }
    struct Rule: Encodable {
        var id: String
        /// 3.49.10: what the code means, as `explain` says it.
        var fullDescription: Text?
    }
    struct Text: Encodable { var text: String }

    struct Result: Encodable {
        var ruleId: String
        var ruleIndex: Int
        /// 3.27.10; the same words as ours.
        var level: String
        var message: Text
        var locations: [Location]
        var relatedLocations: [Location]?
        var fixes: [Fix]?
    }
    struct Location: Encodable {
        var id: Int?
        var message: Text?
        var physicalLocation: Physical
    }
    struct Physical: Encodable {
        var artifactLocation: Artifact
        var region: Region
    }
    struct Artifact: Encodable { var uri: String }
    /// 3.30: `endColumn` is behind the last character.
    struct Region: Encodable { var startLine, startColumn, endLine, endColumn: Int }
    struct Fix: Encodable {
        var description: Text
        var artifactChanges: [Change]
    }
    struct Change: Encodable {
        var artifactLocation: Artifact
        var replacements: [Replacement]
    }
    struct Replacement: Encodable {
        var deletedRegion: Region
        var insertedContent: Text
    }

    init(_ diagnostics: [Diagnostic], _ files: [SourceFile], version: String) {
        let codes = Set(diagnostics.map(\.code)).sorted()
        let driver = Driver(version: version, rules: codes.map { Rule(id: $0, fullDescription: CodeExplanation.of($0).map { Text(text: $0.meaning) }) })
        runs = [
            Run(
                tool: Tool(driver: driver),
                results: diagnostics.map { Result($0, files, rule: codes.firstIndex(of: $0.code) ?? -1) })
        ]
    }
}

extension SarifReport.Result {
    fileprivate init(_ diagnostic: Diagnostic, _ files: [SourceFile], rule: Int) {
        ruleId = diagnostic.code
        ruleIndex = rule
        level = diagnostic.severity.rawValue
        message = .init(text: diagnostic.sentences)
        locations = SarifReport.Location(diagnostic.span, files).map { [$0] } ?? []
        let related = diagnostic.related.enumerated().compactMap { index, related in
            SarifReport.Location(related.span, files, id: index + 1, message: DiagnosticText.visible(related.message))
        }
        relatedLocations = related.isEmpty ? nil : related
        fixes = diagnostic.fixIt.map { [SarifReport.Fix($0, files)] }
    }
}

extension SarifReport.Location {
    fileprivate init?(_ span: SourceSpan, _ files: [SourceFile], id: Int? = nil, message: String? = nil) {
        guard let place = ReportPlace(span, files) else { return nil }
        self.init(
            id: id, message: message.map { .init(text: $0) },
            physicalLocation: .init(artifactLocation: .init(path: place.path), region: .init(place)))
    }
}

extension SarifReport.Fix {
    fileprivate init(_ fix: FixIt, _ files: [SourceFile]) {
        let edits = fix.edits.compactMap { edit in ReportPlace(edit.span, files).map { (place: $0, text: edit.replacement) } }
        let paths = Set(edits.map(\.place.path)).sorted()
        self.init(
            description: .init(text: fix.title),
            artifactChanges: paths.map { path in
                .init(
                    artifactLocation: .init(path: path),
                    replacements: edits.filter { $0.place.path == path }.map {
                        .init(deletedRegion: .init($0.place), insertedContent: .init(text: $0.text))
                    })
            })
    }
}

extension SarifReport.Region {
    fileprivate init(_ place: ReportPlace) {
        self.init(startLine: place.line, startColumn: place.column, endLine: place.endLine, endColumn: place.endColumn)
    }
}

extension SarifReport.Artifact {
    /// A relative path stays relative, to whatever the reader of the report takes for its root (3.4.3); an absolute one gets its scheme.
    fileprivate init(path: String) {
        // RFC 3986, 3.3: what may stand in a path without escapes. A colon may not, in the first part of a relative one (4.2).
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=@")
        let escaped = path.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
        self.init(uri: path.hasPrefix("/") ? "file://" + escaped : escaped)
    }
}

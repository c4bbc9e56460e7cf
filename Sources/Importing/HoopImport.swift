// hoop's guardrail rules: words and patterns that a message may not hold, as denies.

import Foundation
import Patterns

/// Reads the JSON of hoop's guardrails: one, a list of them, or a list under `guardrails` or `items`.
///
/// An input rule becomes a deny of every message whose text holds one of the words or matches the pattern, in capital or small letters: never
/// less than the guardrail refuses. A pattern that cannot be compiled makes the deny unconditional. Output rules have no counterpart, and
/// become comments.
public enum HoopImport {
    /// Bytes at most.
    public static let limit = 4 << 20

    public static func policy(_ bytes: [UInt8], name: String = "guardrails") throws(ImportError) -> ImportedPolicy {
        guard bytes.count <= limit else { throw ImportError("the file is larger than \(limit) bytes") }
        let guardrails = try read(bytes)
        guard !guardrails.isEmpty else { throw ImportError("there is no guardrail in the file") }
        var page = PolicyPage(policy: name, about: ["Guardrails of hoop. What they refuse is refused here.", "Nothing is allowed yet: write the allows."])
        page.note("The database behind the connections: put its tags and its search path here.", isDoc: true)
        page.add("resource database : postgres { tags imported }")
        page.gap()
        for (number, guardrail) in guardrails.enumerated() { add(guardrail, number + 1, &page) }
        return try page.finish()
    }

    // MARK: reading

    private struct Guardrail: Decodable {
        var name: String?
        var description: String?
        var input: Side?
        var output: Side?
    }
    /// `{ "rules": [ … ] }`, or the list alone.
    private struct Side: Decodable {
        var rules: [Rule]
        private enum Keys: String, CodingKey { case rules }

        init(from decoder: any Decoder) throws {
            if let list = try? decoder.singleValueContainer().decode([Rule].self) {
                rules = list
            } else {
                rules = try decoder.container(keyedBy: Keys.self).decodeIfPresent([Rule].self, forKey: .rules) ?? []
            }
        }
    }
    private struct Rule: Decodable {
        var type: String
        var words: [String]?
        var pattern: String?
        private enum CodingKeys: String, CodingKey {
            case type, words
            case pattern = "pattern_regex"
        }
    }
    private struct Wrapped: Decodable {
        var guardrails: [Guardrail]?
        var items: [Guardrail]?
    }

    private static func read(_ bytes: [UInt8]) throws(ImportError) -> [Guardrail] {
        let (data, decoder) = (Data(bytes), JSONDecoder())
        if let list = try? decoder.decode([Guardrail].self, from: data) { return list }
        if let wrapped = try? decoder.decode(Wrapped.self, from: data), let list = wrapped.guardrails ?? wrapped.items { return list }
        if let one = try? decoder.decode(Guardrail.self, from: data), one.input != nil || one.output != nil { return [one] }
        throw ImportError("the file is no JSON of guardrails: an object with `input` and `output`, or a list of such is wanted")
    }

    // MARK: writing

    private static func add(_ guardrail: Guardrail, _ number: Int, _ page: inout PolicyPage) {
        let title = guardrail.name ?? "guardrail \(number)"
        for (index, rule) in (guardrail.input?.rules ?? []).enumerated() {
            add(rule, guardrail, rule: page.freshName("\(title) \(index + 1)", sort: "rule"), &page)
        }
        for rule in guardrail.output?.rules ?? [] {
            page.note(
                "Not carried over, of the guardrail \(title): an output rule (\(rule.type); \(shown(rule))). Rows are not refused for what is in "
                    + "them here: mask the columns, or a detector's values.")
            page.gap()
        }
        if (guardrail.input?.rules ?? []).isEmpty, (guardrail.output?.rules ?? []).isEmpty {
            page.note("The guardrail \(title) has no rules.")
            page.gap()
        }
    }

    private static func shown(_ rule: Rule) -> String {
        let words = (rule.words ?? []).map(PolicyText.quoted).joined(separator: ", ")
        return [words.isEmpty ? nil : "words \(words)", rule.pattern.flatMap { $0.isEmpty ? nil : "pattern \(PolicyText.quoted($0))" }]
            .compactMap { $0 }.joined(separator: ", ")
    }

    private static func add(_ rule: Rule, _ guardrail: Guardrail, rule name: String, _ page: inout PolicyPage) {
        let title = guardrail.name ?? name
        let words = (rule.words ?? []).filter { !$0.isEmpty }
        var patterns: [String]
        switch rule.type {
        case "deny_words_list":
            guard !words.isEmpty else {
                page.note("The guardrail \(title) has a list of words without a word: it refuses nothing.")
                return page.gap()
            }
            patterns = words.map { "(?i)" + escaped($0) }
        case "pattern_match":
            guard let pattern = rule.pattern, !pattern.isEmpty else {
                page.note("The guardrail \(title) has an empty pattern: it refuses nothing.")
                return page.gap()
            }
            patterns = [pattern]
        default:
            page.note("Not carried over in full: the kind \(rule.type) of the guardrail \(title) is not known, so everything is refused.")
            patterns = []
        }
        let unusable = patterns.filter { !compiles($0) }
        if !unusable.isEmpty {
            let shown = unusable.map(PolicyText.quoted).joined(separator: ", ")
            page.note("Not carried over in full: \(shown) cannot be used as a pattern here, so everything is refused.")
            patterns = []
        }
        // A condition holds only so many comparisons.
        let parts = patterns.isEmpty ? [[]] : stride(from: 0, to: patterns.count, by: 50).map { Array(patterns[$0..<min($0 + 50, patterns.count)]) }
        for (index, part) in parts.enumerated() {
            page.note(guardrail.description.flatMap { $0.isEmpty ? nil : $0 } ?? "The guardrail \(title).", isDoc: true)
            page.add("deny \(index == 0 ? name : page.freshName("\(name) part \(index + 1)", sort: "rule")) {")
            page.add("on any")
            if !part.isEmpty { page.add("when " + part.map { "statement.text matches \(PolicyText.quoted($0))" }.joined(separator: " or ")) }
            page.add("because \(PolicyText.quoted(PolicyText.visible("Refused by the guardrail \(title).")))")
            page.add("}")
            page.gap()
        }
    }

    /// A text as a pattern that only it matches. PCRE2, pcre2pattern(3): a backslash before what is no letter or digit is that character.
    private static func escaped(_ word: String) -> String {
        var pattern = ""
        for scalar in word.unicodeScalars {
            let isMark = scalar.isASCII && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar) && scalar != "_"
            if isMark { pattern += "\\" }
            pattern.unicodeScalars.append(scalar)
        }
        return pattern
    }

    private static func compiles(_ pattern: String) -> Bool { pattern.utf8.count <= 1_000 && (try? CompiledPattern(pattern)) != nil }
}

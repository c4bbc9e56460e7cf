// Who may do what on which resource, as a Markdown page: from the resolved rules, their clauses as written, and their `///`.

import Machine
import PolicyLang

/// The page that `postern docs` writes. Everything on it is from the policy; it is as long as the policy is.
public struct PolicyPage {
    let model: PolicyModel
    let clauses: ClauseTexts

    public init(_ compilation: Compilation) {
        model = compilation.model
        clauses = ClauseTexts(compilation.sources, root: compilation.model.root)
    }

    /// CommonMark with the tables of GitHub's flavour. Ends in a line break.
    public var markdown: String {
        var blocks = ["# Policy \(Markdown.code(model.root))"] + clauses.headerDocs
        blocks.append(
            "Every access must be allowed by a rule. A deny wins over every allow. What is not known never helps the caller.")
        for resource in model.resources { blocks += section(resource) }
        blocks += ruleSection + identitySection + nameSection
        return blocks.joined(separator: "\n\n") + "\n"
    }

    // MARK: resources

    private func section(_ resource: PolicyModel.Resource) -> [String] {
        let name = resource.named.name
        var blocks = ["## \(Markdown.code(name))"] + documentation(resource.named.doc)
        var facts = ["A resource of kind \(resource.kind.name)."]
        if !resource.tags.isEmpty { facts.append("Tags: \(Markdown.list(resource.tags)).") }
        if !resource.searchPath.isEmpty { facts.append("Search path: \(Markdown.list(resource.searchPath)).") }
        blocks.append(facts.joined(separator: " "))
        let rules = model.rules.filter { $0.resources.contains(name) && !$0.isObserved }
        var columns: [(head: String, effect: Machine.Effect)] = [("may, by", .allow), ("may not, by", .deny), ("sees masked, by", .mask)]
        // Where there are none nobody need be told.
        let rare: [(head: String, effect: Machine.Effect)] = [("asks people first, by", .approve), ("is watched, by", .watch)]
        columns += rare.filter { column in rules.contains { $0.effect == column.effect } }
        let rows = model.identities.map { identity in
            let own = rules.filter { $0.identities.contains(identity.name) }
            return [Markdown.code(identity.name)] + columns.map { links(own, $0.effect, identity.name) }
        }
        if rows.isEmpty { return blocks + ["Nobody can come here: the policy has no identity."] }
        return blocks + [Markdown.table(["who"] + columns.map(\.head), rows)]
    }

    private func links(_ rules: [PolicyModel.Rule], _ effect: Machine.Effect, _ identity: String) -> String {
        let named = rules.filter { $0.effect == effect }.map { rule in
            var text = Markdown.link(rule.named.name, to: heading(rule))
            if rule.identitiesByClaims.contains(identity) { text += " (as its claims say)" }
            // The page holds on any day, so it says until when and not whether.
            if let end = clauses.ofRule(at: rule.span).first(where: { $0.word == "expires" }) { text += " (until \(Markdown.code(end.text)))" }
            return text
        }
        if !named.isEmpty { return named.joined(separator: ", ") }
        return effect == .allow ? "nothing" : ""
    }

    // MARK: rules

    private func heading(_ rule: PolicyModel.Rule) -> String {
        (rule.isObserved ? "observe " : "") + "\(rule.effect.name) \(rule.named.name)"
    }

    private var ruleSection: [String] {
        guard !model.rules.isEmpty else { return [] }
        return ["## Rules"]
            + model.rules.flatMap { rule in
                var blocks = ["### \(Markdown.escaped(heading(rule)))"] + documentation(rule.named.doc)
                if rule.isObserved { blocks.append("Only recorded: it changes no decision yet.") }
                var lines = clauses.ofRule(at: rule.span)
                // What is not written means any, which a reader should not have to know.
                if !lines.contains(where: { $0.word == "who" }) { lines.insert(.init(word: "who", text: "any"), at: 0) }
                if rule.effect != .mask, !lines.contains(where: { $0.word == "to" }) { lines.append(.init(word: "to", text: "any")) }
                blocks.append(lines.map { "- \($0.word): \(Markdown.code($0.text))" }.joined(separator: "\n"))
                return blocks
            }
    }

    // MARK: people and names

    private var identitySection: [String] {
        guard !(model.identities + model.groups).isEmpty else { return [] }
        let rows = (model.identities.map { ("identity", $0) } + model.groups.map { ("group", $0) }).map { sort, named in
            [Markdown.code(named.name), sort, Markdown.code(clauses.body(at: named.span)), Markdown.cell(named.doc ?? "")]
        }
        return ["## Who there is", Markdown.table(["name", "sort", "made by", "about"], rows)]
    }

    private var nameSection: [String] {
        let rows = clauses.names.map { [Markdown.code($0.name), Markdown.code($0.text), Markdown.cell($0.doc ?? "")] }
        return rows.isEmpty ? [] : ["## Names that rules use", Markdown.table(["name", "means", "about"], rows)]
    }

    private func documentation(_ doc: String?) -> [String] { doc.map { [$0] } ?? [] }
}

/// The pieces of Markdown that the page is made of.
enum Markdown {
    /// A code span on one line. CommonMark, 6.1: the marks are longer than any run of them inside.
    static func code(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !line.isEmpty else { return "" }
        let longest = line.split(whereSeparator: { $0 != "`" }).map(\.count).max() ?? 0
        let marks = String(repeating: "`", count: longest + 1)
        let space = line.hasPrefix("`") || line.hasSuffix("`") ? " " : ""
        return marks + space + line + space + marks
    }

    static func list(_ names: [String]) -> String { names.map(code).joined(separator: ", ") }

    /// Text that means itself. CommonMark, 2.4: any mark of punctuation may be escaped.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.split(whereSeparator: \.isNewline).joined(separator: " ") {
            if "\\`*[]<>#|&~!".contains(character) { escaped.append("\\") }
            escaped.append(character)
        }
        return escaped
    }

    /// To a heading of this page, by the anchor that GitHub and GitLab give it: small letters, no marks but `-` and `_`.
    static func link(_ text: String, to heading: String) -> String {
        let anchor = heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" || $0 == " " }
        return "[\(escaped(text))](#\(anchor.split(separator: " ").joined(separator: "-")))"
    }

    /// An author's Markdown on one line of a table. A bar would begin the next cell.
    static func cell(_ text: String) -> String { text.split(whereSeparator: \.isNewline).joined(separator: " ") }

    static func table(_ heads: [String], _ rows: [[String]]) -> String {
        let lines = [heads, heads.map { _ in "---" }] + rows
        return lines.map { cells in
            "| " + cells.map { $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|") }.joined(separator: " | ")
                + " |"
        }.joined(separator: "\n")
    }
}

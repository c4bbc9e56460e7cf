// The same page as HTML: complete in itself, with nothing to load or run, and every text of the policy's escaped.

import Machine
import PolicyLang

extension PolicyPage {
    /// One page. Ends in a line break.
    public var html: String {
        var blocks = ["<h1>Policy <code>\(PageText.escaped(model.root))</code></h1>"] + clauses.headerDocs.flatMap(PageText.paragraphs)
        blocks.append(
            "<p>Every access must be allowed by a rule. A deny wins over every allow. What is not known never helps the caller.</p>")
        for resource in model.resources { blocks += htmlSection(resource) }
        blocks += htmlRules + htmlPeople + htmlNames
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>Policy \(PageText.escaped(model.root))</title>
            <style>
            body { font-family: sans-serif; margin: 2em; max-width: 70em } table { border-collapse: collapse }
            th, td { text-align: left; vertical-align: top; border: 1px solid #ccc; padding: 0.3em 0.7em }
            code { white-space: pre-wrap } dt { float: left; clear: left; width: 6em; color: #555 } dd { margin-left: 6.5em }
            </style>
            </head>
            <body>
            \(blocks.joined(separator: "\n"))
            </body>
            </html>

            """
    }

    // MARK: resources

    private func htmlSection(_ resource: PolicyModel.Resource) -> [String] {
        let name = resource.named.name
        var blocks = ["<h2 id=\"resource-\(PageText.anchor(name))\">\(PageText.code(name))</h2>"] + PageText.paragraphs(resource.named.doc ?? "")
        var facts = "A resource of kind \(resource.kind.name)."
        if !resource.tags.isEmpty { facts += " Tags: \(resource.tags.map(PageText.code).joined(separator: ", "))." }
        if !resource.searchPath.isEmpty { facts += " Search path: \(resource.searchPath.map(PageText.code).joined(separator: ", "))." }
        blocks.append("<p>\(facts)</p>")
        if model.identities.isEmpty { return blocks + ["<p>Nobody can come here: the policy has no identity.</p>"] }
        let rules = model.rules.filter { $0.resources.contains(name) && !$0.isObserved }
        let rows = model.identities.map { identity in
            let own = rules.filter { $0.identities.contains(identity.name) }
            let cells = [Machine.Effect.allow, .approve, .deny, .mask].map { htmlLinks(own, $0, identity.name) }
            return [PageText.code(identity.name)] + cells
        }
        return blocks + [PageText.table(["who", "may, by", "may when agreed to, by", "may not, by", "sees masked, by"], rows)]
    }

    private func htmlLinks(_ rules: [PolicyModel.Rule], _ effect: Machine.Effect, _ identity: String) -> String {
        let named = rules.filter { $0.effect == effect }.map { rule in
            var text = "<a href=\"#rule-\(PageText.anchor(rule.named.name))\">\(PageText.escaped(rule.named.name))</a>"
            if rule.identitiesByClaims.contains(identity) { text += " (as its claims say)" }
            if let end = clauses.ofRule(at: rule.span).first(where: { $0.word == "expires" }) { text += " (until \(PageText.code(end.text)))" }
            return text
        }
        return named.isEmpty && effect == .allow ? "nothing" : named.joined(separator: ", ")
    }

    // MARK: rules, people, names

    private var htmlRules: [String] {
        guard !model.rules.isEmpty else { return [] }
        return ["<h2>Rules</h2>"]
            + model.rules.flatMap { rule in
                let heading = (rule.isObserved ? "observe " : "") + rule.effect.name
                var blocks = ["<h3 id=\"rule-\(PageText.anchor(rule.named.name))\">\(heading) \(PageText.escaped(rule.named.name))</h3>"]
                blocks += PageText.paragraphs(rule.named.doc ?? "")
                if rule.isObserved { blocks.append("<p>Only recorded: it changes no decision yet.</p>") }
                var lines = clauses.ofRule(at: rule.span)
                if !lines.contains(where: { $0.word == "who" }) { lines.insert(.init(word: "who", text: "any"), at: 0) }
                if rule.effect != .mask, !lines.contains(where: { $0.word == "to" }) { lines.append(.init(word: "to", text: "any")) }
                let items = lines.map { "<dt>\(PageText.escaped($0.word))</dt><dd>\(PageText.code($0.text))</dd>" }
                return blocks + ["<dl>\(items.joined())</dl>"]
            }
    }

    private var htmlPeople: [String] {
        let people = model.identities.map { ("identity", $0) } + model.groups.map { ("group", $0) }
        guard !people.isEmpty else { return [] }
        let rows = people.map { sort, named in
            [PageText.code(named.name), sort, PageText.code(clauses.body(at: named.span)), PageText.escaped(named.doc ?? "")]
        }
        return ["<h2>Who there is</h2>", PageText.table(["name", "sort", "made by", "about"], rows)]
    }

    private var htmlNames: [String] {
        let rows = clauses.names.map { [PageText.code($0.name), PageText.code($0.text), PageText.escaped($0.doc ?? "")] }
        return rows.isEmpty ? [] : ["<h2>Names that rules use</h2>", PageText.table(["name", "means", "about"], rows)]
    }
}

/// Text inside of HTML (WHATWG HTML, 13.3: what must be escaped).
private enum PageText {
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    static func code(_ text: String) -> String {
        "<code>\(escaped(text.split(whereSeparator: \.isWhitespace).joined(separator: " ")))</code>"
    }

    /// Names are letters, digits, `_` and `.`: an id as they are.
    static func anchor(_ name: String) -> String { escaped(name) }

    /// An author's text: what an empty line parts are paragraphs. Its Markdown stays as it is written.
    static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [[Substring]] = [[]]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) { paragraphs.append([]) } else { paragraphs[paragraphs.count - 1].append(line) }
        }
        return paragraphs.filter { !$0.isEmpty }.map { "<p>\(escaped($0.joined(separator: "\n")))</p>" }
    }

    static func table(_ heads: [String], _ rows: [[String]]) -> String {
        let head = "<tr>" + heads.map { "<th>\($0)</th>" }.joined() + "</tr>"
        return (["<table>", head] + rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>" } + ["</table>"]).joined(separator: "\n")
    }
}

// Coverage as pages: each policy file with its lines coloured, and a page that lists them. Nothing is loaded from anywhere.

/// Pages of HTML, each complete in itself.
public struct CoveragePages {
    /// A file's text, as it was compiled.
    public struct Source: Sendable {
        public var path: String
        public var text: String
        public init(path: String, text: String) {
            self.path = path
            self.text = text
        }
    }

    public struct Page: Sendable, Hashable {
        /// Below the directory that holds them all.
        public var name: String
        public var html: String
    }

    private enum State: Int {
        case none, hit, partly, missed
        var name: String {
            switch self {
            case .none: ""
            case .hit: "hit"
            case .partly: "partly"
            case .missed: "missed"
            }
        }
    }

    private let coverage: RuleCoverage
    private let sources: [Source]

    /// Only files that hold a rule, or a part of a rule's condition, get a page.
    public init(_ coverage: RuleCoverage, _ sources: [Source]) {
        self.coverage = coverage
        let paths = Set(coverage.rules.flatMap { [$0.place.path] + $0.parts.map(\.place.path) })
        self.sources = sources.filter { paths.contains($0.path) }.sorted { $0.path < $1.path }
    }

    /// The list, `index.html`, first.
    public var pages: [Page] {
        [Page(name: "index.html", html: index)]
            + sources.enumerated().map { Page(name: Self.name($0), html: page($1)) }
    }

    private static func name(_ index: Int) -> String { "file-\(index + 1).html" }

    // MARK: the list

    private var index: String {
        let rows = sources.enumerated().map { number, source in
            let own = coverage.rules.filter { $0.place.path == source.path }
            let conditions = own.compactMap(\.condition) + own.flatMap(\.parts).map(\.sides)
            let sides = conditions.flatMap { [$0.held, $0.failed] }
            let verbs = own.flatMap(\.verbs)
            return "<tr><td><a href=\"\(Self.name(number))\">\(HTMLText.escaped(source.path))</a></td>"
                + "<td>\(own.count { $0.isCovered }) of \(own.count)</td><td>\(sides.count { $0 > 0 }) of \(sides.count)</td>"
                + "<td>\(verbs.count { $0.hits > 0 }) of \(verbs.count)</td></tr>"
        }
        let table = "<table><tr><th>file</th><th>rules</th><th>sides of conditions</th><th>verbs</th></tr>\n"
            + rows.joined(separator: "\n") + "\n</table>"
        return HTMLText.page(title: "Coverage of the policy's tests", style: Self.style, body: "<h1>Coverage</h1>\n" + table)
    }

    // MARK: a file

    private func page(_ source: Source) -> String {
        let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
        var states = [State](repeating: .none, count: lines.count + 1)
        var notes = [[String]](repeating: [], count: lines.count + 1)
        for rule in coverage.rules {
            if rule.place.path == source.path { mark(rule, &states, &notes) }
            for part in rule.parts where part.place.path == source.path && lines.indices.contains(part.place.line - 1) {
                guard let missed = part.sides.missed else { continue }
                states[part.place.line] = State(rawValue: max(states[part.place.line].rawValue, State.partly.rawValue)) ?? .partly
                notes[part.place.line].append("\(Excerpt.line(part.text)) \(missed), in \(rule.name)")
            }
        }
        var rows: [String] = []
        for (number, line) in lines.enumerated() where number < lines.count - 1 || !line.isEmpty {
            let note = notes[number + 1].joined(separator: "; ")
            rows.append(
                "<tr id=\"L\(number + 1)\" class=\"\(states[number + 1].name)\"><td class=\"number\">\(number + 1)</td>"
                    + "<td class=\"source\">\(HTMLText.escaped(line))</td><td class=\"note\">\(HTMLText.escaped(note))</td></tr>")
        }
        let body = "<p><a href=\"index.html\">all files</a></p>\n<h1>\(HTMLText.escaped(source.path))</h1>\n<table class=\"code\">\n"
            + rows.joined(separator: "\n") + "\n</table>"
        return HTMLText.page(title: source.path, style: Self.style, body: body)
    }

    private func mark(_ rule: RuleCoverage.Rule, _ states: inout [State], _ notes: inout [[String]]) {
        guard states.indices.contains(rule.place.line) else { return }
        var missing: [String] = []
        if let missed = rule.condition?.missed { missing.append("its condition \(missed)") }
        let verbs = rule.verbs.filter { $0.hits == 0 }.map(\.name)
        if !verbs.isEmpty { missing.append("no step with \(verbs.joined(separator: ", "))") }
        for line in rule.place.line...min(rule.lastLine, states.count - 1) {
            let state: State = rule.isCovered ? .hit : .missed
            states[line] = State(rawValue: max(states[line].rawValue, state.rawValue)) ?? state
        }
        if rule.isCovered, !missing.isEmpty { states[rule.place.line] = .partly }
        notes[rule.place.line].append("\(rule.name): " + ([Count.of(rule.hits, "step")] + missing).joined(separator: ", "))
    }

    private static let style = """
        table { border-collapse: collapse } td, th { text-align: left; padding: 0 0.8em }
        .code td { white-space: pre-wrap; font-family: monospace; vertical-align: top } .number { color: #777; text-align: right }
        .note { color: #555 } .hit .source { background: #dff5df } .partly .source { background: #fdf3c8 }
        .missed .source { background: #fbdcdc }
        """
}

/// Text inside of HTML (WHATWG HTML, 13.3: what must be escaped), and the frame of a page.
public enum HTMLText {
    public static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\t", "\n": escaped.unicodeScalars.append(scalar)
            default:
                // What no page may hold, or what turns text around, is shown as what it is: nothing readable.
                let isShown = scalar.value >= 0x20 && scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
                escaped.unicodeScalars.append(isShown ? scalar : "\u{FFFD}")
            }
        }
        return escaped
    }

    /// A page that can load nothing and run nothing, whatever is in it.
    public static func page(title: String, style: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>\(escaped(title))</title>
        <style>
        body { font-family: sans-serif; margin: 2em }
        \(style)
        </style>
        </head>
        <body>
        \(body)
        </body>
        </html>

        """
    }
}

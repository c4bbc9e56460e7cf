// The server's messages as short lines that a reviewer can read: ranges as `line:character-line:character` from 0.

import Foundation
import LanguageServer

extension Player {
    private static let shownCandidates = 60

    func shown(_ message: JSON) -> String {
        if let error = message["error"] { return "error \(error["code"]?.int ?? 0): \(error["message"]?.string ?? "")" }
        if let method = message["method"]?.string {
            let parameters = message["params"] ?? .null
            guard method == "textDocument/publishDiagnostics" else { return "\(method) \(parameters.text)" }
            let items = parameters["diagnostics"]?.array ?? []
            let version = parameters["version"].map { " version \($0.text)" } ?? ""
            return (["diagnostics \(short(parameters["uri"]))\(version): \(items.count)"] + items.map { "  " + diagnostic($0) })
                .joined(separator: "\n")
        }
        return result(message["result"] ?? .null)
    }

    private func short(_ uri: JSON?) -> String { (uri?.string ?? "?").replacingOccurrences(of: "file:///w/", with: "") }

    private func range(_ range: JSON?) -> String {
        func place(_ end: String) -> String { "\(range?[end]?["line"]?.int ?? -1):\(range?[end]?["character"]?.int ?? -1)" }
        return place("start") + "-" + place("end")
    }

    private func diagnostic(_ item: JSON) -> String {
        let severity = ["?", "error", "warning", "note"][item["severity"]?.int ?? 0]
        var text = "\(range(item["range"])) \(severity) \(item["code"]?.string ?? ""): \(oneLine(item["message"]?.string ?? ""))"
        if let tags = item["tags"] { text += " tags \(tags.text)" }
        if let link = item["codeDescription"]?["href"]?.string { text += " <\(link)>" }
        for place in item["relatedInformation"]?.array ?? [] {
            text += " [\(location(place["location"])): \(place["message"]?.string ?? "")]"
        }
        return text
    }

    private func oneLine(_ text: String) -> String { text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " | ") }

    private func location(_ json: JSON?) -> String { "\(short(json?["uri"])) \(range(json?["range"]))" }

    private func result(_ result: JSON) -> String {
        if result.isNull { return "null" }
        // What is promised is said in full once, for a client that says nothing of itself.
        if let promised = result["capabilities"] { legend = promised["semanticTokensProvider"]?["legend"] ?? .null }
        if let promised = result["capabilities"], promised["codeActionProvider"]?.bool != false {
            return "initialized, positions in \(promised["positionEncoding"]?.string ?? "?")"
        }
        if let data = result["data"]?.array { return "tokens \(result["resultId"]?.string ?? "")\n" + tokens(data.compactMap(\.int)) }
        if let value = result["contents"]?["value"]?.string {
            return "hover \(range(result["range"]))\n" + value.split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.isEmpty ? "  ." : "  " + $0 }.joined(separator: "\n")
        }
        if let items = result["items"]?.array {
            let more = items.count > Self.shownCandidates ? ["… and \(items.count - Self.shownCandidates) more"] : []
            return items.isEmpty
                ? "nothing to complete" : (items.prefix(Self.shownCandidates).map(candidate) + more).joined(separator: "\n")
        }
        if let changes = result["documentChanges"]?.array {
            return changes.map { change in
                "edit \(short(change["textDocument"]?["uri"])) version \(change["textDocument"]?["version"]?.text ?? "?")\n"
                    + edits(change["edits"])
            }.joined(separator: "\n")
        }
        if let items = result.array, let first = items.first {
            if first["newText"] != nil { return edits(result) }
            if first["uri"] != nil { return items.map(location).joined(separator: "\n") }
            if first["selectionRange"] != nil {
                return items.map { "\($0["detail"]?.string ?? "") \($0["name"]?.string ?? "") \(range($0["range"])) \(range($0["selectionRange"]))" }
                    .joined(separator: "\n")
            }
            if first["title"] != nil { return items.map(action).joined(separator: "\n") }
            if first["range"] != nil, first["parent"] != nil { return items.map(selection).joined(separator: "\n") }
            if first["location"] != nil {
                return items.map { "\($0["name"]?.string ?? "") (\($0["containerName"]?.string ?? "")) \(location($0["location"]))" }
                    .joined(separator: "\n")
            }
            if first["startLine"] != nil {
                return items.map { "\($0["startLine"]?.int ?? -1)-\($0["endLine"]?.int ?? -1) \($0["kind"]?.string ?? "")" }.joined(separator: "\n")
            }
            if first["kind"] != nil, first["range"] != nil {
                return items.map { "\(range($0["range"])) kind \($0["kind"]?.text ?? "")" }.joined(separator: "\n")
            }
            if first["command"] != nil {
                return items.map { "\(range($0["range"])) \($0["command"]?["title"]?.string ?? "") \($0["command"]?["arguments"]?.text ?? "")" }
                    .joined(separator: "\n")
            }
        }
        return result.text
    }

    /// Each token with its place, length and type.
    private func tokens(_ data: [Int]) -> String {
        let types = (legend["tokenTypes"]?.array ?? []).compactMap(\.string)
        let modifiers = (legend["tokenModifiers"]?.array ?? []).compactMap(\.string)
        var (line, character) = (0, 0)
        return stride(from: 0, to: data.count, by: 5).map { index in
            if data[index] > 0 { character = 0 }
            line += data[index]
            character += data[index + 1]
            let set = modifiers.indices.filter { data[index + 4] >> $0 & 1 == 1 }.map { " " + modifiers[$0] }.joined()
            return "  \(line):\(character)+\(data[index + 2]) \(types[data[index + 3]])\(set)"
        }.joined(separator: "\n")
    }

    private func candidate(_ item: JSON) -> String {
        var text = "\(item["label"]?.string ?? "") (\(item["kind"]?.int ?? 0))"
        if let detail = item["detail"]?.string { text += " " + detail }
        let edit = item["textEdit"]
        let inserted = edit?["newText"]?.string ?? ""
        if inserted != item["label"]?.string { text += " inserts " + oneLine(inserted) }
        return text + " @" + range(edit?["range"])
    }

    private func edits(_ edits: JSON?) -> String {
        let lines = (edits?.array ?? []).map { "  \(range($0["range"])) \($0["newText"]?.text ?? "")" }
        return lines.isEmpty ? "no edits" : lines.joined(separator: "\n")
    }

    private func action(_ item: JSON) -> String {
        var text = "\(item["kind"]?.string ?? ""): \(item["title"]?.string ?? "")" + (item["isPreferred"]?.bool == true ? " (preferred)" : "")
        if let edit = item["edit"] { text += "\n" + result(edit) }
        if let command = item["command"] { text += " → \(command["command"]?.string ?? "") \(command["arguments"]?.text ?? "")" }
        return text
    }

    private func selection(_ item: JSON) -> String {
        var ranges: [String] = []
        var current: JSON? = item
        while let here = current {
            ranges.append(range(here["range"]))
            current = here["parent"]
        }
        return ranges.joined(separator: " ⊂ ")
    }
}

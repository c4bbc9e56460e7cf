// Writes a syntax tree as indented text without its places, so that two trees can be compared by what they say.

import PolicyLang

enum TreeDump {
    /// The tree as text. Prepositions are left out: they mean nothing, and the formatter chooses them.
    static func text(_ tree: SyntaxTree) -> String {
        var lines: [String] = []
        add("tree", tree, 0, &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func add(_ label: String, _ value: Any, _ depth: Int, _ lines: inout [String]) {
        let margin = String(repeating: "  ", count: depth)
        if value is SourceSpan || label == "preposition" || label.lowercased().hasSuffix("span") && !(value is SourceSpan?) {
            return
        }
        switch value {
        case let name as Name: lines.append("\(margin)\(label): \(name.text)")
        case let name as QualifiedName: lines.append("\(margin)\(label): \(name.text)")
        case let name as DottedName: lines.append("\(margin)\(label): \(name.text)")
        case let span as SourceSpan?: if span != nil { lines.append("\(margin)\(label)") }
        case let text as String: lines.append("\(margin)\(label): \(text.debugDescription)")
        case let doc as DocComment: lines.append("\(margin)\(label): \(doc.text.debugDescription)")
        default: addMirrored(label, value, depth, &lines)
        }
    }

    private static func addMirrored(_ label: String, _ value: Any, _ depth: Int, _ lines: inout [String]) {
        let margin = String(repeating: "  ", count: depth)
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            if let child = mirror.children.first { add(label, child.value, depth, &lines) }
        case .collection, .set:
            lines.append("\(margin)\(label): [\(mirror.children.count)]")
            for child in mirror.children { add("-", child.value, depth + 1, &lines) }
        case .enum:
            guard let child = mirror.children.first else {
                lines.append("\(margin)\(label): \(value)")
                return
            }
            let payload = Mirror(reflecting: child.value)
            let parts = payload.displayStyle == .tuple ? payload.children.map { $0 } : [(label: "_", value: child.value)]
            addNested("\(label): .\(child.label ?? "")", parts, depth, &lines)
        case .struct, .tuple, .class:
            addNested("\(label):", mirror.children.map { $0 }, depth, &lines)
        default:
            lines.append("\(margin)\(label): \(value)")
        }
    }

    /// Writes the parts below the heading, or beside it when they are one line.
    private static func addNested(
        _ heading: String, _ parts: [(label: String?, value: Any)], _ depth: Int, _ lines: inout [String]
    ) {
        var nested: [String] = []
        for part in parts { add(part.label ?? "_", part.value, depth + 1, &nested) }
        let margin = String(repeating: "  ", count: depth)
        if nested.count == 1 {
            lines.append("\(margin)\(heading) \(nested[0].drop { $0 == " " })")
        } else {
            lines.append(margin + heading)
            lines += nested
        }
    }
}

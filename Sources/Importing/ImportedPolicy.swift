// What every importer hands back, and the page it writes on: a policy file, laid out, that compiles.

import Compiler
import Machine
import PolicyLang

/// A policy file made from something else. Where meaning could not be carried over, a comment in it says so.
public struct ImportedPolicy: Sendable, Hashable {
    /// As `postern fmt` would lay it out.
    public var text: String
}

/// Why there is no policy: the input is not what it should be. Holds no text of the input but names.
public struct ImportError: Error, Hashable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}

/// Collects declarations, and makes the file of them.
struct PolicyPage {
    private let policy: String
    private let about: [String]
    private var lines: [String] = []
    /// Names that are taken, by what they stand for.
    private var names: [String: String] = [:]
    private var taken: Set<String> = []

    init(policy: String, about: [String]) {
        self.policy = policy
        self.about = about
    }

    mutating func add(_ line: String) { lines.append(line) }

    /// A comment; text of the input stays text, whatever is in it.
    mutating func note(_ text: String, isDoc: Bool = false) {
        let words = PolicyText.visible(text).split(whereSeparator: \.isWhitespace)
        var line = isDoc ? "///" : "//"
        for word in words {
            if line.utf8.count + word.utf8.count > 116, line.utf8.count > 3 {
                lines.append(line)
                line = isDoc ? "///" : "//"
            }
            line += " " + word
        }
        lines.append(line)
    }

    mutating func gap() { lines.append("") }

    /// A name for something of the input: the same each time, and nobody else's. `sort` keeps apart what may share a name.
    mutating func name(_ text: String, sort: String) -> String {
        let key = sort + "\u{0}" + text
        if let known = names[key] { return known }
        let name = freshName(text, sort: sort)
        names[key] = name
        return name
    }

    /// A name that nothing has yet.
    mutating func freshName(_ text: String, sort: String) -> String {
        var name = PolicyText.name(text)
        if Vocabulary.reservedNames.contains(name) || name.isEmpty { name = "\(sort)_\(name)" }
        var unique = name
        var number = 2
        let scope = sort == "rule" ? "rule " : ""
        while !taken.insert(scope + unique).inserted {
            unique = "\(name)_\(number)"
            number += 1
        }
        return unique
    }

    /// The file, laid out and compiled: an importer that writes what is no policy has made a mistake, which the caller learns.
    func finish() throws(ImportError) -> ImportedPolicy {
        let head = about.map { "/// " + PolicyText.visible($0) }
        let text = (head + ["policy \(policy) edition 1", ""] + lines).joined(separator: "\n") + "\n"
        let parsed = Parser.parse(text: text, path: "imported.postern")
        // U+0000, or a text that is not in normal form C.
        if let fault = parsed.diagnostics.first(where: { $0.code == "P0114" || $0.code == "P0122" }) {
            let place = String(decoding: Array(text.utf8)[fault.span.start..<fault.span.end], as: UTF8.self)
            throw ImportError("\(place) of the input cannot stand in a policy: \(fault.message)")
        }
        guard let laidOut = PolicyFormatter.format(parsed) else {
            throw ImportError("the policy that was made cannot be read: \(parsed.diagnostics.first?.message ?? "")")
        }
        let compiled = PolicyCompiler.compile(
            files: [SourceFile(path: "imported.postern", text: laidOut)], options: CompileOptions(date: Moment(seconds: 0)))
        if let error = compiled.diagnostics.first(where: { $0.severity == .error }) {
            throw ImportError("the policy that was made does not compile: \(error.code), \(error.message)")
        }
        return ImportedPolicy(text: laidOut)
    }
}

/// Text of the input, as a policy file may hold it.
enum PolicyText {
    /// Longer texts are cut in comments.
    static let shown = 2_000

    /// Without what a policy file may not hold: control characters, invisible ones, and what turns text around.
    static func visible(_ text: String) -> String {
        var visible = ""
        for scalar in text.unicodeScalars.prefix(shown) {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                visible += scalar == "\n" || scalar == "\t" || scalar == "\r" ? " " : "?"
            case .spaceSeparator: visible += " "
            default: visible.unicodeScalars.append(scalar)
            }
        }
        return visible
    }

    /// A string as a policy has it.
    static func quoted(_ text: String) -> String { StringLiteral.written(text, isASCII: true) }

    /// Letters, digits and `_`; what else there is becomes `_`.
    static func name(_ text: String) -> String {
        var name = ""
        for byte in text.utf8.prefix(96) {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): name.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): name.unicodeScalars.append(Unicode.Scalar(byte))
            default: if !name.hasSuffix("_") { name += "_" }
            }
        }
        while name.hasSuffix("_"), name.utf8.count > 1 { name.removeLast() }
        if let first = name.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) { name = "n" + name }
        return name == "_" ? "" : name
    }

    /// A relation, in a form that nothing else can be: with its schema, or in quotes.
    static func object(schema: String?, name: String) -> String {
        guard let schema else { return quoted(name) }
        return "\(segment(schema)).\(segment(name))"
    }

    static func segment(_ text: String) -> String {
        let isPlain = !text.isEmpty && text != "any" && text.utf8.enumerated().allSatisfy { index, byte in
            byte == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || index > 0 && (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        return isPlain && text.utf8.count < 100 ? text : quoted(text)
    }
}

/// The people that an import speaks of, as placeholders: whoever reads the file puts in who they are.
enum Placeholders {
    static let issuerAbout = "Whoever signs your workloads' tokens: put its URL, its audience and its claims here."

    static func addIssuer(_ page: inout PolicyPage, claims: [String]) {
        page.note(issuerAbout, isDoc: true)
        page.add("issuer workloads : oidc { url \"https://issuer.example\" audience \"postern\" claims { \(claims.joined(separator: ", ")) } }")
        page.gap()
    }

    static func addIdentity(_ page: inout PolicyPage, _ name: String, subject: String, about: String) {
        page.note(about, isDoc: true)
        page.add("identity \(name) from workloads { when claim.sub == \(PolicyText.quoted(subject)) }")
        page.gap()
    }
}

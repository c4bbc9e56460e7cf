// What one diagnostic code means, with an example that has it and the same example mended.

import PolicyLang

/// The text behind `postern explain P0211`. The tests compile every example: it has its code, and mended it has not.
public struct CodeExplanation: Sendable, Hashable {
    public var code: String
    /// Sentences for people: what is wrong, and why that is one.
    public var meaning: String
    /// As it is shown. Without a line `policy …` it stands below `surroundings`; `==== PATH` begins a file; `⟦FF⟧` is a byte, and
    /// `⟦3×a⟧` is `a` three times.
    public var wrong: String
    /// `wrong` with the mistake mended; nothing else of it is different.
    public var right: String

    init(_ code: String, _ meaning: String, wrong: String, right: String) {
        self.code = code
        self.meaning = meaning
        self.wrong = wrong
        self.right = right
    }

    /// All that there are, by code.
    public static let all: [CodeExplanation] = {
        let groups: [[CodeExplanation]] = [
            ofBytes, ofShape, ofClauses, ofValues, ofConditions, ofObjects, ofLimits, ofPolicies, ofNames, ofSchemas, ofFacts, ofRules,
            ofDetectors,
            ofWarnings, ofFindings,
        ]
        return groups.flatMap { $0 }.sorted { $0.code < $1.code }
    }()

    /// The explanation of a code, in small or capital letters; nil when there is no such code.
    public static func of(_ code: String) -> CodeExplanation? {
        let wanted = code.uppercased()
        return all.first { $0.code == wanted } ?? PolicyLint.rules.first { $0.code == wanted }?.explanation
    }

    /// Whether an argument has the form of a code: a letter and four digits.
    public static func isCode(_ text: String) -> Bool {
        text.utf8.count == 5 && "PpCcLl".contains(text.first ?? "-") && text.dropFirst().allSatisfy { $0.isASCII && $0.isNumber }
    }

    /// What stands above examples that are only a part of a policy.
    public static let surroundings = """
        policy shop edition 1
        issuer ci : oidc {
          url       "https://ci.example"
          audience  "postern"
          claims    { sub string, team string optional, groups set of string optional, level int optional }
        }
        identity app from ci { when claim.sub == "app" }
        resource db : postgres { tags production  search_path public }
        allow app_works {
          who  app
          on   db
          to   select, insert, update, delete, create, alter, drop, lock
        }

        """

    /// An example's files, whole, by path; those that end in `.sql` are schema files.
    public static func files(of example: String) -> [(path: String, bytes: [UInt8])] {
        guard example.hasPrefix("==== ") else {
            return [("example.postern", bytes(isWhole(example) ? example : surroundings + example))]
        }
        var files: [(path: String, text: String)] = []
        for line in example.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("==== ") {
                files.append((String(line.dropFirst(5)), ""))
            } else {
                files[files.count - 1].text += line + "\n"
            }
        }
        return files.map { file in
            let needsMore = file.path.hasSuffix(".postern") && !isWhole(file.text)
            return (file.path, bytes(needsMore ? surroundings + file.text : file.text))
        }
    }

    /// Whether an example stands for itself. Those of P02 are about the first line.
    static func isWhole(_ example: String) -> Bool {
        let first = example.split(separator: "\n").first ?? ""
        return first.contains("policy ") || first.hasPrefix("use ")
    }

    /// Writes out what stands between `⟦` and `⟧`.
    private static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Substring(text)
        while let open = rest.firstIndex(of: "⟦"), let close = rest[open...].firstIndex(of: "⟧") {
            bytes += Array(rest[..<open].utf8)
            let inside = rest[rest.index(after: open)..<close]
            let parts = inside.split(separator: "×", maxSplits: 1)
            if parts.count == 2, let count = Int(parts[0]) {
                for _ in 0..<count { bytes += Array(parts[1].utf8) }
            } else if let byte = UInt8(inside, radix: 16) {
                bytes.append(byte)
            }
            rest = rest[rest.index(after: close)...]
        }
        return bytes + Array(rest.utf8)
    }
}

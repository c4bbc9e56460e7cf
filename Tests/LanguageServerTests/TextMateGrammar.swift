// A small reader of TextMate grammars: enough to colour a file line by line as editors do, to hold the grammar against the lexer.

import Foundation

/// A grammar of `match` and `begin`/`end` rules. What it cannot read it refuses, so that no rule goes untested.
struct TextMateGrammar {
    /// A coloured stretch, in UTF-16 units of its line.
    struct Token: Hashable {
        var line: Int
        var range: Range<Int>
        var scope: String
    }

    struct Fault: Error { var text: String }

    private struct Rule {
        var expression: NSRegularExpression
        var scope: String?
        /// Scopes of groups, by number.
        var captures: [Int: String]
        /// For a rule with a beginning and an end.
        var end: NSRegularExpression?
        var inner: [Rule]
    }

    private let rules: [Rule]

    init(_ data: Data) throws {
        guard let root = try JSONSerialization.jsonObject(with: data) as? [String: Any], let patterns = root["patterns"] as? [[String: Any]]
        else { throw Fault(text: "no patterns") }
        rules = try Self.rules(patterns, root["repository"] as? [String: Any] ?? [:])
    }

    private static func rules(_ patterns: [[String: Any]], _ repository: [String: Any]) throws -> [Rule] {
        try patterns.flatMap { pattern -> [Rule] in
            if let include = pattern["include"] as? String {
                guard include.hasPrefix("#"), let named = repository[String(include.dropFirst())] as? [String: Any] else {
                    throw Fault(text: "nothing is called \(include)")
                }
                return try rules([named], repository)
            }
            let scope = pattern["name"] as? String
            var captures: [Int: String] = [:]
            for (number, value) in pattern["captures"] as? [String: [String: String]] ?? [:] { captures[Int(number) ?? -1] = value["name"] }
            if let match = pattern["match"] as? String {
                return [Rule(expression: try NSRegularExpression(pattern: match), scope: scope, captures: captures, end: nil, inner: [])]
            }
            let inner = try rules(pattern["patterns"] as? [[String: Any]] ?? [], repository)
            guard let begin = pattern["begin"] as? String, let end = pattern["end"] as? String else { return inner }
            return [
                Rule(
                    expression: try NSRegularExpression(pattern: begin), scope: scope, captures: [:],
                    end: try NSRegularExpression(pattern: end), inner: inner)
            ]
        }
    }

    /// Every coloured stretch of a text, inner ones after the ones that hold them.
    func tokens(of text: String) -> [Token] {
        text.components(separatedBy: "\n").enumerated().flatMap { number, line in
            var tokens: [Token] = []
            colour(line, NSRange(location: 0, length: line.utf16.count), rules, number, &tokens)
            return tokens
        }
    }

    private func colour(_ line: String, _ range: NSRange, _ rules: [Rule], _ number: Int, _ tokens: inout [Token]) {
        // A lookbehind sees what stands before the range, and `^` is the line's start alone.
        let options: NSRegularExpression.MatchingOptions = [.withTransparentBounds, .withoutAnchoringBounds]
        var position = range.location
        let end = range.location + range.length
        while position < end {
            let rest = NSRange(location: position, length: end - position)
            var first: (match: NSTextCheckingResult, rule: Rule)?
            for rule in rules {
                guard let match = rule.expression.firstMatch(in: line, options: options, range: rest), match.range.length > 0 else { continue }
                if first.map({ match.range.location < $0.match.range.location }) ?? true { first = (match, rule) }
            }
            guard let (match, rule) = first else { return }
            var whole = match.range
            if let ending = rule.end {
                let after = NSRange(location: whole.location + whole.length, length: end - whole.location - whole.length)
                let close = closing(line, after, ending, rule.inner, options)
                whole.length = close.location + close.length - whole.location
                add(whole, rule.scope, number, &tokens)
                colour(line, NSRange(location: after.location, length: close.location - after.location), rule.inner, number, &tokens)
            } else {
                add(whole, rule.scope, number, &tokens)
                for (group, scope) in rule.captures.sorted(by: { $0.key < $1.key }) where group < match.numberOfRanges {
                    add(match.range(at: group), scope, number, &tokens)
                }
            }
            position = whole.location + max(whole.length, 1)
        }
    }

    /// The end of a rule with one: of an inner match and an end at one place, the end comes first.
    private func closing(
        _ line: String, _ range: NSRange, _ ending: NSRegularExpression, _ inner: [Rule], _ options: NSRegularExpression.MatchingOptions
    ) -> NSRange {
        var rest = range
        let end = range.location + range.length
        while true {
            guard let close = ending.firstMatch(in: line, options: options, range: rest) else { return NSRange(location: end, length: 0) }
            let before = inner.compactMap { $0.expression.firstMatch(in: line, options: options, range: rest)?.range }
                .filter { $0.location < close.range.location }.min { $0.location < $1.location }
            guard let before else { return close.range }
            let next = before.location + max(before.length, 1)
            rest = NSRange(location: next, length: max(0, end - next))
        }
    }

    private func add(_ range: NSRange, _ scope: String?, _ line: Int, _ tokens: inout [Token]) {
        guard let scope, range.location != NSNotFound, range.length > 0 else { return }
        tokens.append(Token(line: line, range: range.location..<range.location + range.length, scope: scope))
    }
}

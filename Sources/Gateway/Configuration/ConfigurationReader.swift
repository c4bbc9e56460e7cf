// Reads a YAML mapping key by key; every wrong or missing key becomes a problem with its line and what was expected.

import Yams

/// A wrong place in a configuration file.
public struct ConfigurationProblem: Error, Sendable, Hashable, CustomStringConvertible {
    public var path: String
    /// From 1.
    public var line: Int
    public var message: String
    /// Control characters of the file are shown as a replacement: a configuration must not write to the reader's terminal.
    public var description: String {
        let shown = message.unicodeScalars.map { $0.value < 32 || (127..<160).contains($0.value) ? "\u{FFFD}" : $0 }
        return "\(path):\(line): " + String(String.UnicodeScalarView(shown))
    }
}

/// All problems of one file; never empty.
public struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    public var problems: [ConfigurationProblem]
    public var description: String { problems.map(\.description).joined(separator: "\n") }
}

/// Problems found so far. One list per file.
final class ConfigurationProblems {
    let path: String
    private(set) var found: [ConfigurationProblem] = []
    init(path: String) { self.path = path }
    func add(_ line: Int, _ message: String) { found.append(.init(path: path, line: line, message: message)) }
}

/// One mapping of the file. Keys that were never asked for are reported by `finish`.
struct ConfigurationReader {
    /// Where this mapping is in the file, as `resources[0].backend`.
    let name: String
    let line: Int
    private let problems: ConfigurationProblems
    private let mapping: Node.Mapping
    private let known: [String]

    /// Reports unknown keys at once: `known` is every key this mapping may have.
    init?(_ node: Node, name: String, known: [String], problems: ConfigurationProblems) {
        self.name = name
        self.known = known
        self.problems = problems
        line = node.mark?.line ?? 1
        guard let mapping = node.mapping else {
            problems.add(line, "\(name) must be a mapping with the keys \(known.joined(separator: ", "))")
            return nil
        }
        self.mapping = mapping
        for (key, _) in mapping {
            guard let text = key.string, known.contains(text) else {
                let written = key.string ?? "?"
                problems.add(
                    key.mark?.line ?? line,
                    "unknown key '\(written)' in \(name); expected one of \(known.joined(separator: ", "))")
                continue
            }
        }
    }

    func node(_ key: String) -> Node? {
        precondition(known.contains(key))
        return mapping.first { $0.key.string == key }?.value
    }

    func line(_ key: String) -> Int { node(key)?.mark?.line ?? line }

    func string(_ key: String, expected: String) -> String? {
        guard let found = optionalNode(key, expected) else { return nil }
        return text(found, key, expected)
    }

    func optionalString(_ key: String, expected: String) -> String? {
        guard let found = node(key) else { return nil }
        return text(found, key, expected)
    }

    func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int) -> Int {
        guard let found = node(key) else { return fallback }
        guard let value = found.int, range.contains(value) else {
            problems.add(
                found.mark?.line ?? line, "\(name).\(key) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return fallback
        }
        return value
    }

    func boolean(_ key: String, default fallback: Bool) -> Bool {
        guard let found = node(key) else { return fallback }
        guard let value = found.bool else {
            problems.add(found.mark?.line ?? line, "\(name).\(key) must be true or false")
            return fallback
        }
        return value
    }

    /// A list of texts; one text alone counts as a list of one.
    func strings(_ key: String, expected: String) -> [String] {
        guard let found = node(key) else { return [] }
        if let one = found.string, found.scalar != nil { return [one] }
        guard let list = found.sequence else {
            problems.add(found.mark?.line ?? line, "\(name).\(key) must be \(expected)")
            return []
        }
        return list.compactMap { text($0, key, expected) }
    }

    func items(_ key: String, expected: String) -> [Node] {
        guard let found = optionalNode(key, expected) else { return [] }
        guard let list = found.sequence else {
            problems.add(found.mark?.line ?? line, "\(name).\(key) must be a list: \(expected)")
            return []
        }
        return Array(list)
    }

    /// `host:port` or `[v6]:port`.
    func endpoint(_ key: String) -> SocketEndpoint? {
        let expected = "an address as host:port, for example 127.0.0.1:6432"
        guard let text = string(key, expected: expected) else { return nil }
        guard let endpoint = SocketEndpoint(text) else {
            problems.add(line(key), "\(name).\(key) must be \(expected)")
            return nil
        }
        return endpoint
    }

    func problem(_ key: String, _ message: String) { problems.add(line(key), "\(name).\(key) \(message)") }

    private func optionalNode(_ key: String, _ expected: String) -> Node? {
        guard let found = node(key) else {
            problems.add(line, "\(name) needs '\(key)': \(expected)")
            return nil
        }
        return found
    }

    private func text(_ node: Node, _ key: String, _ expected: String) -> String? {
        guard node.scalar != nil, let text = node.string, !text.isEmpty else {
            problems.add(node.mark?.line ?? line, "\(name).\(key) must be \(expected)")
            return nil
        }
        return text
    }
}

extension SocketEndpoint {
    /// `host:port`, the port from 0 (any free one) to 65535.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port)
        else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            return nil
        }
        guard !host.isEmpty else { return nil }
        self.init(host: host, port: port)
    }
}

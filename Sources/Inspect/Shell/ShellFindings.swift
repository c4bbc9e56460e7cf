// What a shell text would do: commands with their words, files opened by redirections, and what is not known.

import Machine

/// The shell whose rules a text is read by.
public enum ShellDialect: UInt8, BitwiseCopyable, Sendable {
    /// GNU bash 5, not interactive, not in POSIX mode.
    case bash
    /// POSIX sh as dash reads it. Where another sh (bash as sh) would read it otherwise, what that would do is found too.
    case posix
}

/// What could not be established. The names are those of the batch output.
public struct ShellUnknowns: OptionSet, BitwiseCopyable, Sendable, Hashable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// What is run is not known.
    public static let command = ShellUnknowns(rawValue: 1)
    /// Text that is not known here is run as code.
    public static let code = ShellUnknowns(rawValue: 2)
    /// The target of a redirection is not known.
    public static let redirection = ShellUnknowns(rawValue: 4)
    /// An assignment changes what programs run or do.
    public static let environment = ShellUnknowns(rawValue: 8)
    /// An argument, or the number of arguments, is not known.
    public static let argument = ShellUnknowns(rawValue: 16)
    /// A known program has an option or a file whose effect is not understood.
    public static let effect = ShellUnknowns(rawValue: 32)

    /// Every kind with its name, in the order of the batch output.
    public static let all: [(kind: ShellUnknowns, name: StaticString)] = [
        (.command, "command"), (.code, "code"), (.redirection, "redirection"), (.environment, "environment"),
        (.argument, "argument"), (.effect, "effect"),
    ]
}

/// One word of a command.
public struct ShellWord: BitwiseCopyable, Sendable {
    /// The word after all expansions, where `isKnown`.
    public var text: TextRef
    public var isKnown: Bool
}

/// One command that would be run; its words lie together in `ShellFindings.words`, the first is the program's name.
public struct ShellCommand: BitwiseCopyable, Sendable {
    public var firstWord: UInt32
    public var wordCount: UInt32
    /// False when an unknown word may stand for none or for several.
    public var countIsKnown: Bool
}

/// A path that a redirection opens.
public struct ShellPath: BitwiseCopyable, Sendable {
    public var text: TextRef
    public var isKnown: Bool
}

/// Everything found in one shell text. One object is reused: `clear` keeps capacity, a warm one allocates nothing.
/// Not thread-safe.
public final class ShellFindings {
    public private(set) var text = ArenaBuffer<UInt8>(capacity: 1024)
    public private(set) var words = ArenaBuffer<ShellWord>(capacity: 64)
    /// Every command of every branch, those inside substitutions before the ones they are part of, a wrapper before
    /// what it runs.
    public private(set) var commands = ArenaBuffer<ShellCommand>(capacity: 16)
    public private(set) var writes = ArenaBuffer<ShellPath>(capacity: 8)
    public private(set) var reads = ArenaBuffer<ShellPath>(capacity: 8)
    public internal(set) var unknown: ShellUnknowns = []
    /// The text, or a text that it runs, was not read to its end. `unknown` then holds `code`.
    public internal(set) var refused = false
    /// Bytes of the whole text.
    public internal(set) var textCount = 0

    public init() {}

    public func clear() {
        text.removeAll()
        words.removeAll()
        commands.removeAll()
        writes.removeAll()
        reads.removeAll()
        unknown = []
        refused = false
        textCount = 0
    }

    /// The bytes of a text reference. Valid until the next change of these findings.
    public func bytes(_ ref: TextRef) -> UnsafeRawBufferPointer {
        guard Int(ref.offset) + Int(ref.count) <= text.count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: text.base + Int(ref.offset), count: Int(ref.count))
    }
    /// For people and tests, not for hot paths. Invalid UTF-8 is replaced.
    public func string(_ ref: TextRef) -> String { String(decoding: bytes(ref), as: UTF8.self) }

    /// The words of a command, nil where not known.
    public func words(of command: ShellCommand) -> [String?] {
        (0..<Int(command.wordCount)).map { index in
            let word = words[Int(command.firstWord) + index]
            return word.isKnown ? string(word.text) : nil
        }
    }

    func append(word: UnsafeRawBufferPointer?) {
        guard let word else { return words.append(ShellWord(text: .none, isKnown: false)) }
        words.append(ShellWord(text: text.append(bytes: word), isKnown: true))
    }
    func append(_ command: ShellCommand) { commands.append(command) }
    func append(path: UnsafeRawBufferPointer?, isWrite: Bool) {
        let found = path.map { ShellPath(text: text.append(bytes: $0), isKnown: true) } ?? ShellPath(text: .none, isKnown: false)
        if isWrite { writes.append(found) } else { reads.append(found) }
    }
}

// What a compilation takes and gives: options, diagnostics, the program, tests, costs and the resolved model.

import Machine
import PolicyLang

/// What the compiler cannot find in the files. There is no clock here: the date is the caller's.
public struct CompileOptions: Sendable {
    /// The number that the program carries; a gateway refuses an older one than it has.
    public var revision: UInt64
    /// Against which `expires` is held: an expired deny or mask is an error, an expired allow a warning.
    public var date: Moment
    /// The bytes of a schema file by its path, which is as the policy has it, relative to the policy file's own; nil where
    /// there is no such file. There are no files here: reading them is the caller's.
    public var readSchema: @Sendable (String) -> [UInt8]?
    /// False where policies are only compared: schema files are then neither asked for nor part of the program.
    public var opensSchemas = true
    /// What an earlier compilation of the same files has left; nil to read everything anew.
    public var memory: CompileMemory?
    /// False for whoever only wants to know what is wrong, at every keystroke: no program is made, and so what only its
    /// bytes can show (C0801 of a condition, C0802) is not said.
    public var makesProgram = true
    /// True for a check that also argues about all requests: which rules make no difference (C0610 to C0612), and which tests cannot fail
    /// (C0613). It takes about as long as the rest again.
    public var findsDeadRules = false

    public init(revision: UInt64 = 0, date: Moment, readSchema: @escaping @Sendable (String) -> [UInt8]? = { _ in nil }) {
        self.revision = revision
        self.date = date
        self.readSchema = readSchema
    }
}

/// The outcome of a compilation. Diagnostics are always complete as far as the mistakes let the compiler see.
public struct Compilation: Sendable {
    /// By the `file` of every span: first the given files in the given order, then those that ship with Postern and
    /// were used.
    public let sources: [SourceFile]
    /// The parser's and the compiler's, by file and place.
    public let diagnostics: [Diagnostic]
    /// Nil when a diagnostic is an error.
    public let program: Program?
    /// The policy's own examples, in the order of the files; those that could be resolved.
    public let tests: [PolicyTest]
    /// What every name came to mean; made at the first asking.
    public var model: PolicyModel { modelMaker.model }
    let modelMaker: PolicyModelMaker
    /// One for each rule of the program, in its order; empty when there is none.
    public let costs: [RuleCost]
    /// What proofs and comparisons argue about; nil when a diagnostic is an error.
    public let reasoned: ReasonedPolicy?
    /// What schema files say; see `tables(of:)`.
    let databases: [ResolvedDatabase]

    public var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }
}

/// The worst case of one rule's condition.
public struct RuleCost: Sendable, Hashable {
    /// The rule's name in the program.
    public let rule: String
    /// Instructions in the program.
    public let instructions: Int
    /// The longest way through them, in units of one instruction; pattern limits included. Zero without a condition.
    public let cost: UInt64
}

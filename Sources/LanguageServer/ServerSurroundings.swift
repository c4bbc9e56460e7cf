// What the server needs of the world: files, the date, a place for what it shows, and someone who runs tests.

import Compiler
import PolicyLang

/// The world as the server sees it. Nothing else in this module opens a file or asks for the time, so that a whole
/// conversation can be a test.
public struct ServerSurroundings {
    /// Paths of the policy files of a folder, in any order; the second argument says whether those of folders in it count.
    public var policyFiles: (String, Bool) -> [String]
    /// A file's bytes; nil where there is none.
    public var read: @Sendable (String) -> [UInt8]?
    /// Against which `expires` is held, in seconds since 1970.
    public var secondsSince1970: () -> Int64
    /// Writes a page that an editor shall show (`std/pii.postern`, `explain/P0211.md`) and answers its path; nil where it
    /// cannot be written, and then there is nothing to show.
    public var store: (String, String) -> String?
    /// Runs tests of a compiled policy through the decision path; nil where the policy has no program.
    public var runTests: (Compilation, [PolicyTest]) -> [TestVerdict]

    public init(
        policyFiles: @escaping (String, Bool) -> [String], read: @escaping @Sendable (String) -> [UInt8]?,
        secondsSince1970: @escaping () -> Int64, store: @escaping (String, String) -> String?,
        runTests: @escaping (Compilation, [PolicyTest]) -> [TestVerdict]
    ) {
        self.policyFiles = policyFiles
        self.read = read
        self.secondsSince1970 = secondsSince1970
        self.store = store
        self.runTests = runTests
    }
}

/// How one `test` block came out.
public struct TestVerdict: Sendable {
    /// A step that did not come out as written.
    public struct Failure: Sendable {
        public var path: String
        /// From 1.
        public var line: Int
        /// Sentences for people, in lines.
        public var text: String
        public init(path: String, line: Int, text: String) {
            self.path = path
            self.line = line
            self.text = text
        }
    }

    public var title: String
    public var steps: Int
    public var failures: [Failure]

    public init(title: String, steps: Int, failures: [Failure]) {
        self.title = title
        self.steps = steps
        self.failures = failures
    }
}

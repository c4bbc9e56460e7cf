// A folder of its own for one test.

import Foundation

/// A folder that is gone, with what is in it, when its owner is.
package final class TemporaryFolder: Sendable {
    package let path: String
    package var url: URL { URL(fileURLWithPath: path) }

    package init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("postern-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// - Returns: the path of the file that was written.
    @discardableResult
    package func write(_ text: String, _ name: String) throws -> String {
        let file = path + "/" + name
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }
}

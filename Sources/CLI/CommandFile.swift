// Files that commands are given to read and to write, and what is said when that cannot be.

import Foundation

enum CommandFile {
    static func read(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else { throw Impossible("\(path) cannot be read") }
        return [UInt8](data)
    }

    /// Whole or not at all.
    static func write(_ bytes: some Collection<UInt8>, to path: String) throws {
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw Impossible("\(path) cannot be written")
        }
    }
}

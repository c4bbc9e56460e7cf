// Configuration files as text in, and what is wrong with them as text out.

import Foundation
import TestSupport
import Testing

@testable import Gateway

/// A case is a configuration, a line `----`, and the problems it has, one a line; or `ok`.
@Suite struct ConfigurationTests {
    static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Cases/configuration")
    static let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()) ?? []

    @Test func thereAreCases() { #expect(Self.names.count >= 5) }

    @Test(arguments: names) func problems(_ name: String) throws {
        let url = Self.directory.appendingPathComponent(name)
        let parts = try String(contentsOf: url, encoding: .utf8).components(separatedBy: "\n----\n")
        try #require(parts.count == 2, "\(name) needs a configuration, a line ----, and what is wrong with it")
        let actual = Self.read(parts[0]) + "\n"
        try CaseFolder.expect(parts[0] + "\n----\n" + actual, at: url)
    }

    @Test func everyCutAndFlipIsAnswered() throws {
        let whole = try String(contentsOf: Self.directory.appendingPathComponent("whole.yaml"), encoding: .utf8)
        let text = Array(try #require(whole.components(separatedBy: "\n----\n").first).utf8)
        var answered = 0
        for cut in stride(from: 0, to: text.count, by: 3) {
            var bytes = text
            bytes[cut] = bytes[cut] &+ 7
            for variant in [Array(text[..<cut]), bytes] {
                _ = Self.read(String(decoding: variant, as: UTF8.self))
                answered += 1
            }
        }
        #expect(answered > 200)
    }

    private static func read(_ text: String) -> String {
        do {
            _ = try ConfigurationFile.parse(text, path: "postern.yaml", directory: "/etc/postern")
            return "ok"
        } catch {
            return error.description
        }
    }
}

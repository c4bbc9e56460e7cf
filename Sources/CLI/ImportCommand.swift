// `postern import`: a policy file made from what others wrote in another form.

import ArgumentParser
import Foundation
import Importing

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Make a policy file of guardrails, GRANTs or Cedar policies.",
        discussion: """
            Writes a policy that compiles, laid out, with a comment where meaning could not be carried over. It never allows more than the
            original did: what cannot be said of an allow is left out, and what cannot be said of a deny makes it wider.

              postern import hoop guardrails.json > guardrails.postern
              pg_dumpall --roles-only > dump.sql; pg_dump --schema-only shop >> dump.sql
              postern import grants dump.sql --output grants.postern
              postern import cedar *.cedar --name shop

            Exit status 2 when the input cannot be read.
            """)

    enum Source: String, ExpressibleByArgument, CaseIterable { case hoop, grants, cedar }

    @Argument(help: "What the files are: hoop (guardrails as JSON), grants (a dump of SQL), or cedar.")
    var source: Source
    @Argument(help: "The files; one, but for cedar.", completion: .file())
    var paths: [String]
    @Option(name: .long, help: "The policy's name.")
    var name = "imported"
    @Option(name: .shortAndLong, help: "Where to write the policy, a file that is not there yet. Default: standard output.")
    var output: String?

    func validate() throws {
        if paths.isEmpty { throw ValidationError("name a file") }
        if source != .cedar, paths.count > 1 { throw ValidationError("\(source.rawValue) takes one file") }
    }

    func run() throws {
        try Output.run {
            if let output, FileManager.default.fileExists(atPath: output) { throw Impossible("\(output) is there already") }
            let text = try policy(try paths.map { try CommandFile.read($0) })
            guard let output else { return Output.write(text) }
            try CommandFile.write(text.utf8, to: output)
        }
    }

    private func policy(_ files: [[UInt8]]) throws -> String {
        do throws(ImportError) {
            switch source {
            case .hoop: return try HoopImport.policy(files[0], name: name).text
            case .grants: return try GrantsImport.policy(files[0], name: name).text
            case .cedar: return try CedarImport.policy(files, name: name).text
            }
        } catch {
            throw Impossible("\(paths.joined(separator: ", ")): \(error)")
        }
    }
}

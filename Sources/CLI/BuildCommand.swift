// `postern build` and `postern disassemble`: policy files to a signed bundle, and a bundle back to readable text.

import ArgumentParser
import Compiler
import Foundation
import Gateway
import Machine
import PolicyLang
import Sealing

struct BuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "build", abstract: "Compile policy files to a signed bundle.",
        discussion: """
            The same files under the same paths, revision and key give the same bytes. Revisions only ever grow: a gateway refuses an older bundle.

              postern keys new policy
              postern build policies/ --key policy.key.pem --output shop.bundle

            Exit status 1 when the policy has errors; nothing is written then.
            """)

    @OptionGroup var input: PolicyInput
    @Option(name: .shortAndLong, help: "Where to write the bundle.")
    var output: String
    @Option(name: .long, help: "PEM file of the Ed25519 key that signs. See 'postern keys'.")
    var key: String?
    @Flag(name: .long, help: "Write a bundle without a signature; a gateway takes it only when told to.")
    var unsigned = false
    @Option(
        name: .long, help: "The bundle's revision. Default: SOURCE_DATE_EPOCH when set, else the time in seconds.")
    var revision: UInt64?

    func validate() throws {
        if output.hasSuffix("." + PolicyFileReader.fileExtension) {
            throw ValidationError("--output names a policy file; a bundle would overwrite it")
        }
        if let text = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"], Int64(text) == nil {
            throw ValidationError("SOURCE_DATE_EPOCH is '\(text)'; it must be a number of seconds")
        }
        if (key == nil) == !unsigned { throw ValidationError("give either --key FILE or --unsigned") }
    }

    func run() throws {
        try Output.run {
            let number = revision ?? UInt64(max(0, BuildClock.now().seconds))
            let compiled = try input.compile(revision: number)
            if !compiled.diagnostics.isEmpty { Output.complain(Diagnostics.text(compiled.diagnostics, compiled.sources)) }
            guard let program = compiled.program else { throw ExitStatus.found }
            let payload = try PolicyEncoder.bytes(of: program)
            // What this command writes a gateway must take: the same check, here already.
            _ = try BundleReader.load(payload, "the compiled policy")
            let bundle = try seal(payload)
            try CommandFile.write(bundle, to: output)
            Output.print("\(output): revision \(number), \(program.rules.count) rules, \(bundle.count) bytes")
        }
    }

    private func seal(_ payload: [UInt8]) throws -> [UInt8] {
        do {
            guard let key else { return try SealedBundle.wrapUnsigned(payload: payload) }
            let pem = String(decoding: try CommandFile.read(key), as: UTF8.self)
            return try SealedBundle.seal(payload: payload, with: SigningKey(pem: pem))
        } catch let error as SealError {
            throw Impossible("\(key ?? output): \(error)")
        }
    }
}

struct DisassembleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disassemble", abstract: "Show a bundle's, or policy files', bytecode.",
        discussion: """
            Takes a bundle (the signature is not checked: this only shows) or policy files.

              postern disassemble shop.bundle
              postern disassemble policies/
            """)

    @Argument(help: "A bundle, or policy files or directories.")
    var paths: [String]
    @Option(name: .long, help: "The policy to compile, when the files hold several.")
    var root: String?

    func run() throws {
        try Output.run { Output.print(Disassembler.text(of: try BundleReader.program(paths, root: root))) }
    }
}

struct KeysCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Make keys that sign bundles.", subcommands: [New.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new", abstract: "Make an Ed25519 key pair.",
            discussion: """
                Writes NAME.key.pem (private, readable by its owner only: keep it in CI's secrets) and NAME.pub.pem (name it under
                policy.trust in the gateway's configuration).

                  postern keys new policy
                """)

        @Argument(help: "Path and name of the two files, without their endings.")
        var name: String

        func run() throws {
            try Output.run {
                let (privatePath, publicPath) = (name + ".key.pem", name + ".pub.pem")
                for path in [privatePath, publicPath] where FileManager.default.fileExists(atPath: path) {
                    throw Impossible("\(path) exists already; keys are never overwritten")
                }
                do {
                    let key = try SigningKey.generate()
                    try PrivateFile.write(key.pem(), to: privatePath)
                    try Data(key.verifyingKey.pem().utf8).write(to: URL(fileURLWithPath: publicPath), options: .atomic)
                    Output.print("\(privatePath)\n\(publicPath)\nkey id \(key.id)")
                } catch {
                    throw Impossible("the key pair cannot be made: \(error)")
                }
            }
        }
    }
}

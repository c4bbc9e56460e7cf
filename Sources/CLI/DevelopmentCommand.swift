// `postern dev`: an issuer of workload tokens for development and the demo; production has its own.

import ArgumentParser
import Foundation
import Identity
import Machine

struct DevelopmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dev", abstract: "A development issuer of workload tokens.",
        discussion: """
            For trying Postern without an OIDC issuer. Whoever can read the directory can be any workload.

              postern dev issuer --directory .dev --issuer https://issuer.localhost
              postern dev token --directory .dev --issuer https://issuer.localhost --subject reports:nightly
            """,
        subcommands: [Issuer.self, Token.self])

    struct Place: ParsableArguments {
        @Option(name: .long, help: "Directory that holds the issuer's key and its jwks.json.")
        var directory: String
        @Option(name: .long, help: "The issuer's URL: the tokens' iss claim, and the policy's issuer setting.")
        var issuer = "https://issuer.localhost"

        func open() async throws -> DevelopmentIssuer {
            do {
                try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
                return try await DevelopmentIssuer.open(directory: directory, url: issuer)
            } catch {
                Output.complain("\(error)")
                throw ExitStatus.impossible
            }
        }
    }

    struct Issuer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "issuer", abstract: "Make the issuer's key and JWKS file, and print the file's path.",
            discussion: "  postern dev issuer --directory .dev")
        @OptionGroup var place: Place

        func run() async throws { Output.print(try await place.open().keySetFile) }
    }

    struct Token: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "token", abstract: "Mint a short-lived token and print it.",
            discussion: """
                  export PGPASSWORD=$(postern dev token --directory .dev --subject reports:nightly)
                  postern dev token --directory .dev --subject ci --claim team=shop --lifetime 300
                """)
        @OptionGroup var place: Place
        @Option(name: .long, help: "The token's sub claim.")
        var subject: String
        @Option(name: .long, help: "The token's aud claim: the policy's audience.")
        var audience = "postern"
        @Option(name: .long, help: "A further claim, NAME=TEXT. May be repeated.")
        var claim: [String] = []
        @Option(name: .long, help: "Seconds the token lives, up to a day.")
        var lifetime: Int64 = 600

        func run() async throws {
            var claims: [String: ClaimValue] = [:]
            for pair in claim {
                guard let equals = pair.firstIndex(of: "=") else { throw ValidationError("--claim is written NAME=TEXT") }
                claims[String(pair[..<equals])] = .string(String(pair[pair.index(after: equals)...]))
            }
            let issuer = try await place.open()
            do {
                Output.print(
                    try issuer.mint(
                        subject: subject, audience: audience, claims: claims, lifetime: lifetime, at: BuildClock.clock()))
            } catch {
                Output.complain("\(error)")
                throw ExitStatus.impossible
            }
        }
    }
}

extension BuildClock {
    /// The clock, whatever `SOURCE_DATE_EPOCH` says: tokens are for now.
    static func clock() -> Moment { Moment(seconds: Int64(Date().timeIntervalSince1970)) }
}

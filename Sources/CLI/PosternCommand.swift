// The `postern` command: every sub-command, and what they have in common.

import ArgumentParser

@main
struct PosternCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "postern",
        abstract: "An identity-aware gateway ruled by policy as code.",
        discussion: """
            Write policy files, check and test them, build a signed bundle, and serve it:

              postern check policies/
              postern test policies/
              postern build policies/ --key policy.key.pem --output shop.bundle
              postern serve --config postern.yaml

            Exit statuses, for every command:
              0   done, nothing to complain about
              1   done, and something was found: errors in policy, failed tests, a change that replay was told to fail on
              2   could not be done: a file cannot be read or written, a bundle or configuration is not valid
              64  the command line itself is wrong
            """,
        version: "0.1.0",
        subcommands: [
            CheckCommand.self, LintCommand.self, FormatCommand.self, TestCommand.self, BuildCommand.self, DisassembleCommand.self,
            ExplainCommand.self, DocsCommand.self, InspectCommand.self, MaskCommand.self, SchemaCommand.self, ReplayCommand.self,
            SessionsCommand.self, ApprovalsCommand.self, ServeCommand.self, KeysCommand.self, NewCommand.self, DevelopmentCommand.self,
            ProveCommand.self, DiffCommand.self, LspCommand.self, ImportCommand.self,
        ])
}

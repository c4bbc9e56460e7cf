// Whole conversations with the server, written as text; see Conversation.swift for how.

import Foundation
import LanguageServer
import TestSupport
import Testing

@Suite struct ConversationTests {
    @Test(arguments: CaseFolder.files(ending: ".lsp")) func saysWhatIsWritten(_ file: CaseFile) throws {
        try CaseFolder.expect(Conversation(try file.text()).answered(), at: file.url)
    }

    /// Every request that `initialize` promises is answered in some case.
    @Test func everyRequestHasACase() throws {
        let steps = try CaseFolder.files(ending: ".lsp").flatMap { Conversation(try $0.text()).steps }.map { $0.request.prefix { $0 != " " } }
        for step in [
            "initialize", "open", "change", "close", "write", "delete", "symbols", "run", "explain", "format", "outline", "folds", "lenses",
            "tokens", "delta", "hover", "complete", "define", "refer", "highlight", "prepare", "rename", "actions", "select", "raw",
        ] {
            #expect(steps.contains { $0 == step }, "no case has the step `\(step)`")
        }
    }
}

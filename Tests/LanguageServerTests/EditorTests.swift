// The real `postern lsp` driven by a real editor: Neovim's own LSP client, without a screen.

import Foundation
import TestSupport
import Testing

@Suite struct EditorTests {
    private static let policy = """
        policy shop edition 1
        use std.pii

        issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string } }
        identity bot from ci { when claim.sub == "bot" }
        resource db : postgres { tags live  schema "schemas/db.sql" }
        let bounded = statement.has_where

        allow reads {
          who   bot
          on    db
          to    select from "😀", "é"(id), odrers
          when  bounded
        }

        allow more {
          who  bot
          on   db
          to   select from orders
        }

        mask bank {
          on     db
          value  pii.iban with redact
        }

        test "drops" {
          as bot
          on db
          "drop table orders" -> allow
        }

        """

    @Test func neovimSeesWhatItShould() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("postern-editor-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder.appendingPathComponent("schemas"), withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.policy.write(to: folder.appendingPathComponent("shop.postern"), atomically: true, encoding: .utf8)
        let schema = "create table orders (id int);\ncreate table \"😀\" (id int);\ncreate table \"é\" (id int);\n"
        try schema.write(to: folder.appendingPathComponent("schemas/db.sql"), atomically: true, encoding: .utf8)
        let program = BuiltProgram.path("postern")
        let script = CaseFolder.beside("Editors/drive.lua").path
        let arguments = ["nvim", "--headless", "-u", "NONE", "-i", "NONE", "-c", "luafile \(script)"]
        var environment = ProcessInfo.processInfo.environment
        environment["POSTERN_EDITOR_TEST"] = [
            CaseFolder.project.appendingPathComponent("editors/nvim/postern.lua").path, program, folder.path,
        ].joined(separator: "\n")
        environment["XDG_CACHE_HOME"] = folder.appendingPathComponent("cache").path
        environment["XDG_STATE_HOME"] = folder.appendingPathComponent("state").path
        environment["XDG_DATA_HOME"] = folder.appendingPathComponent("data").path
        // Neovim writes its messages to standard error, among them the test's outcome; the script says what it has to say on the other.
        let run = try ProgramRun("/usr/bin/env", arguments, environment: environment, errors: .dropped)
        let text = run.output.replacingOccurrences(of: "\r", with: "")
        let expected = """
            at first: 11:38 C0213 the schema has no table or view `odrers`
            mended: nothing is wrong
            hover: let bounded = statement.has_where
            definition: pii.postern true
            readable: true
            tables: orders "é" "😀"
            renamed: true true
            formatted: deny late { on any  to drop }
            lenses: run test
            test: 1 of 1 test failed: "drops"
            failed step: 29:2 test expected allow, got deny by late
            stopped
            """
        #expect(text.trimmingCharacters(in: .whitespacesAndNewlines) == expected)
        #expect(run.status == 0)
    }
}

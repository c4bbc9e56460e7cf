// A compilation that remembers says what one says that does not, whatever was changed in between.

import Compiler
import Machine
import PolicyLang
import Testing

@Suite struct MemoryTests {
    private static let files: [(path: String, text: String)] = [
        (
            "people.postern",
            """
            policy shop edition 1
            use std.pii
            issuer ci : oidc { url "https://ci.example"  audience "postern"  claims { sub string, team string optional } }
            identity bot from ci { when claim.sub == "bot" }
            identity cron from ci { when claim.sub == "cron" }
            resource db : postgres { tags live  schema "db.sql" }
            resource other : postgres { tags live }
            set cols = { email, phone }
            set loop = { loop }
            let bounded = statement.has_where or statement.has_limit
            """
        ),
        (
            "rules.postern",
            """
            policy shop edition 1
            use std.postgres
            allow reads {
              who  bot
              on   db
              to   select from t(cols, id)
              when bounded and claim.team == "a"
            }
            deny drops {
              who  any except cron
              on   tag live
              to   drop
              expires 2020-01-01
            }
            mask m {
              on  db
              column t.cols with redact
              column t.loop with redact
              value pii.iban with redact
            }
            """
        ),
        ("tests.postern", "policy shop edition 1\nuse std.pii\nmask n { on db  value pii.iban with redact }\n"),
    ]
    private static let schema = "create table t (id int, email text, phone text);\n"

    private func said(_ files: [(path: String, text: String)], _ schema: String, _ memory: CompileMemory?) -> [Diagnostic] {
        var options = CompileOptions(date: Moment(seconds: 1_772_409_600), readSchema: { _ in schema.isEmpty ? nil : Array(schema.utf8) })
        options.memory = memory
        options.makesProgram = false
        return PolicyCompiler.compile(files: files.map { SourceFile(path: $0.path, text: $0.text) }, options: options).diagnostics
    }

    @Test func saysTheSame() {
        let edits: [(file: Int, from: String, to: String)] = [
            (1, "who  bot", "who  bto"), (1, "t(cols, id)", "u(cols, id)"), (1, "bounded", "bunded"), (0, "claims { sub string,", "claims {"),
            (0, "set cols = { email, phone }", "set cols = { email, fax }"), (0, "tags live  schema", "tags dead  schema"),
            (0, "let bounded", "let bonded"), (1, "use std.postgres\n", ""), (1, "use std.postgres", "use std.pii"),
            (1, "allow reads {", "allow reads {\n  // moved"), (2, "use std.pii\n", ""), (1, "deny drops {", "deny drops"),
            (0, "identity cron", "identity bot"), (1, "expires 2020-01-01", "expires 2099-01-01"), (1, "mask m", "mask reads"),
            (0, "set loop = { loop }", ""), (1, "column t.loop with redact", ""), (1, "allow reads", "observe allow reads"),
        ]
        let memory = CompileMemory()
        for round in 0..<edits.count {
            for (number, edit) in [edits[round], edits[(round * 7 + 3) % edits.count]].enumerated() {
                var files = Self.files
                files[edit.file].text = files[edit.file].text.replacing(edit.from, with: edit.to)
                #expect(files[edit.file].text != Self.files[edit.file].text, "\(edit.from) stands nowhere")
                for schema in number == 0 ? [Self.schema] : [Self.schema, "create table u (id int);\n", ""] {
                    #expect(said(files, schema, memory) == said(files, schema, nil), "after \(edit.from) → \(edit.to)")
                }
                // And with what was changed put back.
                #expect(said(Self.files, Self.schema, memory) == said(Self.files, Self.schema, nil), "\(edit.from) put back")
            }
        }
    }

    /// Rules that only moved are not resolved anew; what is said of them afterwards stands where they stand now.
    @Test func movedRulesAreWhereTheyAre() {
        var files = Self.files
        files[0].text = files[0].text.replacing("set loop = { loop }", with: "")
        files[1].text = files[1].text.replacing("use std.postgres", with: "use std.pii")
            .replacing("  expires 2020-01-01\n", with: "").replacing("  column t.loop with redact\n", with: "")
        let memory = CompileMemory()
        #expect(said(files, Self.schema, memory).contains { $0.code == "C0604" })
        let insertions = [
            "// a line\n", "/// A doc.\n", "allow more { who bot  on db  to select from t(id) }\n",
            "mask z { on db  column t.phone with zero }\n", "",
        ]
        for insertion in insertions {
            for rule in ["allow reads", "deny drops", "mask m"] {
                var changed = files
                changed[1].text = changed[1].text.replacing(rule, with: insertion + rule)
                #expect(said(changed, Self.schema, memory) == said(changed, Self.schema, nil), "\(insertion) before \(rule)")
                changed[1].text = changed[1].text.replacing("t(cols, id)", with: "t(id)")
                #expect(said(changed, Self.schema, memory) == said(changed, Self.schema, nil), "\(insertion) before \(rule), less allowed")
            }
        }
    }

    /// A detector's pattern is tried once; whatever else of the detector changes is looked at each time.
    @Test func saysTheSameOfDetectors() {
        let memory = CompileMemory()
        let bodies = [
            "pattern \"E[0-9]{6}\"", "pattern \"E[0-9]{6}\"  checksum luhn", "pattern \"E[0-9]{6}\"  checksum lunh",
            "pattern \"E[0-9]{6}\"  context { \"badge\" }", "pattern \"E[0-9]{6}\"  context { \"badge number\" }",
            "pattern \"[a-z]+@corp\\\\.example\"", "pattern \"E(?<mask>[0-9]{6}\"", "pattern \"E(?R)?[0-9]\"",
        ]
        for body in bodies + bodies.reversed() {
            for lines in ["", "// a line\n"] {
                var files = Self.files
                files[2].text += lines + "detector own { \(body) }\nmask o { on db  value own with redact }\n"
                #expect(said(files, Self.schema, memory) == said(files, Self.schema, nil), "\(body)")
            }
        }
    }

    /// Rules that change their places among each other, and comments that change before a rule that does not.
    @Test func rulesHaveTheirOwnComments() {
        let memory = CompileMemory()
        let rules = ["allow a { who bot  on db  to select from t(id) }\n", "deny b { who bot  on db  to drop }\n"]
        for text in [rules[0] + rules[1], rules[1] + rules[0], "/// One.\n" + rules[0], "/// Two.\n" + rules[0], "/// 2nd.\n" + rules[0]] {
            var files = Array(Self.files.dropLast())
            files[1].text = "policy shop edition 1\n" + text
            var options = CompileOptions(date: Moment(seconds: 0))
            options.makesProgram = false
            let plain = PolicyCompiler.compile(files: files.map { SourceFile(path: $0.path, text: $0.text) }, options: options).model
            options.memory = memory
            let remembered = PolicyCompiler.compile(files: files.map { SourceFile(path: $0.path, text: $0.text) }, options: options).model
            #expect(plain == remembered, "\(text)")
            #expect(plain.rules.count == text.split(separator: "\n").count { !$0.hasPrefix("///") })
        }
    }

    @Test func forgetsAFileThatWasTakenAway() {
        let memory = CompileMemory()
        for files in [Self.files, Array(Self.files.dropLast()), Array(Self.files.dropFirst()), Self.files.reversed(), Self.files] {
            #expect(said(files, Self.schema, memory) == said(files, Self.schema, nil))
        }
    }
}

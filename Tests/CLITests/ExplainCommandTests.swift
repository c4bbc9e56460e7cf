// `postern explain` of a statement: which rules are listed, those that only observe among them.

import Foundation
import Testing

struct ExplainCommandTests {
    private static let policy = """
        policy shop edition 1
        issuer dev : oidc { url "https://dev.example"  audience "postern"  claims { sub string } }
        identity bot from dev { when claim.sub == "bot" }
        resource db : postgres { tags production  search_path public }
        allow reads { on db  to select from customers, orders }
        mask phones { on db  column customers.phone with last(4) }
        observe mask mails { on db  column customers.email with redact }
        observe mask elsewhere { who any except bot  on db  column customers.email with redact }
        observe deny soon { on db  to select from customers }

        """

    @Test func listsRulesThatOnlyObserve() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("explained-\(UUID().uuidString).postern").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Self.policy.write(toFile: path, atomically: true, encoding: .utf8)
        let explained = try Postern.run(["explain", path, "--as", "bot", "--on", "db", "select phone, email from customers"])
        #expect(
            explained.output.replacingOccurrences(of: path, with: "a.postern") == """
                allowed
                select public.customers(phone output, email output)
                  allow reads (a.postern:5) covers it
                  observe deny soon (a.postern:9) covers it
                masks in force: phones
                masks that only observe: mails

                """)
        let refused = try Postern.run(["explain", path, "--as", "bot", "--on", "db", "drop table customers"])
        #expect(refused.status == 1 && !refused.output.contains("masks"))
        let json = try Postern.run(["explain", path, "--as", "bot", "--on", "db", "select email from customers", "--format", "json"]).output
        let record = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(record["masks"] as? [String] == ["phones"] && record["observedMasks"] as? [String] == ["mails"])
    }
}

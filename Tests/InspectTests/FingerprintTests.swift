// What a fingerprint does not see, and what it must see.

import Inspect
import Machine
import Testing

@Suite struct FingerprintTests {
    private func fingerprint(_ text: String) -> UInt64? {
        let inspection = Inspection()
        var text = text
        text.withUTF8 {
            SQLInspector(searchPath: ["public"]).inspect(UnsafeRawBufferPointer($0), lexical: LexicalState(), into: inspection)
        }
        return inspection.statements[0].fingerprint
    }

    @Test(arguments: [
        ("select a from t where b = 1", "SELECT a  FROM t WHERE b=22 -- x"),
        ("select a from t where b = 1", "select \"a\" from \"t\" where b = $1"),
        ("select a from t where b = 'x'", "select a from t where b = E'y\\n'"),
        ("select a from t where b in (1)", "select a from t where b in (1, -2, '3', $4)"),
        ("insert into t values (1, 'a')", "insert into t values (2, 'b'), (3, null)"),
        ("select a from t where b = 1", "select a from t where b = -1"),
        ("select a from t limit 5", "select A from T limit 50"),
        ("insert into t values (1, true)", "insert into t values (-2, false), (3, null), (4, default)"),
        ("select name from t", "select \"name\" from t"),
        ("select u&\"\\0061\" from t", "select a from t"),
    ])
    func same(_ pair: (String, String)) {
        #expect(fingerprint(pair.0) != nil)
        #expect(fingerprint(pair.0) == fingerprint(pair.1), "\(pair)")
    }

    @Test(arguments: [
        ("select a from t where b = 1", "select a from t where c = 1"),
        ("select a from t where b = 1", "select a from t where b < 1"),
        ("select a from t where b = 1", "select a from t where b = 1 or true"),
        ("select a from t where b in (1)", "select a from t where b in (1, c)"),
        ("select a from t", "select \"A\" from t"),
        ("insert into t values (1, 2)", "insert into t values (1)"),
        ("select a - 1 from t", "select a 1 from t"),
        ("select f(1, 2)", "select f(1)"),
        ("select a || b from t", "select a ## b from t"),
    ])
    func different(_ pair: (String, String)) { #expect(fingerprint(pair.0) != fingerprint(pair.1), "\(pair)") }

    @Test func notUnderstoodHasNone() { #expect(fingerprint("selec 1") == nil) }
}

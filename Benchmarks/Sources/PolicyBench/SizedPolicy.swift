// A policy of any number of rules, of which a request meets at most two, and the requests. `peers/policies.py` writes the same in the
// peers' languages.
import Compiler
import Machine
import PolicyLang

enum SizedPolicy {
    struct Request {
        let verb: String
        let table: String
        let hasWhere: Bool
        var text: String {
            switch verb {
            case "select": "select id, name from \(table)" + (hasWhere ? " where id = 7" : "")
            default: "delete from \(table)" + (hasWhere ? " where id = 7" : "")
            }
        }
    }

    /// Even rules allow to read a table where there is a condition, odd ones deny to delete from it.
    /// One policy, in files that each are below the bound of one.
    static func sources(rules: Int) -> [SourceFile] {
        stride(from: 0, to: max(rules, 1), by: rulesInFile).map { start in
            SourceFile(
                path: start == 0 ? "bench.postern" : "bench\(start).postern",
                text: first + (start == 0 ? people : "") + (start..<min(start + rulesInFile, rules)).map(rule).joined())
        }
    }

    private static let rulesInFile = 10_000

    private static let first = "policy bench edition 1\n"
    private static let people = """
        issuer dev : jwks { file "k"  issuer "https://issuer.localhost"  audience "postern"  claims { sub string } }
        identity bot from dev { when claim.sub == "bot" }
        resource db : postgres { search_path public }

        """

    private static func rule(_ number: Int) -> String {
        number % 2 == 0
            ? "allow a\(number) { who bot on db to select from t\(number)(id, name) when statement.has_where }\n"
            : "deny d\(number) { who any on db to delete from t\(number - 1) because \"kept\" }\n"
    }

    /// Requests spread over all of the rules: three of four read with a condition, as most do.
    static func request(_ number: Int, rules: Int) -> Request {
        let pair = rules <= 2 ? 0 : (number * 7919) % (rules / 2)
        return Request(verb: number % 8 == 5 ? "delete" : "select", table: "t\(pair * 2)", hasWhere: number % 8 != 3)
    }

    /// A tree of files that use one of them, ten rules in each.
    static func files(_ count: Int) -> [SourceFile] {
        [SourceFile(path: "main.postern", text: first + (1..<count).map { "use part\($0)\n" }.joined() + people)]
            + (1..<count).map { file in
                SourceFile(
                    path: "part\(file).postern",
                    text: "policy part\(file) edition 1\nresource db\(file) : postgres { search_path public }\n"
                        + (0..<10).map { "allow a\($0) { on db\(file) to select from t\($0)(id, name) when statement.has_where }\n" }.joined())
            }
    }

    static func compile(_ sources: [SourceFile]) throws -> [UInt8] {
        let compiled = PolicyCompiler.compile(files: sources, options: CompileOptions(date: Moment(seconds: 0)))
        guard let program = compiled.program else {
            throw BenchFailure(description: DiagnosticText.render(Array(compiled.diagnostics.prefix(3)), files: compiled.sources))
        }
        return try ProgramCodec.encode(program)
    }
}

struct BenchFailure: Error, CustomStringConvertible { var description: String }

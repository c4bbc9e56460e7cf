// The page that `postern docs` writes, and the pieces of Markdown that it is made of.

import Foundation
import Machine
import PolicyLang
import TestSupport
import Testing

@testable import Compiler

struct PageTests {
    static let cases = CaseFolder.files(in: "pages", ending: ".case")

    @Test func thereAreCases() { #expect(!Self.cases.isEmpty) }

    /// A case is a policy, a line `----`, and its page.
    @Test(arguments: cases)
    func page(_ file: CaseFile) throws {
        let text = try file.text()
        let policy = try #require(text.components(separatedBy: "\n----\n").first) + "\n"
        let compiled = Self.compile(policy)
        #expect(!compiled.hasErrors, "\(compiled.diagnostics.map(\.message))")
        try CaseFolder.expect(policy + "----\n" + PolicyPage(compiled).markdown, matches: file.path)
    }

    /// The same page as HTML stands beside the case; its links lead somewhere as well.
    @Test(arguments: cases)
    func html(_ file: CaseFile) throws {
        let text = try #require(try file.text().components(separatedBy: "\n----\n").first) + "\n"
        let page = PolicyPage(Self.compile(text)).html
        try CaseFolder.expect(page, matches: file.path.replacingOccurrences(of: ".case", with: ".html"))
        let links = page.components(separatedBy: "href=\"#").dropFirst().map { String($0.prefix { $0 != "\"" }) }
        #expect(links.count > 3 && links.allSatisfy { page.contains("id=\"\($0)\"") }, "\(links)")
    }

    /// Every link of a table leads to a heading of the page.
    @Test(arguments: cases)
    func linksLeadSomewhere(_ file: CaseFile) throws {
        let page = PolicyPage(Self.compile(try #require(try file.text().components(separatedBy: "\n----\n").first) + "\n")).markdown
        let headings = page.split(separator: "\n").filter { $0.hasPrefix("#") }.map { line in
            line.drop { $0 == "#" || $0 == " " }.lowercased().filter { $0.isLetter || $0.isNumber || "_- ".contains($0) }
                .replacingOccurrences(of: " ", with: "-")
        }
        let links = page.components(separatedBy: "](#").dropFirst().map { String($0.prefix { $0 != ")" }) }
        #expect(links.count > 3 && links.allSatisfy { headings.contains($0) }, "\(links) in \(headings)")
    }

    @Test func whatAnAuthorWritesStaysText() {
        #expect(Markdown.code("a `b` | c\n d") == "``a `b` | c d``")
        #expect(Markdown.code("`") == "`` ` ``" && Markdown.code("") == "")
        #expect(Markdown.escaped("<b> [x](y) *z*\n# no") == "\\<b\\> \\[x\\](y) \\*z\\* \\# no")
        #expect(Markdown.table(["a"], [["b | c"]]) == "| a |\n| --- |\n| b \\| c |")
        #expect(Markdown.link("a.b", to: "allow a.b") == "[a.b](#allow-ab)")
    }

    private static func compile(_ text: String) -> Compilation {
        PolicyCompiler.compile(
            files: [SourceFile(path: "shop.postern", text: text)], options: CompileOptions(date: DiagnosticTests.date))
    }
}

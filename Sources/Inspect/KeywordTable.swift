// Key words found by hash, and what each may name.

enum KeywordTable {
    private static let table = WordTable([(KeywordText.words, 1)], numbered: true)
    private static let cases: [Keyword] = Keyword.allCases
    /// The same for as long as the process lives, so that holding it costs no reference counting.
    private static func permanent<Element>(_ values: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: values.count)
        memory.initialize(from: values, count: values.count)
        return UnsafePointer(memory)
    }
    private static let longest = 17

    /// Lookups without the cost of a lazy global at each token: taken once by the lexer.
    /// Unchecked because it points at memory that nothing writes after it is made.
    struct Lookup: @unchecked Sendable {
        let table: WordTable
        let cases: UnsafePointer<Keyword>
        let categories: UnsafePointer<KeywordCategory>
        let needsAs: UnsafePointer<Bool>
        let bytes: UnsafePointer<UInt8>

        @inline(__always) func keyword(_ word: UnsafeRawBufferPointer, hash: UInt32) -> Keyword {
            guard word.count <= KeywordTable.longest, let index = table.find(folding: word, hash: hash) else { return .none }
            return cases[Int(index)]
        }
    }

    static let lookup = Lookup(
        table: table, cases: permanent(cases), categories: permanent(categories), needsAs: permanent(needsAs),
        bytes: permanent(ByteClass.wordBytes))

    private static let categories: [KeywordCategory] = {
        var categories = [KeywordCategory](repeating: .unreserved, count: cases.count)
        mark(KeywordText.columnNames) { categories[$0] = .columnName }
        mark(KeywordText.typesOrFunctions) { categories[$0] = .typeOrFunction }
        mark(KeywordText.reserved) { categories[$0] = .reserved }
        return categories
    }()

    private static let needsAs: [Bool] = {
        var needs = [Bool](repeating: false, count: cases.count)
        mark(KeywordText.labelsWithAs) { needs[$0] = true }
        return needs
    }()

    private static func mark(_ words: StaticString, _ body: (Int) -> Void) {
        let bytes = UnsafeRawBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount)
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == 0x20 {
            let word = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if let index = table.find(word, hash: NameHash.of(word)) { body(Int(index)) }
            start = end + 1
        }
    }
}

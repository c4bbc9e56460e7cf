// Key words found by hash, what each may name, and what the lexer knows of every byte: tables made once for the process.

enum KeywordTable {
    /// One key word as the lexer compares it: its bytes, three times eight, and their hash.
    struct Spelling: BitwiseCopyable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var hash: UInt64 = 0
        var count = 0
    }

    /// Lookups without the cost of a lazy global at each token: taken once by the lexer.
    /// Unchecked because it points at memory that nothing writes after it is made.
    struct Lookup: @unchecked Sendable {
        /// The number of a key word at its hash or the next free place behind it; 0 where there is none.
        let slots: UnsafePointer<UInt16>
        let spellings: UnsafePointer<Spelling>
        let cases: UnsafePointer<Keyword>
        let categories: UnsafePointer<KeywordCategory>
        let needsAs: UnsafePointer<Bool>
        /// Infix and postfix operators, and the words they begin with.
        let operators: UnsafePointer<Bool>
        let roles: UnsafePointer<ByteRole>
        let marks: UnsafePointer<Mark>

        /// The key word of up to seven folded bytes, padded with zeros: they tell its length too.
        @inline(__always) func keyword(_ name: UInt64, hash: UInt64) -> Keyword {
            var at = Int(truncatingIfNeeded: hash) & KeywordTable.mask
            while slots[at] != 0 {
                if spellings[Int(slots[at])].first == name { return cases[Int(slots[at])] }
                at = (at &+ 1) & KeywordTable.mask
            }
            return .none
        }

        /// The key word of `count` folded bytes at `name`, eight or more, the last eight padded with zeros.
        @inline(__always) func keyword(_ name: UnsafePointer<UInt64>, _ count: Int, hash: UInt64) -> Keyword {
            guard count <= KeywordTable.longest else { return .none }
            var at = Int(truncatingIfNeeded: hash) & KeywordTable.mask
            while slots[at] != 0 {
                let spelling = spellings + Int(slots[at])
                if spelling.pointee.count == count, spelling.pointee.first == name[0],
                    count <= 8 || spelling.pointee.second == name[1], count <= 16 || spelling.pointee.third == name[2]
                {
                    return cases[Int(slots[at])]
                }
                at = (at &+ 1) & KeywordTable.mask
            }
            return .none
        }

        func bytes(_ keyword: Keyword) -> UnsafeRawBufferPointer {
            let spelling = spellings + Int(keyword.rawValue)
            return UnsafeRawBufferPointer(start: spelling, count: spelling.pointee.count)
        }
    }

    static let lookup = Lookup(
        slots: permanent(slots), spellings: permanent(spellings), cases: permanent(Keyword.allCases),
        categories: permanent(categories), needsAs: permanent(needsAs), operators: permanent(operators),
        roles: permanent((0...255).map { ByteRole(UInt8($0)) }),
        marks: permanent((0...255).map { Mark(byte: UInt8($0)) }))

    private static let table = WordTable([(KeywordText.words, 1)], numbered: true)
    /// Of a key word, in bytes.
    private static let longest = 17
    /// Four times as many places as key words, so that most other words meet a free one at once.
    private static let mask = 2047

    /// The same for as long as the process lives, so that holding it costs no reference counting.
    private static func permanent<Element>(_ values: [Element]) -> UnsafePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: values.count)
        memory.initialize(from: values, count: values.count)
        return UnsafePointer(memory)
    }

    private static let spellings: [Spelling] = {
        var spellings = [Spelling](repeating: Spelling(), count: Keyword.allCases.count)
        forEachWord(of: KeywordText.words) { word, index in
            withUnsafeMutableBytes(of: &spellings[index]) { $0.copyMemory(from: word) }
            spellings[index].hash = NameHash.wide(word)
            spellings[index].count = word.count
        }
        return spellings
    }()

    private static let slots: [UInt16] = {
        var slots = [UInt16](repeating: 0, count: mask + 1)
        for index in 1..<spellings.count {
            var at = Int(truncatingIfNeeded: spellings[index].hash) & mask
            while slots[at] != 0 { at = (at + 1) & mask }
            slots[at] = UInt16(index)
        }
        return slots
    }()

    private static let categories: [KeywordCategory] = {
        var categories = [KeywordCategory](repeating: .unreserved, count: Keyword.allCases.count)
        forEachWord(of: KeywordText.columnNames) { categories[$1] = .columnName }
        forEachWord(of: KeywordText.typesOrFunctions) { categories[$1] = .typeOrFunction }
        forEachWord(of: KeywordText.reserved) { categories[$1] = .reserved }
        return categories
    }()

    private static let needsAs: [Bool] = {
        var needs = [Bool](repeating: false, count: Keyword.allCases.count)
        forEachWord(of: KeywordText.labelsWithAs) { needs[$1] = true }
        return needs
    }()

    private static let operators: [Bool] = {
        var operators = [Bool](repeating: false, count: Keyword.allCases.count)
        forEachWord(of: KeywordText.operators) { operators[$1] = true }
        return operators
    }()

    private static func forEachWord(
        of words: StaticString, _ body: (UnsafeRawBufferPointer, Int) -> Void
    ) {
        let bytes = UnsafeRawBufferPointer(start: words.utf8Start, count: words.utf8CodeUnitCount)
        var start = 0
        for end in 0...bytes.count where end == bytes.count || bytes[end] == 0x20 {
            let word = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if let index = table.find(word, hash: NameHash.of(word)) { body(word, Int(index)) }
            start = end + 1
        }
    }
}

// What the words around a candidate, and the name of its column, make of it.

/// What a column's name says about its values. Made once for each result column.
public struct ColumnContext: Hashable, BitwiseCopyable, Sendable {
    /// Detectors that the name is context for.
    var raised = DetectorSet.empty
    /// The name is of something else: an order, a version, an amount.
    var isElsewhere = false
    /// Bit n: the name is context for the n-th detector of one's own in the plan.
    private var raisedOwn: UInt64 = 0

    /// Nothing is known of the column.
    public static let none = ColumnContext()

    private init() {}

    /// By the names of column and table, as the catalogue has them: `ssn`, `customer_phone`, `dateOfBirth`.
    ///
    /// - Parameter plan: whose detectors of one's own have words too.
    public init(column: String, table: String? = nil, plan: MaskPlan) {
        let words = Self.words(of: column)
        let joined = words.joined()
        var subjects = words
        if words.count == 1, ["number", "no", "nr", "value", "num", "code"].contains(joined) {
            // `passports.number`: the table says what the number is of.
            subjects += table.map(Self.words(of:)) ?? []
        }
        func isSubject(_ word: String) -> Bool {
            subjects.contains { Self.word($0, means: word) } || word.utf8.count >= 5 && joined.contains(word)
        }
        for (word, detectors) in ContextWords.detectorsByWord where isSubject(word) { raised = raised.union(detectors) }
        // `tax_id`, `us_ssn`, `ssn`: the detector's own name, or its end.
        if joined.utf8.count >= 3 {
            for (name, detectors) in ContextWords.detectorsByName where name == joined || name.hasSuffix(joined) || joined.hasSuffix(name) {
                raised = raised.union(detectors)
            }
        }
        for (index, own) in plan.own.enumerated() where own.own?.columnWords.contains(where: isSubject) == true {
            raisedOwn |= 1 << UInt64(index)
        }
        isElsewhere = raised.isEmpty && words.contains { word in ContextWords.elsewhere.contains { Self.word(word, means: $0) } }
    }

    /// Whether the name is context for a detector of one's own, by its index in the plan.
    func raises(own index: Int) -> Bool { raisedOwn >> UInt64(index) & 1 == 1 }

    private static func word(_ word: String, means known: String) -> Bool {
        word == known || known.utf8.count >= 4 && word.hasPrefix(known)
    }

    /// The words of a name, folded: parts between other characters and, within them, where a capital follows a small letter.
    private static func words(of name: String) -> [String] {
        var words: [String] = []
        var current = ""
        var wasSmall = false
        for scalar in name.unicodeScalars {
            let isLetter = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
            if !isLetter || wasSmall && scalar.properties.isUppercase {
                if !current.isEmpty { words.append(current) }
                current = ""
            }
            if isLetter { current += scalar.properties.lowercaseMapping }
            wasSmall = isLetter && !scalar.properties.isUppercase
        }
        return current.isEmpty ? words : words + [current]
    }
}

/// Words in the text itself.
enum ContextWords {
    /// How far before and after a candidate a word counts, in bytes.
    static let before = 64
    static let after = 32
    /// How far before it, in bytes and words, a label of something else counts.
    static let labelBytes = 40
    static let labelWords = 3

    /// Labels of things that only look like a value.
    static let elsewhere = [
        "order", "invoice", "tracking", "ticket", "sku", "isbn", "issn", "ean", "upc", "gtin", "imei", "serial", "version", "build",
        "release", "epoch", "timestamp", "commit", "checksum", "hash", "sha", "uuid", "guid", "lot", "batch", "part", "model", "parcel",
        "shipment", "barcode", "article", "product", "item", "case", "revision", "amount", "total", "price", "quantity", "qty", "size",
        "bytes", "duration", "offset", "sequence", "seq", "job", "run", "trace", "span", "request", "transaction", "txn", "reference",
        "ref", "coupon", "voucher", "firmware", "software", "app", "library", "package", "dependency", "port", "row", "page", "line",
        "offset", "counter", "bestellung", "rechnung", "bestellnummer", "rechnungsnummer", "commande", "facture", "pedido", "created",
        "updated", "millis", "container", "flight", "awb", "waybill", "vin",
    ]

    private static let labels = WordList(elsewhere)

    /// The detectors of each word, and of each detector's own name without its group and separators.
    static let detectorsByWord = sets { $0.words }
    static let detectorsByName = sets { [String($0.name.drop { $0 != "." }.filter { $0 != "." && $0 != "_" })] }

    private static func sets(_ words: (DetectorSpecification) -> [String]) -> [(String, DetectorSet)] {
        var sets: [String: DetectorSet] = [:]
        for (position, specification) in DetectorCatalogue.specifications.enumerated() {
            for word in words(specification) { sets[word, default: .empty].insert(position) }
        }
        return sets.sorted { $0.key < $1.key }
    }

    /// Whether one of the detector's words stands near.
    static func isNamed(by words: WordList, near hit: Range<Int>, in text: UnsafeRawBufferPointer) -> Bool {
        guard !words.isEmpty else { return false }
        let lower = max(0, hit.lowerBound - before)
        let upper = min(text.count, hit.upperBound + after)
        var index = lower
        while index < upper {
            let begins = ASCII.isLetter(text[index]) && (index == 0 || begins(text[index], after: text[index - 1]))
            if begins, !hit.contains(index) {
                if words.contains(wordAt: index, in: text) { return true }
            }
            index += 1
        }
        return false
    }

    /// Whether a letter begins a word, or a part of one: `userPhone`.
    private static func begins(_ letter: UInt8, after last: UInt8) -> Bool {
        !ASCII.isAlphanumeric(last) || letter & 32 == 0 && ASCII.isLetter(last) && last & 32 != 0
    }

    /// Whether one of the last words before a hit says that it is something else.
    static func isElsewhere(before hit: Range<Int>, in text: UnsafeRawBufferPointer) -> Bool {
        var index = hit.lowerBound
        let lower = max(0, index - labelBytes)
        var words = 0
        while index > lower, words < labelWords {
            index -= 1
            guard ASCII.isLetter(text[index]), index == 0 || !ASCII.isAlphanumeric(text[index - 1]) else { continue }
            words += 1
            if labels.contains(wordAt: index, in: text) { return true }
            // A sentence's end, or a comma, ends what a label is of.
            if index >= 2, text[index - 1] == 32, [UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: ";")].contains(text[index - 2]) {
                return false
            }
        }
        // `v1.2.3.4`
        let start = hit.lowerBound
        return start > 0 && text[start - 1] | 32 == UInt8(ascii: "v") && (start == 1 || !ASCII.isAlphanumeric(text[start - 2]))
    }
}

// The labelled set of the evaluation: values in texts and columns, and cells that hold none however they look.
import Patterns
import TestSupport

@testable import Mask

/// A cell, and what it holds.
struct LabelledCell {
    enum Label: String, CaseIterable {
        /// A value where people put them.
        case value
        /// No value, and never one by chance: dates, hashes, orders, versions, wrong check digits.
        case hardNegative
        /// Right by its check digits, and something else by where it stands.
        case chance
        /// A value that is written so as not to be seen.
        case evasion
    }
    var label: Label
    /// The detector's name, for values and evasions.
    var kind: String?
    var text: String
    var column: String?
    /// What must not come through.
    var secret: String?
}

struct LabelledCells {
    var random: SeededGenerator
    let matcher = Matcher()

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func all() -> [LabelledCell] {
        var cells: [LabelledCell] = []
        for kind in LabelledKind.all {
            for _ in 0..<12 { if let value = kind.value(&random, matcher) { cells += self.cells(of: kind, value) } }
        }
        for _ in 0..<400 { cells.append(negative()) }
        for _ in 0..<120 { if let cell = wrong() { cells.append(cell) } }
        for _ in 0..<200 { if let cell = chance() { cells.append(cell) } }
        for _ in 0..<240 { if let cell = evasion() { cells.append(cell) } }
        return cells
    }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[random.below(choices.count)] }

    private mutating func cells(of kind: LabelledKind, _ value: String) -> [LabelledCell] {
        var texts: [(String, String?)] = [
            (value, kind.column), ("\(kind.label): \(value)", nil), ("The \(kind.label) is \(value), please check.", "note"),
        ]
        if kind.standsAlone { texts += [(value, nil), ("\(value) as agreed with the customer", pick(["note", "comment", "body"]))] }
        let (text, column) = pick(texts)
        return [LabelledCell(label: .value, kind: kind.name, text: text, column: column, secret: value)]
    }

    /// Cells of everyday columns, none of which is anyone's.
    private mutating func negative() -> LabelledCell {
        let look = LabelledKind(name: "", looks: [], label: "", column: "")
        let choices: [(String, String?)] = [
            ("{2026-0}9{-1}9{ 1}9{:2}9{:0}9{.}999", "created_at"), ("hhhhhhhh-hhhh-{4}hhh-{a}hhh-hhhhhhhhhhhh", "id"),
            ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "commit_sha"), ("hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh", "etag"),
            ("{order }99999{ shipped on 2026-0}9{-2}9{ to Berlin}", "note"), ("9{.}99{.}9", "version"), ("{v}9{.}9{.}9{.}999", nil),
            ("{ORD-2026-}99999", "order_no"), ("{SKU-}9999-99{ and }99{ items}", "description"), ("99{,}999{.}99{ EUR}", "total"),
            ("{52.}9999999{, 13.}9999999", "position"), ("{17726}99999", "updated_epoch"), ("{17726}99999999", "created_millis"),
            ("{Meeting at 1}9{:30, room }9{.}99{, bring }9{ copies}", nil), ("{/var/lib/app-}9{.}9{/data_}999{.csv}", "path"),
            ("{https://acme.io/items/}99999{?page=}9{&sort=name}", "url"), ("{SELECT id FROM t WHERE n > }999{ LIMIT }99", "query"),
            ("{error }999{: timeout after }9999{ms at 0x}hhhhhhhh", "message"), ("{INV}999999", "invoice"), ("{img_}9999{@2x.png}", "file"),
            ("99{x}99{x}9{ mm, }9{.}9{ kg}", "size"), ("{chapter }9{.}9{.}9{: the }9{ rules}", nil), ("{a}aaaaaa{ b}aaaa{ c}aaaaaaa{ d}aaa", "title"),
            ("{BUILD_}hhhhhhh{_2026}", "build"), ("{#}hhhhhh", "colour"), ("{RFC 79}99{ section }9{.}9", nil), ("{password=${DB_PASSWORD}}", "config"),
            ("{sk_test_xxxxxxxxxxxxxxxx}", "config"), ("{AKIAIOSFODNN7EXAMPLE}", "doc"), ("{token: <token>, key: changeme}", "doc"),
            ("{the basic authorization of }aaaaa{ is pending}", nil), ("{-----BEGIN CERTIFICATE-----}", nil), ("{ratio }9{:}9{ in group }9{::}aaaa", nil),
            ("{line }99{, column }99{: expected }9{ arguments}", "log"), ("99{-}99{-}99", "section"), ("{Q}9{ 20}99{ +}9{.}9{%}", "quarter"),
        ]
        let (shape, column) = pick(choices)
        return LabelledCell(label: .hardNegative, kind: nil, text: look.draw(shape, &random), column: column)
    }

    /// A value of a kind with a check digit, of which one digit is wrong, in a column of its own kind.
    private mutating func wrong() -> LabelledCell? {
        let names = [
            "pii.credit_card", "pii.iban", "pii.uk_nhs", "pii.ca_sin", "pii.es_nif", "pii.it_codice_fiscale", "pii.fr_nir", "pii.de_tax_id",
            "pii.nl_bsn", "pii.fi_hetu", "pii.br_cpf", "pii.sg_fin", "pii.tr_identity_number", "pii.au_tfn", "pii.au_abn", "pii.in_aadhaar",
        ]
        let kind = pick(LabelledKind.all.filter { names.contains($0.name) })
        guard let value = kind.value(&random, matcher) else { return nil }
        // One digit, so that every one of these checks fails.
        let digits = value.indices.filter { "0123456789".contains(value[$0]) }
        let place = digits[digits.count - 2]
        let changed = String((value[place].wholeNumberValue ?? 0) + 1).suffix(1)
        let text = value[..<place] + changed + value[value.index(after: place)...]
        return LabelledCell(label: .hardNegative, kind: nil, text: String(text), column: pick(["note", nil, "order_ref"]))
    }

    private mutating func chance() -> LabelledCell? {
        let compact: [(String, [String])] = [
            ("pii.credit_card", ["{4}999999999999999", "{5}999999999999999"]), ("pii.nl_bsn", ["999999999"]), ("pii.us_ssn", ["999999999"]),
            ("pii.us_aba_routing", ["999999999"]), ("pii.uk_nhs", ["9999999999"]), ("pii.ca_sin", ["999999999"]), ("pii.pl_pesel", ["99999999999"]),
            ("pii.de_tax_id", ["99999999999"]), ("pii.au_tfn", ["999999999"]), ("pii.in_aadhaar", ["999999999999"]), ("pii.br_cpf", ["99999999999"]),
            ("pii.tr_identity_number", ["99999999999"]), ("pii.za_id", ["{850101}9999{08}9"]), ("pii.ipv4", ["9.9.99.9"]), ("pii.bic", ["AAAA{DE}AA"]),
        ]
        let (name, looks) = pick(compact)
        let kind = LabelledKind(name: name, looks: looks, label: "", column: "")
        guard let value = kind.value(&random, matcher) else { return nil }
        let isNeutral = !["pii.credit_card", "pii.za_id", "pii.ipv4"].contains(name)
        var places: [(String, String?)] = [
            (value, "order_id"), (value, "tracking_number"), (value, "serial_no"), ("order \(value) is on its way", "note"),
            ("Tracking number: \(value)", nil), ("version \(value)", nil), (value, "batch_no"), ("ticket #\(value) closed", "comment"),
        ]
        if isNeutral { places += [(value, nil), (value, "external_key"), ("see \(value) for more", "note")] }
        let (text, column) = pick(places)
        return LabelledCell(label: .chance, kind: nil, text: text, column: column)
    }

    private mutating func evasion() -> LabelledCell? {
        let names = ["pii.email", "pii.credit_card", "pii.iban", "pii.us_ssn", "pii.br_cpf", "secrets.stripe_key", "pii.fr_nir"]
        let kind = pick(LabelledKind.all.filter { names.contains($0.name) && $0.standsAlone })
        guard let value = kind.value(&random, matcher) else { return nil }
        let disguise = pick(Disguise.allCases)
        guard let text = disguise.wear(value, &random) else { return nil }
        return LabelledCell(label: .evasion, kind: kind.name, text: text, column: pick([nil, "note"]), secret: text)
    }
}

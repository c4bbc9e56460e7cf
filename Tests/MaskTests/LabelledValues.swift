// Values of every kind for the evaluation, drawn at random until the kind's own check takes them.
import Patterns
import TestSupport

@testable import Mask

/// A kind of value: how one is drawn, and how people speak of it.
struct LabelledKind {
    /// The detector that must find it.
    var name: String
    /// `9` is a digit, `A` a capital, `a` a small letter, `x` a letter of either case or a digit, `h` a hexadecimal digit, `b` base64;
    /// `{…}` stands for itself. Several looks are drawn from in turn.
    var looks: [String]
    /// What stands before it in a text, and the name of a column that holds it.
    var label: String
    var column: String
    /// Known without a label: it may stand alone.
    var standsAlone = true

    /// All the kinds.
    static let all: [LabelledKind] = persons + machines + secrets

    private static let persons: [LabelledKind] = [
        .init(name: "pii.email", looks: ["aaaa.aaaaaa{@}aaaaaa{.com}", "aaa99{@mail.}aaaaa{.org}", "a{_}aaaa{+x@}aaaa{-}aa{.de}"],
            label: "e-mail", column: "contact"),
        .init(name: "pii.phone", looks: ["{+49 30 }9999999", "{+1 415 555 }9999", "{+33 6 }99 99 99 99", "{+447700}999999", "{(212) 5}99{-}9999"],
            label: "phone", column: "phone"),
        .init(name: "pii.phone", looks: ["{030 }9999999", "{0}999999999", "{07700 9}99999"],
            label: "tel.", column: "mobile_number", standsAlone: false),
        .init(name: "pii.credit_card",
            looks: ["{4}999999999999999", "{5}999 9999 9999 9999", "{37}99-999999-99999", "{2221}999999999999", "{6011}.9999.9999.9999"],
            label: "card", column: "card_number"),
        .init(name: "pii.iban", looks: ["{DE}99999999999999999999", "{GB}99{WEST} 9999 9999 9999 99", "{NL}99{ABNA}9999999999"],
            label: "IBAN", column: "iban"),
        .init(name: "pii.bic", looks: ["AAAA{DE}A9", "AAAA{US}99AAA"], label: "BIC", column: "bic", standsAlone: false),
        .init(name: "pii.us_ssn", looks: ["999-99-9999", "999 99 9999"], label: "SSN", column: "ssn"),
        .init(name: "pii.us_ssn", looks: ["999999999"], label: "social security number", column: "customer_ssn", standsAlone: false),
        .init(name: "pii.us_itin", looks: ["{9}99-99-9999"], label: "ITIN", column: "itin"),
        .init(name: "pii.us_aba_routing", looks: ["999999999"], label: "routing number", column: "routing_number", standsAlone: false),
        .init(name: "pii.uk_nhs", looks: ["999 999 9999"], label: "NHS number", column: "nhs_number"),
        .init(name: "pii.uk_nhs", looks: ["9999999999"], label: "NHS number", column: "nhs_no", standsAlone: false),
        .init(name: "pii.uk_nino", looks: ["{AB}999999{C}", "{JG} 99 99 99 {A}"], label: "NI number", column: "nino"),
        .init(name: "pii.ca_sin", looks: ["999 999 999", "999-999-999"], label: "SIN", column: "sin"),
        .init(name: "pii.au_tfn", looks: ["999 999 999", "999999999"], label: "TFN", column: "tfn", standsAlone: false),
        .init(name: "pii.au_abn", looks: ["99 999 999 999"], label: "ABN", column: "abn"),
        .init(name: "pii.au_medicare", looks: ["9999 99999 9"], label: "Medicare", column: "medicare_no"),
        .init(name: "pii.in_aadhaar", looks: ["9999 9999 9999"], label: "Aadhaar", column: "aadhaar"),
        .init(name: "pii.in_pan", looks: ["AAA{P}A9999A"], label: "PAN", column: "pan"),
        .init(name: "pii.es_nif", looks: ["99999999A"], label: "DNI", column: "dni"),
        .init(name: "pii.es_nie", looks: ["{X}9999999A", "{Y}9999999A"], label: "NIE", column: "nie"),
        .init(name: "pii.it_codice_fiscale", looks: ["AAAAAA{85T10A562}A", "AAAAAA{62B44F205}A"], label: "codice fiscale", column: "codice_fiscale"),
        .init(name: "pii.fr_nir", looks: ["{1 85 05 }99 999 999 99", "{27912}9999999999"], label: "NIR", column: "nir"),
        .init(name: "pii.de_tax_id", looks: ["99999999999"], label: "Steuer-ID", column: "steuer_id", standsAlone: false),
        .init(name: "pii.nl_bsn", looks: ["999999999"], label: "BSN", column: "bsn", standsAlone: false),
        .init(name: "pii.be_national_number", looks: ["{85.07.30-}999{.}99"], label: "rijksregisternummer", column: "insz"),
        .init(name: "pii.pl_pesel", looks: ["{850730}99999"], label: "PESEL", column: "pesel", standsAlone: false),
        .init(name: "pii.fi_hetu", looks: ["{131052-}999{T}", "{010190A}999{K}"], label: "hetu", column: "hetu"),
        .init(name: "pii.se_personnummer", looks: ["{811218-}9999", "{19811218-}9999"], label: "personnummer", column: "personnummer"),
        .init(name: "pii.dk_cpr", looks: ["{110988-}9999"], label: "CPR", column: "cpr"),
        .init(name: "pii.br_cpf", looks: ["999.999.999-99"], label: "CPF", column: "cpf"),
        .init(name: "pii.br_cnpj", looks: ["99.999.999/{0001}-99"], label: "CNPJ", column: "cnpj"),
        .init(name: "pii.kr_rrn", looks: ["{850730-1}999999"], label: "RRN", column: "rrn"),
        .init(name: "pii.sg_fin", looks: ["{S}9999999A", "{G}9999999A"], label: "NRIC", column: "nric"),
        .init(name: "pii.za_id", looks: ["{800101}9999{08}9"], label: "identity number", column: "id_number"),
        .init(name: "pii.tr_identity_number", looks: ["99999999999"], label: "T.C. kimlik", column: "tckn", standsAlone: false),
        .init(name: "pii.cn_resident_id", looks: ["{11010519850730}9999"], label: "resident id", column: "resident_id"),
        .init(name: "pii.date_of_birth", looks: ["{1985-03-1}9", "{12.0}9{.1985}", "{1}9{ March 1985}"],
            label: "born", column: "date_of_birth", standsAlone: false),
        .init(name: "pii.passport", looks: ["{C01X00T4}9", "AA9999999", "999999999"], label: "passport", column: "passport_no", standsAlone: false),
    ]

    private static let machines: [LabelledKind] = [
        .init(name: "pii.ipv4", looks: ["{203.0.113.}99", "{10.}99{.}99{.}9"], label: "from", column: "client_ip"),
        .init(name: "pii.ipv6", looks: ["{2001:db8::}hhhh{:}hhh", "{fe80::}hhhh"], label: "from", column: "client_ip"),
        .init(name: "pii.mac_address", looks: ["hh{:}hh{:}hh{:}hh{:}hh{:}hh"], label: "mac", column: "mac"),
        .init(name: "pii.bitcoin_address", looks: ["{1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa}"], label: "wallet", column: "wallet"),
        .init(name: "pii.bech32_address", looks: ["{bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq}"], label: "wallet", column: "wallet"),
        .init(name: "pii.ethereum_address", looks: ["{0x}hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh"], label: "wallet", column: "wallet"),
    ]

    private static let x10 = "xxxxxxxxxx"
    private static let h16 = "hhhhhhhhhhhhhhhh"
    private static let secrets: [LabelledKind] = [
        ("secrets.aws_access_key", "{AKIA}AAAAAAAAAAAAAAAA"), ("secrets.gcp_api_key", "{AIza}" + x10 + x10 + x10 + "xxxxx"),
        ("secrets.gcp_oauth", "{GOCSPX-}" + x10 + x10 + "xxxxxxxx"),
        ("secrets.azure_storage_key", "{AccountKey=}" + String(repeating: "x", count: 86) + "{==}"),
        ("secrets.azure_sas", "{sv=2022-11-02&sig=}" + x10 + x10 + x10 + x10 + "xxx{%3D}"),
        ("secrets.openai_key", "{sk-proj-}" + x10 + x10 + x10 + x10),
        ("secrets.anthropic_key", "{sk-ant-api03-}" + x10 + x10 + x10 + x10 + x10 + x10 + x10 + x10 + x10 + "xxx{AA}"),
        ("secrets.huggingface_token", "{hf_}" + x10 + x10 + x10 + "xxxx"), ("secrets.databricks_token", "{dapi}" + h16 + h16),
        ("secrets.digitalocean_token", "{dop_v1_}" + h16 + h16 + h16 + h16), ("secrets.vault_token", "{hvs.}" + x10 + x10 + "xxxx"),
        ("secrets.github_token", "{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}"), ("secrets.gitlab_token", "{glpat-}" + x10 + x10),
        ("secrets.npm_token", "{npm_}" + x10 + x10 + x10 + "xxxxxx"),
        ("secrets.pypi_token", "{pypi-AgEIcHlwaS5vcmc}" + x10 + x10 + x10 + x10 + x10 + x10),
        ("secrets.slack_token", "{xoxb-}9999999999-9999999999-" + x10 + x10 + "xxxx"), ("secrets.stripe_key", "{sk_live_}" + x10 + x10 + "xxxx"),
        ("secrets.sendgrid_key", "{SG.}" + x10 + x10 + "xx{.}" + x10 + x10 + x10 + x10 + "xxx"), ("secrets.twilio_key", "{SK}" + h16 + h16),
        ("secrets.jwt", "{eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx}" + x10 + "{In0.}" + x10 + x10 + x10 + x10 + "xxx"),
        ("secrets.private_key", "{-----BEGIN PRIVATE KEY-----\n}" + x10 + x10 + "{\n-----END PRIVATE KEY-----}"),
        ("secrets.url_credentials", "{postgres://app:}" + x10 + "{@db.internal/shop}"),
        ("secrets.dsn_password", "{host=db user=app password=}" + x10),
        ("secrets.authorization_header", "{Authorization: Basic }" + x10 + x10 + "{=}"),
        ("secrets.password_hash", "{$2b$12$}" + String(repeating: "x", count: 53)),
        ("secrets.password_hash", "{$6$}xxxxxxxx{$}" + String(repeating: "x", count: 86)), ("secrets.password_hash", "{md5}" + h16 + h16),
    ].map { LabelledKind(name: $0.0, looks: [$0.1], label: "use", column: "note") }
        + [.init(name: "secrets.aws_secret_key", looks: ["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
                label: "aws secret", column: "aws_secret_access_key", standsAlone: false)]

    /// A value that the detector's check takes; nil when none came up.
    func value(_ random: inout SeededGenerator, _ matcher: Matcher) -> String? {
        let detectors = (DetectorCatalogue.all ?? []).filter { $0.specification.name == name }
        for _ in 0..<20_000 {
            let text = draw(looks[random.below(looks.count)], &random)
            let isTaken = Array(text.utf8).withUnsafeBytes { bytes in
                detectors.contains { detector in
                    guard case .found(let range) = matcher.firstMatch(of: detector.pattern, in: bytes, from: 0) else { return false }
                    return detector.specification.check(Candidate(text: bytes, range: range)) != nil
                }
            }
            if isTaken { return text }
        }
        return nil
    }

    /// A text of the kind's look, checked by nothing.
    func draw(_ look: String, _ random: inout SeededGenerator) -> String {
        var text = ""
        var isLiteral = false
        for character in look {
            switch character {
            case "{": isLiteral = true
            case "}": isLiteral = false
            case _ where isLiteral: text.append(character)
            case "9": text += Self.pick("0123456789", &random)
            case "A": text += Self.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZ", &random)
            case "a": text += Self.pick("abcdefghijklmnopqrstuvwxyz", &random)
            case "x": text += Self.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", &random)
            case "h": text += Self.pick("0123456789abcdef", &random)
            default: text.append(character)
            }
        }
        return text
    }

    private static func pick(_ characters: StaticString, _ random: inout SeededGenerator) -> String {
        String(UnicodeScalar(characters.utf8Start[random.below(characters.utf8CodeUnitCount)]))
    }
}

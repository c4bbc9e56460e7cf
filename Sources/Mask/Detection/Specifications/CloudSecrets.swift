// Keys of clouds, and of the services that machines talk to, by the marks that vendors give them.

enum CloudSecrets {
    static let all: [DetectorSpecification] = [
        // AWS IAM, "IAM identifiers": AKIA and ASIA are access keys, ABIA bearer tokens; base32 after it.
        .token(
            "secrets.aws_access_key", "(?:AKIA|ASIA|ABIA)[A-Z2-7]{16}" + PatternPart.wordTail, heads: ["AKIA", "ASIA", "ABIA"],
            shortest: 20),
        // AWS IAM: forty characters of base64, of which a word says what they are.
        DetectorSpecification(
            name: "secrets.aws_secret_key", pattern: "(?<![0-9A-Za-z+/_-])[0-9A-Za-z+/]{40}(?![0-9A-Za-z+/=_-])",
            triggers: [.flag(.long40), .word(40...40)], shortest: 40, words: ["aws", "secret", "amazon"], compact: .word, formatted: .word,
            check: { SecretShape.isMixed($0.bytes) ? $0.range : nil }),
        // Google Cloud, API keys and OAuth client secrets and access tokens.
        .token("secrets.gcp_api_key", "AIza[0-9A-Za-z_-]{35}" + PatternPart.tokenTail, heads: ["AIza"], shortest: 39),
        .token("secrets.gcp_oauth", "GOCSPX-[0-9A-Za-z_-]{28}" + PatternPart.tokenTail, heads: ["GOCS"], shortest: 35),
        .token("secrets.gcp_oauth", "ya29\\.[0-9A-Za-z_-]{20,2048}+", heads: ["ya2"], shortest: 25),
        // Azure Storage, connection strings: 64 bytes in base64.
        .token(
            "secrets.azure_storage_key", "(?i:AccountKey|SharedAccessKey)=\\K[0-9A-Za-z+/]{43,86}={1,2}", heads: ["Acco", "Shar"],
            shortest: 55),
        // Azure Storage, shared access signatures: `sig` is an HMAC-SHA256 in base64, percent-encoded in a URL.
        .token("secrets.azure_sas", "sig=\\K(?:[0-9A-Za-z+/]|%[0-9A-Fa-f]{2}){40,130}+=?", heads: ["sig="], shortest: 44),
        // Microsoft Entra, client secrets: three characters, a digit, `Q~`.
        DetectorSpecification(
            name: "secrets.azure_client_secret", pattern: "(?<![0-9A-Za-z_~.-])[0-9A-Za-z_~.-]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}(?![0-9A-Za-z_~-])",
            triggers: [.flag(.tilde)], digits: 1, shortest: 37),
        // OpenAI: project, service account and user keys; `T3BlbkFJ` stands in the middle of all but the oldest.
        .token(
            "secrets.openai_key",
            "sk-(?:(?:proj|svcacct|admin|None)-[0-9A-Za-z_-]{20,300}+|[0-9A-Za-z]{20}T3BlbkFJ[0-9A-Za-z]{20}|[0-9A-Za-z]{48})"
                + PatternPart.tokenTail, heads: ["sk-"], shortest: 28),
        .token("secrets.anthropic_key", "sk-ant-(?:[a-z]{2,8}[0-9]{2}-)?[0-9A-Za-z_-]{24,300}+", heads: ["sk-"], shortest: 31),
        // Hugging Face, user access tokens.
        .token("secrets.huggingface_token", "(?:hf_|api_org_)[0-9A-Za-z]{34,40}" + PatternPart.wordTail, heads: ["hf_", "api_"], shortest: 37),
        // Databricks, personal access tokens.
        .token("secrets.databricks_token", "dapi[0-9a-f]{32}(?:-[0-9]{1,2})?" + PatternPart.wordTail, heads: ["dapi"], shortest: 36),
        // DigitalOcean: personal, OAuth and refresh tokens.
        .token("secrets.digitalocean_token", "do[opr]_v1_[0-9a-f]{64}" + PatternPart.wordTail, heads: ["dop_", "doo_", "dor_"], shortest: 71),
        // HashiCorp Vault, "Token prefix": service, batch and recovery tokens; `s.` before version 1.10.
        .token("secrets.vault_token", "hv[sbr]\\.[0-9A-Za-z_-]{24,400}+", heads: ["hvs.", "hvb.", "hvr."], shortest: 28),
        .token(
            "secrets.vault_token", "(?<![.])s\\.[0-9A-Za-z]{24}(?![0-9A-Za-z._-])",
            heads: (Array("abcdefghijklmnopqrstuvwxyz0123456789").map { "s.\($0)" }), shortest: 26
        ) { SecretShape.isMixed($0.bytes) ? $0.range : nil },
        // HashiCorp Terraform Cloud.
        DetectorSpecification(
            name: "secrets.terraform_token", pattern: PatternPart.wordHead + "[0-9A-Za-z]{14}\\.atlasv1\\.[0-9A-Za-z_-]{60,70}+",
            triggers: [.head("atla")], shortest: 83),
        // Grafana: service account and cloud tokens.
        .token(
            "secrets.grafana_token", "(?:glsa_[0-9A-Za-z]{32}_[0-9a-fA-F]{8}|glc_[0-9A-Za-z+/]{32,400}={0,2})", heads: ["glsa", "glc_"],
            shortest: 36),
    ]
}

enum SecretShape {
    /// As words in prose do not.
    static func hasBothCases(_ text: UnsafeRawBufferPointer) -> Bool {
        var seen: UInt8 = 0
        for byte in text where ASCII.isLetter(byte) { seen |= byte & 32 == 0 ? 1 : 2 }
        return seen == 3
    }

    /// Capitals, small letters and digits, as random bytes in base64 or base62 have them and words and hexadecimal digits do not.
    static func isMixed(_ text: UnsafeRawBufferPointer) -> Bool {
        var capitals = 0
        var smalls = 0
        var digits = 0
        for byte in text {
            if ASCII.isDigit(byte) { digits += 1 } else if ASCII.isLetter(byte) {
                if byte & 32 == 0 { capitals += 1 } else { smalls += 1 }
            }
        }
        return capitals >= 2 && smalls >= 2 && digits >= 1
    }
}

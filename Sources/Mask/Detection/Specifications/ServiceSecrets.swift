// Tokens of forges, registries, and services for mail, money and messages.

enum ServiceSecrets {
    static let all: [DetectorSpecification] = [
        // GitHub, "Behind GitHub's new authentication token formats": thirty characters and six of a CRC-32 in base62.
        .token("secrets.github_token", "gh[opsur]_[0-9A-Za-z]{36}" + PatternPart.wordTail, heads: ["ghp_", "gho_", "ghs_", "ghu_", "ghr_"], shortest: 40) {
            Base62.isChecked($0.bytes) ? $0.range : nil
        },
        .token(
            "secrets.github_token", "github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}" + PatternPart.wordTail, heads: ["gith"], shortest: 93),
        // GitLab, "Token prefixes".
        .token(
            "secrets.gitlab_token",
            "(?:glpat|gldt|glrt|glrtr|glcbt|glptt|glft|glimt|glagent|gloas|glsoat|glffct)-[0-9A-Za-z_-]{20,120}+(?:\\.[0-9a-z]{2}\\.[0-9a-z]{9})?",
            heads: ["glpa", "gldt", "glrt", "glcb", "glpt", "glft", "glim", "glag", "gloa", "glso", "glff"], shortest: 25),
        .token("secrets.npm_token", "npm_[0-9A-Za-z]{36}" + PatternPart.wordTail, heads: ["npm_"], shortest: 40),
        // npm's configuration, where older tokens are UUIDs.
        DetectorSpecification(
            name: "secrets.npm_token", pattern: "_authToken=\\K[0-9A-Za-z_-]{16,100}+", triggers: [.head("auth")], shortest: 27),
        // PyPI: a macaroon in base64url, whose first bytes never change.
        .token("secrets.pypi_token", "pypi-AgE[0-9A-Za-z_-]{50,1000}+", heads: ["pypi"], shortest: 58),
        // Slack, "Token types", and incoming webhooks.
        .token(
            "secrets.slack_token", "(?:xox[abeoprs]|xapp)-[0-9A-Za-z-]{10,250}+", heads: ["xox", "xapp"], shortest: 15
        ) { $0.digits.count >= 4 ? $0.range : nil },
        .token("secrets.slack_token", "xoxe\\.xox[bp]-[0-9]-[0-9A-Za-z]{100,250}+", heads: ["xox"], shortest: 110),
        .token(
            "secrets.slack_webhook", "hooks\\.slack\\.com/(?:services|workflows|triggers)/[0-9A-Za-z_/-]{20,100}+", heads: ["hook"],
            shortest: 45),
        // Stripe, "API keys": secret and restricted keys, and the secrets of webhooks.
        .token("secrets.stripe_key", "(?:sk|rk)_(?:live|test)_[0-9A-Za-z]{10,247}+", heads: ["sk_", "rk_"], shortest: 18),
        .token("secrets.stripe_key", "whsec_[0-9A-Za-z+/]{24,80}+={0,2}", heads: ["whse"], shortest: 30),
        .token("secrets.sendgrid_key", "SG\\.[0-9A-Za-z_-]{22}\\.[0-9A-Za-z_-]{43}" + PatternPart.tokenTail, heads: ["SG."], shortest: 69),
        // Twilio: account and key identifiers, and an auth token of which a word says what it is.
        DetectorSpecification(
            name: "secrets.twilio_key", pattern: PatternPart.wordHead + "(?:AC|SK)[0-9a-f]{32}" + PatternPart.wordTail,
            triggers: [.word(34...34)], digits: 1, shortest: 34),
        DetectorSpecification(
            name: "secrets.twilio_key", pattern: PatternPart.wordHead + "[0-9a-f]{32}" + PatternPart.wordTail,
            triggers: [.word(32...32)], digits: 1, shortest: 32, words: ["twilio"], compact: .word),
        // Mailgun, Mailchimp.
        .token("secrets.mailgun_key", "key-[0-9a-f]{32}" + PatternPart.wordTail, heads: ["key-"], shortest: 36),
        DetectorSpecification(
            name: "secrets.mailchimp_key", pattern: PatternPart.wordHead + "[0-9a-f]{32}-us[0-9]{1,2}" + PatternPart.wordTail,
            triggers: [.word(32...32)], shortest: 36),
        .token("secrets.docker_token", "dckr_(?:pat|oat)_[0-9A-Za-z_-]{27,60}+", heads: ["dckr"], shortest: 36),
        .token("secrets.shopify_token", "shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}" + PatternPart.wordTail, heads: ["shpa", "shpc", "shps"], shortest: 38),
        .token("secrets.square_token", "sq0(?:atp|csp|idp)-[0-9A-Za-z_-]{22,43}+", heads: ["sq0"], shortest: 29),
        // Telegram bots: the bot's number, a colon, thirty-five characters that begin with `AA`.
        DetectorSpecification(
            name: "secrets.telegram_token", pattern: PatternPart.wordHead + "[0-9]{8,10}:AA[0-9A-Za-z_-]{33}" + PatternPart.tokenTail,
            triggers: [.run(8...10)], digits: 8, shortest: 44),
        .token("secrets.linear_key", "lin_(?:api|oauth)_[0-9A-Za-z]{40,64}+", heads: ["lin_"], shortest: 48),
        .token("secrets.notion_token", "(?:ntn_[0-9A-Za-z]{40,60}+|secret_[0-9A-Za-z]{43})" + PatternPart.wordTail, heads: ["ntn_", "secr"], shortest: 44),
        .token("secrets.newrelic_key", "NRAK-[0-9A-Z]{27}" + PatternPart.wordTail, heads: ["NRAK"], shortest: 32),
        .token("secrets.postman_key", "PMAK-[0-9a-f]{24}-[0-9a-f]{34}" + PatternPart.wordTail, heads: ["PMAK"], shortest: 64),
        .token("secrets.doppler_token", "dp\\.(?:pt|st|ct|sa|scim|audit)\\.(?:[0-9a-z_-]{2,35}\\.)?[0-9A-Za-z]{40,44}" + PatternPart.wordTail,
            heads: ["dp."], shortest: 46),
        .token("secrets.atlassian_token", "ATATT3[0-9A-Za-z_=-]{60,250}+", heads: ["ATAT"], shortest: 66),
    ]
}

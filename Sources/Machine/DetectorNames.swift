// The names of the detectors that masks know: a program that names another is refused.

/// `Mask` holds the detectors themselves; a test holds the two lists against each other.
package enum DetectorNames {
    package static let all: Set<String> = [
        "pii.all", "secrets.all", "pii.email", "pii.phone", "pii.ipv4", "pii.ipv6", "pii.mac_address", "pii.date_of_birth",
        "pii.passport", "pii.credit_card", "pii.iban", "pii.bic", "pii.us_aba_routing", "pii.us_ssn", "pii.us_itin", "pii.ca_sin",
        "pii.br_cpf", "pii.br_cnpj", "pii.uk_nhs", "pii.uk_nino", "pii.es_nif", "pii.es_nie", "pii.it_codice_fiscale", "pii.fr_nir",
        "pii.de_tax_id", "pii.nl_bsn", "pii.be_national_number", "pii.pl_pesel", "pii.fi_hetu", "pii.se_personnummer", "pii.dk_cpr",
        "pii.tr_identity_number", "pii.au_tfn", "pii.au_abn", "pii.au_medicare", "pii.in_aadhaar", "pii.in_pan", "pii.kr_rrn",
        "pii.sg_fin", "pii.za_id", "pii.cn_resident_id", "pii.bitcoin_address", "pii.bech32_address", "pii.ethereum_address",
        "secrets.aws_access_key", "secrets.aws_secret_key", "secrets.gcp_api_key", "secrets.gcp_oauth", "secrets.azure_storage_key",
        "secrets.azure_sas", "secrets.azure_client_secret", "secrets.openai_key", "secrets.anthropic_key", "secrets.huggingface_token",
        "secrets.databricks_token", "secrets.digitalocean_token", "secrets.vault_token", "secrets.terraform_token",
        "secrets.grafana_token", "secrets.github_token", "secrets.gitlab_token", "secrets.npm_token", "secrets.pypi_token",
        "secrets.slack_token", "secrets.slack_webhook", "secrets.stripe_key", "secrets.sendgrid_key", "secrets.twilio_key",
        "secrets.mailgun_key", "secrets.mailchimp_key", "secrets.docker_token", "secrets.shopify_token", "secrets.square_token",
        "secrets.telegram_token", "secrets.linear_key", "secrets.notion_token", "secrets.newrelic_key", "secrets.postman_key",
        "secrets.doppler_token", "secrets.atlassian_token", "secrets.jwt", "secrets.private_key", "secrets.url_credentials",
        "secrets.dsn_password", "secrets.authorization_header", "secrets.password_hash",
    ]
}

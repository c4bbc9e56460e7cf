// Credentials of no one vendor: tokens, keys, passwords in addresses and headers, and hashes of passwords.

enum CredentialDetectors {
    static let all: [DetectorSpecification] = [
        // RFC 7519 and RFC 7515: three parts in base64url, of which the first is a JSON header with `alg`; RFC 7516 has five.
        .token(
            "secrets.jwt", "ey[AJ][0-9A-Za-z_-]{8,4096}+\\.[0-9A-Za-z_-]{4,16384}+\\.[0-9A-Za-z_-]{0,4096}+(?:\\.[0-9A-Za-z_-]{0,16384}+){0,2}",
            heads: ["eyJ", "eyA"], shortest: 17
        ) { JOSEHeader.isHeader(of: $0.bytes) ? $0.range : nil },
        // RFC 7468 section 10 and 11, RFC 9580 for PGP: to the end line, or to the end of what looks like base64.
        DetectorSpecification(
            name: "secrets.private_key",
            pattern: "-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----", triggers: [.flag(.dashes)], shortest: 27,
            check: { PrivateKeyText.hit($0) }),
        .token("secrets.private_key", "AGE-SECRET-KEY-1[0-9A-Z]{58}" + PatternPart.wordTail, heads: ["AGE-"], shortest: 74),
        // RFC 3986 section 3.2.1: user and password before the host, which begins at the last at sign.
        DetectorSpecification(
            name: "secrets.url_credentials",
            pattern: "(?<![0-9A-Za-z])[A-Za-z][0-9A-Za-z+.-]{1,30}+://\\K[^\\x{20}\\t\\r\\n\"'<>/@:?#]{0,256}+:[^\\x{20}\\t\\r\\n\"'<>/?#]{1,512}(?=@)",
            triggers: [.flag(.scheme)], shortest: 8,
            check: { candidate in
                // Only the password: a user's name is not what keeps others out.
                guard let colon = candidate.bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
                return candidate.range.lowerBound + colon + 1..<candidate.range.upperBound
            }),
        // Connection strings of libpq, ODBC and ADO.NET, and settings in files: a key that is a password's, an equals sign, a value.
        DetectorSpecification(
            name: "secrets.dsn_password",
            pattern: "(?<![0-9A-Za-z])(?i:[a-z]{0,12}_?pass(?:word|wd)?|pwd|pgpassword|passphrase)\\x{20}{0,2}=\\x{20}{0,2}"
                + "\\K(?:'[^'\\r\\n]{1,256}+'|\"[^\"\\r\\n]{1,256}+\"|[^\\x{20}\\t\\r\\n;,&'\"<>]{3,256}+)",
            triggers: [.flag(.equals)], shortest: 8),
        // RFC 9110 section 11.6.2: a scheme and its credentials.
        DetectorSpecification(
            name: "secrets.authorization_header",
            pattern: "(?<![0-9A-Za-z])(?i:authorization[\"']?\\x{20}?[:=]\\x{20}{0,2}[\"']?(?:(?:basic|bearer|token|digest|negotiate|apikey)\\x{20}{1,2})?"
                + "|x-api-key[\"']?\\x{20}?[:=]\\x{20}{0,2}[\"']?|bearer\\x{20}{1,2}(?=[0-9A-Za-z+/=._~-]{20}))\\K[0-9A-Za-z+/=._~-]{6,8192}+",
            triggers: [.head("auth"), .head("bear"), .head("x-ap")], shortest: 14,
            check: { $0.bytes.contains { ASCII.isDigit($0) || $0 == UInt8(ascii: "=") } || SecretShape.hasBothCases($0.bytes) ? $0.range : nil }),
        // crypt(5): bcrypt, SHA-512, SHA-256, MD5, yescrypt, scrypt; argon2's encoded form (RFC 9106); PBKDF2 as passlib and Django write it.
        DetectorSpecification(
            name: "secrets.password_hash",
            pattern: "(?<![0-9A-Za-z$])\\$(?:2[abxy]\\$[0-9]{2}\\$[./0-9A-Za-z]{53}"
                + "|argon2(?:id|i|d)\\$(?:v=[0-9]{1,3}\\$)?m=[0-9]{1,10},t=[0-9]{1,10},p=[0-9]{1,5}\\$[0-9A-Za-z+/=]{8,128}\\$[0-9A-Za-z+/=]{8,256}"
                + "|[56]\\$(?:rounds=[0-9]{1,9}\\$)?[^$\\x{20}\\r\\n:]{1,16}\\$[./0-9A-Za-z]{43,86}|1\\$[^$\\x{20}\\r\\n:]{1,8}\\$[./0-9A-Za-z]{22}"
                + "|(?:y|gy|7)\\$[./0-9A-Za-z]{1,100}+\\$[./0-9A-Za-z]{1,86}+(?:\\$[./0-9A-Za-z]{43})?|[PH]\\$[./0-9A-Za-z]{31}"
                + "|scrypt\\$[0-9A-Za-z=,]{5,60}\\$[0-9A-Za-z+/=]{8,128}\\$[0-9A-Za-z+/=]{8,256}"
                + "|pbkdf2(?:-sha[0-9]{1,3})?\\$[0-9]{1,9}\\$[./0-9A-Za-z]{4,128}\\$[./0-9A-Za-z]{16,128})(?![0-9A-Za-z/])",
            triggers: [.flag(.dollar)], shortest: 24),
        .token("secrets.password_hash", "pbkdf2_sha(?:1|256|512)\\$[0-9]{1,9}\\$[0-9A-Za-z]{1,128}\\$[0-9A-Za-z+/]{16,128}={0,2}", heads: ["pbkd"],
            shortest: 30),
        // PostgreSQL manual, "pg_authid": SCRAM verifiers and MD5.
        .token(
            "secrets.password_hash", "SCRAM-SHA-256\\$[0-9]{1,10}:[0-9A-Za-z+/=]{8,128}\\$[0-9A-Za-z+/]{43}=:[0-9A-Za-z+/]{43}=",
            heads: ["SCRA"], shortest: 100),
        .token("secrets.password_hash", "md5[0-9a-f]{32}" + PatternPart.wordTail, heads: ["md5"], shortest: 35),
        // RFC 2307: LDAP's userPassword.
        .token("secrets.password_hash", "(?<=\\{)S?(?:SHA|MD5|SHA256|SHA512)\\}[0-9A-Za-z+/]{20,120}={0,2}", heads: ["SSHA", "SHA", "SMD5", "MD5"],
            shortest: 24),
    ]
}

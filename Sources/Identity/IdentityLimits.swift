// Every bound of this module, in one place.

/// What a token, a key document, and the road to an issuer may cost at most.
public enum IdentityLimits {
    /// Bytes of a whole token in compact form.
    public static let tokenBytes = 64 * 1024
    /// Bytes of a token's header, still encoded.
    public static let headerBytes = 8 * 1024
    /// Bytes of a token's signature, still encoded: enough for RSA with 8192 bits.
    public static let signatureBytes = 1366
    /// How deep objects and arrays may nest in any JSON that is read here.
    public static let jsonDepth = 16
    /// Bytes of a key id.
    public static let keyIDBytes = 256
    /// Bytes of a subject, and of a token's own id.
    public static let subjectBytes = 1024
    /// Bytes of an issuer's name or URL, an audience or a claim's name in the settings.
    public static let settingBytes = 2048
    /// Bytes of a JWKS or a discovery document.
    public static let documentBytes = 1024 * 1024
    /// Redirects within one host that one fetch follows.
    public static let redirects = 3
    /// Keys in one JWKS.
    public static let keysInSet = 128
    /// Bits of an RSA modulus: fewer are too weak, more cost too much to check.
    public static let rsaBits = 2048...8192
    /// Certificates that a client may show.
    public static let chainCertificates = 8
    /// Names of a certificate besides its subject.
    public static let certificateNames = 256
    /// Seconds that an issuer's clock and ours may differ.
    public static let clockSkewSeconds: Int64 = 60
    /// The last second of the year 9999: a later time in a token is a mistake.
    public static let lastSecond: Int64 = 253_402_300_799
}

/// How often keys are fetched anew. All in seconds.
public struct KeyRefreshPolicy: Sendable, Hashable {
    /// A source's own `max-age` is brought within these.
    public var maximumAge: ClosedRange<Int64> = 60...21_600
    /// The age for a source that does not say.
    public var defaultAge: Int64 = 900
    /// Keys this much older than their age are no longer used while a fetch could still be tried.
    public var staleGrace: Int64 = 60
    /// How soon a failed fetch is tried again.
    public var retryInterval: Int64 = 30
    /// How soon an unknown key id may cause another fetch.
    public var unknownKeyInterval: Int64 = 30
    /// How long connecting, or waiting for more bytes, may take.
    public var requestTimeout: Int64 = 5
    /// How long one fetch may take in all.
    public var totalTimeout: Int64 = 10

    /// The values above.
    public static let standard = KeyRefreshPolicy()
    public init() {}
}

// Why an issuer's keys could not be read.

/// Why keys could not be read from their source. The last good keys stay in use meanwhile.
public enum KeySourceFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file cannot be opened or read; the system's error number.
    case unreadable(Int32)
    /// The path is not that of a regular file.
    case notRegularFile
    /// No answer; the network library's own words.
    case unreachable(String)
    /// No complete answer within `KeyRefreshPolicy.totalTimeout`.
    case timedOut
    /// An HTTP status other than 200, also that of a redirect that is not followed: to another host, or one too many.
    case status(Int)
    /// Over `IdentityLimits.documentBytes`.
    case tooLarge
    /// The document is not a JWKS in strict JSON.
    case notKeySet
    /// More keys than `IdentityLimits.keysInSet`.
    case tooManyKeys
    /// The document is not that of OpenID Connect Discovery.
    case notDiscovery
    /// The discovery document names another issuer than the one that was asked.
    case otherIssuer
    /// The discovery document names an address from which keys are not fetched.
    case unsafeURL(String)

    public var description: String {
        switch self {
        case .unreadable(let number): "the file cannot be read (error \(number))"
        case .notRegularFile: "the path is not that of a regular file"
        case .unreachable(let words): "no answer: \(words)"
        case .timedOut: "no complete answer in time"
        case .status(let status): "the answer has HTTP status \(status)"
        case .tooLarge: "the document is larger than \(IdentityLimits.documentBytes) bytes"
        case .notKeySet: "the document is not a JWKS"
        case .tooManyKeys: "the JWKS has more than \(IdentityLimits.keysInSet) keys"
        case .notDiscovery: "the document is not an OpenID configuration"
        case .otherIssuer: "the OpenID configuration is that of another issuer"
        case .unsafeURL(let reason): "the jwks_uri \(reason)"
        }
    }
}

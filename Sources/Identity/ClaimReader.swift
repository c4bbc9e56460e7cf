// From a payload whose signature is good to the claims that policy may see.

import Machine

/// Reads the payload of a token for one issuer (RFC 7519 section 4.1). Called only after the signature was verified.
struct ClaimReader {
    let issuer: IssuerSettings
    let payload: JSONObject

    /// The claims, if the token is in force at `now` and says all that was declared.
    func read(now: Moment) throws(AuthenticationFailure) -> VerifiedClaims {
        let expires = try checkTimes(now: now)
        return VerifiedClaims(
            issuer: issuer.name, subject: try subject(), values: try declaredClaims(), proof: .bearer,
            expires: expires, tokenID: try tokenID())
    }

    private func checkTimes(now: Moment) throws(AuthenticationFailure) -> Int64 {
        let skew = IdentityLimits.clockSkewSeconds
        guard let expires = try time("exp", .down) else { throw .missingClaim(issuer: issuer.name, claim: "exp") }
        // Differences of bounded times, so that no moment can overflow.
        let current = min(max(now.seconds, 0), IdentityLimits.lastSecond)
        if current - expires >= skew { throw .expired(issuer: issuer.name) }
        if let start = try time("nbf", .up), start - current > skew { throw .notYetValid(issuer: issuer.name) }
        if let issued = try time("iat", .up), issued - current > skew { throw .issuedInTheFuture(issuer: issuer.name) }
        return expires
    }

    /// A NumericDate, which may have a fraction: rounded to where the token is in force for less time.
    private func time(_ name: String, _ rule: FloatingPointRoundingRule) throws(AuthenticationFailure) -> Int64? {
        if !payload.has(name) { return nil }
        guard case .number(let digits) = payload[name] else { throw .malformed(name) }
        if let seconds = Int64(digits), (0...IdentityLimits.lastSecond).contains(seconds) { return seconds }
        guard let seconds = Double(digits), seconds >= 0, seconds <= Double(IdentityLimits.lastSecond) else {
            throw .malformed(name)
        }
        return Int64(seconds.rounded(rule))
    }

    private func subject() throws(AuthenticationFailure) -> String {
        guard let value = payload["sub"] else { throw .missingClaim(issuer: issuer.name, claim: "sub") }
        return try name(value, "sub")
    }

    private func tokenID() throws(AuthenticationFailure) -> String? {
        guard let value = payload["jti"] else { return nil }
        return try name(value, "jti")
    }

    /// A bounded string that goes into logs and recordings, so without control characters.
    private func name(_ value: JSONValue, _ claim: String) throws(AuthenticationFailure) -> String {
        guard let text = value.text, !text.isEmpty, text.utf8.count <= IdentityLimits.subjectBytes,
            !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .malformed(claim) }
        return text
    }

    private func declaredClaims() throws(AuthenticationFailure) -> [String: ClaimValue] {
        var values: [String: ClaimValue] = [:]
        for claim in issuer.claims {
            guard let value = payload[claim.name] else {
                if claim.optional { continue }
                throw .missingClaim(issuer: issuer.name, claim: claim.name)
            }
            guard let typed = value.claim(of: claim.type) else {
                throw .wrongClaimType(issuer: issuer.name, claim: claim.name)
            }
            values[claim.name] = typed
        }
        return values
    }
}

extension JSONValue {
    /// This value as a claim of a type; nil when it is not exactly of that type.
    func claim(of type: ClaimType) -> ClaimValue? {
        switch (type, self) {
        case (.string, .string(let text)): .string(text)
        case (.integer, .number): integer.map(ClaimValue.integer)
        case (.boolean, .boolean(let flag)): .boolean(flag)
        case (.strings, .array): strings.map(ClaimValue.strings)
        case (.integers, .array): integers.map(ClaimValue.integers)
        case (.time, .number), (.time, .string): seconds.map(ClaimValue.time)
        case (.string, _), (.integer, _), (.boolean, _), (.strings, _), (.integers, _), (.time, _): nil
        }
    }
}

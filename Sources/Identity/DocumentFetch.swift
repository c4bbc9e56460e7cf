// One HTTP GET of a small document, bounded in size, time and direction.

import CCurl
import Dispatch
import Foundation

/// A document as it was served.
struct FetchedDocument: Sendable {
    var bytes: [UInt8]
    /// Seconds that the server says it may be kept.
    var maxAge: Int64?
}

/// Fetches with libcurl, on a thread of its own: whatever a server answers comes back as a value.
enum DocumentFetch {
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
    /// Fetches wait for servers; they keep nobody else waiting.
    private static let queue = DispatchQueue(label: "keys", attributes: .concurrent)

    /// The document at this address. Cookies, caches and redirects to other hosts play no part.
    static func fetch(_ address: SafeURL, _ policy: KeyRefreshPolicy) async throws(KeySourceFailure) -> FetchedDocument {
        let result = await withCheckedContinuation { waiting in
            queue.async {
                waiting.resume(returning: Result { () throws(KeySourceFailure) in try follow(address, policy) })
            }
        }
        return try result.get()
    }

    /// Follows redirects within the address's own origin, all within the time of one fetch.
    private static func follow(_ address: SafeURL, _ policy: KeyRefreshPolicy) throws(KeySourceFailure) -> FetchedDocument {
        guard isReady, let curl = curl_easy_init() else { throw .unreachable("libcurl cannot be used") }
        defer { curl_easy_cleanup(curl) }
        let fields = curl_slist_append(nil, "Accept: application/json")
        defer { curl_slist_free_all(fields) }
        let deadline = DispatchTime.now() + .seconds(Int(clamping: policy.totalTimeout))
        var url = address.url
        var redirects = 0
        while true {
            let left = Int64(clamping: deadline.uptimeNanoseconds) - Int64(clamping: DispatchTime.now().uptimeNanoseconds)
            guard left > 0 else { throw .timedOut }
            prepare(curl, url, fields, policy, milliseconds: max(1, Int(left / 1_000_000)))
            let receiver = Receiver()
            let code = withExtendedLifetime(receiver) {
                receiver.attach(to: curl)
                return curl_easy_perform(curl)
            }
            if receiver.isTooLarge { throw .tooLarge }
            guard code == CURLE_OK else {
                throw code == CURLE_OPERATION_TIMEDOUT ? .timedOut : .unreachable(String(cString: curl_easy_strerror(code)))
            }
            let status = postern_curl_status(curl)
            if status == 200 { return receiver.document }
            let target = postern_curl_redirect(curl).flatMap { URL(string: String(cString: $0)) }
            redirects += 1
            guard (300..<400).contains(status), let target, address.hasSameOrigin(as: target), redirects <= IdentityLimits.redirects
            else { throw .status(status) }
            url = target
        }
    }

    private static func prepare(
        _ curl: UnsafeMutableRawPointer, _ url: URL, _ fields: UnsafeMutablePointer<curl_slist>?, _ policy: KeyRefreshPolicy, milliseconds: Int
    ) {
        _ = postern_curl_text(curl, CURLOPT_URL, url.absoluteString)
        _ = postern_curl_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = postern_curl_fields(curl, fields)
        _ = postern_curl_number(curl, CURLOPT_NOSIGNAL, 1)
        _ = postern_curl_number(curl, CURLOPT_FOLLOWLOCATION, 0)
        _ = postern_curl_number(curl, CURLOPT_TIMEOUT_MS, milliseconds)
        // A server that is silent for so long is given up, however much time is left.
        _ = postern_curl_number(curl, CURLOPT_CONNECTTIMEOUT, Int(policy.requestTimeout))
        _ = postern_curl_number(curl, CURLOPT_LOW_SPEED_LIMIT, 1)
        _ = postern_curl_number(curl, CURLOPT_LOW_SPEED_TIME, Int(policy.requestTimeout))
    }

    /// The `max-age` of a Cache-Control field (RFC 9111 section 5.2); 0 where the answer must not be kept.
    static func maxAge(_ field: String) -> Int64? {
        var age: Int64?
        for directive in field.lowercased().split(separator: ",") {
            let words = directive.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            switch words.first {
            case "no-store", "no-cache": return 0
            case "max-age": age = words.count == 2 ? Int64(words[1]) : nil
            default: continue
            }
        }
        return age
    }
}

/// Takes what libcurl hands over during one request.
private final class Receiver {
    private(set) var document = FetchedDocument(bytes: [], maxAge: nil)
    private(set) var isTooLarge = false

    func attach(to curl: UnsafeMutableRawPointer) {
        postern_curl_receivers(
            curl,
            { bytes, size, count, owner in Receiver.of(owner).body(UnsafeRawBufferPointer(start: bytes, count: size * count)) },
            { bytes, size, count, owner in Receiver.of(owner).field(UnsafeRawBufferPointer(start: bytes, count: size * count)) },
            Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> Receiver {
        guard let owner else { preconditionFailure("libcurl has lost whom it serves") }
        return Unmanaged<Receiver>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Taking fewer bytes than there are ends the request.
    private func body(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard document.bytes.count + bytes.count <= IdentityLimits.documentBytes else {
            isTooLarge = true
            return 0
        }
        document.bytes.append(contentsOf: bytes)
        return bytes.count
    }

    private func field(_ line: UnsafeRawBufferPointer) -> Int {
        let text = String(decoding: line, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        let parts = text.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].lowercased() == "cache-control" { document.maxAge = DocumentFetch.maxAge(String(parts[1])) }
        return line.count
    }
}

// One HTTP request with a small answer, for what is told and asked outside of the data's way.

import CCurl
import Dispatch
import Foundation

/// Why a request came to nothing. Names no address: it may hold a secret.
public enum HTTPCallFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// Completes the sentence "the address …".
    case unsafeURL(String)
    case unreachable(String)
    case timedOut
    case tooLarge

    public var description: String {
        switch self {
        case .unsafeURL(let reason): "the address \(reason)"
        case .unreachable(let words): "no answer: \(words)"
        case .timedOut: "no complete answer in time"
        case .tooLarge: "the answer is larger than \(IdentityLimits.documentBytes) bytes"
        }
    }
}

/// A request over `https`, or over `http` to this very machine. Cookies, caches and redirects play no part.
public struct HTTPCall: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }
    public var method: Method
    /// `Name: value`, each without a line break.
    public var headers: [String]
    public var body: String
    /// From the connection to the last byte of the answer.
    public var timeoutSeconds: Int
    private let address: SafeURL
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    /// - Throws: where the address is not one that is called.
    public init(
        _ method: Method, _ address: String, headers: [String] = [], body: String = "", timeoutSeconds: Int = 10
    ) throws(HTTPCallFailure) {
        self.method = method
        self.headers = headers
        self.body = body
        self.timeoutSeconds = timeoutSeconds
        do {
            self.address = try SafeURL(address)
        } catch {
            throw .unsafeURL(error.reason)
        }
    }

    /// Waits for the answer, whatever its status. Not to be called on an event loop.
    public func perform() throws(HTTPCallFailure) -> (status: Int, body: String) {
        guard Self.isReady, let curl = curl_easy_init() else { throw .unreachable("libcurl cannot be used") }
        defer { curl_easy_cleanup(curl) }
        var fields: UnsafeMutablePointer<curl_slist>?
        for header in headers where !header.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) {
            fields = curl_slist_append(fields, header)
        }
        defer { curl_slist_free_all(fields) }
        _ = postern_curl_text(curl, CURLOPT_URL, address.url.absoluteString)
        _ = postern_curl_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = postern_curl_fields(curl, fields)
        _ = postern_curl_number(curl, CURLOPT_NOSIGNAL, 1)
        _ = postern_curl_number(curl, CURLOPT_FOLLOWLOCATION, 0)
        _ = postern_curl_number(curl, CURLOPT_TIMEOUT_MS, timeoutSeconds * 1000)
        // What goes to this machine goes through no proxy.
        if address.isPlain { _ = postern_curl_text(curl, CURLOPT_NOPROXY, "*") }
        switch method {
        case .get: break
        case .post:
            _ = postern_curl_number(curl, CURLOPT_POSTFIELDSIZE, body.utf8.count)
            _ = postern_curl_text(curl, CURLOPT_COPYPOSTFIELDS, body)
        }
        let receiver = AnswerReceiver()
        let code = withExtendedLifetime(receiver) {
            receiver.attach(to: curl)
            return curl_easy_perform(curl)
        }
        if receiver.isTooLarge { throw .tooLarge }
        guard code == CURLE_OK else {
            throw code == CURLE_OPERATION_TIMEDOUT ? .timedOut : .unreachable(String(cString: curl_easy_strerror(code)))
        }
        return (postern_curl_status(curl), String(decoding: receiver.bytes, as: UTF8.self))
    }
}

/// Takes the body that libcurl hands over.
private final class AnswerReceiver {
    private(set) var bytes: [UInt8] = []
    private(set) var isTooLarge = false

    func attach(to curl: UnsafeMutableRawPointer) {
        postern_curl_receivers(
            curl,
            { bytes, size, count, owner in AnswerReceiver.of(owner).take(UnsafeRawBufferPointer(start: bytes, count: size * count)) },
            { _, size, count, _ in size * count }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func of(_ owner: UnsafeMutableRawPointer?) -> AnswerReceiver {
        guard let owner else { preconditionFailure("libcurl has lost whom it serves") }
        return Unmanaged<AnswerReceiver>.fromOpaque(owner).takeUnretainedValue()
    }

    /// Taking fewer bytes than there are ends the request.
    private func take(_ more: UnsafeRawBufferPointer) -> Int {
        guard bytes.count + more.count <= IdentityLimits.documentBytes else {
            isTooLarge = true
            return 0
        }
        bytes.append(contentsOf: more)
        return more.count
    }
}

// One HTTP GET of a small document, bounded in size, time and direction.

import Foundation
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A document as it was served.
struct FetchedDocument: Sendable {
    var bytes: [UInt8]
    /// Seconds that the server says it may be kept.
    var maxAge: Int64?
}

/// A fetch under way. Its session calls it from a queue of its own; the lock makes that safe.
final class DocumentFetch: NSObject, URLSessionDataDelegate, Sendable {
    private struct State {
        var document = FetchedDocument(bytes: [], maxAge: nil)
        var failure: KeySourceFailure?
        var redirects = 0
        /// Status of a redirect that is not followed.
        var refusedRedirect: Int?
        var waiting: CheckedContinuation<Result<FetchedDocument, KeySourceFailure>, Never>?
    }
    private let address: SafeURL
    private let state = Mutex(State())

    private init(_ address: SafeURL) { self.address = address }

    /// The document at this address. Cookies, caches and redirects to other hosts play no part.
    static func fetch(_ address: SafeURL, _ policy: KeyRefreshPolicy) async throws(KeySourceFailure)
        -> FetchedDocument
    {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = TimeInterval(policy.requestTimeout)
        configuration.timeoutIntervalForResource = TimeInterval(policy.totalTimeout)
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        let fetch = DocumentFetch(address)
        let session = URLSession(configuration: configuration, delegate: fetch, delegateQueue: nil)
        var request = URLRequest(url: address.url)
        request.setValue("application/json", forHTTPHeaderField: "Accept")
        let task = session.dataTask(with: request)
        // The session's own timer starts again with every byte; a server that drips must not hold us for ever.
        let deadline = Task {
            guard (try? await Task.sleep(for: .seconds(policy.totalTimeout))) != nil else { return }
            fetch.end(.timedOut)
            task.cancel()
        }
        let result = await withCheckedContinuation { waiting in
            fetch.state.withLock { $0.waiting = waiting }
            task.resume()
        }
        deadline.cancel()
        session.invalidateAndCancel()
        return try result.get()
    }

    /// Answers whoever waits, once.
    private func end(_ failure: KeySourceFailure?) {
        let (waiting, result) = state.withLock { state in
            if state.failure == nil { state.failure = failure }
            defer { state.waiting = nil }
            let result: Result<FetchedDocument, KeySourceFailure> =
                state.failure.map { .failure($0) } ?? .success(state.document)
            return (state.waiting, result)
        }
        waiting?.resume(returning: result)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        let redirects = state.withLock { state in
            state.redirects += 1
            return state.redirects
        }
        if redirects <= IdentityLimits.redirects && address.hasSameOrigin(as: request.url) {
            completionHandler(request)
        } else {
            // The task ends by itself then. Ending it here as well would race with the answer, which FoundationNetworking takes as fatal.
            state.withLock { $0.refusedRedirect = response.statusCode }
            completionHandler(nil)
        }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        let answer = response as? HTTPURLResponse
        let status = answer?.statusCode ?? 0
        if status == 200 {
            let age = answer?.value(forHTTPHeaderField: "Cache-Control").flatMap(Self.maxAge)
            state.withLock { $0.document.maxAge = age }
            completionHandler(.allow)
        } else {
            end(.status(status))
            completionHandler(.cancel)
        }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let fits = state.withLock { state in
            if state.document.bytes.count + data.count > IdentityLimits.documentBytes { return false }
            state.document.bytes.append(contentsOf: data)
            return true
        }
        if !fits {
            end(.tooLarge)
            dataTask.cancel()
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        if let status = state.withLock({ $0.refusedRedirect }) { return end(.status(status)) }
        end(error.map { .unreachable($0.localizedDescription) })
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

// A session whose backend connection is lent by a pool: how it goes back.

import NIOCore
import Transport

/// Where a session's connection comes from.
struct PostgresLoan {
    let shelf: PostgresPoolShelf
    let borrower: PostgresBorrower
}

extension PostgresSession {
    /// Nothing is owed and nothing is half said, so that queries of the gateway's own can follow on the backend's connection.
    var isResettable: Bool {
        expectations.isEmpty && transaction != .failed && !isSkipping && !isCopyingIn && !isCancelling && clientRemainder == 0
            && backendRemainder == 0 && waitsForCatalogue == nil && !isFatalSent
    }
}

extension PostgresPair {
    /// At the end of a session its connection is reset and kept, where its state is known; false where it is to be closed.
    func givesBackAtEnd() -> Bool {
        guard let loan, let backend, session.leavesClean, isBackendOpen, backend.connection.input.readableBytes == 0 else { return false }
        self.backend = nil
        isBackendOpen = false
        loan.shelf.reset(backend, inTransaction: session.transaction != .idle)
        return true
    }
}

// What a statement does to the search path, for the statements behind it in the same message and for the session.

import Machine

/// A path as the reader keeps it.
struct SearchedPath {
    var schemas = Pool<Symbol>(capacity: 8)
    var isOpen = false
    var followsRole = true
    var catalogIsBehind = false
}

extension SQLReader {
    /// The session's path again, if the last message changed it. What a message leaves behind is the caller's to say.
    func restorePath() {
        guard pathChanged else { return }
        searchPath.removeAll()
        for index in 0..<sessionPath.schemas.count { searchPath.append(sessionPath.schemas[index]) }
        catalogIsBehind = sessionPath.catalogIsBehind
        pathIsOpen = sessionPath.isOpen
        pathFollowsRole = sessionPath.followsRole
        pathChanged = false
    }

    func keepSessionPath() {
        guard !pathChanged else { return }
        sessionPath.schemas.removeAll()
        for index in 0..<searchPath.count { sessionPath.schemas.append(searchPath[index]) }
        sessionPath.catalogIsBehind = catalogIsBehind
        sessionPath.isOpen = pathIsOpen
        sessionPath.followsRole = pathFollowsRole
        pathChanged = true
    }

    // MARK: What a statement says

    /// One change; two in one statement are more than is followed.
    func change(path change: PathChange) {
        pathChange = pathChange == .none ? change : .unknown
    }

    /// The values of SET search_path, each the name of a schema; with another value the path is not known.
    func listPath(_ values: Range<Int>) {
        listedPath.removeAll()
        for index in values where tokens[index].mark != .comma {
            let token = tokens[index]
            guard token.isName || token.isString, let schema = token.isString ? try? stringSymbol(token) : try? symbol(of: token),
                listedPath.count < InspectLimits.searchPath
            else { return pathChange = .unknown }
            if !schema.isNone { listedPath.append(schema) }
        }
    }

    /// The value of `search_path` as `set_config` takes it: names between commas, folded unless quoted. False where it is not one.
    func listPath(inText text: Symbol) -> Bool {
        listedPath.removeAll()
        let bytes = symbols.bytes(text)
        var at = 0
        func skipSpace() { while at < bytes.count, ByteClass.isSpace(bytes[at]) { at += 1 } }
        skipSpace()
        if at == bytes.count { return true }
        while true {
            scratch.removeAll()
            if at < bytes.count, bytes[at] == 0x22 {
                at += 1
                while at < bytes.count, bytes[at] != 0x22 || (at + 1 < bytes.count && bytes[at + 1] == 0x22) {
                    scratch.append(bytes[at])
                    at += bytes[at] == 0x22 ? 2 : 1
                }
                guard at < bytes.count else { return false }
                at += 1
            } else {
                while at < bytes.count, bytes[at] != 0x2C, !ByteClass.isSpace(bytes[at]) {
                    guard bytes[at] != 0x22 else { return false }
                    scratch.append(ByteClass.folded(bytes[at]))
                    at += 1
                }
                guard scratch.count > 0 else { return false }
            }
            guard scratch.count <= InspectLimits.identifierBytes, listedPath.count < InspectLimits.searchPath else { return false }
            if scratch.count > 0 {
                listedPath.append(symbols.symbol(UnsafeRawBufferPointer(start: scratch.base, count: scratch.count)))
            }
            skipSpace()
            if at == bytes.count { return true }
            guard bytes[at] == 0x2C else { return false }
            at += 1
            skipSpace()
        }
    }

    // MARK: Behind the statement

    /// Names of the statements that follow are looked up along the new path; along every path that may be in force where that is
    /// not certain.
    func applyPathChange() {
        switch statement.transactionStep {
        case .commit, .rollback, .rollbackTo:
            if !pathChanged, pathBehindTransaction.count == 0 { break }
            keepSessionPath()
            for index in 0..<pathBehindTransaction.count { alsoSearch(pathBehindTransaction[index]) }
            for index in 0..<sessionPath.schemas.count { alsoSearch(sessionPath.schemas[index]) }
            pathIsOpen = pathIsOpen || sessionPath.isOpen
            pathFollowsRole = pathFollowsRole || sessionPath.followsRole
        case .none, .begin, .savepoint, .release: break
        }
        guard pathChange != .none else { return }
        keepSessionPath()
        switch pathChange {
        case .none: break
        case .listed, .listedLocally:
            searchPath.removeAll()
            catalogIsBehind = false
            pathIsOpen = false
            pathFollowsRole = false
            for index in 0..<listedPath.count { search(listedPath[index]) }
        case .possible: for index in 0..<listedPath.count { alsoSearch(listedPath[index]) }
        case .role, .roleLocally, .authorization, .possibleRole:
            if pathFollowsRole { for index in 0..<listedPath.count { alsoSearch(listedPath[index]) } }
        case .noRole, .noAuthorization: if pathFollowsRole { pathIsOpen = pathIsOpen || sessionPath.isOpen }
        case .start, .everything, .unknown:
            pathIsOpen = true
            pathFollowsRole = true
        }
    }

    private func search(_ schema: Symbol) {
        if schema == known.ownSchema {
            pathIsOpen = true
            pathFollowsRole = true
            return
        }
        if schema == known.pgCatalog, searchPath.count > 0 { catalogIsBehind = true }
        searchPath.append(schema)
    }

    /// One more schema that may be searched before or behind the others.
    func alsoSearch(_ schema: Symbol) {
        for index in 0..<searchPath.count where searchPath[index] == schema { return }
        // The order of several possible paths is not kept, so the catalogue may come behind any of their schemas.
        catalogIsBehind = catalogIsBehind || schema == known.pgCatalog || (searchPath.count > 0 && searchPath[0] == known.pgCatalog)
        if searchPath.count >= 4 * InspectLimits.searchPath { pathIsOpen = true } else { search(schema) }
    }

    /// An unqualified name was met that is looked up along the path.
    @inline(__always) func lookedUpAlongPath() {
        if pathIsOpen || searchPath.count == 0, opaqueness == nil { opaqueness = .searchPath }
    }
}

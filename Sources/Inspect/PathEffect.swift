// What a statement does to the search path, for the statements behind it in the same message.

import Machine

/// Names behind `SET search_path` are looked up along the new path.
enum PathEffect: UInt8 {
    case same
    /// `listedPath` holds the new one.
    case listed
    /// Not known: unqualified names behind it are not resolved.
    case unknown
}

extension SQLReader {
    /// The session's path again, if the last message changed it. What a message leaves behind is the caller's to say.
    func restorePath() {
        guard pathChanged else { return }
        searchPath.removeAll()
        for index in 0..<sessionPath.count { searchPath.append(sessionPath[index]) }
        catalogIsBehind = sessionCatalogIsBehind
        pathChanged = false
    }

    /// Behind a statement of this message.
    func applyPathEffect() {
        guard pathEffect != .same else { return }
        if !pathChanged {
            sessionPath.removeAll()
            for index in 0..<searchPath.count { sessionPath.append(searchPath[index]) }
            sessionCatalogIsBehind = catalogIsBehind
            pathChanged = true
        }
        searchPath.removeAll()
        catalogIsBehind = true
        guard pathEffect == .listed else { return }
        catalogIsBehind = false
        for index in 0..<listedPath.count {
            searchPath.append(listedPath[index])
            if index > 0, listedPath[index] == known.pgCatalog { catalogIsBehind = true }
        }
    }

    /// The values of SET search_path, each the name of a schema; another value leaves the path unknown.
    func listPath(_ values: Range<Int>) {
        listedPath.removeAll()
        for index in values where tokens[index].mark != .comma {
            let token = tokens[index]
            guard token.isName || token.isString, token.keyword != .default,
                let schema = token.isString ? try? stringSymbol(token) : try? symbol(of: token),
                listedPath.count < InspectLimits.searchPath, schema != known.ownSchema
            else { return }
            if !schema.isNone { listedPath.append(schema) }
        }
        pathEffect = .listed
    }
}

// Every key word of PostgreSQL 15 to 18 with its category, as pg_get_keywords() gives them.

/// How far a key word may serve as a name (PostgreSQL manual, appendix C).
enum KeywordCategory: UInt8 { case unreserved, columnName, typeOrFunction, reserved }

/// A key word, or `none` for other tokens. Written as in SQL, in lower case.
enum Keyword: UInt16, CaseIterable {
    case none
    case abort, absent, absolute, access, action, add, admin, after, aggregate, all, also, alter, always
    case analyse, analyze, and, `any`, array, `as`, asc, asensitive, assertion, assignment, asymmetric, at
    case atomic, attach, attribute, authorization, backward, before, begin, between, bigint, binary, bit
    case boolean, both, breadth, by, cache, call, called, cascade, cascaded, `case`, cast, catalog, chain, char
    case character, characteristics, check, checkpoint, `class`, close, cluster, coalesce, collate, collation
    case column, columns, comment, comments, commit, committed, compression, concurrently, conditional
    case configuration, conflict, connection, constraint, constraints, content, `continue`, conversion, copy
    case cost, create, cross, csv, cube, current, currentCatalog, currentDate, currentRole, currentSchema
    case currentTime, currentTimestamp, currentUser, cursor, cycle, data, database, day, deallocate, dec
    case decimal, declare, `default`, defaults, deferrable, deferred, definer, delete, delimiter, delimiters
    case depends, depth, desc, detach, dictionary, disable, discard, distinct, `do`, document, domain, double
    case drop, each, `else`, empty, enable, encoding, encrypted, end, enforced, `enum`, error, escape, event
    case except, exclude, excluding, exclusive, execute, exists, explain, expression, `extension`, external
    case extract, `false`, family, fetch, filter, finalize, first, float, following, `for`, force, foreign
    case format, forward, freeze, from, full, function, functions, generated, global, grant, granted, greatest
    case group, grouping, groups, handler, having, header, hold, hour, identity, `if`, ilike, immediate
    case immutable, implicit, `import`, `in`, include, including, increment, indent, index, indexes, inherit
    case inherits, initially, inline, inner, `inout`, input, insensitive, insert, instead, int, integer
    case intersect, interval, into, invoker, `is`, isnull, isolation, join, json, jsonArray, jsonArrayagg
    case jsonExists, jsonObject, jsonObjectagg, jsonQuery, jsonScalar, jsonSerialize, jsonTable, jsonValue, keep
    case key, keys, label, language, large, last, lateral, leading, leakproof, least, left, level, like, limit
    case listen, load, local, localtime, localtimestamp, location, lock, locked, logged, mapping, match, matched
    case materialized, maxvalue, merge, mergeAction, method, minute, minvalue, mode, month, move, name, names
    case national, natural, nchar, nested, new, next, nfc, nfd, nfkc, nfkd, no, noneWord, normalize, normalized
    case not, nothing, notify, notnull, nowait, null, nullif, nulls, numeric, object, objects, of, off, offset
    case oids, old, omit, on, only, `operator`, option, options, or, order, ordinality, others, out, outer, over
    case overlaps, overlay, overriding, owned, owner, parallel, parameter, parser, partial, partition, passing
    case password, path, period, placing, plan, plans, policy, position, preceding, precision, prepare, prepared
    case preserve, primary, prior, privileges, procedural, procedure, procedures, program, publication, quote
    case quotes, range, read, real, reassign, recheck, recursive, ref, references, referencing, refresh, reindex
    case relative, release, rename, repeatable, replace, replica, reset, restart, restrict, `return`, returning
    case returns, revoke, right, role, rollback, rollup, routine, routines, row, rows, rule, savepoint, scalar
    case schema, schemas, scroll, search, second, security, select, sequence, sequences, serializable, server
    case session, sessionUser, set, setof, sets, share, show, similar, simple, skip, smallint, snapshot, some
    case source, sql, stable, standalone, start, statement, statistics, stdin, stdout, storage, stored, strict
    case string, strip, subscription, substring, support, symmetric, sysid, system, systemUser, table, tables
    case tablesample, tablespace, target, temp, template, temporary, text, then, ties, time, timestamp, to
    case trailing, transaction, transform, treat, trigger, trim, `true`, truncate, trusted, type, types, uescape
    case unbounded, uncommitted, unconditional, unencrypted, union, unique, unknown, unlisten, unlogged, until
    case update, user, using, vacuum, valid, validate, validator, value, values, varchar, variadic, varying
    case verbose, version, view, views, virtual, volatile, when, `where`, whitespace, window, with, within
    case without, work, wrapper, write, xml, xmlattributes, xmlconcat, xmlelement, xmlexists, xmlforest
    case xmlnamespaces, xmlparse, xmlpi, xmlroot, xmlserialize, xmltable, year, yes, zone
}

/// The spelling and category of key words. A word's category is the freest that any version from 15 to 18 gives it.
enum KeywordText {
    /// In the order of `Keyword`, without `none`.
    static let words: StaticString = """
        abort absent absolute access action add admin after aggregate all also alter always analyse analyze and any \
        array as asc asensitive assertion assignment asymmetric at atomic attach attribute authorization backward \
        before begin between bigint binary bit boolean both breadth by cache call called cascade cascaded case cast \
        catalog chain char character characteristics check checkpoint class close cluster coalesce collate collation \
        column columns comment comments commit committed compression concurrently conditional configuration conflict \
        connection constraint constraints content continue conversion copy cost create cross csv cube current \
        current_catalog current_date current_role current_schema current_time current_timestamp current_user cursor \
        cycle data database day deallocate dec decimal declare default defaults deferrable deferred definer delete \
        delimiter delimiters depends depth desc detach dictionary disable discard distinct do document domain double \
        drop each else empty enable encoding encrypted end enforced enum error escape event except exclude excluding \
        exclusive execute exists explain expression extension external extract false family fetch filter finalize \
        first float following for force foreign format forward freeze from full function functions generated global \
        grant granted greatest group grouping groups handler having header hold hour identity if ilike immediate \
        immutable implicit import in include including increment indent index indexes inherit inherits initially \
        inline inner inout input insensitive insert instead int integer intersect interval into invoker is isnull \
        isolation join json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar \
        json_serialize json_table json_value keep key keys label language large last lateral leading leakproof least \
        left level like limit listen load local localtime localtimestamp location lock locked logged mapping match \
        matched materialized maxvalue merge merge_action method minute minvalue mode month move name names national \
        natural nchar nested new next nfc nfd nfkc nfkd no none normalize normalized not nothing notify notnull \
        nowait null nullif nulls numeric object objects of off offset oids old omit on only operator option options \
        or order ordinality others out outer over overlaps overlay overriding owned owner parallel parameter parser \
        partial partition passing password path period placing plan plans policy position preceding precision \
        prepare prepared preserve primary prior privileges procedural procedure procedures program publication quote \
        quotes range read real reassign recheck recursive ref references referencing refresh reindex relative \
        release rename repeatable replace replica reset restart restrict return returning returns revoke right role \
        rollback rollup routine routines row rows rule savepoint scalar schema schemas scroll search second security \
        select sequence sequences serializable server session session_user set setof sets share show similar simple \
        skip smallint snapshot some source sql stable standalone start statement statistics stdin stdout storage \
        stored strict string strip subscription substring support symmetric sysid system system_user table tables \
        tablesample tablespace target temp template temporary text then ties time timestamp to trailing transaction \
        transform treat trigger trim true truncate trusted type types uescape unbounded uncommitted unconditional \
        unencrypted union unique unknown unlisten unlogged until update user using vacuum valid validate validator \
        value values varchar variadic varying verbose version view views virtual volatile when where whitespace \
        window with within without work wrapper write xml xmlattributes xmlconcat xmlelement xmlexists xmlforest \
        xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable year yes zone
        """

    /// May name columns and tables, not functions.
    static let columnNames: StaticString = """
        between bigint bit boolean char character coalesce dec decimal exists extract float greatest grouping inout \
        int integer interval json json_array json_arrayagg json_exists json_object json_objectagg json_query \
        json_scalar json_serialize json_table json_value least merge_action national nchar none normalize nullif \
        numeric out overlay position precision real row setof smallint substring time timestamp treat trim values \
        varchar xmlattributes xmlconcat xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot \
        xmlserialize xmltable
        """

    /// May name types and functions, not tables.
    static let typesOrFunctions: StaticString = """
        authorization binary collation concurrently cross current_schema freeze full ilike inner is isnull join left \
        like natural notnull outer overlaps right similar tablesample verbose
        """

    /// May be labels only.
    static let reserved: StaticString = """
        all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create \
        current_catalog current_date current_role current_time current_timestamp current_user default deferrable \
        desc distinct do else end except false fetch for foreign from grant group having in initially intersect into \
        lateral leading limit localtime localtimestamp not null offset on only or order placing primary references \
        returning select session_user some symmetric table then to trailing true union unique user using variadic \
        when where window with
        """

    /// Labels only behind AS.
    static let labelsWithAs: StaticString = """
        array as char character create day except fetch filter for from grant group having hour intersect into \
        isnull limit minute month notnull offset on order over overlaps precision returning second to union varying \
        where window with within without year
        """

    /// Begin what may stand behind an operand: `SQLReader.wordOperator` reads each.
    static let operators: StaticString = """
        or and is isnull notnull between in like ilike similar not overlaps at collate operator
        """
}

#!/usr/bin/env python3
"""Writes Sources/Inspect/CatalogNames.swift from a live PostgreSQL 15 catalogue.

    psql-reachable server:  Scripts/pg_functions.py [psql options] > Sources/Inspect/CatalogNames.swift

Which functions are pure is decided here, and only here:
  * immutable ones that SQL text can call (no argument of type internal), except IMMUTABLE_BUT_CALLS;
  * of the stable ones, those in STABLE_PURE: they depend on time, zone, locale or their arguments' types only;
  * of the volatile ones, those in VOLATILE_PURE: they touch nothing but their own arguments, time or randomness;
  * a name is pure only when each of its overloads is.
Everything else reads tables, files, network, settings, other sessions, large objects or SQL text, or might: a `call`.
Names that exist only in PostgreSQL 16 to 18 are listed by hand: on an older server they may be a user's.
"""
import re
import subprocess
import sys

IMMUTABLE_BUT_CALLS = re.compile(r"^(pg_|lo_|like_|inter_lib|aclitem|makeaclitem|hypothetical|.*_support$)")
IMMUTABLE_FINE = re.compile(r"^pg_(size_pretty|size_bytes|lsn|wal_lsn|xact|snapshot|visible|column_size)|^like_escape$")
STABLE_PURE = re.compile(
    r"^(age|any\w+_(in|out|send)|array_(in|out|send|to_json|to_string)|anytextcat|textanycat|bpcharsend|cash_(in|out)|concat"
    r"|concat_ws|convert|convert_from|convert_to|cstring_send|current_database|current_schema|current_schemas|current_user"
    r"|session_user|date|date_\w+|domain_in|enum_\w+|extract|format|generate_series|in_range|interval_\w+|json_\w+|jsonb_\w+"
    r"|length|make_timestamptz|money|multirange_\w+|namesend|now|numeric|overlaps|pg_backend_pid|pg_client_encoding|pg_typeof"
    r"|pg_column_size|pg_collation_for|plainto_tsquery|phraseto_tsquery|quote_literal|quote_nullable|range_\w+|record_\w+"
    r"|row_to_json|statement_timestamp|textsend|time|time_in|timestamp|timestamp_\w+|timestamptz|timestamptz_\w+|timetz"
    r"|timetz_in|timezone|to_char|to_date|to_json|to_jsonb|to_number|to_timestamp|to_tsquery|to_tsvector"
    r"|transaction_timestamp|ts_headline|ts_match_tq|ts_match_tt|varcharsend|version|websearch_to_tsquery|xml|xml_in"
    r"|xml_is_well_formed|xml_send)$"
)
VOLATILE_PURE = {"random", "clock_timestamp", "timeofday", "gen_random_uuid"}
LATER_RELATIONS = "pg_stat_io pg_stat_checkpointer pg_wait_events pg_shmem_allocations_numa pg_aios pg_get_acl".split()
LATER_FUNCTIONS = """any_value array_sample array_shuffle array_reverse array_sort bit_xor_agg casefold crc32 crc32c date_add
date_subtract erf erfc gamma has_largeobject_privilege icu_unicode_version json_array json_arrayagg json_exists json_object
json_objectagg json_query json_scalar json_serialize json_table json_value lgamma merge_action random_normal
regexp_count system_user to_bin to_oct to_regtypemod unicode_assigned unicode_version uuid_extract_timestamp
uuid_extract_version uuidv4 uuidv7 xmltext""".split()
ROW_TYPES = "record any anyelement anynonarray anycompatible anycompatiblenonarray"


def query(sql):
    run = subprocess.run(["psql", "-AtF", "\t", *sys.argv[1:], "-c", sql], check=True, capture_output=True, text=True)
    return [line.split("\t") for line in run.stdout.splitlines()]


def pure(name, volatility, internal):
    if internal:
        return False
    if volatility == "i":
        return not IMMUTABLE_BUT_CALLS.match(name) or bool(IMMUTABLE_FINE.match(name))
    if volatility == "s":
        return bool(STABLE_PURE.match(name))
    return name in VOLATILE_PURE


def literal(label, doc, names):
    lines, line = [], ""
    for name in sorted(names):
        if len(line) + len(name) > 108:
            lines.append(line.rstrip() + " ")
            line = ""
        line += name + " "
    lines.append(line.rstrip())
    body = "\n".join("        " + part + ("\\" if index < len(lines) - 1 else "") for index, part in enumerate(lines))
    return f'    /// {doc}\n    static let {label}: StaticString = """\n{body}\n        """\n'


def main():
    functions = query(
        "select p.proname, p.provolatile, p.prokind, coalesce(bool_or(t.typname = 'internal'), false), "
        "coalesce(string_agg(t.typname, ' ' order by a.n), ''), p.provariadic <> 0 "
        "from pg_proc p left join lateral unnest(p.proargtypes) with ordinality a(o, n) on true "
        "left join pg_type t on t.oid = a.o where p.pronamespace = 'pg_catalog'::regnamespace group by p.oid"
    )
    verdict, row_takers = {}, set()
    for name, volatility, kind, internal, arguments, variadic in functions:
        verdict[name] = verdict.get(name, True) and pure(name, volatility, internal == "t")
        types = arguments.split()
        # Aggregates too: `alias.jsonb_agg` calls one. `count` tells nothing of the row.
        if kind in "fa" and len(types) == 1 and types[0] in ROW_TYPES.split() and internal != "t" and name != "count":
            row_takers.add(name)
    # Of versions 16 to 18.
    row_takers |= {"any_value", "json_agg_strict", "jsonb_agg_strict", "max", "min"}
    types = [row[0] for row in query(
        "select typname from pg_type where typnamespace = 'pg_catalog'::regnamespace and typtype in ('b','d','r','m') "
        "and typname !~ '^(_|reg|pg_|any|aclitem)' and typrelid = 0")]
    relations = [row[0] for row in query(
        "select relname from pg_class where relnamespace = 'pg_catalog'::regnamespace and relkind in ('r','v','m','p')")]
    for name in types:
        verdict.setdefault(name, True)
    later = [name for name in LATER_FUNCTIONS if name not in verdict]
    print("// Generated by Scripts/pg_functions.py from PostgreSQL 15's catalogue: do not edit. What pg_catalog holds, by name.\n")
    print("/// Names of pg_catalog, separated by single spaces, sorted.")
    print("enum CatalogNames {")
    parts = [
        literal("pureFunctions", "Every overload touches nothing but its arguments, time and randomness. Names of types cast.",
                [n for n, v in verdict.items() if v]),
        literal("otherFunctions", "Functions that may touch something else: each use is a `call`.",
                [n for n, v in verdict.items() if not v]),
        literal("laterFunctions", "Functions that only PostgreSQL 16 to 18 have.", later),
        literal("rowFunctions", "Functions that take a whole row as their one argument, so `alias.name` may call them.",
                row_takers),
        literal("relations", "Tables and views that every version from 15 to 18 has.", relations),
        literal("laterRelations", "Relations that only PostgreSQL 16 to 18 have.",
                [n for n in LATER_RELATIONS if n not in relations]),
    ]
    print("\n".join(parts) + "}")


main()

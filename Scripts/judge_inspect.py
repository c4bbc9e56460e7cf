#!/usr/bin/env python3
"""Compares the SQL inspector with PostgreSQL's own parser, as pglast packages it.

    python3 -m pip install pglast
    Scripts/judge_inspect.py PROBE FILE...

PROBE is a program that reads statements separated by NUL bytes and prints, for each, the lines of `InspectionText` and a NUL.
FILEs hold SQL (psql's backslash lines are left out), or statements separated by NUL when named .nul. For each statement that PostgreSQL accepts, the relations, the functions
and the column names in its tree must be found, or the statement be `unknown`. Prints what is missing (laxer), the share of
`unknown` by reason, and statements that PostgreSQL refuses and the inspector understands (harmless, but counted).
"""
import collections
import re
import subprocess
import sys

import pglast
from pglast import ast
from pglast.visitors import Ancestor, Visitor

LATER = {"RuleStmt", "CreateFunctionStmt", "CreateTrigStmt", "CreateDomainStmt", "AlterDomainStmt", "DefineStmt"}


def statements(path):
    text = open(path, encoding="utf-8", errors="replace").read().replace("\0", "")
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("\\"))
    text = re.sub(r"(?m)^(.*[^'\s])\s*\\(gset|gexec|crosstabview|g|gdesc|bind)\b.*$", r"\1;", text)
    try:
        return [s for s in pglast.split(text, with_parser=False) if s.strip()]
    except Exception:
        return [s for s in re.split(r";\s*\n", text) if s.strip()]


class Truth(Visitor):
    """Relations outside the scope of WITH names, functions, and column names."""

    def __init__(self):
        self.relations, self.functions, self.columns, self.given = set(), set(), set(), set()

    def walk(self, node, ctes=frozenset()):
        if isinstance(node, (tuple, list)):
            for item in node:
                self.walk(item, ctes)
            return
        if not isinstance(node, ast.Node):
            return
        kind = type(node).__name__
        if kind in LATER or kind in ("LockingClause", "ConstraintsSetStmt"):
            return
        if kind == "ResTarget" and node.name:
            self.given.add(node.name)
        if kind == "Alias":
            self.given.add(node.aliasname)
            self.given.update(n.sval for n in node.colnames or ())
        if kind in ("CommonTableExpr",):
            self.given.update(n.sval for n in node.aliascolnames or ())
        clause = getattr(node, "withClause", None)
        if clause is not None:
            names = frozenset(c.ctename for c in clause.ctes)
            inner = ctes | names if clause.recursive else ctes
            seen = ctes
            for cte in clause.ctes:
                self.walk(cte.ctequery, inner if clause.recursive else seen)
                seen = seen | {cte.ctename}
            ctes = ctes | names
        if kind == "RangeVar":
            if node.schemaname or node.relname not in ctes:
                self.relations.add((node.schemaname or "", node.relname))
            return
        if kind == "FuncCall":
            names = [n.sval for n in node.funcname]
            if not (len(names) == 2 and names[0] == "pg_catalog"):
                self.functions.add(".".join(names[-2:]))
        if kind == "ColumnRef":
            last = node.fields[-1]
            self.columns.add(last.sval if isinstance(last, ast.String) else "*")
        target = kind in ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt")
        for name in node:
            if name == "withClause":
                continue
            value = getattr(node, name)
            self.walk(value, frozenset() if target and name == "relation" else ctes)


def main():
    probe, files = sys.argv[1], sys.argv[2:]
    texts = [s for path in files for s in (open(path).read().split("\0") if path.endswith(".nul") else statements(path))]
    out = subprocess.run([probe, "batch"], input="\0".join(texts).encode(), capture_output=True, check=True).stdout.decode()
    found = out.split("\0")[: len(texts)]
    count = collections.Counter()
    reasons = collections.Counter()
    for text, rendered in zip(texts, found):
        try:
            tree = pglast.parse_sql(text)
        except Exception:
            count["refused by PostgreSQL"] += 1
            if "unknown \"" not in rendered:
                count["refused by PostgreSQL, understood here"] += 1
            continue
        count["accepted"] += 1
        reason = re.search(r'unknown "([^"]*)"', rendered)
        if reason:
            count["unknown"] += 1
            reasons[reason.group(1)] += 1
            kind = type(tree[0].stmt).__name__
            reasons[kind] += 1
            print("UNKNOWN", reason.group(1), kind, " ".join(text.split())[:300])
            continue
        truth = Truth()
        truth.walk([t.stmt for t in tree])
        names = rendered.replace('"', "")
        missing = [r for r in truth.relations if not re.search(r"(?<![\w.])[\w.$ -]*" + re.escape(r[1][:63]), names)]
        facts = " ".join(line for line in rendered.splitlines() if "kind " in line)
        listed = set(" ".join(re.findall(r"functions ([^,\n]*)", facts)).split())
        lost = [f for f in truth.functions if f not in listed and f.split(".")[-1] not in listed]
        tables = any(re.match(r"\s+(select|update|insert|delete) ", line) for line in rendered.splitlines())
        columns = [c for c in truth.columns - truth.given if c != "*" and tables and c not in names and "(*" not in names]
        if missing:
            count["laxer: relation"] += 1
            print("RELATION", missing, " ".join(text.split())[:300], "=>", rendered)
        if lost:
            count["laxer: function"] += 1
            print("FUNCTION", lost, " ".join(text.split())[:300])
        if columns:
            count["laxer? column"] += 1
            print("COLUMN", columns, " ".join(text.split())[:400], "=>", rendered)
    for name, number in sorted(count.items()):
        print(f"{number:8} {name}")
    for name, number in reasons.most_common(40):
        print(f"{number:8}   {name}")


main()

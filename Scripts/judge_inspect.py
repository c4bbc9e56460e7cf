#!/usr/bin/env python3
"""Compares the SQL inspector with PostgreSQL's own parser, as pglast packages it.

    python3 -m pip install pglast
    Scripts/judge_inspect.py PROBE FILE...

PROBE is a program that reads statements separated by NUL bytes and prints, for each, the lines of `InspectionText` and a NUL;
its search path is `public`. FILEs hold SQL (psql's backslash lines are left out), or statements separated by NUL when named .nul.

A statement that PostgreSQL accepts is *exact* when the pairs of verb and relation, the functions, WHERE and LIMIT are those of
its tree; *laxer* when one of the tree's is missing (or a WHERE or LIMIT is claimed that is not there); *coarser* when only more
was found; else *unknown*. Prints each laxer, coarser and unknown statement, and the counts.
"""
import collections
import re
import subprocess
import sys

import pglast
from pglast import ast, enums

# Definitions whose bodies act later: their head is an access, what they say is none.
LATER = {"RuleStmt", "CreateFunctionStmt", "CreateTrigStmt", "CreateDomainStmt", "AlterDomainStmt", "DefineStmt"}
JSON = "json json_array json_arrayagg json_exists json_object json_objectagg json_query json_scalar json_serialize".split()
JSON += ["json_table", "json_value"]
SPELT = {"overlay", "position", "substring", "normalize", "extract"}
RELATIONS = {
    enums.ObjectType.OBJECT_TABLE, enums.ObjectType.OBJECT_VIEW, enums.ObjectType.OBJECT_INDEX,
    enums.ObjectType.OBJECT_SEQUENCE, enums.ObjectType.OBJECT_MATVIEW, enums.ObjectType.OBJECT_FOREIGN_TABLE,
}


def statements(path):
    text = open(path, encoding="utf-8", errors="replace").read().replace("\0", "")
    text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("\\"))
    text = re.sub(r"(?m)^(.*[^'\s])\s*\\(gset|gexec|crosstabview|g|gdesc|bind)\b.*$", r"\1;", text)
    try:
        return [s for s in pglast.split(text, with_parser=False) if s.strip()]
    except Exception:
        return [s for s in re.split(r";\s*\n", text) if s.strip()]


class Truth:
    """What a tree does: (verb, schema, relation), functions; names outside the scope of WITH."""

    def __init__(self):
        self.accesses, self.optional, self.functions = set(), set(), set()
        self.columns, self.given, self.names, self.spelt = set(), set(), set(), set()
        self.judged = True  # every statement inside is one whose verbs are known here

    def add(self, verb, var):
        self.accesses.add((verb, var.schemaname or "", var.relname[:63]))

    def name(self, verb, parts):
        strings = [p.sval for p in parts]
        self.accesses.add((verb, strings[-2] if len(strings) > 1 else "", strings[-1][:63]))

    def maybe(self, verb, var):
        self.optional.add((verb, var.schemaname or "", var.relname[:63]))

    def walk(self, node, ctes=frozenset()):
        if isinstance(node, (tuple, list)):
            for item in node:
                self.walk(item, ctes)
            return
        if not isinstance(node, ast.Node):
            return
        kind = type(node).__name__
        if kind in LATER:
            self.judged = False
            return
        if kind in ("LockingClause", "ConstraintsSetStmt"):
            return
        if kind == "ResTarget" and node.name:
            self.given.add(node.name)
        if kind == "Alias":
            self.given.add(node.aliasname)
            self.given.update(n.sval for n in node.colnames or ())
        if kind == "CommonTableExpr":
            self.given.update(n.sval for n in node.aliascolnames or ())
        skip = {"withClause"}
        clause = getattr(node, "withClause", None)
        if clause is not None:
            names = frozenset(c.ctename for c in clause.ctes)
            seen = ctes | names if clause.recursive else ctes
            for cte in clause.ctes:
                self.given.update(n.sval for n in cte.aliascolnames or ())
                self.walk(cte.ctequery, seen)
                seen = seen | {cte.ctename}
            ctes = ctes | names
        method = getattr(self, "on_" + kind, None)
        if method:
            skip |= method(node, ctes) or set()
        elif kind.endswith("Stmt") and kind not in ("RawStmt", "ExplainStmt", "PrepareStmt", "DeclareCursorStmt", "TransactionStmt"):
            self.judged = False
        for name in node:
            if name not in skip:
                self.walk(getattr(node, name), ctes)

    def on_RangeVar(self, node, ctes):
        if node.schemaname or node.relname not in ctes:
            self.add("select", node)
            self.names.add((node.schemaname or "", node.relname))

    def target(self, node, verb):
        self.add(verb, node.relation)
        self.maybe("select", node.relation)
        self.names.add((node.relation.schemaname or "", node.relation.relname))
        return {"relation"}

    def on_InsertStmt(self, node, ctes):
        conflict = node.onConflictClause
        if conflict is not None and conflict.action == enums.OnConflictAction.ONCONFLICT_UPDATE:
            self.add("update", node.relation)
        return self.target(node, "insert")

    def on_UpdateStmt(self, node, ctes):
        return self.target(node, "update")

    def on_DeleteStmt(self, node, ctes):
        return self.target(node, "delete")

    def on_MergeStmt(self, node, ctes):
        self.maybe("select", node.relation)
        verbs = {
            enums.CmdType.CMD_INSERT: "insert", enums.CmdType.CMD_UPDATE: "update", enums.CmdType.CMD_DELETE: "delete"}
        for clause in node.mergeWhenClauses or ():
            if clause.commandType in verbs:
                self.add(verbs[clause.commandType], node.relation)
        return {"relation"}

    def on_SelectStmt(self, node, ctes):
        if node.intoClause is not None:
            self.add("create", node.intoClause.rel)
        for lock in node.lockingClause or ():
            for var in self.ranges(node.fromClause or (), ctes):
                if not lock.lockedRels or var.relname in [v.relname for v in lock.lockedRels] or (
                    var.alias and var.alias.aliasname in [v.relname for v in lock.lockedRels]):
                    self.add("lock", var)
                else:
                    self.maybe("lock", var)
            if not lock.lockedRels:
                self.lockInside(node.fromClause or ())
        return {"intoClause"}

    def lockInside(self, node):
        """Tables of sub-queries are locked too."""
        if isinstance(node, (tuple, list)):
            for item in node:
                self.lockInside(item)
        elif isinstance(node, ast.RangeVar):
            self.maybe("lock", node)
        elif isinstance(node, ast.Node):
            for name in node:
                self.lockInside(getattr(node, name))

    def ranges(self, items, ctes):
        for item in items:
            if isinstance(item, ast.RangeVar) and (item.schemaname or item.relname not in ctes):
                yield item
            elif isinstance(item, ast.JoinExpr):
                yield from self.ranges((item.larg, item.rarg), ctes)

    def on_CopyStmt(self, node, ctes):
        if node.relation is not None:
            self.add("insert" if node.is_from else "select", node.relation)
            self.maybe("select", node.relation)
        return {"relation"}

    def on_CreateStmt(self, node, ctes):
        self.add("create", node.relation)
        for parent in node.inhRelations or ():
            self.add("alter", parent)
        return {"relation", "inhRelations"}

    def on_CreateForeignTableStmt(self, node, ctes):
        self.walk(node.base, ctes)
        return {"base"}

    def on_CreateTableAsStmt(self, node, ctes):
        self.add("create", node.into.rel)
        return {"into"}

    def on_ViewStmt(self, node, ctes):
        self.add("create", node.view)
        return {"view"}

    def on_IndexStmt(self, node, ctes):
        self.add("alter", node.relation)
        self.maybe("select", node.relation)
        self.optional.add(("create", node.relation.schemaname or "", (node.idxname or "")[:63]))
        return {"relation"}

    def on_AlterTableStmt(self, node, ctes):
        if node.objtype == enums.ObjectType.OBJECT_TYPE:
            self.judged = False
            return
        self.add("alter", node.relation)
        self.maybe("select", node.relation)
        return {"relation"}

    def on_CompositeTypeStmt(self, node, ctes):
        self.judged = False

    def on_PartitionCmd(self, node, ctes):
        self.add("alter", node.name)
        return {"name"}

    def on_AlterTableCmd(self, node, ctes):
        if isinstance(node.def_, ast.RangeVar):
            self.add("alter", node.def_)
            return {"def_"}

    def on_RenameStmt(self, node, ctes):
        if node.relation is None:
            self.judged = False
            return
        if node.renameType in (enums.ObjectType.OBJECT_POLICY, enums.ObjectType.OBJECT_TRIGGER, enums.ObjectType.OBJECT_RULE):
            self.judged = False
        self.add("alter", node.relation)
        if node.newname:
            self.optional.add(("create", node.relation.schemaname or "", node.newname[:63]))
        return {"relation"}

    def on_DropStmt(self, node, ctes):
        if node.removeType not in RELATIONS:
            self.judged = False
            return
        for parts in node.objects:
            self.name("drop", parts)
        return {"objects"}

    def on_TruncateStmt(self, node, ctes):
        for var in node.relations:
            self.add("truncate", var)
        return {"relations"}

    def on_LockStmt(self, node, ctes):
        for var in node.relations:
            self.add("lock", var)
        return {"relations"}

    def on_VacuumStmt(self, node, ctes):
        for item in node.rels or ():
            self.add("maintain", item.relation)
        return {"rels"}

    def on_RefreshMatViewStmt(self, node, ctes):
        self.add("maintain", node.relation)
        return {"relation"}

    def on_CreateSeqStmt(self, node, ctes):
        self.add("create", node.sequence)
        return {"sequence"}

    def on_VariableSetStmt(self, node, ctes):
        return set()

    on_VariableShowStmt = on_ExecuteStmt = on_FetchStmt = on_ClosePortalStmt = on_DeallocateStmt = on_VariableSetStmt

    def on_FuncCall(self, node, ctes):
        # The grammar makes calls of pg_catalog functions of its own.
        names = [n.sval[:63] for n in node.funcname]
        if len(names) == 2 and names[0] == "pg_catalog":
            (self.functions if names[1] in SPELT else self.spelt).add(names[1])
        else:
            self.functions.add(".".join(names[-2:]))

    def on_JsonObjectConstructor(self, node, ctes):
        self.spelt.update(JSON)

    on_JsonArrayConstructor = on_JsonArrayQueryConstructor = on_JsonObjectAgg = on_JsonArrayAgg = on_JsonObjectConstructor
    on_JsonFuncExpr = on_JsonParseExpr = on_JsonScalarExpr = on_JsonSerializeExpr = on_JsonTable = on_JsonObjectConstructor

    def on_ColumnRef(self, node, ctes):
        last = node.fields[-1]
        self.columns.add(last.sval if isinstance(last, ast.String) else "*")


NAME = r'(?:"(?:[^"\\]|\\.)*"|[\w.$]*)'
LINE = re.compile(r"\s+(select|insert|update|delete|truncate|create|alter|drop|lock|maintain)(?: (view|index|sequence))? (" + NAME + r"(?:\." + NAME + r")*)(?:\(|$)")


def found(rendered):
    """(verb, schema, relation) and functions from InspectionText's lines."""
    accesses, functions = set(), set()
    for line in rendered.splitlines():
        if line.startswith("   kind "):
            m = re.search(r"functions ([^,]*)", line)
            functions.update(m.group(1).split() if m else ())
            continue
        m = LINE.match(line)
        if m:
            parts = re.findall(r'"(?:[^"\\]|\\.)*"|[^."]+', m.group(3))
            if parts:
                parts = [re.sub(r"\\(.)", r"\1", p[1:-1]) if p[0] == '"' else p for p in parts]
                accesses.add((m.group(1), parts[0] if len(parts) > 1 else "", ".".join(parts[1:]) if len(parts) > 1 else parts[0]))
    return accesses, functions


def same(a, b):
    """Truth `a` and found `b`: the schema counts where it is written."""
    return a[0] == b[0] and (a[2] == b[2] or a[2] == b[2].replace('"', "")) and (not a[1] or a[1] == b[1])


def facts(tree, rendered):
    """Claims about WHERE and LIMIT that are not so."""
    stmt = tree[0].stmt
    kind = type(stmt).__name__
    line = next((x for x in rendered.splitlines() if x.startswith("   kind ")), "")
    where = re.search(r"where (\w+)", line)
    where = where.group(1) if where else ""
    wrong, weak = [], []
    if len(tree) != 1 or kind not in ("SelectStmt", "UpdateStmt", "DeleteStmt") or stmt.withClause:
        return wrong, weak
    if kind == "SelectStmt":
        if stmt.limitCount is None and ", limit " in line and "limit unknown" not in line:
            wrong.append("limit")
        if isinstance(stmt.limitCount, ast.A_Const) and not stmt.limitCount.isnull and ", limit " not in line:
            weak.append("limit")
        if stmt.op != enums.SetOperation.SETOP_NONE or not stmt.fromClause:
            return wrong, weak
        if not all(isinstance(item, ast.RangeVar) for item in stmt.fromClause):
            return wrong, weak
    if stmt.whereClause is None and where in ("range", "keyed"):
        wrong.append("where")
    if stmt.whereClause is not None and where == "none":
        weak.append("where")
    if isinstance(stmt.whereClause, ast.A_Const) and getattr(stmt.whereClause.val, "boolval", True) and where in ("range", "keyed"):
        wrong.append("tautology")
    return wrong, weak


def judge(text, tree, rendered, count, out):
    truth = Truth()
    truth.walk([t.stmt for t in tree])
    accesses, functions = found(rendered)
    missing = [a for a in truth.accesses if not any(same(a, b) for b in accesses)]
    if not truth.judged:
        # Verbs are not known here: the names must be there under any verb.
        names = rendered.replace('"', "")
        missing = [r for r in truth.names if not re.search(r"(?<![\w.])[\w.$ -]*" + re.escape(r[1][:63]), names)]
    extra = [b for b in accesses if not any(same(a, b) for a in truth.accesses | truth.optional)] if truth.judged else []
    short = {f.split(".")[-1] for f in functions}
    lost = [f for f in truth.functions if f not in functions and f.split(".")[-1] not in short]
    more = [f for f in functions if f.split(".")[-1] not in {t.split(".")[-1] for t in truth.functions | truth.spelt}] if truth.judged else []
    wrong, weak = facts(tree, rendered)
    tables = any(re.match(r"\s+(select|update|insert|delete) ", line) for line in rendered.splitlines())
    names = rendered.replace('"', "")
    columns = [c for c in truth.columns - truth.given if c != "*" and tables and c[:63] not in names and "(*" not in names]
    flat = " ".join(text.split())[:400]
    for label, items in (("laxer: relation", missing), ("laxer: function", lost), ("laxer: fact", wrong)):
        if items:
            count[label] += 1
            out.append(f"{label.upper()} {items} {flat} => {rendered}")
    for label, items in (("coarser: relation", extra), ("coarser: function", more), ("coarser: fact", weak)):
        if items:
            count[label] += 1
            out.append(f"{label.upper()} {items} {flat} => {rendered}")
    if columns:
        count["laxer? column"] += 1
        out.append(f"COLUMN {columns} {flat} => {rendered}")
    if missing or lost or wrong:
        count["laxer"] += 1
    elif extra or more or weak:
        count["coarser"] += 1
    elif truth.judged:
        count["exact"] += 1
    else:
        count["exact in names (verbs are not judged)"] += 1


def main():
    probe, files = sys.argv[1], sys.argv[2:]
    texts = [s for path in files for s in (open(path).read().split("\0") if path.endswith(".nul") else statements(path))]
    output = subprocess.run([probe, "batch"], input="\0".join(texts).encode(), capture_output=True, check=True).stdout.decode()
    renderings = output.split("\0")[: len(texts)]
    count, reasons, out = collections.Counter(), collections.Counter(), []
    for text, rendered in zip(texts, renderings):
        try:
            tree = pglast.parse_sql(text)
        except Exception:
            count["refused by PostgreSQL"] += 1
            if 'unknown "' not in rendered:
                count["refused by PostgreSQL, understood here"] += 1
            continue
        if not tree:
            continue
        count["accepted"] += 1
        reason = re.search(r'unknown "([^"]*)"', rendered)
        if reason:
            kind = type(tree[0].stmt).__name__
            count["unknown"] += 1
            reasons[reason.group(1) + ", " + kind] += 1
            out.append(f"UNKNOWN {reason.group(1)} {kind} " + " ".join(text.split())[:300])
            continue
        judge(text, tree, rendered, count, out)
    print("\n".join(out))
    for name, number in sorted(count.items()):
        print(f"{number:8} {100 * number / max(count['accepted'], 1):8.3f} %  {name}")
    for name, number in reasons.most_common(40):
        print(f"{number:8}   {name}")


main()

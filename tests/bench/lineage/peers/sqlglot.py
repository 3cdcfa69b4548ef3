"""sqlglot: its optimizer qualifies the query of a statement, its lineage module follows each column. Around it, what a user
of the library has to write: which table a statement writes, and under which names."""

import sys

sys.path.pop(0)  # This file has the name of what it imports.
import sqlglot
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify

sys.path.insert(0, __file__.rpartition("/")[0])
from cases import dotted, drive

DIALECTS = {"ansi": "", "generic": "", "mssql": "tsql", "sqlserver": "tsql", "sparksql": "spark", "mariadb": "mysql", "greenplum": "postgres", "db2": ""}


def solve(case):
    dialect = DIALECTS.get(case["dialect"], case["dialect"])
    reads, writes, columns = [], [], []
    for statement in sqlglot.parse(case["sql"], dialect=dialect):
        if statement is not None:
            one(statement, case, dialect, reads, writes, columns)
    return [table for table in reads if table not in writes or len(writes) > 1], writes, columns


def one(statement, case, dialect, reads, writes, columns):
    schema = nested(case)
    target, names = written(statement)
    target_name = full(target, case) if target is not None else None
    if target_name:
        writes.append(target_name)
    named = {cte.alias for cte in statement.find_all(exp.CTE)}
    for table in statement.find_all(exp.Table):
        if table is not target and table.name and not (table.name in named and not table.db):
            reads.append(full(table, case))
    if isinstance(statement, (exp.Update, exp.Merge)):
        columns.extend(assigned(statement, target_name, case))
        return
    query = statement if isinstance(statement, exp.Query) else statement.args.get("expression")
    if not isinstance(query, exp.Query):
        return
    if isinstance(statement, exp.Insert) and statement.args.get("with_"):
        query.set("with_", statement.args["with_"])
    query = qualify(
        query, dialect=dialect, schema=schema, catalog=case["default_db"], db=case["default_schema"],
        validate_qualify_columns=False, identify=False, quote_identifiers=False,
    )
    if not names and target_name and isinstance(statement, exp.Insert):
        names = next((known for table, known in (case["schema"] or {}).items() if same(table, target_name)), [])
    for at, item in enumerate(query.selects):
        if item.is_star:
            continue
        node = lineage(item.alias_or_name, query, schema=schema, dialect=dialect, validate_qualify_columns=False)
        sources = []
        for leaf in node.walk():
            if not leaf.downstream and isinstance(leaf.source, exp.Table):
                sources.append((full(leaf.source, case), leaf.name.rpartition(".")[2].strip('"`')))
        columns.append((target_name, names[at] if at < len(names) else item.alias_or_name, sources))


def written(statement):
    """The table that a statement writes, and the columns that it lists."""
    if isinstance(statement, (exp.Create, exp.Insert)):
        this = statement.this
        if isinstance(this, exp.Schema):
            listed = [column.name for column in this.expressions]
            return this.this, listed
        return (this if isinstance(this, exp.Table) else None), []
    if isinstance(statement, (exp.Update, exp.Delete, exp.Merge)):
        return (statement.this if isinstance(statement.this, exp.Table) else None), []
    return None, []


def assigned(statement, target, case):
    """The columns of an UPDATE and a MERGE whose sources are plain tables."""
    tables = {table.alias_or_name: full(table, case) for table in statement.find_all(exp.Table)}
    found = {}
    for update in [statement, *statement.find_all(exp.Update)]:
        for item in update.expressions if isinstance(update, exp.Update) else []:
            if isinstance(item, exp.EQ):
                found.setdefault(item.this.name, []).extend(item.expression.find_all(exp.Column))
    for insert in statement.find_all(exp.Insert):
        if isinstance(insert.this, exp.Tuple) and isinstance(insert.expression, exp.Tuple):
            for name, value in zip(insert.this.expressions, insert.expression.expressions):
                found.setdefault(name.name, []).extend(value.find_all(exp.Column))
    return [(target, name, [(tables.get(column.table), column.name) for column in sources]) for name, sources in found.items()]


def full(table, case):
    catalog = table.catalog or (case["default_db"] if table.db or case["default_schema"] else None)
    return dotted(catalog, table.db or case["default_schema"], table.name)


def same(one, two):
    one, two = one.lower().split("."), two.lower().split(".")
    shared = min(len(one), len(two))
    return one[-shared:] == two[-shared:]


def nested(case):
    """The schema as sqlglot wants it: all tables equally deep."""
    tree, tables = {}, {}
    for name, columns in (case["schema"] or {}).items():
        parts = name.split(".")
        defaults = [case["default_db"], case["default_schema"]][: 3 - len(parts)] if len(parts) < 3 else []
        tables[tuple([part for part in defaults if part] + parts)] = columns
    depth = max(map(len, tables), default=0)
    for parts, columns in tables.items():
        if len(parts) == depth:
            inner = tree
            for part in parts[:-1]:
                inner = inner.setdefault(part, {})
            inner[parts[-1]] = {column: "VARCHAR" for column in columns}
    return tree


drive(solve)

"""polyglot-sql, by the OpenLineage facet that it makes. It makes none for views: they are put as tables."""

import re

import polyglot_sql
from cases import dotted, drive

DIALECTS = {"mssql": "tsql", "sqlserver": "tsql", "sparksql": "spark", "ansi": "generic", "mariadb": "mysql", "greenplum": "postgres", "db2": "generic"}
KNOWN = set(polyglot_sql.dialects())
VIEW = re.compile(r"create\s+(or\s+replace\s+)?(materialized\s+)?view\b", re.IGNORECASE)
NOWHERE = "result of a query"


def solve(case):
    dialect = DIALECTS.get(case["dialect"], case["dialect"])
    tables = [{"name": name, "columns": [{"name": column, "type": "VARCHAR"} for column in columns]} for name, columns in (case["schema"] or {}).items()]
    tables = [{**table, "name": table["name"].rpartition(".")[2]} for table in tables]
    options = {
        "producer": "bench",
        "datasetNamespace": "n",
        "dialect": dialect if dialect in KNOWN else "generic",
        "schema": {"tables": tables},
    }
    sql = VIEW.sub("create table", case["sql"])
    try:
        found = polyglot_sql.openlineage_column_lineage(sql, options)
    except polyglot_sql.PolyglotError:
        found = polyglot_sql.openlineage_column_lineage(sql, {**options, "outputDataset": {"namespace": "n", "name": NOWHERE}})
    complete = lambda name: dotted(*[case["default_db"], case["default_schema"]][: max(0, 2 - name.count("."))], name)
    outputs = [complete(output["name"]) for output in found["outputs"] if output["name"] != NOWHERE]
    target = outputs[0] if len(outputs) == 1 else None
    columns = [
        (target, column, [(complete(source["name"]), source["field"]) for source in field["inputFields"]])
        for column, field in found["facet"]["fields"].items()
    ]
    return [complete(table["name"]) for table in found["inputs"]], outputs, columns


drive(solve)

"""openlineage-sql, as OpenLineage's integrations call it."""

import openlineage_sql
from cases import drive

DIALECTS = {"ansi": "ansi", "mssql": "mssql", "tsql": "mssql", "sqlserver": "mssql", "sparksql": "spark", "spark": "spark"}
KNOWN = {"generic", "ansi", "bigquery", "databricks", "hive", "mssql", "mysql", "postgres", "redshift", "snowflake", "spark", "sqlite"}


def solve(case):
    dialect = DIALECTS.get(case["dialect"], case["dialect"])
    meta = openlineage_sql.parse([case["sql"]], dialect=dialect if dialect in KNOWN else "generic", default_schema=case["default_schema"])
    if meta is None:
        raise ValueError("no answer")
    if meta.errors and not (meta.in_tables or meta.out_tables):
        raise ValueError(meta.errors[0].message)
    outputs = [table.qualified_name for table in meta.out_tables]
    target = outputs[0] if len(outputs) == 1 else None
    columns = [
        (target, item.descendant.name, [(source.origin.qualified_name if source.origin else None, source.name) for source in item.lineage])
        for item in meta.column_lineage
    ]
    return [table.qualified_name for table in meta.in_tables], outputs, columns


drive(solve)

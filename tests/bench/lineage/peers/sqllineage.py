"""sqllineage with its parser sqlfluff, and the tables of the case as its metadata."""

import sys

sys.path.pop(0)  # This file has the name of what it imports.
from sqllineage.core.metadata.dummy import DummyMetaDataProvider
from sqllineage.runner import LineageRunner

sys.path.insert(0, __file__.rpartition("/")[0])
from cases import drive, merged

DIALECTS = {"mssql": "tsql", "sqlserver": "tsql", "spark": "sparksql", "generic": "ansi"}
KNOWN = set(LineageRunner.supported_dialects()["sqlfluff"])


def solve(case):
    dialect = DIALECTS.get(case["dialect"], case["dialect"])
    metadata = {table.lower(): columns for table, columns in (case["schema"] or {}).items()}
    runner = LineageRunner(case["sql"], dialect=dialect if dialect in KNOWN else "ansi", metadata_provider=DummyMetaDataProvider(metadata))
    edges = []
    for path in runner.get_column_lineage():
        source, target = path[0], path[-1]
        parent = source.parent
        edges.append((name(target.parent), target.raw_name, (name(parent) if parent else None, source.raw_name)))
    return list(map(name, runner.source_tables)), list(map(name, runner.target_tables)), merged(edges)


def name(table):
    return str(table).replace("<default>.", "")


drive(solve)

"""OpenMetadata's parser, with the class that its ingestion uses. It takes no schema: as its ingestion does afterwards, edges from
what is no table are dropped, and a star stands for the columns that the catalog has."""

from cases import drive, merged
from metadata.ingestion.lineage.models import Dialect
from metadata.ingestion.lineage.parser import LineageParser

DIALECTS = {"mssql": "tsql", "sqlserver": "tsql", "spark": "sparksql", "generic": "ansi"}
KNOWN = {dialect.value for dialect in Dialect}


def solve(case):
    dialect = DIALECTS.get(case["dialect"], case["dialect"])
    parser = LineageParser(case["sql"], dialect=Dialect(dialect if dialect in KNOWN else "ansi"), timeout_seconds=60)
    if parser.parser is None:
        raise ValueError(parser.query_parsing_failure_reason)
    inputs = list(map(name, parser.source_tables))
    edges = []
    for source, target in parser.column_lineage:
        table = name(source._parent)
        if table and table not in inputs:
            continue
        for column in known(case, table) if source.raw_name == "*" else [source.raw_name]:
            to = column if target.raw_name == "*" else target.raw_name
            edges.append((name(target._parent), to, (table, column)))
    return inputs, list(map(name, parser.target_tables)), merged(edges)


def known(case, table):
    """The columns that the catalog has of a table, else the star itself."""
    for name, columns in (case["schema"] or {}).items():
        one, two = name.lower().split("."), (table or "").lower().split(".")
        if one[-len(two) :] == two or two[-len(one) :] == one:
            return columns
    return ["*"]


def name(parents):
    parents = [parent for parent in (parents if isinstance(parents, (set, list)) else [parents]) if parent]
    return str(parents[0]).replace("<default>.", "") if len(parents) == 1 else None


drive(solve)

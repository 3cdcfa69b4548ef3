"""OpenMetadata's parser, with the class that its ingestion uses; it takes no schema."""

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
    edges = [(name(target._parent), target.raw_name, (name(source._parent), source.raw_name)) for source, target in parser.column_lineage]
    return list(map(name, parser.source_tables)), list(map(name, parser.target_tables)), merged(edges)


def name(parents):
    parents = [parent for parent in (parents if isinstance(parents, (set, list)) else [parents]) if parent]
    return str(parents[0]).replace("<default>.", "") if len(parents) == 1 else None


drive(solve)

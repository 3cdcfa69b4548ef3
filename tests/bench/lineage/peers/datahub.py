"""DataHub's parser, with the tables of the case in its schema resolver."""

import sys

sys.path.pop(0)  # This file has the name of what it imports.
from datahub.emitter.mce_builder import make_dataset_urn_with_platform_instance
from datahub.metadata.urns import DatasetUrn
from datahub.sql_parsing.schema_resolver import SchemaResolver
from datahub.sql_parsing.sqlglot_lineage import sqlglot_lineage

sys.path.insert(0, __file__.rpartition("/")[0])
from cases import drive

DIALECTS = {"tsql": "mssql", "sqlserver": "mssql", "sparksql": "spark", "ansi": "trino", "generic": "trino", "mariadb": "mysql", "greenplum": "postgres"}


def solve(case):
    platform = DIALECTS.get(case["dialect"], case["dialect"])
    resolver = SchemaResolver(platform=platform)
    for table, columns in (case["schema"] or {}).items():
        for name in {table, table.lower()}:
            urn = make_dataset_urn_with_platform_instance(platform=platform, name=name, platform_instance=None, env="PROD")
            resolver.add_raw_schema_info(urn, {column: "string" for column in columns})
    found = sqlglot_lineage(case["sql"], resolver, default_db=case["default_db"], default_schema=case["default_schema"])
    if found.debug_info.table_error:
        raise found.debug_info.table_error
    columns = [
        (
            name_of(item.downstream.table),
            item.downstream.column,
            [(name_of(source.table), source.column) for source in item.upstreams],
        )
        for item in found.column_lineage or []
    ]
    return list(map(name_of, found.in_tables)), list(map(name_of, found.out_tables)), columns


def name_of(urn):
    return DatasetUrn.from_string(urn).name if urn else None


drive(solve)

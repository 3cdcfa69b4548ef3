#!/usr/bin/env python3
"""Reads a catalog back with OpenMetadata's own Python client and prints it as JSON.

Run it with the python of ``install.py --client VERSION``. What it prints went through the client's
published models twice: over the wire, and into its own classes.
"""

import argparse
import json
import logging
import os
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

from metadata.generated.schema.entity.data.database import Database  # noqa: E402
from metadata.generated.schema.entity.data.databaseSchema import DatabaseSchema  # noqa: E402
from metadata.generated.schema.entity.data.table import Table, TableProfile  # noqa: E402
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (  # noqa: E402
    OpenMetadataConnection,
)
from metadata.generated.schema.entity.services.databaseService import DatabaseService  # noqa: E402
from metadata.generated.schema.security.client.openMetadataJWTClientConfig import (  # noqa: E402
    OpenMetadataJWTClientConfig,
)
from metadata.generated.schema.tests.testCase import TestCase  # noqa: E402
from metadata.ingestion.ometa.ometa_api import OpenMetadata  # noqa: E402

TABLE_FIELDS = ["columns", "tags", "owners", "dataModel", "extension", "sourceHash", "tableConstraints",
                "schemaDefinition"]


def plain(model) -> dict:
    return json.loads(model.model_dump_json(exclude_none=True))


def client(server: str, token: str) -> OpenMetadata:
    config = OpenMetadataConnection(
        hostPort=server, authProvider="openmetadata", securityConfig=OpenMetadataJWTClientConfig(jwtToken=token)
    )
    return OpenMetadata(config)


def column(model: dict) -> dict:
    kept = ("name", "dataType", "arrayDataType", "dataLength", "dataTypeDisplay", "description", "constraint")
    short = {name: model[name] for name in kept if name in model}
    if model.get("tags"):
        short["tags"] = [tag["tagFQN"] for tag in model["tags"]]
    if model.get("children"):
        short["children"] = [column(child) for child in model["children"]]
    return short


def table(model: dict) -> dict:
    kept = ("id", "fullyQualifiedName", "tableType", "description", "sourceHash", "extension", "tableConstraints",
            "schemaDefinition")
    short = {name: model[name] for name in kept if name in model}
    short["columns"] = [column(item) for item in model["columns"]]
    short["tags"] = [tag["tagFQN"] for tag in model.get("tags", [])]
    short["owners"] = [owner.get("name") for owner in model.get("owners", [])]
    if "dataModel" in model:
        short["dataModel"] = {name: model["dataModel"].get(name) for name in ("modelType", "sql", "path", "upstream")}
    return short


def edges(ometa: OpenMetadata, tables: list[dict]) -> list[dict]:
    """Every edge that goes out of a table, by fully qualified names."""
    found = []
    for item in tables:
        graph = ometa.get_lineage_by_id("table", item["id"], up_depth=0, down_depth=1) or {}
        names = {node["id"]: node["fullyQualifiedName"] for node in graph.get("nodes", [])}
        for edge in graph.get("downstreamEdges", []):
            details = edge.get("lineageDetails") or {}
            found.append({
                "from": item["fullyQualifiedName"], "to": names[edge["toEntity"]], "source": details.get("source"),
                "columns": len(details.get("columnsLineage") or []), "sql": details.get("sqlQuery"),
            })
    return found


def test_cases(ometa: OpenMetadata) -> list[dict]:
    span = {"startTs": 0, "endTs": int(time.time() * 1000) + 86_400_000}
    found = []
    for model in ometa.list_all_entities(TestCase, fields=["testDefinition", "testCaseResult"]):
        case = plain(model)
        results = ometa.get_test_case_results(case["fullyQualifiedName"], span["startTs"], span["endTs"]) or []
        found.append({
            "fullyQualifiedName": case["fullyQualifiedName"], "entityLink": case["entityLink"],
            "testDefinition": case["testDefinition"]["name"],
            "results": [{k: plain(r).get(k) for k in ("timestamp", "testCaseStatus", "result")} for r in results],
        })
    return found


def profiles(ometa: OpenMetadata) -> dict:
    """The newest profile of each table that has one, its columns' with it, and how many points there are."""
    until, found = int(time.time() * 1000) + 86_400_000, {}
    for item in ometa.list_all_entities(Table, fields=["columns"]):
        name = plain(item)["fullyQualifiedName"]
        points = ometa.get_profile_data(name, 0, until, profile_type=TableProfile).entities
        if points:
            model = plain(ometa.get_latest_table_profile(name))
            columns = {c["name"]: c["profile"] for c in model["columns"] if c.get("profile")}
            found[name] = {"points": len(points), "table": plain(points[-1]), "columns": columns}
    return found


def read(ometa: OpenMetadata) -> dict:
    tables = [table(plain(item)) for item in ometa.list_all_entities(Table, fields=TABLE_FIELDS)]
    named = lambda kind: [plain(item)["fullyQualifiedName"] for item in ometa.list_all_entities(kind)]  # noqa: E731
    return {
        "client": ometa.get_server_version(),
        "services": [{"name": s["name"], "serviceType": s["serviceType"]}
                     for s in (plain(item) for item in ometa.list_all_entities(DatabaseService))],
        "databases": named(Database),
        "schemas": named(DatabaseSchema),
        "tables": tables,
        "edges": edges(ometa, tables),
        "testCases": test_cases(ometa),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:18585/api")
    parser.add_argument("--token-env", default="OPENMETADATA_TOKEN", help="the variable that holds the token")
    parser.add_argument("--profiles", action="store_true", help="the profiles of tables, and nothing else")
    args = parser.parse_args()
    ometa = client(args.server, os.environ.get(args.token_env, "none"))
    json.dump(profiles(ometa) if args.profiles else read(ometa), sys.stdout, indent=1, sort_keys=True)
    print()


if __name__ == "__main__":
    main()

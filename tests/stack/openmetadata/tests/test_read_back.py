"""OpenMetadata's own Python client reads what was written."""

import json
import os
import subprocess

import pytest
from conftest import BOT, ENDS, HERE, now_ms

import install


def fill(api) -> None:
    api.lab()
    tier = {"tagFQN": "Tier.Tier1", "source": "Classification", "labelType": "Automated", "state": "Confirmed"}
    first = api.table("a", tags=[tier], sourceHash="0" * 32, description="d")
    second = api.table("b.c")
    api.put(f"/tables/{first['id']}/dataModel", {"modelType": "DBT", "sql": "select 1", "path": "models/a.sql"})
    ends = {"fromEntity": {"id": first["id"], "type": "table"}, "toEntity": {"id": second["id"], "type": "table"}}
    api.put("/lineage", {"edge": {**ends, "lineageDetails": {"source": "DbtLineage", "sqlQuery": "select 1"}}})
    api.put("/dataQuality/testSuites/executable", {"name": "x", "executableEntityReference": "lab.db.mart.a"})
    suite = {} if api.minor >= (1, 8) else {"testSuite": "lab.db.mart.a.testSuite"}
    api.made("/dataQuality/testCases", {"name": "check", "testDefinition": "columnValuesToBeNotNull", **suite,
                                        "entityLink": "<#E::table::lab.db.mart.a::columns::id>"})
    result = {"timestamp": now_ms(), "testCaseStatus": "Success", "result": "ok", "testResultValue": []}
    fqn = "lab.db.mart.a.id.check"
    if api.minor >= (1, 8):
        api.post(f"/dataQuality/testCases/testCaseResults/{fqn}", result)
    else:
        api.put(f"/dataQuality/testCases/{fqn}/testCaseResult", result)


@pytest.mark.parametrize("version", ENDS)
def test_read_back(servers, version):
    api = servers(version)
    api.control("POST", "/reset")
    fill(api)
    python = install.ensure_version(version, client=True)
    command = [python, HERE / "read_back.py", "--server", f"http://127.0.0.1:{api.port}/api"]
    done = subprocess.run(command, env={**os.environ, "OPENMETADATA_TOKEN": BOT}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    read = json.loads(done.stdout)
    assert (read["services"], read["schemas"]) == ([{"name": "lab", "serviceType": "Trino"}], ["lab.db.mart"])
    tables = {table["fullyQualifiedName"]: table for table in read["tables"]}
    assert set(tables) == {"lab.db.mart.a", 'lab.db.mart."b.c"'}
    assert tables["lab.db.mart.a"]["tags"] == ["Tier.Tier1"]
    assert tables["lab.db.mart.a"]["dataModel"]["sql"] == "select 1"
    assert [column["name"] for column in tables["lab.db.mart.a"]["columns"]] == ["id", "email"]
    assert [(e["from"], e["to"], e["source"]) for e in read["edges"]] == [
        ("lab.db.mart.a", 'lab.db.mart."b.c"', "DbtLineage")]
    assert [(c["testDefinition"], c["results"][0]["testCaseStatus"]) for c in read["testCases"]] == [
        ("columnValuesToBeNotNull", "Success")]

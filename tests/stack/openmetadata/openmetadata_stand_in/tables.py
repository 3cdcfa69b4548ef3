"""What hangs on a table beside its own document: dbt model, profiles, sample rows, joins."""

from functools import partial

from . import columns as column_rules
from . import labels, series
from .entity_routes import read_object
from .errors import ApiError, bad_request
from .http import Reply, Request
from .router import Route

_TABLE = "entity.data.table"


def routes(app) -> list[Route]:
    table = [
        ("PUT", "tables/{}/dataModel", put_data_model),
        ("PUT", "tables/{}/tableProfile", put_profile),
        ("GET", "tables/{}/tableProfile", list_profiles),
        ("GET", "tables/{}/columnProfile", list_column_profiles),
        ("GET", "tables/{}/systemProfile", list_system_profiles),
        ("GET", "tables/{}/tableProfile/latest", latest_profile),
        ("PUT", "tables/{}/sampleData", put_sample),
        ("GET", "tables/{}/sampleData", get_sample),
        ("DELETE", "tables/{}/sampleData", forget_sample),
        ("PUT", "tables/{}/joins", put_joins),
        ("PUT", "tables/{}/tableProfilerConfig", put_profiler_config),
        ("GET", "tables/{}/tableProfilerConfig", get_profiler_config),
        ("DELETE", "tables/{}/tableProfilerConfig", forget_profiler_config),
    ]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def _table(app, request: Request):
    return app.store.identified("table", request.params[0])


def put_data_model(app, request: Request) -> Reply:
    """Tags of the model go to the table and its columns, an owner only where there is none."""
    table = _table(app, request)
    model = read_object(app, f"{_TABLE}:DataModel", request)
    _lend_tags(app, table.doc, model)
    stored = {column["name"]: column for column in table.doc["columns"]}
    for column in model.get("columns") or ():
        if column["name"] in stored:
            _lend_tags(app, stored[column["name"]], column)
    owners = model.get("owners") or []
    if owners and not table.doc.get("owners"):
        table.doc["owners"] = [app.store.identified(owner["type"], owner["id"]).ref for owner in owners]
    table.doc["dataModel"] = {name: value for name, value in model.items() if value is not None}
    return Reply(200, table.doc)


def _lend_tags(app, target: dict, giver: dict) -> None:
    labels.check(app.store, giver.get("tags") or [])
    if giver.get("tags"):
        target["tags"] = labels.merged(giver["tags"], target.get("tags"))


def put_profile(app, request: Request) -> Reply:
    table = _table(app, request)
    body = read_object(app, "api.data.createTableProfile:CreateTableProfileRequest", request)
    fqns = column_rules.fqns(table.doc, ("columns",))
    for profile in body.get("columnProfile") or ():
        if f"{table.fqn}.{profile['name']}" not in fqns:
            raise bad_request(f"Invalid column name {profile['name']}")
    profile = body["tableProfile"]
    series.put(table, "tableProfile", profile["timestamp"], profile)
    for point in body.get("columnProfile") or ():
        series.put(table, "columnProfile", (point["name"], point["timestamp"]), point)
    for point in body.get("systemProfile") or ():
        series.put(table, "systemProfile", (point.get("operation"), point["timestamp"]), point)
    table.doc["profile"] = profile
    return Reply(200, table.doc)


def _by_fqn(app, request: Request):
    return app.store.named("table", request.params[0])


def list_profiles(app, request: Request) -> Reply:
    return Reply(200, series.between(_by_fqn(app, request), "tableProfile", request.query))


def list_system_profiles(app, request: Request) -> Reply:
    return Reply(200, series.between(_by_fqn(app, request), "systemProfile", request.query))


def list_column_profiles(app, request: Request) -> Reply:
    """Named by the column, not the table."""
    fqn = request.params[0]
    for table in app.store.all("table"):
        if fqn.startswith(f"{table.fqn}."):
            reply = series.between(table, "columnProfile", request.query)
            reply["data"] = [p for p in reply["data"] if f"{table.fqn}.{p['name']}" == fqn]
            return Reply(200, reply)
    raise ApiError(404, f"column instance for {fqn} not found")


def latest_profile(app, request: Request) -> Reply:
    table = _by_fqn(app, request)
    newest: dict[str, dict] = {}
    for point in sorted(table.extra.get("columnProfile", {}).values(), key=lambda p: p["timestamp"]):
        newest[f"{table.fqn}.{point['name']}"] = point
    fqn = "fullyQualifiedName"
    columns = [{**c, "profile": newest[c[fqn]]} if c[fqn] in newest else c for c in table.doc["columns"]]
    return Reply(200, {**table.doc, "columns": columns})


def put_sample(app, request: Request) -> Reply:
    table = _table(app, request)
    body = read_object(app, f"{_TABLE}:TableData", request)
    known = {column["name"] for column in table.doc["columns"]}
    for name in body.get("columns") or ():
        if name not in known:
            raise bad_request(f"Invalid column name {name}")
    width = len(body.get("columns") or ())
    for number, row in enumerate(body.get("rows") or ()):
        if len(row) != width:
            raise bad_request(f"Number of columns is {width} but row {number} has {len(row)} sample values")
    table.extra["sampleData"] = body
    return Reply(200, {**table.doc, "sampleData": body})


def get_sample(app, request: Request) -> Reply:
    table = _table(app, request)
    return Reply(200, {**table.doc, "sampleData": table.extra.get("sampleData")})


def put_joins(app, request: Request) -> Reply:
    table = _table(app, request)
    body = read_object(app, f"{_TABLE}:TableJoins", request)
    known = {column["name"] for column in table.doc["columns"]}
    for join in body.get("columnJoins") or ():
        if join.get("columnName") not in known:
            raise bad_request(f"Invalid column name {join.get('columnName')}")
    table.doc["joins"] = body
    return Reply(200, table.doc)


def put_profiler_config(app, request: Request) -> Reply:
    table = _table(app, request)
    table.doc["tableProfilerConfig"] = read_object(app, f"{_TABLE}:TableProfilerConfig", request)
    return Reply(200, table.doc)


def get_profiler_config(app, request: Request) -> Reply:
    return Reply(200, _table(app, request).doc)


def forget_sample(app, request: Request) -> Reply:
    table = _table(app, request)
    table.extra.pop("sampleData", None)
    return Reply(200, table.doc)


def forget_profiler_config(app, request: Request) -> Reply:
    table = _table(app, request)
    table.doc.pop("tableProfilerConfig", None)
    return Reply(200, table.doc)

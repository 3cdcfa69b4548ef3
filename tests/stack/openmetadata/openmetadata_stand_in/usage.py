"""Usage counts (added up, so not idempotent) and what hangs on queries."""

from functools import partial

from .engine import FIELDS_CHANGED
from .entity_routes import read_object
from .errors import ApiError, bad_request
from .http import Reply, Request, changed
from .references import resolve
from .router import Route


def routes(app) -> list[Route]:
    table = [
        ("POST", "usage/compute.percentile/{}/{}", percentile),
        ("GET", "usage/{}/{}", get),
        ("PUT", "queries/{}/usage", put_used_in),
        ("PUT", "queries/{}/users", put_users),
        ("PUT", "queries/{}/usedBy", put_used_by),
        ("POST", "queryCostRecord", post_cost),
    ]
    for method in ("POST", "PUT"):
        table += [(method, "usage/{}/{}", add), (method, "usage/{}/name/{}", add_by_name)]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def add(app, request: Request) -> Reply:
    return _add(app, app.store.identified(*request.params), request)


def add_by_name(app, request: Request) -> Reply:
    return _add(app, app.store.named(*request.params), request)


def _add(app, entity, request: Request) -> Reply:
    body = read_object(app, "type.usageRequest:UsageRequest", request)
    days = entity.extra.setdefault("usage", {})
    days[body["date"]] = days.get(body["date"], 0) + body["count"]
    entity.doc["usageSummary"] = _summary(body["date"], days[body["date"]])
    return changed({"entityId": entity.id, "entityType": entity.kind.type, "entity": entity.doc}, FIELDS_CHANGED, 201)


def _summary(date: str, count: int) -> dict:
    stats = {"count": count, "percentileRank": 0.0}
    return {"dailyStats": stats, "weeklyStats": stats, "monthlyStats": stats, "date": date}


def get(app, request: Request) -> Reply:
    entity = app.store.identified(*request.params)
    days = entity.extra.get("usage", {})
    return Reply(200, {"entity": entity.ref, "usage": [_summary(day, days[day]) for day in sorted(days)]})


def percentile(app, request: Request) -> Reply:
    if request.params[0] not in app.store.kinds:
        raise bad_request(f"Entity type {request.params[0]} not found")
    return Reply(201)


def _query(app, request: Request):
    return app.store.identified("query", request.params[0])


def _list(request: Request, kind: type) -> list:
    values = request.json()
    if not isinstance(values, list) or not all(isinstance(value, kind) for value in values):
        raise bad_request("A JSON array is expected")
    return values


def _extend(query, name: str, values: list) -> Reply:
    held = query.doc.setdefault(name, [])
    held += [value for value in values if value not in held]
    return changed({"entityId": query.id, "entityType": "query", "entity": query.doc}, FIELDS_CHANGED, 201)


def put_used_in(app, request: Request) -> Reply:
    app.models.check("type.entityReference:EntityReference", request.body, many=True)
    query = _query(app, request)
    reply = _extend(query, "queryUsedIn", [resolve(app.store, item).ref for item in _list(request, dict)])
    app.store.epoch += 1
    return reply


def put_users(app, request: Request) -> Reply:
    users = [app.store.named("user", name).ref for name in _list(request, str)]
    return _extend(_query(app, request), "users", users)


def put_used_by(app, request: Request) -> Reply:
    return _extend(_query(app, request), "usedBy", _list(request, str))


def post_cost(app, request: Request) -> Reply:
    body = read_object(app, "api.data.createQueryCostRecord:CreateQueryCostRecordRequest", request)
    query = resolve(app.store, body["queryReference"])
    if query.kind.type != "query":
        raise ApiError(404, f"query instance for {query.id} not found")
    query.extra.setdefault("cost", []).append(body)
    return Reply(201, body)

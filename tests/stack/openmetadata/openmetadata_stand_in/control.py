"""The stand-in's own paths, under ``/_stand_in``: what it got, faults, a fresh start."""

from functools import partial

import orjson

from .errors import ApiError, not_found
from .http import Reply, Request
from .router import Route
from .store import shows


def routes(app) -> list[Route]:
    table = [
        ("GET", "requests", requests), ("GET", "entities", entities), ("GET", "edges", edges), ("GET", "info", info),
        ("POST", "reset", reset), ("POST", "faults", add_faults), ("GET", "faults", list_faults),
        ("DELETE", "faults", clear_faults), ("GET", "series", series_of), ("POST", "requests/clear", clear_requests),
        ("GET", "check", self_check),
    ]
    return [Route(method, f"_stand_in/{pattern}", partial(handler, app)) for method, pattern, handler in table]


def info(app, request: Request) -> Reply:
    counts = {kind.path: app.store.count(kind.type) for kind in app.collections}
    return Reply(200, {"standIn": True, "release": app.profile.release, "reported": app.profile.reported,
                       "entities": counts, "edges": len(app.store.edges), "requests": app.journal.total})


def requests(app, request: Request) -> Reply:
    return Reply(200, app.journal.summary(request.query))


def clear_requests(app, request: Request) -> Reply:
    app.journal.clear()
    return Reply(204)


def _kind(app, path: str):
    for kind in app.collections:
        if path in (kind.path, kind.type):
            return kind
    raise not_found("collection", path)


def entities(app, request: Request) -> Reply:
    query = request.query
    kind = _kind(app, query.get("collection", ""))
    include = query.get("include", "all")
    found = sorted((e for e in app.store.all(kind.type) if shows(e, include)), key=lambda e: e.fqn)
    return Reply(200, {"total": len(found), "data": [app.without_secrets(entity.doc) for entity in found]})


def series_of(app, request: Request) -> Reply:
    """What is kept beside one entity: profiles, sample rows, statuses, results, usage."""
    entity = app.store.named(_kind(app, request.query.get("collection", "")).type, request.query.get("fqn", ""), "all")
    return Reply(200, {name: _plain(value) for name, value in entity.extra.items()})


def _plain(value):
    if isinstance(value, dict) and not all(isinstance(key, str) for key in value):
        return list(value.values())
    return value


def edges(app, request: Request) -> Reply:
    data = sorted(app.store.edges.values(), key=lambda e: (e["fromEntity"]["fullyQualifiedName"],
                                                           e["toEntity"]["fullyQualifiedName"]))
    return Reply(200, {"total": len(data), "data": data})


def self_check(app, request: Request) -> Reply:
    """Whether everything kept is what the published entity models can read: the stand-in checks itself."""
    problems = []
    for kind in app.collections:
        for entity in app.store.all(kind.type):
            try:
                app.models.check(kind.entity, orjson.dumps(entity.doc))
            except ApiError as error:
                problems.append(f"{kind.type} {entity.fqn}: {error.message}")
    return Reply(200, {"problems": problems})


def reset(app, request: Request) -> Reply:
    app.keep()
    app.reset()
    return Reply(204)


def add_faults(app, request: Request) -> Reply:
    app.faults.add(request.json())
    return Reply(204)


def list_faults(app, request: Request) -> Reply:
    return Reply(200, {"data": app.faults.pending()})


def clear_faults(app, request: Request) -> Reply:
    app.faults.clear()
    return Reply(204)

"""The paths every collection has: create, read, list, patch, delete, restore, versions."""

from functools import partial

import orjson

from . import names, view
from .catalogue import Collection
from .errors import ApiError, bad_request
from .http import Reply, Request, changed, flag
from .patching import patch_entity
from .router import Route


def routes(app) -> list[Route]:
    return [route for kind in app.collections for route in _for_kind(app, kind)]


def _for_kind(app, kind: Collection) -> list[Route]:
    table = [
        ("PUT", "", put), ("POST", "", post), ("GET", "", list_all), ("PUT", "/restore", restore),
        ("GET", "/{}", get), ("GET", "/name/{}", get), ("PATCH", "/{}", patch), ("PATCH", "/name/{}", patch),
        ("DELETE", "/{}", delete), ("DELETE", "/name/{}", delete),
        ("GET", "/{}/versions", versions), ("GET", "/{}/versions/{}", version),
    ]
    if app.profile.has_stale_delete:
        table.append(("DELETE", "/async/{}", delete_async))
    return [Route(method, kind.path + tail, partial(handler, app, kind)) for method, tail, handler in table]


def read_object(app, model: str, request: Request) -> dict:
    """The body as an object the model accepts."""
    if not request.content_type.startswith("application/json"):
        raise ApiError(415, "HTTP 415 Unsupported Media Type")
    app.models.check(model, request.body)
    return request.json()


def pick(app, kind: Collection, request: Request, include: str | None = None):
    """The entity a path names, by id or after ``/name/``."""
    include = include or request.query.get("include", "non-deleted")
    by_name = request.segments[-2] == "name"
    find = app.store.named if by_name else app.store.identified
    return find(kind.type, request.params[0], include)


def put(app, kind: Collection, request: Request) -> Reply:
    body = read_object(app, kind.create, request)
    entity, change = app.engine.put(kind, body, request.actor)
    return changed(app.shown(entity, request.actor), change)


def post(app, kind: Collection, request: Request) -> Reply:
    body = read_object(app, kind.create, request)
    entity = app.engine.post(kind, body, request.actor)
    return Reply(201, app.shown(entity, request.actor))


def get(app, kind: Collection, request: Request) -> Reply:
    fields = view.wanted_fields(app.fields_of(kind), request.query.get("fields"))
    return Reply(200, app.masked(view.render(pick(app, kind, request), fields), request.actor))


def list_all(app, kind: Collection, request: Request) -> Reply:
    query = request.query
    fields = view.wanted_fields(app.fields_of(kind), query.get("fields"))
    filters = tuple(sorted((name, query[name]) for name in FILTERS if query.get(name)))
    chosen = app.listing.select(
        kind.type, query.get("include", "non-deleted"), filters, partial(_passes, filters)
    )
    entities, paging = view.page(chosen, query)
    data = [app.masked(view.render(entity, fields), request.actor) for entity in entities]
    return Reply(200, {"data": data, "paging": paging})


def _has_reference(name: str, entity, value: str) -> bool:
    return any(item["id"] == value for item in entity.doc.get(name, ()))


def _below(entity, value: str) -> bool:
    return names.is_below(entity.fqn, value)


FILTERS = {
    "service": _below, "database": _below, "databaseSchema": _below, "parent": _below, "glossary": _below,
    "entityFQN": lambda entity, value: entity.doc.get("entityFQN") == value,
    "entityLink": lambda entity, value: entity.doc.get("entityLink") == value,
    "entityId": partial(_has_reference, "queryUsedIn"),
    "testSuiteId": lambda entity, value: entity.parent is not None and entity.parent.id == value,
    "entityType": lambda entity, value: entity.doc.get("entityType") == value,
    "pipelineType": lambda entity, value: entity.doc.get("pipelineType") == value,
    "testPlatform": lambda entity, value: value in entity.doc.get("testPlatforms", ()),
    "team": lambda entity, value: any(team["name"] == value for team in entity.doc.get("teams", ())),
    "isBot": lambda entity, value: entity.doc.get("isBot") == (value == "true"),
}


def _passes(filters: tuple, entity) -> bool:
    return all(FILTERS[name](entity, value) for name, value in filters)


def patch(app, kind: Collection, request: Request) -> Reply:
    if not request.content_type.startswith("application/json-patch+json"):
        raise ApiError(415, "HTTP 415 Unsupported Media Type")
    entity = pick(app, kind, request, include="all")
    change = patch_entity(app, entity, request.json(), request.actor)
    return changed(app.shown(entity, request.actor), change)


def delete(app, kind: Collection, request: Request) -> Reply:
    query = request.query
    hard = flag(query, "hardDelete")
    entity = pick(app, kind, request, include="all" if hard else "non-deleted")
    change = app.engine.delete(entity, request.actor, hard=hard, recursive=flag(query, "recursive"))
    return changed(app.shown(entity, request.actor), change)


def delete_async(app, kind: Collection, request: Request) -> Reply:
    """Done at once here; the answer is the one of a server that does it later."""
    entity_id = delete(app, kind, request).body["id"]
    return Reply(202, {"jobId": entity_id, "message": "Delete operation initiated"})


def restore(app, kind: Collection, request: Request) -> Reply:
    body = request.json()
    if not isinstance(body, dict) or set(body) != {"id"}:
        raise bad_request("[id must not be null]")
    entity = app.store.identified(kind.type, str(body["id"]), "all")
    change = app.engine.restore(entity, request.actor)
    return changed(app.shown(entity, request.actor), change)


def versions(app, kind: Collection, request: Request) -> Reply:
    entity = app.store.identified(kind.type, request.params[0], "all")
    texts = [orjson.dumps(app.masked(doc, request.actor)).decode() for doc in (entity.doc, *reversed(entity.history))]
    return Reply(200, {"entityType": kind.type, "versions": texts})


def version(app, kind: Collection, request: Request) -> Reply:
    entity_id, number = request.params
    entity = app.store.identified(kind.type, entity_id, "all")
    for doc in (entity.doc, *entity.history):
        if str(doc["version"]) == number:
            return Reply(200, app.masked(doc, request.actor))
    raise ApiError(404, f"{kind.type} instance for {entity_id} and version {number} not found")

"""Lineage edges: a PUT replaces an edge's details whole, columns must exist on both sides."""

import copy
from functools import partial

from . import columns as column_rules
from . import references
from .engine import now_ms
from .entity_routes import read_object
from .errors import ApiError, bad_request
from .http import Reply, Request
from .patching import apply
from .router import Route

_ADD = "api.lineage.addLineage:AddLineageRequest"
_DETAILS = "type.entityLineage:LineageDetails"


def routes(app) -> list[Route]:
    table = [
        ("PUT", "lineage", put),
        ("GET", "lineage/getLineageEdge/{}/{}", get_edge),
        ("GET", "lineage/{}/{}", graph),
        ("GET", "lineage/{}/name/{}", graph_by_name),
        ("PATCH", "lineage/{}/{}/{}/{}", patch_edge),
        ("DELETE", "lineage/{}/{}/{}/{}", delete_edge),
        ("DELETE", "lineage/{}/{}/type/{}", delete_by_source),
    ]
    if app.profile.lineage_by_name:
        table += [
            ("PUT", "lineage/{}/name/{}/{}/name/{}", put_by_name),
            ("PATCH", "lineage/{}/name/{}/{}/name/{}", patch_by_name),
            ("GET", "lineage/getLineageEdge/{}/name/{}/{}/name/{}", get_edge_by_name),
            ("DELETE", "lineage/{}/name/{}/{}/name/{}", delete_by_name),
        ]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def put(app, request: Request) -> Reply:
    edge = read_object(app, _ADD, request)["edge"]
    start = references.resolve(app.store, edge["fromEntity"])
    end = references.resolve(app.store, edge["toEntity"])
    _store(app, start, end, edge.get("lineageDetails") or {}, request.actor)
    return Reply(200)


def put_by_name(app, request: Request) -> Reply:
    details = read_object(app, _DETAILS, request)
    start, end = _ends_by_name(app, request)
    _store(app, start, end, details, request.actor)
    return Reply(200)


def _store(app, start, end, details: dict, actor) -> None:
    details = {name: value for name, value in details.items() if value is not None}
    _check_columns(start, end, details.get("columnsLineage") or [])
    if "pipeline" in details:
        details["pipeline"] = references.resolve(app.store, details["pipeline"]).ref
    details.setdefault("source", "Manual")
    details.setdefault("columnsLineage", [])
    before = app.store.edges.get((start.id, end.id))
    created = before["lineageDetails"] if before else {"createdAt": now_ms(), "createdBy": actor.name}
    details.update(createdAt=created["createdAt"], createdBy=created["createdBy"])
    details.update(updatedAt=now_ms(), updatedBy=actor.name)
    app.store.edges[(start.id, end.id)] = {"fromEntity": start.ref, "toEntity": end.ref, "lineageDetails": details}


def _check_columns(start, end, mappings: list[dict]) -> None:
    if not mappings:
        return
    known_from, known_to = _parts(start), _parts(end)
    for mapping in mappings:
        for column in mapping.get("fromColumns") or ():
            _check_column(known_from, column)
        if mapping.get("toColumn") is not None:
            _check_column(known_to, mapping["toColumn"])


def _check_column(known: set[str] | None, fqn: str) -> None:
    if known is not None and fqn not in known:
        raise bad_request(f"Invalid fully qualified column name {fqn}")


def _parts(entity) -> set[str] | None:
    """What a column edge may name; None where this stand-in does not know the parts."""
    if entity.kind.columns:
        return column_rules.fqns(entity.doc, entity.kind.columns)
    if entity.kind.type == "dashboard":
        return {chart["fullyQualifiedName"] for chart in entity.doc.get("charts", ())}
    return None if entity.kind.type in ("topic", "mlmodel", "searchIndex") else set()


def _ends_by_name(app, request: Request):
    from_type, from_fqn, to_type, to_fqn = request.params
    return app.store.named(from_type, from_fqn), app.store.named(to_type, to_fqn)


def _edge(app, from_id: str, to_id: str) -> dict:
    edge = app.store.edges.get((from_id, to_id))
    if edge is None:
        raise ApiError(404, "Lineage edge not found")
    return edge


def get_edge(app, request: Request) -> Reply:
    return Reply(200, {"edge": _edge(app, *request.params)["lineageDetails"]})


def get_edge_by_name(app, request: Request) -> Reply:
    start, end = _ends_by_name(app, request)
    return Reply(200, {"edge": _edge(app, start.id, end.id)["lineageDetails"]})


def patch_edge(app, request: Request) -> Reply:
    from_type, from_id, to_type, to_id = request.params
    start, end = app.store.identified(from_type, from_id), app.store.identified(to_type, to_id)
    return _patch(app, start, end, request)


def patch_by_name(app, request: Request) -> Reply:
    return _patch(app, *_ends_by_name(app, request), request)


def _patch(app, start, end, request: Request) -> Reply:
    if not request.content_type.startswith("application/json-patch+json"):
        raise ApiError(415, "HTTP 415 Unsupported Media Type")
    edge = _edge(app, start.id, end.id)
    details = apply(copy.deepcopy(edge["lineageDetails"]), request.json())
    app.models.check_value(_DETAILS, details)
    _store(app, start, end, details, request.actor)
    return Reply(200)


def delete_edge(app, request: Request) -> Reply:
    _, from_id, _, to_id = request.params
    _edge(app, from_id, to_id)
    del app.store.edges[(from_id, to_id)]
    return Reply(200)


def delete_by_name(app, request: Request) -> Reply:
    start, end = _ends_by_name(app, request)
    _edge(app, start.id, end.id)
    del app.store.edges[(start.id, end.id)]
    return Reply(200)


def delete_by_source(app, request: Request) -> Reply:
    """Removes the edges into an entity that come from one source of lineage."""
    entity_type, entity_id, source = request.params
    entity = app.store.identified(entity_type, entity_id)
    app.store.edges = {
        key: edge for key, edge in app.store.edges.items()
        if key[1] != entity.id or edge["lineageDetails"]["source"] != source
    }
    return Reply(200)


def graph(app, request: Request) -> Reply:
    entity = app.store.identified(*request.params, "all")
    return Reply(200, _graph(app.store, entity, request.query))


def graph_by_name(app, request: Request) -> Reply:
    entity = app.store.named(*request.params, "all")
    return Reply(200, _graph(app.store, entity, request.query))


def _graph(store, entity, query: dict) -> dict:
    up = _follow(store, entity.id, 1, int(query.get("upstreamDepth", "1")))
    down = _follow(store, entity.id, 0, int(query.get("downstreamDepth", "1")))
    refs = {edge[end]["id"]: edge[end] for edge in up + down for end in ("fromEntity", "toEntity")}
    refs.pop(entity.id, None)
    return {
        "entity": entity.ref,
        "nodes": list(refs.values()),
        "upstreamEdges": [_short(edge) for edge in up],
        "downstreamEdges": [_short(edge) for edge in down],
    }


def _short(edge: dict) -> dict:
    return {"fromEntity": edge["fromEntity"]["id"], "toEntity": edge["toEntity"]["id"],
            "lineageDetails": edge["lineageDetails"]}


def _follow(store, entity_id: str, end: int, depth: int) -> list[dict]:
    """The edges met going against (end 1) or with (end 0) the direction, breadth first."""
    found, frontier, seen = [], {entity_id}, {entity_id}
    for _ in range(min(depth, 3)):
        step = [(key, edge) for key, edge in store.edges.items() if key[end] in frontier and edge not in found]
        found += [edge for _, edge in step]
        frontier = {key[1 - end] for key, _ in step} - seen
        seen |= frontier
    return found

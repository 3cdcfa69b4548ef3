"""Many at once: ``PUT /{collection}/bulk`` and ``DELETE /{collection}/deleteStale``."""

from functools import partial

from . import names
from .catalogue import Collection
from .entity_routes import read_object
from .errors import ApiError, bad_request
from .http import Reply, Request, flag
from .router import Route

_STALE = "type.bulkDeleteStaleRequest:BulkDeleteStaleRequest"


def routes(app) -> list[Route]:
    found = []
    for kind in app.collections:
        if app.profile.has_bulk and kind.bulk:
            found.append(Route("PUT", f"{kind.path}/bulk", partial(put_all, app, kind)))
        if app.profile.has_stale_delete and kind.parent_field:
            found.append(Route("DELETE", f"{kind.path}/deleteStale", partial(delete_stale, app, kind)))
    return found


def put_all(app, kind: Collection, request: Request) -> Reply:
    """A body that is not well formed fails whole; a rule that is broken fails its own item."""
    if not request.content_type.startswith("application/json"):
        raise ApiError(415, "HTTP 415 Unsupported Media Type")
    if flag(request.query, "async"):
        raise bad_request("This stand-in does no asynchronous bulk; use async=false")
    app.models.check(kind.create, request.body, many=True)
    override = flag(request.query, "overrideMetadata")
    passed, failed = [], []
    for body in request.json():
        try:
            entity, _ = app.engine.put(kind, body, request.actor, override)
            passed.append({"request": entity.fqn, "status": 200})
        except ApiError as error:
            failed.append({"request": _asked_for(kind, body), "status": 400, "message": error.message})
    return Reply(200, result(passed, failed))


def _asked_for(kind: Collection, body: dict) -> str:
    parent = body.get(kind.parent_field) if kind.parent_field else None
    name = body.get("name") or ""
    return f"{parent}.{name}" if parent else name


def result(passed: list[dict], failed: list[dict], dry_run: bool = False) -> dict:
    status = "success" if not failed else "partialSuccess" if passed else "failure"
    return {
        "dryRun": dry_run,
        "status": status,
        "numberOfRowsProcessed": len(passed) + len(failed),
        "numberOfRowsPassed": len(passed),
        "numberOfRowsFailed": len(failed),
        "successRequest": passed,
        "failedRequest": failed,
    }


def delete_stale(app, kind: Collection, request: Request) -> Reply:
    """An empty list of seen names, or an unknown scope, never means that all is stale."""
    body = read_object(app, _STALE, request)
    dry_run = body.get("dryRun") or False
    passed = []
    for entity in _stale(app, kind, body):
        if not dry_run and not entity.deleted:
            app.engine.delete(
                entity, request.actor, hard=body.get("hardDelete") or False,
                recursive=body.get("recursive", True),
            )
        passed.append({"request": entity.fqn, "status": 200})
    return Reply(200, result(passed, [], dry_run))


def _stale(app, kind: Collection, body: dict) -> list:
    seen = set(body["seenFqns"])
    scopes = [name for name in app.store.kinds if name.lower().endswith(body["scopeEntityType"].lower())]
    if not scopes:
        raise bad_request(f"Unsupported scopeEntityType '{body['scopeEntityType']}' for deleteStale")
    exists = any(app.store.find(scope, body["scopeFqn"]) for scope in scopes)
    if not seen or not exists:
        return []
    inside = (e for e in app.store.all(kind.type) if names.is_below(e.fqn, body["scopeFqn"]) and not e.deleted)
    return sorted((e for e in inside if e.fqn not in seen), key=lambda e: e.fqn)

"""Status of ingestion runs, one a run id."""

from functools import partial

from . import series
from .engine import FIELDS_CHANGED
from .entity_routes import read_object
from .errors import ApiError
from .http import Reply, Request, changed
from .router import Route

_PATH = "services/ingestionPipelines/{}/pipelineStatus"
_STATUS = "entity.services.ingestionPipelines.ingestionPipeline:PipelineStatus"


def routes(app) -> list[Route]:
    table = [("PUT", _PATH, put), ("GET", _PATH, list_all), ("GET", f"{_PATH}/{{}}", get)]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def _pipeline(app, request: Request):
    return app.store.named("ingestionPipeline", request.params[0])


def put(app, request: Request) -> Reply:
    pipeline = _pipeline(app, request)
    status = read_object(app, _STATUS, request)
    status.setdefault("timestamp", status.get("startDate", 0))
    previous = series.put(pipeline, "runs", status.get("runId"), status)
    change = {"name": "pipelineStatus", "oldValue": previous, "newValue": status}
    pipeline.doc["pipelineStatuses"] = [status] if app.profile.lists_run_statuses else status
    body = {"eventType": "entityUpdated", "entityType": "ingestionPipeline", "entityId": pipeline.id,
            "entityFullyQualifiedName": pipeline.fqn, "entity": pipeline.doc,
            "changeDescription": {"fieldsUpdated": [change]}}
    return changed(body, FIELDS_CHANGED, 201)


def list_all(app, request: Request) -> Reply:
    return Reply(200, series.between(_pipeline(app, request), "runs", request.query))


def get(app, request: Request) -> Reply:
    points = _pipeline(app, request).extra.get("runs", {})
    if request.params[1] not in points:
        raise ApiError(404, f"pipelineStatus instance for {request.params[1]} not found")
    return Reply(200, points[request.params[1]])

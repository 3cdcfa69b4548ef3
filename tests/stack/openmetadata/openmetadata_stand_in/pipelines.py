"""Runs of a pipeline: one point a timestamp, tasks must exist."""

from functools import partial

from . import series
from .entity_routes import read_object
from .errors import bad_request
from .http import Reply, Request
from .router import Route

_STATUS = "entity.data.pipeline:PipelineStatus"


def routes(app) -> list[Route]:
    table = [("PUT", "pipelines/{}/status", put), ("GET", "pipelines/{}/status", list_all)]
    if app.profile.has_bulk_pipeline_status:
        table.append(("PUT", "pipelines/{}/status/bulk", put_many))
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def _pipeline(app, request: Request):
    return app.store.named("pipeline", request.params[0])


def put(app, request: Request) -> Reply:
    pipeline = _pipeline(app, request)
    return _store(pipeline, [read_object(app, _STATUS, request)])


def put_many(app, request: Request) -> Reply:
    pipeline = _pipeline(app, request)
    app.models.check(_STATUS, request.body, many=True)
    return _store(pipeline, request.json())


def _store(pipeline, statuses: list[dict]) -> Reply:
    tasks = {task["name"] for task in pipeline.doc.get("tasks") or ()}
    for status in statuses:
        for task in status.get("taskStatus") or ():
            if task["name"] not in tasks:
                raise bad_request(f"Invalid task name {task['name']}")
    for status in statuses:
        series.put(pipeline, "status", status["timestamp"], status)
    points = pipeline.extra.get("status", {})
    if points:
        pipeline.doc["pipelineStatus"] = points[max(points)]
    return Reply(200, pipeline.doc)


def list_all(app, request: Request) -> Reply:
    return Reply(200, series.between(_pipeline(app, request), "status", request.query))

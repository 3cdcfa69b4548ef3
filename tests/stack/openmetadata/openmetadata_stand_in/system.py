"""Version, settings and who is asking."""

from functools import partial

from .engine import now_ms
from .errors import not_found
from .http import Reply, Request
from .router import Route

_SETTINGS = {"profilerConfiguration": {"metricConfiguration": []}}
OPEN = frozenset({"system/version"})


def routes(app) -> list[Route]:
    table = [
        ("GET", "system/version", version), ("GET", "system/settings/{}", setting),
        ("GET", "users/loggedInUser", logged_in), ("GET", "bots/name/{}", bot),
    ]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def version(app, request: Request) -> Reply:
    return Reply(200, {"version": app.profile.reported, "revision": "stand-in", "timestamp": now_ms()})


def setting(app, request: Request) -> Reply:
    name = request.params[0]
    if name not in _SETTINGS:
        raise not_found("settings", name)
    return Reply(200, {"config_type": name, "config_value": _SETTINGS[name]})


def logged_in(app, request: Request) -> Reply:
    return Reply(200, app.store.named("user", request.actor.name).doc)


def bot(app, request: Request) -> Reply:
    user = app.store.named("user", request.params[0])
    return Reply(200, {"id": user.id, "name": user.doc["name"], "fullyQualifiedName": user.fqn, "botUser": user.ref})

"""One stand-in: its version, its store, its routes, and the way of a request through it."""

import hmac
import time
import traceback
from pathlib import Path

import orjson

from . import (
    bulk,
    control,
    entity_routes,
    lineage,
    pipelines,
    quality,
    runs,
    search,
    seed,
    system,
    tables,
    types_registry,
    usage,
)
from .catalogue import COLLECTIONS
from .engine import Engine
from .errors import ApiError
from .faults import Faults
from .http import Actor, Reply, Request, refused
from .journal import Journal
from .models import Models
from .router import Router
from .store import Entity, Store
from .view import Listing

PREFIX = "/api/v1/"
_MODULES = (bulk, system, quality, tables, pipelines, runs, usage, types_registry, search, lineage, entity_routes)


class App:
    def __init__(self, profile, base_url: str, token: str | None, admin_token: str | None, keep_dir: Path | None):
        self.profile, self.base_url, self.keep_dir = profile, base_url, keep_dir
        self._tokens = [(t, a) for t, a in ((token, self.bot), (admin_token, self.admin)) if t]
        self._token_needed = token is not None
        self.models = Models()
        self.collections = [kind for kind in COLLECTIONS if self.models.has(kind.create)]
        self._fields = {kind.type: self.models.fields(kind.entity) for kind in self.collections}
        self.faults, self.journal = Faults(), Journal()
        self.reset()
        self._router = Router([route for module in _MODULES for route in module.routes(self)])
        self._control = Router(control.routes(self))

    bot = Actor("ingestion-bot", True)
    admin = Actor("admin", False)

    def reset(self) -> None:
        """A fresh server: entities, edges, faults and the log of requests are gone."""
        self.store = Store(self.collections)
        self.engine = Engine(self)
        self.listing = Listing(self.store)
        self.types = types_registry.TypeRegistry([kind.type for kind in self.collections], self.base_url)
        self.faults.clear()
        self.journal.clear()
        seed.plant(self)

    def fields_of(self, kind) -> frozenset[str]:
        return self._fields[kind.type]

    def declared(self, entity_type: str) -> dict[str, dict]:
        return self.types.declared(entity_type)

    def suite_for(self, entity: Entity, body: dict) -> Entity:
        return quality.suite_for(self, entity, body)

    def shown(self, entity: Entity, actor: Actor) -> dict:
        return self.masked(entity.doc, actor)

    def masked(self, doc: dict, actor: Actor) -> dict:
        """Only bots read a service's connection unmasked."""
        return doc if actor.is_bot or "connection" not in doc else self.without_secrets(doc)

    @staticmethod
    def without_secrets(doc: dict) -> dict:
        return doc if "connection" not in doc else {**doc, "connection": "*********"}

    def answer(self, request: Request) -> Reply:
        """Every request gets a reply; what nobody foresaw is a 500 with its cause."""
        try:
            return self._dispatch(request)
        except ApiError as error:
            return refused(error)
        except Exception as error:  # noqa: BLE001  (a server answers, whatever happens)
            traceback.print_exc()
            return Reply(500, {"responseMessage": f"The stand-in failed: {type(error).__name__}: {error}"})

    def _dispatch(self, request: Request) -> Reply:
        segments = request.segments
        if segments[0] == "_stand_in":
            return self._run(self._control, request, segments)
        if not request.target.startswith(PREFIX):
            raise ApiError(404, "HTTP 404 Not Found")
        segments = segments[2:]
        request.actor = self._actor(request, "/".join(segments))
        return self._run(self._router, request, segments)

    @staticmethod
    def _run(router: Router, request: Request, segments: list[str]) -> Reply:
        route, params = router.find(request.method, segments)
        request.params = params
        try:
            reply = route.handle(request)
        except ApiError as error:
            reply = refused(error)
        reply.route = route.pattern
        return reply

    def _actor(self, request: Request, path: str) -> Actor:
        given = request.authorization.removeprefix("Bearer ").strip()
        for token, actor in self._tokens:
            if hmac.compare_digest(given.encode(), token.encode()):
                return actor
        if not self._token_needed or path in system.OPEN:
            return self.bot
        raise ApiError(401, "Invalid token" if given else "Not Authorized! Token not present")

    def note(self, request: Request, reply: Reply, size: int, started: float) -> None:
        if not request.target.startswith("/_stand_in"):
            self.journal.note(request, reply, size, started)

    def keep(self) -> None:
        """Write what was received to the folder given with ``--keep``; connections stay out."""
        if self.keep_dir is None:
            return
        self.keep_dir.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%dT%H%M%S")
        docs = [self.without_secrets(e.doc) for kind in self.collections for e in self.store.all(kind.type)]
        self._write(f"{stamp}-entities.jsonl", docs)
        self._write(f"{stamp}-edges.jsonl", list(self.store.edges.values()))
        self._write(f"{stamp}-requests.jsonl", self.journal.entries({}))

    def _write(self, name: str, rows: list[dict]) -> None:
        (self.keep_dir / name).write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))

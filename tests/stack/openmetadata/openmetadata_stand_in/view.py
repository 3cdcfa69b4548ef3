"""What a reader sees of an entity: fields that are only given when asked for, and paged lists."""

import base64
import binascii

from .errors import bad_request
from .store import Entity, shows

# The fields a real server leaves out unless ``fields=`` names them.
ON_REQUEST = frozenset({
    "owners", "tags", "followers", "votes", "usageSummary", "joins", "sampleData", "profile", "testSuite",
    "dataModel", "extension", "domain", "domains", "dataProducts", "lifeCycle", "customMetrics",
    "tableProfilerConfig", "tableConstraints", "schemaDefinition", "sourceHash", "experts", "reviewers",
    "roles", "teams", "customProperties", "pipelineStatus", "pipelineStatuses", "testCaseResult", "certification",
    "queryUsedIn", "users", "tasks", "charts", "dataModels", "testDefinition", "testSuites",
})
_OWN = {
    "testCase": frozenset({"testSuite", "testDefinition"}),
    "container": frozenset({"dataModel"}),
    "query": frozenset({"queryUsedIn", "users"}),
}


def wanted_fields(allowed: frozenset[str], text: str | None) -> frozenset[str]:
    """``fields=a,b`` or ``*``; a field the entity does not have is refused."""
    if not text:
        return frozenset()
    if text == "*":
        return ON_REQUEST | allowed
    names = frozenset(name.strip() for name in text.split(",") if name.strip())
    for name in sorted(names - allowed):
        raise bad_request(f"Invalid field name {name}")
    return names


def render(entity: Entity, fields: frozenset[str]) -> dict:
    hidden = ON_REQUEST - fields
    if entity.kind.type in _OWN:
        hidden = hidden - _OWN[entity.kind.type]
    doc = {name: value for name, value in entity.doc.items() if name not in hidden}
    if "tags" in hidden:
        _hide_inner_tags(entity, doc)
    elif "tags" in fields:
        doc.setdefault("tags", [])
    if "owners" in fields:
        doc.setdefault("owners", [])
    return doc


def _hide_inner_tags(entity: Entity, doc: dict) -> None:
    path = entity.kind.columns
    if len(path) == 1 and path[0] in doc:
        doc[path[0]] = _without_tags(doc[path[0]])
    elif len(path) == 2 and path[1] in doc.get(path[0], {}):
        doc[path[0]] = {**doc[path[0]], path[1]: _without_tags(doc[path[0]][path[1]])}


def _without_tags(columns: list[dict]) -> list[dict]:
    if not any("tags" in column or "children" in column for column in columns):
        return columns
    plain = []
    for column in columns:
        copy = {name: value for name, value in column.items() if name != "tags"}
        if "children" in copy:
            copy["children"] = _without_tags(copy["children"])
        plain.append(copy)
    return plain


class Listing:
    """Filtered, ordered lists, kept until the store changes."""

    def __init__(self, store):
        self.store = store
        self._epoch = -1
        self._kept: dict = {}

    def select(self, entity_type: str, include: str, filters: tuple, matches) -> list[Entity]:
        if self._epoch != self.store.epoch:
            self._epoch, self._kept = self.store.epoch, {}
        key = (entity_type, include, filters)
        if key not in self._kept:
            chosen = (e for e in self.store.all(entity_type) if shows(e, include) and matches(e))
            self._kept[key] = sorted(chosen, key=lambda e: (e.doc["name"], e.id))
        return self._kept[key]


def page(entities: list[Entity], query: dict) -> tuple[list[Entity], dict]:
    """One page and its cursors. ``limit=0`` gives the total alone."""
    limit = _limit(query.get("limit", "10"))
    paging = {"total": len(entities)}
    if limit == 0:
        return [], paging
    if "before" in query and "after" in query:
        raise bad_request("Only one of before or after query parameter allowed")
    if "before" in query:
        end = _offset(query["before"])
        start = max(0, end - limit)
    else:
        start = _offset(query["after"]) if "after" in query else 0
        end = start + limit
    if start > 0:
        paging["before"] = _cursor(start)
    if end < len(entities):
        paging["after"] = _cursor(end)
    return entities[start:end], paging


def _limit(text: str) -> int:
    if not text.isdigit() or int(text) > 1_000_000:
        raise bad_request("[query param limit must be between 0 and 1000000]")
    return int(text)


def _cursor(offset: int) -> str:
    return base64.urlsafe_b64encode(f"offset:{offset}".encode()).decode()


def _offset(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor.encode()).decode()
        return int(text.removeprefix("offset:"))
    except (ValueError, binascii.Error):
        raise bad_request(f"Invalid cursor {cursor}") from None

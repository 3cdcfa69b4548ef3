"""Entities in memory: by id, by fully qualified name, and below their parent."""

from collections.abc import Iterator

from .catalogue import Collection
from .errors import not_found

REF_FIELDS = ("name", "fullyQualifiedName", "displayName", "description", "deleted", "href")


class Entity:
    """One stored entity. ``ref`` is one shared object, so referrers always show its present state."""

    __slots__ = ("kind", "doc", "parent", "children", "history", "extra", "ref")

    def __init__(self, kind: Collection, doc: dict, parent: "Entity | None"):
        self.kind, self.doc, self.parent = kind, doc, parent
        self.children: dict[str, Entity] = {}
        self.history: list[dict] = []
        self.extra: dict = {}
        self.ref: dict = {"id": doc["id"], "type": kind.type}
        self.refresh_ref()

    @property
    def id(self) -> str:
        return self.doc["id"]

    @property
    def fqn(self) -> str:
        return self.doc["fullyQualifiedName"]

    @property
    def deleted(self) -> bool:
        return self.doc.get("deleted", False)

    def refresh_ref(self) -> None:
        for field in REF_FIELDS:
            if self.doc.get(field) is None:
                self.ref.pop(field, None)
            else:
                self.ref[field] = self.doc[field]


class Store:
    """All entities and lineage edges of one server. ``epoch`` moves whenever a listing may change."""

    def __init__(self, collections: list[Collection]):
        self.kinds = {kind.type: kind for kind in collections}
        self._by_id: dict[str, dict[str, Entity]] = {kind.type: {} for kind in collections}
        self._by_fqn: dict[str, dict[str, Entity]] = {kind.type: {} for kind in collections}
        self.edges: dict[tuple[str, str], dict] = {}
        self.epoch = 0

    def add(self, entity: Entity) -> None:
        self._by_id[entity.kind.type][entity.id] = entity
        self._by_fqn[entity.kind.type][entity.fqn] = entity
        if entity.parent is not None:
            entity.parent.children[entity.id] = entity
        self.epoch += 1

    def remove(self, entity: Entity) -> None:
        del self._by_id[entity.kind.type][entity.id]
        del self._by_fqn[entity.kind.type][entity.fqn]
        if entity.parent is not None:
            entity.parent.children.pop(entity.id, None)
        for key in [key for key in self.edges if entity.id in key]:
            del self.edges[key]
        self.epoch += 1

    def find(self, entity_type: str, fqn: str) -> Entity | None:
        return self._by_fqn[entity_type].get(fqn)

    def all(self, entity_type: str) -> Iterator[Entity]:
        return iter(self._by_id[entity_type].values())

    def count(self, entity_type: str) -> int:
        return len(self._by_id[entity_type])

    def named(self, entity_type: str, fqn: str, include: str = "non-deleted") -> Entity:
        """By fully qualified name, or 404."""
        return _visible(entity_type, fqn, self._by_fqn.get(entity_type, {}).get(fqn), include)

    def identified(self, entity_type: str, entity_id: str, include: str = "non-deleted") -> Entity:
        """By id, or 404."""
        return _visible(entity_type, entity_id, self._by_id.get(entity_type, {}).get(entity_id), include)


def _visible(entity_type: str, key: str, entity: Entity | None, include: str) -> Entity:
    if entity is None or not shows(entity, include):
        raise not_found(entity_type, key)
    return entity


def shows(entity: Entity, include: str) -> bool:
    return include == "all" or entity.deleted == (include == "deleted")

"""Create, update, delete and restore, the same for every kind of entity."""

import time
import uuid

from . import columns as column_rules
from . import custom_properties, kinds, labels, merge, references
from .catalogue import Collection
from .errors import ApiError, bad_request
from .names import quote_name
from .store import Entity

CREATED, UPDATED, NO_CHANGE = "entityCreated", "entityUpdated", "entityNoChange"
SOFT_DELETED, DELETED, RESTORED = "entitySoftDeleted", "entityDeleted", "entityRestored"
FIELDS_CHANGED = "entityFieldsChanged"
_FIXED = ("id", "name", "fullyQualifiedName", "href", "service", "serviceType", "database", "databaseSchema")


def now_ms() -> int:
    return time.time_ns() // 1_000_000


class Engine:
    """The rules of writing. ``app`` carries the store, the declared custom properties and the version."""

    def __init__(self, app):
        self.app = app
        self.store = app.store

    def put(self, kind: Collection, body: dict, actor, override: bool = False) -> tuple[Entity, str]:
        place, doc = self.build(kind, body)
        existing = self.store.find(kind.type, place.fqn)
        if existing is None:
            return self.create(kind, place, doc, actor), CREATED
        rule = merge.Rule(put=True, bot=actor.is_bot, override=override)
        return existing, self.update(existing, doc, actor, rule)

    def post(self, kind: Collection, body: dict, actor) -> Entity:
        place, doc = self.build(kind, body)
        if self.store.find(kind.type, place.fqn) is not None:
            raise ApiError(409, "Entity already exists")
        return self.create(kind, place, doc, actor)

    def build(self, kind: Collection, body: dict) -> tuple[kinds.Place, dict]:
        """A checked document with everything but what only a stored entity has."""
        body = {name: value for name, value in body.items() if value is not None}
        place = kinds.locate(self.app, kind, body)
        doc = {**kind.defaults, **body, **place.fields}
        doc.update(name=place.name, fullyQualifiedName=place.fqn)
        self.settle(kind, doc)
        stored = self.app.fields_of(kind)
        return place, {name: value for name, value in doc.items() if name in stored}

    def settle(self, kind: Collection, doc: dict) -> None:
        """References, columns, tasks, tags and custom properties: checked and put into stored form."""
        references.settle(self.store, doc, kind.lists)
        if kind.columns:
            self._settle_columns(kind, doc)
        for task in doc.get("tasks") or ():
            task["fullyQualifiedName"] = f"{doc['fullyQualifiedName']}.{quote_name(task['name'])}"
            labels.check(self.store, task.get("tags") or [])
        if doc.get("tags"):
            labels.check(self.store, doc["tags"])
        if "extension" in doc:
            custom_properties.check(self.app.declared(kind.type), doc["extension"])

    def _settle_columns(self, kind: Collection, doc: dict) -> None:
        columns = column_rules.of(doc, kind.columns)
        if columns is None:
            return
        if kind.display_types:
            column_rules.check(columns)
        if kind.type == "table":
            column_rules.check_table(doc)
        column_rules.place(columns, doc["fullyQualifiedName"])
        for column in column_rules.walk(columns):
            if column.get("tags"):
                labels.check(self.store, column["tags"])
            if "extension" in column:
                custom_properties.check(self.app.declared("tableColumn"), column["extension"])

    def create(self, kind: Collection, place: kinds.Place, doc: dict, actor) -> Entity:
        entity_id = str(uuid.uuid4())
        doc.update(id=entity_id, version=0.1, updatedAt=now_ms(), updatedBy=actor.name)
        if self._can_hide(kind):
            doc["deleted"] = False
        doc["href"] = f"{self.app.base_url}/v1/{kind.path}/{entity_id}"
        entity = Entity(kind, doc, place.parent)
        self.store.add(entity)
        return entity

    def update(self, entity: Entity, new: dict, actor, rule: merge.Rule) -> str:
        old = entity.doc
        changes = merge.merge(old, new, rule, entity.kind.columns)
        if old.get("deleted"):
            changes.record("deleted", True, False)
            new["deleted"] = False
        if not changes:
            if changes.silent:
                old["sourceHash"] = new["sourceHash"]
            return NO_CHANGE
        self._store_version(entity, new, actor, changes)
        return UPDATED

    def _store_version(self, entity: Entity, new: dict, actor, changes: merge.Changes) -> None:
        old = entity.doc
        for name in _FIXED:
            if name in old:
                new[name] = old[name]
        if "deleted" in old:
            new.setdefault("deleted", old["deleted"])
        new.update(version=changes.next_version(old["version"]), updatedAt=now_ms(), updatedBy=actor.name)
        new["changeDescription"] = changes.description(old["version"])
        entity.history.append(old)
        entity.doc = new
        entity.refresh_ref()
        self.store.epoch += 1

    def delete(self, entity: Entity, actor, *, hard: bool, recursive: bool) -> str:
        """Soft by default. An entity with children needs ``recursive``."""
        hard = hard or not self._can_hide(entity.kind)
        living = [child for child in entity.children.values() if hard or not child.deleted]
        if living and not recursive:
            raise bad_request(f"{entity.kind.type} is not empty")
        for child in living:
            self.delete(child, actor, hard=hard, recursive=True)
        if hard:
            self.store.remove(entity)
            return DELETED
        self._flag_deleted(entity, actor, True)
        return SOFT_DELETED

    def _can_hide(self, kind: Collection) -> bool:
        """Kinds without ``deleted`` know no soft deletion."""
        return "deleted" in self.app.fields_of(kind)

    def restore(self, entity: Entity, actor) -> str:
        for child in entity.children.values():
            if child.deleted:
                self.restore(child, actor)
        self._flag_deleted(entity, actor, False)
        return RESTORED

    def _flag_deleted(self, entity: Entity, actor, deleted: bool) -> None:
        changes = merge.Changes()
        changes.record("deleted", not deleted, deleted)
        self._store_version(entity, {**entity.doc, "deleted": deleted}, actor, changes)

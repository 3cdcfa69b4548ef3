"""JSON Patch on an entity: applied exactly, then checked like any other document."""

import copy
from dataclasses import replace

import jsonpatch
import jsonpointer

from . import columns as column_rules
from . import merge
from .errors import UnmappedError, bad_request

_FIXED = ("id", "name", "fullyQualifiedName", "href", "version", "updatedAt", "updatedBy", "service", "database",
          "databaseSchema", "deleted")


def apply(doc: dict, operations) -> dict:
    """The patched copy. What fails here fails on a real server with an unmapped 500."""
    if not isinstance(operations, list):
        raise bad_request("A JSON Patch is an array of operations")
    try:
        return jsonpatch.apply_patch(doc, operations)
    except jsonpatch.JsonPatchTestFailed:
        raise UnmappedError("JsonPatch.Operation.TEST fails! Values are not equal") from None
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
        raise UnmappedError(f"The JSON Patch cannot be applied: {error}") from None


def patch_entity(app, entity, operations, actor) -> str:
    before = {**entity.doc, "tags": entity.doc.get("tags", [])}
    _open_lists(entity.kind, before)
    new = apply(copy.deepcopy(before), operations)
    if not isinstance(new, dict):
        raise UnmappedError("A JSON Patch must leave an object")
    for name in _FIXED:
        if name in entity.doc:
            new[name] = entity.doc[name]
    _check(app, entity.kind, new)
    return app.engine.update(entity, new, actor, merge.Rule(put=False, bot=actor.is_bot))


def _open_lists(kind, doc: dict) -> None:
    """A real server reads every list as empty when it is absent, so ``/tags/0`` can be added to."""
    if kind.columns and column_rules.of(doc, kind.columns):
        doc[kind.columns[0]] = copy.deepcopy(doc[kind.columns[0]])
        for column in column_rules.walk(column_rules.of(doc, kind.columns)):
            column.setdefault("tags", [])
    for name in ("owners", "followers"):
        doc.setdefault(name, [])


def _check(app, kind, new: dict) -> None:
    for name in sorted(set(new) - app.fields_of(kind)):
        raise bad_request(f'Unrecognized field "{name}" (class {kind.entity.split(":")[1]})')
    plain = {name: value for name, value in new.items() if name not in ("domain", "domains", "dataProducts")}
    app.engine.settle(_without_lists(kind), plain)
    _close_lists(kind, plain)
    new.update(plain)
    for name in ("owners", "followers", "tags"):
        if name in new and not new[name]:
            del new[name]


def _without_lists(kind):
    """A stored document holds references where a request holds names."""
    return replace(kind, lists={})


def _close_lists(kind, doc: dict) -> None:
    for column in column_rules.walk(column_rules.of(doc, kind.columns) or []):
        if not column.get("tags"):
            column.pop("tags", None)

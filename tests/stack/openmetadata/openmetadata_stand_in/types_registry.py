"""The types of the catalog and the custom properties declared on them."""

import uuid
from functools import partial

from .custom_properties import FIELD_TYPES
from .engine import UPDATED
from .entity_routes import read_object
from .errors import bad_request, not_found
from .http import Reply, Request, changed
from .router import Route
from .view import page

_CREATE = "api.data.createCustomProperty:CreateCustomPropertyRequest"


class TypeRegistry:
    """One entry a type; entity types carry their custom properties by name."""

    def __init__(self, entity_types: list[str], base_url: str):
        self._types: dict[str, dict] = {}
        for name in FIELD_TYPES:
            self._add(name, "field", base_url)
        for name in [*entity_types, "tableColumn"]:
            self._add(name, "entity", base_url)

    def _add(self, name: str, category: str, base_url: str) -> None:
        type_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"stand-in/{name}"))
        self._types[name] = {
            "id": type_id, "name": name, "fullyQualifiedName": name, "displayName": name, "category": category,
            "description": f"The {category} type {name}.", "nameSpace": "data", "schema": "{}", "version": 0.1,
            "updatedAt": 0, "updatedBy": "admin", "href": f"{base_url}/v1/metadata/types/{type_id}",
            "customProperties": [],
        }

    def named(self, name: str) -> dict:
        if name not in self._types:
            raise not_found("type", name)
        return self._types[name]

    def identified(self, type_id: str) -> dict:
        for entry in self._types.values():
            if entry["id"] == type_id:
                return entry
        raise not_found("type", type_id)

    def listed(self, category: str | None) -> list[dict]:
        chosen = (entry for entry in self._types.values() if category in (None, entry["category"]))
        return sorted(chosen, key=lambda entry: entry["name"])

    def declared(self, name: str) -> dict[str, dict]:
        entry = self._types.get(name)
        return {prop["name"]: prop for prop in entry["customProperties"]} if entry else {}

    def declare(self, entry: dict, body: dict) -> None:
        if entry["category"] != "entity":
            raise bad_request("Only entity types can be extended and field types can't be extended")
        field = self.identified(str(body["propertyType"]["id"]))
        if field["category"] != "field":
            raise bad_request("Only field types can be used for a custom property")
        reference = {"id": field["id"], "type": "type", "name": field["name"], "fullyQualifiedName": field["name"]}
        others = [prop for prop in entry["customProperties"] if prop["name"] != body["name"]]
        entry["customProperties"] = [*others, {**body, "propertyType": reference}]
        entry["version"] = round(entry["version"] + 0.1, 1)


def routes(app) -> list[Route]:
    table = [
        ("GET", "metadata/types", list_all), ("GET", "metadata/types/{}", get),
        ("GET", "metadata/types/name/{}", get_by_name), ("PUT", "metadata/types/{}", declare),
    ]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def _shown(entry: dict, request: Request) -> dict:
    fields = request.query.get("fields", "")
    if "customProperties" in fields or fields == "*":
        return entry
    return {name: value for name, value in entry.items() if name != "customProperties"}


def list_all(app, request: Request) -> Reply:
    entries, paging = page(app.types.listed(request.query.get("category")), request.query)
    return Reply(200, {"data": [_shown(entry, request) for entry in entries], "paging": paging})


def get(app, request: Request) -> Reply:
    return Reply(200, _shown(app.types.identified(request.params[0]), request))


def get_by_name(app, request: Request) -> Reply:
    return Reply(200, _shown(app.types.named(request.params[0]), request))


def declare(app, request: Request) -> Reply:
    entry = app.types.identified(request.params[0])
    app.types.declare(entry, read_object(app, _CREATE, request))
    return changed(entry, UPDATED)

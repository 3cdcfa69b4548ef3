"""Custom properties: declared on a type first, then checked in every ``extension``."""

from .errors import bad_request

FIELD_TYPES = (
    "string", "integer", "number", "markdown", "enum", "email", "sqlQuery", "timestamp", "duration",
    "date-cp", "dateTime-cp", "time-cp", "timeInterval", "entityReference", "entityReferenceList",
    "hyperlink-cp", "table-cp",
)

_NUMBERS = {"integer": int, "timestamp": int, "number": (int, float)}
_OBJECTS = {"timeInterval": dict, "entityReference": dict, "hyperlink-cp": dict, "table-cp": dict,
            "entityReferenceList": list, "enum": list}


def check(declared: dict[str, dict], extension) -> None:
    """Refuse a property nobody declared and a value of the wrong type."""
    if extension is None:
        return
    if not isinstance(extension, dict):
        raise bad_request("Invalid extension: it must be an object")
    for name, value in extension.items():
        if name not in declared:
            raise bad_request(f"Unknown custom field {name}")
        _check_value(name, value, declared[name])


def _check_value(name: str, value, declaration: dict) -> None:
    kind = declaration["propertyType"]["name"]
    wanted = _NUMBERS.get(kind) or _OBJECTS.get(kind) or str
    if not isinstance(value, wanted) or isinstance(value, bool):
        raise bad_request(f"Custom field {name} has invalid JSON: a value of type {kind} is expected")
    if kind == "enum":
        _check_enum(name, value, declaration)


def _check_enum(name: str, values: list, declaration: dict) -> None:
    config = (declaration.get("customPropertyConfig") or {}).get("config") or {}
    unknown = [value for value in values if value not in config.get("values", [])]
    if unknown:
        raise bad_request(f"Values '{unknown}' not supported for property {name}")
    if len(values) > 1 and not config.get("multiSelect"):
        raise bad_request(f"Only one value allowed for enum field {name}")

"""The published models of the installed version, and pydantic's complaints in the server's words."""

import sys
import types
from importlib import import_module
from importlib.util import find_spec

import pydantic
from pydantic import ConfigDict, SecretStr, TypeAdapter, ValidationError

from .errors import ApiError, bad_request

_BASE_MODULE = "metadata.ingestion.models.custom_pydantic"


def use_generated_models_only() -> None:
    """Reach the generated models without the client around them.

    The package's own start-up code pulls the whole profiler in, and the published
    base class encodes reserved characters when a client builds a request; a server
    must see the bytes that were sent.
    """
    package = types.ModuleType("metadata")
    package.__path__ = list(find_spec("metadata").submodule_search_locations)
    sys.modules["metadata"] = package
    module = types.ModuleType(_BASE_MODULE)

    class BaseModel(pydantic.BaseModel):
        model_config = ConfigDict(defer_build=True)

    module.BaseModel = BaseModel
    module.CustomSecretStr = SecretStr
    module.ignore_type_decoder = lambda _: None
    sys.modules[_BASE_MODULE] = module


class Models:
    """Loads generated classes by ``package.module:Class`` and keeps their validators."""

    def __init__(self):
        use_generated_models_only()
        self._adapters: dict[tuple[str, bool], TypeAdapter] = {}

    def has(self, path: str) -> bool:
        try:
            self.cls(path)
        except (ImportError, AttributeError):
            return False
        return True

    @staticmethod
    def cls(path: str) -> type:
        module, name = path.split(":")
        return getattr(import_module(f"metadata.generated.schema.{module}"), name)

    def fields(self, path: str) -> frozenset[str]:
        return frozenset(self.cls(path).model_fields)

    def _adapter(self, path: str, many: bool) -> TypeAdapter:
        key = (path, many)
        if key not in self._adapters:
            cls = self.cls(path)
            self._adapters[key] = TypeAdapter(list[cls] if many else cls)
        return self._adapters[key]

    def check(self, path: str, body: bytes, *, many: bool = False) -> None:
        """Refuse a JSON body the model does not accept."""
        self._run(path, self._adapter(path, many).validate_json, body)

    def check_value(self, path: str, value) -> None:
        self._run(path, self._adapter(path, False).validate_python, value)

    @staticmethod
    def _run(path: str, validate, value) -> None:
        try:
            validate(value)
        except ValidationError as error:
            raise complaint(path, error) from None


def complaint(path: str, error: ValidationError) -> ApiError:
    """The first problem, worded as the server words it; values are repeated only for enumerations."""
    details = error.errors(include_url=False, include_context=True)
    missing = [item for item in details if item["type"] == "missing"]
    connection = _connection_problem(details)
    if connection:
        return bad_request(connection)
    if len(missing) == len(details):
        return bad_request("[" + ", ".join(f"{item['loc'][-1]} must not be null" for item in missing) + "]")
    return bad_request(_message(path.split(":")[1], next(item for item in details if item["type"] != "missing")))


def _connection_problem(details: list[dict]) -> str | None:
    """A service's connection is a union of every kind; name the field of the kind that was meant."""
    inside = [item for item in details if item["loc"][:1] == ("connection",) and len(item["loc"]) > 2]
    if not inside:
        return None
    wrong_kind = {item["loc"][2] for item in inside if item["loc"][-1] == "type"}
    meant = [item for item in inside if item["loc"][2] not in wrong_kind] or inside
    kind = str(meant[0]["loc"][2]).removesuffix("Connection")
    extra = [item for item in meant if item["type"] == "extra_forbidden"]
    if extra:
        field = extra[0]["loc"][-1]
        return f"Failed to encrypt '{kind}' connection stored in DB due to an unrecognized field: '{field}'"
    return f"Failed to encrypt '{kind}' connection stored in DB: {_place(meant[0])} {meant[0]['msg']}"


def _place(item: dict) -> str:
    return ".".join(str(part) for part in item["loc"])


def _message(model: str, item: dict) -> str:
    place, kind = _place(item), item["type"]
    chain = f"(through reference chain: {model}[{place}])"
    if kind == "extra_forbidden":
        return f'Unrecognized field "{item["loc"][-1]}" (class {model}), not marked as ignorable {chain}'
    if kind in ("enum", "literal_error"):
        return f"Cannot construct instance of {model}, problem: {item['input']} {chain}"
    if kind in ("string_too_long", "string_too_short"):
        return f"[{place} size must be within its limits: {item['msg']}]"
    if kind == "string_pattern_mismatch":
        return f'[{place} must match "{item["ctx"]["pattern"]}"]'
    return f"Cannot construct instance of {model}: {place}: {item['msg']} {chain}"

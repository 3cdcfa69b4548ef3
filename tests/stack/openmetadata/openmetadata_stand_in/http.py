"""What a handler takes and gives: one request, one reply."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

import orjson

from .errors import ApiError, bad_request


@dataclass(frozen=True)
class Actor:
    """Who asks. Only bots are held back from what people wrote."""

    name: str
    is_bot: bool


@dataclass
class Request:
    method: str
    target: str
    body: bytes = b""
    content_type: str = ""
    authorization: str = ""
    actor: Actor | None = None
    params: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @property
    def segments(self) -> list[str]:
        return [unquote(part) for part in self.path.strip("/").split("/")]

    def json(self):
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise bad_request(f"Unable to process JSON: {error}") from None


@dataclass
class Reply:
    status: int = 200
    body: object = None
    headers: dict[str, str] = field(default_factory=dict)
    route: str = ""

    def encoded(self) -> bytes:
        return b"" if self.body is None else orjson.dumps(self.body)


def changed(body, change: str, status: int | None = None) -> Reply:
    """A reply that names the change in the header the real server uses."""
    code = status or (201 if change == "entityCreated" else 200)
    return Reply(code, body, {"X-OpenMetadata-Change": change})


def refused(error: ApiError) -> Reply:
    return Reply(error.status, error.body())


def flag(query: dict, name: str, default: bool = False) -> bool:
    return query.get(name, str(default)).lower() == "true"

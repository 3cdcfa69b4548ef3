"""From method and path to a handler. ``{}`` stands for one segment."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from .errors import ApiError


@dataclass(frozen=True)
class Route:
    method: str
    pattern: str
    handle: Callable

    @property
    def parts(self) -> list[str]:
        return self.pattern.split("/")


class Router:
    """Literal patterns win over those with more wildcards."""

    def __init__(self, routes: list[Route]):
        self._by_length: dict[int, list[Route]] = defaultdict(list)
        for route in sorted(routes, key=lambda route: route.parts.count("{}")):
            self._by_length[len(route.parts)].append(route)
        self._literal = {
            (route.method, route.pattern): route for route in reversed(routes) if "{}" not in route.pattern
        }

    def find(self, method: str, segments: list[str]) -> tuple[Route, tuple[str, ...]]:
        literal = self._literal.get((method, "/".join(segments)))
        if literal is not None:
            return literal, ()
        methods = set()
        for route in self._by_length[len(segments)]:
            params = _match(route.parts, segments)
            if params is not None and route.method == method:
                return route, params
            if params is not None:
                methods.add(route.method)
        if methods:
            raise ApiError(405, "HTTP 405 Method Not Allowed")
        raise ApiError(404, "HTTP 404 Not Found")


def _match(parts: list[str], segments: list[str]) -> tuple[str, ...] | None:
    params = []
    for part, segment in zip(parts, segments, strict=True):
        if part == "{}":
            params.append(segment)
        elif part != segment:
            return None
    return tuple(params)

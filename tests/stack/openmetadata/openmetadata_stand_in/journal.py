"""The log of requests, for assertions. Headers and bodies never get into it, so no token does."""

import re
import time
from collections import Counter, deque

_SECRET = re.compile(r"(?i)\b([\w-]*(?:token|password|secret|key)=)[^&]*")
KEPT = 200_000


class Journal:
    """Counts are complete; of the single requests the last 200,000 are kept."""

    def __init__(self):
        self.clear()

    def clear(self) -> None:
        self._entries: deque = deque(maxlen=KEPT)
        self._counts: Counter = Counter()
        self.total = 0

    def note(self, request, reply, size: int, started: float) -> None:
        self.total += 1
        took = round((time.perf_counter() - started) * 1000, 2)
        self._counts[f"{request.method} {reply.route or request.path} {reply.status}"] += 1
        self._entries.append((self.total, request.method, request.target, reply.status, len(request.body), size, took))

    def entries(self, query: dict) -> list[dict]:
        names = ("n", "method", "path", "status", "request_bytes", "response_bytes", "ms")
        found = (entry for entry in self._entries if _wanted(entry, query))
        return [{**dict(zip(names, entry, strict=True)), "path": _SECRET.sub(r"\1***", entry[2])} for entry in found]

    def summary(self, query: dict) -> dict:
        entries = self.entries(query)
        limit = int(query.get("limit", len(entries)))
        return {"total": self.total, "counts": dict(sorted(self._counts.items())), "requests": entries[:limit]}


def _wanted(entry: tuple, query: dict) -> bool:
    if "method" in query and entry[1] != query["method"]:
        return False
    if "status" in query and entry[3] != int(query["status"]):
        return False
    return query.get("path", "") in entry[2] and entry[0] > int(query.get("since", 0))

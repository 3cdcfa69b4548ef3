"""Faults to order: a status, a delay or a broken connection for the next requests that match."""

import fnmatch
from dataclasses import dataclass, fields

from .errors import bad_request


@dataclass
class Fault:
    """``match`` is ``METHOD /path`` (the query left out); ``*`` stands for anything."""

    match: str
    status: int | None = None
    times: int = 1
    after: int = 0
    retryAfter: int | None = None
    body: object = None
    delay_ms: int = 0
    reset: bool = False
    afterProcessing: bool = False

    def hits(self, line: str) -> bool:
        if self.times <= 0 or not fnmatch.fnmatchcase(line, self.match):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        self.times -= 1
        return True

    def headers(self) -> dict[str, str]:
        return {} if self.retryAfter is None else {"Retry-After": str(self.retryAfter)}

    def payload(self) -> object:
        return self.body if self.body is not None else {"code": self.status, "message": "Fault injected by the test"}


class Faults:
    def __init__(self):
        self._faults: list[Fault] = []

    def add(self, body) -> None:
        known = {field.name for field in fields(Fault)}
        for item in body if isinstance(body, list) else [body]:
            if not isinstance(item, dict) or "match" not in item or set(item) - known:
                raise bad_request(f"A fault has match and some of {', '.join(sorted(known))}")
            self._faults.append(Fault(**item))

    def clear(self) -> None:
        self._faults.clear()

    def pick(self, method: str, path: str) -> Fault | None:
        if not self._faults:
            return None
        return next((fault for fault in self._faults if fault.hits(f"{method} {path}")), None)

    def pending(self) -> list[dict]:
        return [vars(fault) for fault in self._faults if fault.times > 0]

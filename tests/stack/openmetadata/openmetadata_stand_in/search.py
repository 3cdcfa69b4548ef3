"""A small part of search: one field and a value, or a word in the names. Not an index."""

import fnmatch
from functools import partial

from .errors import bad_request
from .http import Reply, Request
from .router import Route

_TYPES = {"team": "team", "user": "user", "glossary_term": "glossaryTerm", "test_case": "testCase"}


def routes(app) -> list[Route]:
    table = [("GET", "search/query", query), ("GET", "search/fieldQuery", field_query)]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def _entities(app, index: str):
    name = index.removesuffix("_search_index")
    words = name.split("_")
    kind = _TYPES.get(name) or words[0] + "".join(word.capitalize() for word in words[1:])
    if index in ("all", "dataAsset"):
        return [entity for each in app.store.kinds for entity in app.store.all(each) if not entity.deleted]
    if kind not in app.store.kinds:
        raise bad_request(f"This stand-in has no search index {index}")
    return [entity for entity in app.store.all(kind) if not entity.deleted]


def query(app, request: Request) -> Reply:
    params = request.query
    text = params.get("q", "*") or "*"
    chosen = [e for e in _entities(app, params.get("index", "all")) if _all_terms(e.doc, text)]
    return _hits(chosen, params)


def field_query(app, request: Request) -> Reply:
    params = request.query
    name, value = params.get("fieldName", ""), params.get("fieldValue", "")
    return _hits([e for e in _entities(app, params.get("index", "all")) if _term(e.doc, f"{name}:{value}")], params)


def _all_terms(doc: dict, text: str) -> bool:
    return all(_term(doc, term.strip(" ()")) for term in text.split(" AND "))


def _term(doc: dict, term: str) -> bool:
    name, separator, value = term.partition(":")
    if not separator:
        texts = (doc.get("name", ""), doc.get("displayName", ""), doc["fullyQualifiedName"])
        return any(fnmatch.fnmatch(text.lower(), f"*{term.strip('*').lower()}*") for text in texts)
    value = value.strip('"').replace("\\", "").lower()
    return fnmatch.fnmatch(str(doc.get(name.removesuffix(".keyword"), "")).lower(), value)


def _hits(entities: list, params: dict) -> Reply:
    start, size = int(params.get("from", 0)), int(params.get("size", 10))
    hits = [{"_id": e.id, "_index": f"{e.kind.type}_search_index", "_score": 1.0,
             "_source": {**e.doc, "entityType": e.kind.type}} for e in entities[start : start + size]]
    total = {"value": len(entities), "relation": "eq"}
    return Reply(200, {"took": 1, "timed_out": False, "hits": {"total": total, "max_score": 1.0, "hits": hits}})

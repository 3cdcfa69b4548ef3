"""Turns the names and ids in a request into references, and refuses the ones that do not exist."""

from .errors import bad_request
from .store import Entity, Store

_BY_ID = ("owners", "reviewers", "queryUsedIn")
_BY_NAME = {"domains": "domain", "dataProducts": "dataProduct"}


def resolve(store: Store, reference: dict) -> Entity:
    """An entity reference by id, or by its name when it carries no id."""
    kind = reference["type"]
    if kind not in store.kinds:
        raise bad_request(f"Entity type {kind} not found")
    if reference.get("id") is None:
        return store.named(kind, reference.get("fullyQualifiedName") or reference.get("name") or "")
    return store.identified(kind, str(reference["id"]))


def settle(store: Store, doc: dict, lists: dict[str, str]) -> None:
    """Replace every reference field of a request body with resolved references."""
    for name in _BY_ID:
        if name in doc:
            doc[name] = [resolve(store, item).ref for item in doc[name]]
    if "owners" in doc:
        check_owners(doc["owners"])
    if isinstance(doc.get("domain"), str):
        doc["domain"] = store.named("domain", doc["domain"]).ref
    for name, kind in {**_BY_NAME, **lists}.items():
        if name in doc:
            doc[name] = [store.named(kind, fqn).ref for fqn in doc[name]]


def check_owners(owners: list[dict]) -> None:
    kinds = {owner["type"] for owner in owners}
    if kinds - {"user", "team"}:
        raise bad_request(f"Entity of type {', '.join(sorted(kinds - {'user', 'team'}))} can't be an owner")
    if len(owners) > 1 and "team" in kinds:
        raise bad_request("Only one team, or only users, can own an asset")

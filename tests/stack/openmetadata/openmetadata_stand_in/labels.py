"""Tag labels: they must exist before use, and a PUT adds to what is there."""

from .errors import bad_request

_KINDS = {"Classification": "tag", "Glossary": "glossaryTerm"}


def check(store, labels: list[dict]) -> None:
    """Refuse unknown and disabled labels and pairs that exclude each other; add what a reader sees."""
    seen_exclusive: dict[str, str] = {}
    for label in labels:
        tag = store.named(_KINDS[label["source"]], label["tagFQN"])
        if tag.doc.get("disabled"):
            raise bad_request(f"Tag label {label['tagFQN']} is disabled and can't be assigned to a data asset.")
        _check_exclusive(tag, seen_exclusive)
        for field in ("name", "displayName", "description"):
            if field in tag.doc:
                label[field] = tag.doc[field]


def _check_exclusive(tag, seen: dict[str, str]) -> None:
    parent = tag.parent
    if parent is None or not parent.doc.get("mutuallyExclusive"):
        return
    other = seen.setdefault(parent.fqn, tag.fqn)
    if other != tag.fqn:
        raise bad_request(
            f"Tag labels {other} and {tag.fqn} are mutually exclusive and can't be assigned together"
        )


def key(label: dict) -> tuple[str, str]:
    return label["tagFQN"], label["source"]


def merged(new: list[dict] | None, old: list[dict] | None) -> list[dict]:
    """What a PUT leaves: the new labels and every old one it did not name."""
    new = list(new or [])
    named = {key(label) for label in new}
    union = new + [label for label in old or [] if key(label) not in named]
    return sorted(union, key=key)

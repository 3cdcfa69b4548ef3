"""Names and fully qualified names: how the server joins, quotes and splits them."""

from .errors import bad_request


def quote_name(name: str) -> str:
    """One part of a fully qualified name: wrapped in quotes when it holds a dot."""
    if '"' in name:
        raise bad_request(f"Invalid name {name}")
    return f'"{name}"' if "." in name else name


def join(parent_fqn: str, *names: str) -> str:
    return ".".join([parent_fqn, *(quote_name(name) for name in names)])


def split(fqn: str) -> list[str]:
    """The parts of a fully qualified name, without their quotes."""
    if '"' not in fqn:
        return fqn.split(".")
    return _split_quoted(fqn)


def _split_quoted(fqn: str) -> list[str]:
    parts, part, quoted = [], [], False
    for char in fqn:
        if char == '"':
            quoted = not quoted
        elif char == "." and not quoted:
            parts.append("".join(part))
            part = []
        else:
            part.append(char)
    return [*parts, "".join(part)]


def is_below(fqn: str, ancestor: str) -> bool:
    return fqn.startswith(ancestor) and fqn[len(ancestor) : len(ancestor) + 1] == "."

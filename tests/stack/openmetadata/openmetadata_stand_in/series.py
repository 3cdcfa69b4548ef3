"""Time series beside an entity: one point a key, read back between two timestamps."""

import base64


def put(entity, name: str, key, point: dict) -> dict | None:
    """Store a point; the one it replaces, if any."""
    points = entity.extra.setdefault(name, {})
    previous = points.get(key)
    points[key] = point
    return previous


def between(entity, name: str, query: dict) -> dict:
    """The list reply a real server gives, newest first."""
    start, end = int(query.get("startTs", 0)), int(query.get("endTs", 2**62))
    points = entity.extra.get(name, {}).values()
    chosen = sorted((p for p in points if start <= p["timestamp"] <= end), key=lambda p: -p["timestamp"])
    chosen = chosen[: int(query["limit"])] if "limit" in query else chosen
    paging = {"before": _cursor(start), "after": _cursor(end), "total": len(chosen)}
    return {"data": chosen, "paging": paging}


def _cursor(timestamp: int) -> str:
    return base64.b64encode(str(timestamp).encode()).decode()

"""What an update leaves of an entity: people before bots, tags added up, versions counted."""

from dataclasses import dataclass, field

from . import columns as column_rules
from . import labels

MANAGED = frozenset({
    "id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href", "changeDescription",
    "deleted", "service", "serviceType", "database", "databaseSchema", "tags", "columns", "dataModel.columns",
})
# Kept by the server beside the entity; a PUT that leaves them out says nothing about them.
KEPT = frozenset({
    "usageSummary", "joins", "sampleData", "testSuite", "tableProfilerConfig", "followers", "votes",
    "profile", "pipelineStatus", "pipelineStatuses", "customMetrics", "dataModel", "owners", "domain",
    "domains", "dataProducts", "lifeCycle", "experts", "reviewers", "style", "certification", "testCaseResult",
    "testSuites", "basic", "executable", "customProperties", "checksum", "incidentId", "roles",
    "duration", "queryDate", "queryUsedIn", "users", "usedBy",
})
# A bot's PUT fills these when empty and never replaces what is there.
PEOPLE_FIRST = frozenset({"description", "displayName", "owners", "domain", "domains", "dataProducts"})
SILENT = frozenset({"sourceHash"})


@dataclass(frozen=True)
class Rule:
    """Who writes and how: a PUT merges, a PATCH means exactly what it says."""

    put: bool
    bot: bool
    override: bool = False

    def protects(self, field_name: str, before) -> bool:
        return self.put and self.bot and not self.override and field_name in PEOPLE_FIRST and bool(before)


@dataclass
class Changes:
    added: list[dict] = field(default_factory=list)
    updated: list[dict] = field(default_factory=list)
    deleted: list[dict] = field(default_factory=list)
    major: bool = False
    silent: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.updated or self.deleted)

    def record(self, name: str, before, after) -> None:
        if before in (None, [], ""):
            self.added.append({"name": name, "newValue": after})
        elif after in (None, [], ""):
            self.deleted.append({"name": name, "oldValue": before})
        else:
            self.updated.append({"name": name, "oldValue": before, "newValue": after})

    def description(self, previous: float) -> dict:
        return {
            "fieldsAdded": self.added,
            "fieldsUpdated": self.updated,
            "fieldsDeleted": self.deleted,
            "previousVersion": previous,
        }

    def next_version(self, version: float) -> float:
        return round(version + (1.0 if self.major else 0.1), 1)


def merge(old: dict, new: dict, rule: Rule, columns_path: tuple[str, ...]) -> Changes:
    """Turn ``new`` into what is stored after the update and tell what changed."""
    changes = Changes()
    skipped = {columns_path[0]} if columns_path else set()
    for name in sorted((old.keys() | new.keys()) - MANAGED - skipped):
        _merge_field(name, old, new, rule, changes)
    _merge_tags("tags", old, new, rule, changes)
    if columns_path:
        _merge_column_holder(old, new, rule, columns_path, changes)
    return changes


def _merge_field(name: str, old: dict, new: dict, rule: Rule, changes: Changes) -> None:
    before, after = old.get(name), new.get(name)
    if before is after:
        return
    reverted = rule.put and ((after is None and name in KEPT) or (rule.bot and name == "extension"))
    if reverted or rule.protects(name, before):
        _set(new, name, before)
    elif before != after and name in SILENT:
        changes.silent = True
    elif name == "tasks":
        _merge_tasks(before or [], after or [], rule, changes)
    elif before != after:
        changes.record(name, before, after)


def _set(doc: dict, name: str, value) -> None:
    if value is None:
        doc.pop(name, None)
    else:
        doc[name] = value


def _merge_tags(name: str, old: dict, new: dict, rule: Rule, changes: Changes) -> None:
    before, after = old.get("tags") or [], new.get("tags") or []
    if rule.put:
        after = labels.merged(after, before)
    if after:
        new["tags"] = after
    known, wanted = {labels.key(tag) for tag in before}, {labels.key(tag) for tag in after}
    if wanted - known:
        changes.added.append({"name": name, "newValue": [tag for tag in after if labels.key(tag) not in known]})
    if known - wanted:
        changes.deleted.append({"name": name, "oldValue": [tag for tag in before if labels.key(tag) not in wanted]})


def _merge_tasks(before: list[dict], after: list[dict], rule: Rule, changes: Changes) -> None:
    """Tasks are matched by name; one that is left out is gone, with a minor version."""
    stored = {task["name"]: task for task in before}
    for task in after:
        old = stored.pop(task["name"], None)
        if old is None:
            changes.added.append({"name": "tasks", "newValue": task["name"]})
            continue
        if rule.protects("description", old.get("description")):
            task["description"] = old["description"]
        _merge_tags(f"tasks.{task['name']}.tags", old, task, rule, changes)
        for name in sorted((old.keys() | task.keys()) - {"name", "fullyQualifiedName", "tags"}):
            if old.get(name) != task.get(name):
                changes.record(f"tasks.{task['name']}.{name}", old.get(name), task.get(name))
    if stored:
        changes.deleted.append({"name": "tasks", "oldValue": sorted(stored)})


def _merge_column_holder(old, new, rule, path, changes) -> None:
    """Columns sit in the document itself or one level down; the rest of that level is plain."""
    if len(path) == 2:
        before, after = old.get(path[0]), new.get(path[0])
        if after is None:
            _set(new, path[0], before)
            return
        plain = [{k: v for k, v in (side or {}).items() if k != path[1]} for side in (before, after)]
        if plain[0] != plain[1]:
            changes.record(path[0], plain[0], plain[1])
    before, after = column_rules.of(old, path) or [], column_rules.of(new, path) or []
    merge_columns(".".join(path), before, after, rule, changes)


def merge_columns(prefix: str, before: list[dict], after: list[dict], rule: Rule, changes: Changes) -> None:
    """A column is the same one when name and type agree; one that is left out makes a major version."""
    stored = {_column_key(column): column for column in before}
    dropped = {column["name"]: column for column in before}
    for column in after:
        old = stored.pop(_column_key(column), None)
        if old is None:
            _carry_over(dropped.get(column["name"]), column)
            changes.added.append({"name": prefix, "newValue": column["name"]})
        else:
            _merge_column(f"{prefix}.{column['name']}", old, column, rule, changes)
    if stored:
        changes.deleted.append({"name": prefix, "oldValue": sorted(column["name"] for column in stored.values())})
        changes.major = True


def _column_key(column: dict) -> tuple:
    return column["name"].lower(), column["dataType"], column.get("arrayDataType")


def _carry_over(old: dict | None, new: dict) -> None:
    """A column that only changed its type keeps its text and tags."""
    for name in ("description", "tags"):
        if old and old.get(name) and not new.get(name):
            new[name] = old[name]


def _merge_column(prefix: str, old: dict, new: dict, rule: Rule, changes: Changes) -> None:
    for name in ("description", "displayName"):
        keeps = rule.protects(name, old.get(name)) or (rule.override and not new.get(name))
        if keeps:
            _set(new, name, old.get(name))
    for name in ("description", "displayName", "constraint", "dataLength", "precision", "scale"):
        before, after = old.get(name), new.get(name)
        if before != after:
            changes.record(f"{prefix}.{name}", before, after)
            changes.major = changes.major or _narrows(name, before, after)
    _merge_tags(f"{prefix}.tags", old, new, rule, changes)
    if old.get("children") and new.get("children"):
        merge_columns(prefix, old["children"], new["children"], rule, changes)


def _narrows(name: str, before, after) -> bool:
    if name == "dataLength":
        return before is None or (after is not None and after < before)
    return name in ("precision", "scale") and before is not None and (after is None or after < before)

"""Where an entity belongs: its name, fully qualified name, parent and the fields that follow from them."""

import hashlib
import re
from dataclasses import dataclass, field

from . import references
from .errors import bad_request
from .names import join, quote_name
from .store import Entity

_LINK = re.compile(r"^<#E::(\w+)::(.+?)(?:::columns::(.+?))?>$")


@dataclass
class Place:
    name: str
    fqn: str
    parent: Entity | None = None
    fields: dict = field(default_factory=dict)


def locate(app, kind, body: dict) -> Place:
    special = _SPECIAL.get(kind.type)
    place = special(app, body) if special else _by_parent_field(app, kind, body)
    if "::" in place.name and kind.type != "testSuite":
        raise bad_request('[name must match "^((?!::).)*$"]')
    return place


def _by_parent_field(app, kind, body: dict) -> Place:
    name = body["name"]
    if kind.parent_field is None:
        return Place(name, quote_name(name))
    parent = app.store.named(kind.parent_type, body[kind.parent_field])
    return Place(name, join(parent.fqn, *kind.fqn_infix, name), parent, _ancestry(kind, parent))


def _ancestry(kind, parent: Entity) -> dict:
    fields = {name: parent.doc[name] for name in kind.inherit}
    fields[kind.parent_field] = parent.ref
    if "serviceType" in parent.doc:
        fields["serviceType"] = parent.doc["serviceType"]
    return fields


def _query(app, body: dict) -> Place:
    """Queries are named after the text, so the same text is the same query."""
    service = app.store.named("databaseService", body["service"])
    checksum = hashlib.md5(body["query"].encode()).hexdigest()
    name = body.get("name") or checksum
    fields = {"service": service.ref, "checksum": checksum, "processedLineage": body.get("processedLineage", False)}
    return Place(name, join(service.fqn, name), service, fields)


def _container(app, body: dict) -> Place:
    service = app.store.named("storageService", body["service"])
    fields = {"service": service.ref, "serviceType": service.doc["serviceType"]}
    parent = service
    if body.get("parent"):
        parent = references.resolve(app.store, body["parent"])
        fields["parent"] = parent.ref
    return Place(body["name"], join(parent.fqn, body["name"]), parent, fields)


def _tag(app, body: dict) -> Place:
    if body.get("parent"):
        parent = app.store.named("tag", body["parent"])
        fields = {"parent": parent.ref, "classification": parent.doc["classification"]}
    elif body.get("classification"):
        parent = app.store.named("classification", body["classification"])
        fields = {"classification": parent.ref}
    else:
        raise bad_request("[classification must not be null]")
    return Place(body["name"], join(parent.fqn, body["name"]), parent, fields)


def _term(app, body: dict) -> Place:
    glossary = app.store.named("glossary", body["glossary"])
    parent, fields = glossary, {"glossary": glossary.ref}
    if body.get("parent"):
        parent = app.store.named("glossaryTerm", body["parent"])
        fields["parent"] = parent.ref
    return Place(body["name"], join(parent.fqn, body["name"]), parent, fields)


def _domain(app, body: dict) -> Place:
    if not body.get("parent"):
        return Place(body["name"], quote_name(body["name"]))
    parent = app.store.named("domain", body["parent"])
    return Place(body["name"], join(parent.fqn, body["name"]), parent, {"parent": parent.ref})


def _user(app, body: dict) -> Place:
    teams = [app.store.identified("team", team).ref for team in body.get("teams") or []]
    fields = {"isBot": body.get("isBot") or False, "isAdmin": body.get("isAdmin") or False, "teams": teams}
    return Place(body["name"].lower(), quote_name(body["name"].lower()), None, fields)


def _team(app, body: dict) -> Place:
    fields = {}
    for name, kind in (("parents", "team"), ("children", "team"), ("users", "user")):
        if name in body:
            fields[name] = [app.store.identified(kind, item).ref for item in body[name]]
    return Place(body["name"], quote_name(body["name"]), None, fields)


def _test_suite(app, body: dict) -> Place:
    """A basic suite belongs to one table; any other is a logical one."""
    reference = body.pop("basicEntityReference", None) or body.pop("executableEntityReference", None)
    if reference is None:
        return Place(body["name"], quote_name(body["name"]), None, {"basic": False})
    table = app.store.named("table", reference)
    name = f"{table.fqn}.testSuite"
    fields = {"basic": True, "basicEntityReference": table.ref}
    return Place(name, name, table, fields)


def _ingestion_pipeline(app, body: dict) -> Place:
    service = references.resolve(app.store, body["service"])
    return Place(body["name"], join(service.fqn, body["name"]), service, {"service": service.ref})


def parse_link(link: str) -> tuple[str, str, str | None]:
    """``<#E::table::fqn::columns::name>`` as type, fully qualified name and column."""
    match = _LINK.match(link)
    if match is None:
        raise bad_request(f"Entity link {link} is not well formed")
    return match[1], match[2], match[3]


def _test_case(app, body: dict) -> Place:
    entity_type, fqn, column = parse_link(body["entityLink"])
    if entity_type not in app.store.kinds:
        raise bad_request(f"Entity type {entity_type} not found")
    entity = app.store.named(entity_type, fqn)
    definition = app.store.named("testDefinition", body["testDefinition"])
    _check_parameters(definition.doc, body.get("parameterValues") or [])
    suite = app.suite_for(entity, body)
    target = f"{fqn}.{quote_name(column)}" if column else fqn
    fields = {"testDefinition": definition.ref, "testSuite": suite.ref, "entityFQN": target}
    return Place(body["name"], join(target, body["name"]), suite, fields)


def _check_parameters(definition: dict, values: list[dict]) -> None:
    declared = definition.get("parameterDefinition") or []
    if values and not declared:
        raise bad_request("Parameter values doesn't match Test Definition Parameters")
    given = {value["name"] for value in values if value.get("value") is not None}
    for parameter in declared:
        if parameter.get("required") and parameter["name"] not in given:
            raise bad_request(f"Required parameter {parameter['name']} is not passed in parameterValues")


_SPECIAL = {
    "query": _query, "container": _container, "tag": _tag, "glossaryTerm": _term, "domain": _domain,
    "user": _user, "team": _team, "testSuite": _test_suite, "ingestionPipeline": _ingestion_pipeline,
    "testCase": _test_case,
}

"""What a fresh server already has: users, a team, system tags, test definitions."""

_CLASSIFICATIONS = {
    "Tier": (True, ("Tier1", "Tier2", "Tier3", "Tier4", "Tier5")),
    "PII": (True, ("None", "NonSensitive", "Sensitive")),
    "PersonalData": (False, ("Personal", "SpecialCategory")),
    "Certification": (True, ("Bronze", "Silver", "Gold")),
}
_COLUMN_TESTS = (
    "columnValuesToBeNotNull", "columnValuesToBeUnique", "columnValuesToBeInSet", "columnValuesToBeBetween",
    "columnValuesToMatchRegex", "columnValuesToBeNotInSet", "columnValuesMissingCount",
    "columnValueLengthsToBeBetween",
)
_TABLE_TESTS = ("tableRowCountToEqual", "tableRowCountToBeBetween", "tableColumnCountToEqual", "tableCustomSQLQuery")


def plant(app) -> None:
    put = lambda kind, **body: app.engine.put(app.store.kinds[kind], body, app.admin)  # noqa: E731
    put("user", name="admin", email="admin@open-metadata.org", isAdmin=True)
    put("user", name="ingestion-bot", email="ingestion-bot@open-metadata.org", isBot=True)
    put("team", name="Organization", teamType="Organization")
    for name, (exclusive, tags) in _CLASSIFICATIONS.items():
        put("classification", name=name, description=f"{name}, by the system.", mutuallyExclusive=exclusive)
        for tag in tags:
            put("tag", name=tag, classification=name, description=f"{name} {tag}.")
    for names, entity_type in ((_COLUMN_TESTS, "COLUMN"), (_TABLE_TESTS, "TABLE")):
        for name in names:
            put("testDefinition", name=name, description=f"System test {name}.", entityType=entity_type,
                testPlatforms=["OpenMetadata"], parameterDefinition=_parameters(name))


def _parameters(name: str) -> list[dict]:
    """Optional everywhere: the stand-in runs no test, it keeps what it is told."""
    known = {"columnValuesToBeInSet": ["allowedValues"], "columnValuesToBeNotInSet": ["forbiddenValues"],
             "columnValuesToMatchRegex": ["regex"], "tableRowCountToEqual": ["value"],
             "columnValuesToBeBetween": ["minValue", "maxValue"], "tableRowCountToBeBetween": ["minValue", "maxValue"],
             "columnValueLengthsToBeBetween": ["minLength", "maxLength"], "tableCustomSQLQuery": ["sqlExpression"]}
    return [{"name": parameter, "dataType": "STRING", "required": False} for parameter in known.get(name, [])]

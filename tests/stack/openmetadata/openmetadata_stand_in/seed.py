"""What a fresh server already has: users, a team, system tags, test definitions."""

_CLASSIFICATIONS = {
    "Tier": (True, ("Tier1", "Tier2", "Tier3", "Tier4", "Tier5")),
    "PII": (True, ("None", "NonSensitive", "Sensitive")),
    "PersonalData": (False, ("Personal", "SpecialCategory")),
    "Certification": (True, ("Bronze", "Silver", "Gold")),
}
# The parameters of the definitions that every server has; what is required is marked with a star.
_BETWEEN = {"Min": "MinInCol", "Max": "MaxInCol", "Mean": "MeanInCol", "Median": "MedianInCol", "StdDev": "StdDevInCol"}
_COLUMN_TESTS = {
    "columnValuesToBeNotNull": "", "columnValuesToBeUnique": "", "columnValuesToBeBetween": "minValue maxValue",
    "columnValuesToBeInSet": "allowedValues* matchEnum", "columnValuesToBeNotInSet": "forbiddenValues*",
    "columnValuesToMatchRegex": "regex*", "columnValuesToNotMatchRegex": "forbiddenRegex*",
    "columnValuesMissingCount": "missingCountValue* missingValueMatch",
    "columnValueLengthsToBeBetween": "minLength maxLength",
    "columnValuesSumToBeBetween": "minValueForColSum maxValueForColSum",
    **{f"columnValue{name}ToBeBetween": f"minValueFor{of} maxValueFor{of}" for name, of in _BETWEEN.items()},
}
_TABLE_TESTS = {
    "tableRowCountToEqual": "value*", "tableRowCountToBeBetween": "minValue maxValue",
    "tableColumnCountToEqual": "columnCount*", "tableColumnCountToBeBetween": "minColValue maxColValue",
    "tableColumnNameToExist": "columnName*", "tableColumnToMatchSet": "columnNames* ordered",
    "tableCustomSQLQuery": "sqlExpression* strategy operator threshold",
    "tableRowInsertedCountToBeBetween": "min max columnName* rangeType* rangeInterval*",
    "tableDiff": "table2* keyColumns threshold where",
}

def plant(app) -> None:
    put = lambda kind, **body: app.engine.put(app.store.kinds[kind], body, app.admin)  # noqa: E731
    put("user", name="admin", email="admin@open-metadata.org", isAdmin=True)
    put("user", name="ingestion-bot", email="ingestion-bot@open-metadata.org", isBot=True)
    put("team", name="Organization", teamType="Organization")
    for name, (exclusive, tags) in _CLASSIFICATIONS.items():
        put("classification", name=name, description=f"{name}, by the system.", mutuallyExclusive=exclusive)
        for tag in tags:
            put("tag", name=tag, classification=name, description=f"{name} {tag}.")
    for definitions, entity_type in ((_COLUMN_TESTS, "COLUMN"), (_TABLE_TESTS, "TABLE")):
        for name, parameters in definitions.items():
            put("testDefinition", name=name, description=f"System test {name}.", entityType=entity_type,
                testPlatforms=["OpenMetadata"], parameterDefinition=_parameters(parameters))


def _parameters(names: str) -> list[dict]:
    return [{"name": name.rstrip("*"), "dataType": "STRING", "required": name.endswith("*")} for name in names.split()]

"""Columns: the server's checks, their fully qualified names, and what an update keeps of them."""

from .errors import bad_request
from .names import quote_name

_NEEDS_LENGTH = frozenset({"CHAR", "VARCHAR", "BINARY", "VARBINARY"})
_CONSTRAINED = "A column already tagged as a primary key and table constraint also includes primary key"


def check(columns: list[dict]) -> None:
    """The checks on the columns of a table: only the top level, as the server does."""
    check_names(columns)
    for column in columns:
        _check_type(column)
        _check_precision(column)


def check_names(columns: list[dict]) -> None:
    seen = set()
    for column in columns:
        if column["name"] in seen:
            raise bad_request(f"Column name {column['name']} is repeated")
        seen.add(column["name"])


def _check_type(column: dict) -> None:
    data_type = column["dataType"]
    column["dataTypeDisplay"] = (column.get("dataTypeDisplay") or data_type).lower()
    if data_type in _NEEDS_LENGTH and column.get("dataLength") is None:
        raise bad_request("For column data types char, varchar, binary, varbinary dataLength must not be null")
    if data_type != "ARRAY":
        column.pop("arrayDataType", None)
    elif column.get("arrayDataType") is None:
        raise bad_request("For column data type array, arrayDataType must not be null")
    if data_type == "STRUCT":
        if column.get("children") is None:
            raise bad_request("For column data type struct, children must not be null")
        check_names(column["children"])


def _check_precision(column: dict) -> None:
    scale, precision = column.get("scale"), column.get("precision")
    if scale is None:
        return
    if precision is None:
        raise bad_request(f"Scale is set but precision is not set for the column {column['name']}")
    if scale > precision:
        raise bad_request(f"Scale can't be greater than the precision for the column {column['name']}")


def check_table(doc: dict) -> None:
    """Constraints and partitions may only name columns the table has."""
    columns = doc["columns"]
    names = {column["name"] for column in columns}
    keys = [column for column in columns if column.get("constraint") == "PRIMARY_KEY"]
    if len(keys) > 1:
        raise bad_request("Multiple columns tagged with primary key constraints")
    for constraint in doc.get("tableConstraints") or ():
        if keys and constraint.get("constraintType") == "PRIMARY_KEY":
            raise bad_request(_CONSTRAINED)
        if not names.issuperset(constraint.get("columns") or ()):
            raise bad_request("Invalid column name found in table constraint")
    for part in (doc.get("tablePartition") or {}).get("columns") or ():
        if part.get("columnName") not in names:
            raise bad_request("Invalid column name found in table partition")


def place(columns: list[dict], parent_fqn: str) -> None:
    """Give every column, at any depth, its fully qualified name; drop explicit nulls."""
    for column in columns:
        if None in column.values():
            for key in [key for key, value in column.items() if value is None]:
                del column[key]
        column["fullyQualifiedName"] = f"{parent_fqn}.{quote_name(column['name'])}"
        if "children" in column:
            place(column["children"], column["fullyQualifiedName"])


def walk(columns: list[dict]):
    for column in columns:
        yield column
        if column.get("children"):
            yield from walk(column["children"])


def of(doc: dict, path: tuple[str, ...]) -> list[dict] | None:
    """The column list of a document, wherever its kind keeps it."""
    value = doc
    for key in path:
        value = (value or {}).get(key)
    return value if path else None


def fqns(doc: dict, path: tuple[str, ...]) -> set[str]:
    return {column["fullyQualifiedName"] for column in walk(of(doc, path) or [])}

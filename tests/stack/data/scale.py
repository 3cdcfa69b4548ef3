"""Makes many small tables in one of Trino's memory catalogs, several statements at a time."""

import concurrent.futures
import threading

THREADS = 6
SIMPLE = (
    "bigint", "integer", "smallint", "tinyint", "boolean", "double", "real", "date", "varchar", "varchar(40)", "char(8)",
    "decimal(18, 2)", "decimal(38, 10)", "timestamp(3)", "timestamp(6) with time zone", "time(3)", "uuid", "json", "varbinary",
)  # fmt: skip
NESTED = (
    "array(varchar)",
    "map(varchar, bigint)",
    "row(street varchar(80), city varchar, point row(lat double, lon double))",
    "array(row(sku varchar(20), qty integer, price decimal(12, 2)))",
    "map(varchar, row(since timestamp(3), tags array(varchar)))",
)


def column(position, kind):
    comment = f" comment 'column {position}, a {kind}'" if position % 3 == 0 else ""
    return f"col_{position:02d} {kind}{comment}"


def varied(number):
    """5 to 44 columns; every table has an id, every fifth one nested columns."""
    columns = ["id bigint not null comment 'surrogate key'"]
    columns += [column(n, SIMPLE[(number + n) % len(SIMPLE)]) for n in range(1, 5 + number % 40)]
    if number % 5 == 0:
        columns += [f"nested_{n} {kind}" for n, kind in enumerate(NESTED)]
    return columns


def wide(count):
    """The same number of columns in every table, one in ten nested."""

    def columns(number):
        kinds = [NESTED[(number + n) % len(NESTED)] if n % 10 == 9 else SIMPLE[(number + n) % len(SIMPLE)] for n in range(count)]
        return [column(n, kind) for n, kind in enumerate(kinds)]

    return columns


def make(catalog, schemas, tables, columns, connect):
    """`columns` gives the column definitions of the table with a number; existing tables stay."""
    local = threading.local()

    def execute(sql):
        if not hasattr(local, "cursor"):
            local.cursor = connect(source="stack-scale").cursor()
        local.cursor.execute(sql)
        local.cursor.fetchall()

    def make_schema(schema):
        execute(f"create schema if not exists {catalog}.schema_{schema:03d}")

    def make_table(schema, table):
        number = schema * tables + table
        comment = f" comment 'table {number} of team {schema}'" if number % 2 == 0 else ""
        definition = ", ".join(columns(number))
        execute(f"create table if not exists {catalog}.schema_{schema:03d}.table_{table:03d} ({definition}){comment}")

    with concurrent.futures.ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(make_schema, range(schemas)))
        list(pool.map(lambda n: make_table(*divmod(n, tables)), range(schemas * tables)))

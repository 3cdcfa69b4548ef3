"""Fills Trino: runs the SQL files beside this script and makes the thousand small tables of the catalog `scale`.

Usage: load.py ping | load | history | bench [TABLES [COLUMNS]]

Each file of `sql/` is run once per data set and content, remembered in the stack's folder. Files whose name ends in
`.session.sql` make what Trino keeps in memory (the query history, the memory catalogs): they run once per Trino process.
"""

import hashlib
import os
import pathlib
import re
import sys

import trino

import scale

HERE = pathlib.Path(__file__).parent
STACK = pathlib.Path(os.environ["STACK_DIR"])
DIRECTIVE = re.compile(r"^-- (user|source|tags|expect): *(.+)$", re.M)


def connect(user="etl", source="stack-load", tags=()):
    return trino.dbapi.connect(
        host="127.0.0.1", port=int(os.environ["TRINO_PORT"]), user=user, source=source, client_tags=list(tags), max_attempts=1
    )


def execute(connection, sql):
    cursor = connection.cursor()
    cursor.execute(sql)
    return cursor.fetchall()


def statements(text):
    """Statements end with a semicolon at the end of a line. Directives before one apply to it: user, source, tags, expect."""
    for part in re.split(r";[ \t]*\n", text):
        directives = dict(DIRECTIVE.findall(part))
        sql = "\n".join(line for line in part.splitlines() if not line.startswith("--")).strip()
        if sql:
            yield sql, directives


def run_statement(sql, directives):
    """`expect: error` marks a statement that must fail: a history without failures is not what people have."""
    tags = [tag.strip() for tag in directives.get("tags", "").split(",") if tag.strip()]
    connection = connect(directives.get("user", "etl"), directives.get("source", "stack-load"), tags)
    try:
        execute(connection, sql)
    except trino.exceptions.TrinoUserError:
        if directives.get("expect") != "error":
            raise
    else:
        if directives.get("expect") == "error":
            raise SystemExit(f"error: this statement was expected to fail and did not:\n{sql}")


def run_file(path):
    for sql, directives in statements(path.read_text()):
        try:
            run_statement(sql, directives)
        except trino.exceptions.TrinoQueryError as error:
            raise SystemExit(f"error: {path.name}: {error.message}\nin:\n{sql}") from error


def once(name, token, work):
    """Does the work unless it was done with the same token; a failure leaves no mark."""
    mark = STACK / "loaded" / name
    if mark.exists() and mark.read_text() == token:
        return
    print(f"load: {name}", flush=True)
    work()
    mark.write_text(token)


def digest(*paths):
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


def trino_process():
    return (STACK / "run" / "trino.pid").read_text()


def load():
    """The small tables come first: a thousand statements would push what is worth reading out of the query history."""
    once("scale", f"{digest(HERE / 'scale.py')} {trino_process()}", lambda: scale.make("scale", 10, 100, scale.varied, connect))
    for path in sorted((HERE / "sql").glob("*.sql")):
        session = trino_process() if path.name.endswith(".session.sql") else ""
        once(path.name, f"{digest(path)} {session}", lambda path=path: run_file(path))


def history():
    """Runs the statements of the history once more, for a Trino that has forgotten them over others."""
    run_file(HERE / "sql" / "40-history.session.sql")


def bench(tables="10000", columns="30"):
    schemas = max(1, int(tables) // 100)
    wanted = f"{tables} x {columns} {trino_process()}"
    once("bench", wanted, lambda: scale.make("bench", schemas, int(tables) // schemas, scale.wide(int(columns)), connect))


def main(action, *rest):
    if action == "ping":
        execute(connect(), "select count(*) from tpch.tiny.region")
    elif action == "load":
        load()
    elif action == "history":
        history()
    elif action == "bench":
        bench(*rest)
    else:
        raise SystemExit(f"unknown action {action!r}: use ping, load, history or bench")


main(*sys.argv[1:])

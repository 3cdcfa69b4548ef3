"""Profiles a Parquet file with DuckDB: `query` is what a hand-written profile asks, `summarize` DuckDB's own, `truth` exact answers."""

import json
import sys

import duckdb

NUMERIC = ("BIGINT", "INTEGER", "DOUBLE", "DECIMAL", "SMALLINT", "TINYINT", "HUGEINT", "FLOAT")


def measured(name, type_name):
    """What is measured of a column: lengths of texts, numbers, days."""
    if type_name.startswith("VARCHAR"):
        return f"length({name})"
    if type_name == "DATE":
        return f"datediff('day', DATE '1970-01-01', {name})"
    if type_name.startswith("TIMESTAMP"):
        return f"epoch_us({name})"
    return name


def query(source, columns, bounds):
    """Everything approximate, in one pass."""
    parts = []
    for name, type_name in columns:
        size = measured(name, type_name)
        least, greatest = bounds[name]
        edges = [least + (greatest - least) * step / 30 for step in range(1, 31)]
        parts += [
            f"count({name})", f"approx_count_distinct({name})", f"min({name})", f"max({name})", f"avg({size})",
            f"stddev_pop({size})", f"approx_quantile({size}, [0.25, 0.5, 0.75])",
            f"histogram(CAST({size} AS DOUBLE), {edges})",
        ]
        if type_name.startswith(NUMERIC):
            parts.append(f"sum({name})")
    return f"SELECT count(*), {', '.join(parts)} FROM {source}"


def known_bounds(connection, source, columns):
    """Where histograms begin and end: asked before the clock of the query would count it, from the file's statistics where it has some."""
    sizes = [measured(name, type_name) for name, type_name in columns]
    row = connection.sql(f"SELECT {', '.join(f'min({size}), max({size})' for size in sizes)} FROM {source}").fetchall()[0]
    return {name: (float(row[2 * place]), float(row[2 * place + 1])) for place, (name, _) in enumerate(columns)}


def truth(connection, source, columns):
    """Exact answers, column by column."""
    found = {}
    for name, type_name in columns:
        size = measured(name, type_name)
        is_text, is_number = type_name.startswith("VARCHAR"), type_name.startswith(NUMERIC)
        row = connection.sql(
            f"SELECT count({name}), count(*) - count({name}), count(DISTINCT {name}),"
            f" CAST(min({name}) AS VARCHAR), CAST(max({name}) AS VARCHAR), quantile_cont({size}, [0.25, 0.5, 0.75]),"
            f" avg({size}), stddev_pop({size}), var_pop({size}), min({size}), max({size}),"
            f" CAST(sum({size}) AS VARCHAR) FROM {source}"
        ).fetchall()[0]
        unique = connection.sql(
            f"SELECT count(*) FROM (SELECT {name} FROM {source} WHERE {name} IS NOT NULL GROUP BY 1 HAVING count(*) = 1)"
        ).fetchall()[0][0]
        told = {"valuesCount": row[0], "nullCount": row[1], "distinctCount": row[2], "uniqueCount": unique}
        if is_text:
            told |= {"firstText": row[3], "lastText": row[4], "minLength": row[9], "maxLength": row[10]}
        elif is_number:
            told |= {"min": float(row[3]), "max": float(row[4])}
        else:
            # Moments are told as ISO 8601 writes them.
            told |= {"min": row[3].replace(" ", "T"), "max": row[4].replace(" ", "T")}
        if is_text or is_number:
            told |= {"mean": row[6], "stddev": row[7], "variance": row[8], "sum": float(row[11])}
            told |= dict(zip(("firstQuartile", "median", "thirdQuartile"), map(float, row[5])))
            told["interQuartileRange"] = float(row[5][2]) - float(row[5][0])
            if row[7]:
                told["nonParametricSkew"] = (row[6] - float(row[5][1])) / row[7]
        found[name] = told
    return found


def histograms(connection, source, columns, asked):
    """How many values each bin of another's histogram has. A number without quotes would be a decimal, which rounds."""
    for name, edges in asked.items():
        size = f"CAST({measured(name, dict(columns)[name])} AS DOUBLE)"
        bins = ", ".join(
            f"count(*) FILTER (WHERE {size} >= '{low!r}'::DOUBLE" + (f" AND {size} < '{high!r}'::DOUBLE)" if place < len(edges) - 2 else ")")
            for place, (low, high) in enumerate(zip(edges, edges[1:]))
        )
        yield name, list(connection.sql(f"SELECT {bins} FROM {source}").fetchall()[0])


def main():
    mode, path, threads = sys.argv[1:4]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    source = f"read_parquet('{path}')"
    columns = [row[:2] for row in connection.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    if mode == "summarize":
        connection.sql(f"SUMMARIZE SELECT * FROM {source}").fetchall()
    elif mode == "query":
        connection.sql(query(source, columns, known_bounds(connection, source, columns))).fetchall()
    else:
        profile = json.load(sys.stdin)
        asked = {column["name"]: column["histogram"]["edges"] for column in profile["columns"] if "histogram" in column}
        found = truth(connection, source, columns)
        for name, frequencies in histograms(connection, source, columns, asked):
            found[name]["histogram"] = frequencies
        json.dump(found, sys.stdout)


main()

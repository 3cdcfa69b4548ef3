"""Makes trips as New York's taxis have them, as Parquet: skewed places, tips of nothing, missing counts, a few absurd fares. The same
values every time, since everything comes from a hash of the row's number."""

import sys

import duckdb

ROWS_A_SCALE = 3_000_000


def drawn(salt):
    """A number from 0 to 1, another for each salt."""
    return f"(hash(i * 2654435761 + {salt}) % 1000000007 / 1000000007.0)"


# What DuckDB would take for decimals, since it is written with a point.
DOUBLES = (
    "RatecodeID", "extra", "mta_tax", "tolls_amount", "improvement_surcharge", "congestion_surcharge", "Airport_fee",
)


def trips(rows):
    distance = f"round(-ln(1 - 0.9999 * {drawn(1)}) * 3.1 * (CASE WHEN {drawn(2)} < 0.05 THEN 5 ELSE 1 END), 2)"
    return f"""
        WITH drawn AS (
            SELECT i, {distance} AS distance, {drawn(3)} AS moment, {drawn(4)} AS kind, {drawn(5)} AS odd, {drawn(6)} AS place,
                {drawn(7)} AS target, {drawn(8)} AS tip, {drawn(9)} AS who, {drawn(10)} AS pace
            FROM range({rows}) AS t(i)
        ), trips AS (
            SELECT *, TIMESTAMP '2026-01-01' + to_seconds(CAST(floor(moment * 31 * 86400) AS BIGINT)) AS begun,
                CAST(60 + distance * (150 + 400 * pace) AS BIGINT) AS seconds,
                CASE WHEN odd < 0.004 THEN -1 WHEN odd > 0.99999 THEN 900 ELSE 1 END
                    * round(3 + 2.5 * distance + 4 * pace, 1) AS fare
            FROM drawn
        )
        SELECT CAST(1 + floor(who * who * 2.2) AS INTEGER) AS "VendorID",
            begun AS tpep_pickup_datetime,
            begun + to_seconds(seconds) AS tpep_dropoff_datetime,
            CASE WHEN odd > 0.95 THEN NULL ELSE CAST(floor(1 + 5 * pow(who, 6)) AS DOUBLE) END AS passenger_count,
            distance AS trip_distance,
            CASE WHEN odd > 0.95 THEN NULL WHEN kind < 0.94 THEN 1.0 WHEN kind < 0.98 THEN 2.0 ELSE 5.0 END AS "RatecodeID",
            CASE WHEN odd > 0.95 THEN NULL WHEN kind > 0.993 THEN 'Y' ELSE 'N' END AS store_and_fwd_flag,
            CAST(1 + floor(264 * pow(place, 2.5)) AS INTEGER) AS "PULocationID",
            CAST(1 + floor(264 * pow(target, 1.7)) AS INTEGER) AS "DOLocationID",
            CAST(CASE WHEN odd > 0.95 THEN 0 WHEN kind < 0.78 THEN 1 WHEN kind < 0.97 THEN 2 ELSE 3 END AS BIGINT) AS payment_type,
            fare AS fare_amount,
            CASE WHEN kind < 0.4 THEN 0.0 WHEN kind < 0.7 THEN 1.0 ELSE 2.5 END AS extra,
            0.5 AS mta_tax,
            CASE WHEN kind < 0.78 THEN round(greatest(fare, 0) * tip * 0.45, 2) ELSE 0.0 END AS tip_amount,
            CASE WHEN distance > 9 AND tip < 0.6 THEN 6.94 ELSE 0.0 END AS tolls_amount,
            1.0 AS improvement_surcharge,
            round(fare + 1.5 + CASE WHEN kind < 0.78 THEN greatest(fare, 0) * tip * 0.45 ELSE 0 END, 2) AS total_amount,
            CASE WHEN odd > 0.95 THEN NULL WHEN place < 0.92 THEN 2.5 ELSE 0.0 END AS congestion_surcharge,
            CASE WHEN odd > 0.95 THEN NULL WHEN place > 0.93 THEN 1.75 ELSE 0.0 END AS "Airport_fee"
        FROM trips
    """


def main():
    scale, path = int(sys.argv[1]), sys.argv[2]
    connection = duckdb.connect()
    # One thread, and rows in their order: the file is the same wherever it is made.
    connection.execute("SET threads = 1")
    doubles = ", ".join(f'CAST("{name}" AS DOUBLE) AS "{name}"' for name in DOUBLES)
    columns = f"SELECT * REPLACE ({doubles}) FROM ({trips(ROWS_A_SCALE * scale)})"
    connection.execute(f"COPY ({columns}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)")


main()

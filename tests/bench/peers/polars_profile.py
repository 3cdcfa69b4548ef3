"""Profiles a Parquet file with Polars, lazily and streaming: counts, different values, extremes, moments, quartiles."""

import sys

import polars as pl

path = sys.argv[1]
frame = pl.scan_parquet(path)
wanted = []
for name, dtype in frame.collect_schema().items():
    column = pl.col(name)
    size = column.str.len_chars() if dtype == pl.String else column
    wanted += [
        column.count().alias(f"{name} count"), column.null_count().alias(f"{name} nulls"),
        column.approx_n_unique().alias(f"{name} distinct"), size.min().alias(f"{name} min"), size.max().alias(f"{name} max"),
    ]
    if dtype.is_numeric() or dtype == pl.String:
        number = size.cast(pl.Float64)
        wanted += [
            number.mean().alias(f"{name} mean"), number.std(ddof=0).alias(f"{name} stddev"), size.sum().alias(f"{name} sum"),
            *(number.quantile(share).alias(f"{name} {share}") for share in (0.25, 0.5, 0.75)),
        ]
frame.select(wanted).collect(engine="streaming")

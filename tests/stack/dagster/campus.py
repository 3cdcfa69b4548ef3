"""A code location over the stack's tables: asset groups, kinds, owners, partitions, a schedule, a sensor, a job of ops.

The assets only count what is there: Trino is filled by the stack's own scripts.
"""

from dagster import (
    AssetKey, AssetSpec, DailyPartitionsDefinition, Definitions, Failure, MaterializeResult, RunRequest, ScheduleDefinition,
    asset, define_asset_job, graph, job, op, sensor,
)

BRONZE, MARTS = ["iceberg", "bronze"], ["iceberg", "campus_marts"]
learners = AssetSpec(AssetKey([*BRONZE, "learners"]), group_name="bronze", kinds={"iceberg"}, description="Loaded by Airbyte.")
payments = AssetSpec(AssetKey([*BRONZE, "payments"]), group_name="bronze", kinds={"iceberg"})


@asset(key=AssetKey([*MARTS, "dim_learners"]), deps=[learners.key], group_name="marts", kinds={"dbt", "trino"},
       owners=["ada@example.org", "team:data"], tags={"domain": "campus"}, description="One row a learner.")
def dim_learners():
    return MaterializeResult(metadata={"dagster/row_count": 300})


@asset(key=AssetKey([*MARTS, "fct_enrollments"]), deps=[dim_learners, payments.key], group_name="marts", kinds={"dbt", "trino"},
       partitions_def=DailyPartitionsDefinition(start_date="2026-11-01"))
def fct_enrollments():
    return MaterializeResult(metadata={"dagster/row_count": 900})


@asset(key=AssetKey(["scores", "churn"]), deps=[dim_learners], group_name="scores", kinds={"python"})
def churn():
    raise Failure("the model is missing")


@op
def extract():
    return 1


@op
def transform(rows):
    return rows + 1


@op
def load(rows):
    return rows


@graph
def middle(rows):
    return transform(rows)


@job(description="A job of ops.", tags={"owner": "carol@example.org"})
def nightly():
    load(middle(extract()))


marts = define_asset_job("marts_daily", selection=[dim_learners])


@sensor(job=marts)
def new_files():
    yield RunRequest(run_key="once")


defs = Definitions(
    assets=[learners, payments, dim_learners, fct_enrollments, churn],
    jobs=[nightly, marts],
    schedules=[ScheduleDefinition(job=marts, cron_schedule="15 3 * * *", execution_timezone="Europe/Paris")],
    sensors=[new_files],
)

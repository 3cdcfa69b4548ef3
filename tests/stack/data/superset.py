"""Fills Superset over its REST API: a database over Trino, datasets of every sort, charts, dashboards, tags.

Repeatable: what is there under its name is left as it is.
"""

import json
import os
from urllib.parse import quote

import requests

BASE = f"http://127.0.0.1:{os.environ['SUPERSET_PORT']}"
TRINO = f"trino://stack@127.0.0.1:{os.environ['TRINO_PORT']}/iceberg"

PHYSICAL = [
    ("gold", "revenue_by_nation"), ("ops", "daily_orders"), ("ops", "customer_value"), ("ops", "learner_activity"),
    ("campus_marts", "dim_learners"), ("campus_marts", "fct_enrollments"), ("campus_marts", "fct_course_performance"),
    ("campus_marts", "rpt_revenue_by_country"), ("bronze", "payments"),
]
VIRTUAL = [
    ("campus_marts", "enrolments_by_country",
     "SELECT l.country_name, count(*) AS enrolments FROM iceberg.campus_marts.fct_enrollments e "
     "JOIN iceberg.campus_marts.dim_learners l ON l.learner_id = e.learner_id GROUP BY l.country_name"),
    ("bronze", "recent_payments",
     "SELECT * FROM iceberg.bronze.payments WHERE 1 = 1 {% if from_dttm %} AND paid_at > '{{ from_dttm }}' {% endif %}"),
]
LOOKS = ["table", "pie", "echarts_timeseries_line", "echarts_timeseries_bar", "big_number_total", "heatmap_v2"]
DASHBOARDS = [
    ("Executive overview", True), ("Déjà vu (unicode ✓)", True), ("Learners", True), ("Draft: experiments", False),
    ("Nothing on it yet", True),
]


class Superset:
    """A session of the administrator, with the CSRF token that writes need."""

    def __init__(self):
        self.session = requests.Session()
        login = {"username": "admin", "password": os.environ["SUPERSET_PASSWORD"], "provider": "db"}
        token = self.call("POST", "security/login", login)["access_token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        csrf = self.call("GET", "security/csrf_token/")["result"]
        self.session.headers.update({"X-CSRFToken": csrf, "Referer": BASE})

    def call(self, method, path, body=None):
        answer = self.session.request(method, f"{BASE}/api/v1/{path}", json=body, timeout=120)
        if not answer.ok:
            raise SystemExit(f"Superset answers {answer.status_code} to {method} {path}: {answer.text[:500]}")
        return answer.json()

    def names(self, kind, name, order):
        query = quote(f"(order_column:{order},order_direction:asc,page:0,page_size:100)")
        return {row[name]: row["id"] for row in self.call("GET", f"{kind}/?q={query}")["result"]}

    def make(self, known, kind, key, body):
        if key not in known:
            known[key] = self.call("POST", f"{kind}/", body)["id"]
        return known[key]


def datasets(superset, database):
    known = superset.names("dataset", "table_name", "table_name")
    for schema, table in PHYSICAL:
        is_new = table not in known
        made = superset.make(known, "dataset", table, {"database": database, "schema": schema, "table_name": table})
        if is_new:
            superset.call("PUT", f"dataset/{made}", {"description": f"Rows of {schema}.{table}", "owners": [2]})
    for schema, name, sql in VIRTUAL:
        superset.make(known, "dataset", name, {"database": database, "schema": schema, "table_name": name, "sql": sql})
    return known


def charts(superset, sources):
    known = superset.names("chart", "slice_name", "slice_name")
    for number, name in enumerate(sorted(sources)):
        title, look = f"{name} {LOOKS[number % len(LOOKS)]}", LOOKS[number % len(LOOKS)]
        params = {"datasource": f"{sources[name]}__table", "viz_type": look, "metrics": ["count"], "row_limit": 100}
        body = {"slice_name": title, "viz_type": look, "datasource_id": sources[name], "datasource_type": "table",
                "params": json.dumps(params), "owners": [1 + number % 2]}
        if number % 3 == 0:
            body |= {"certified_by": "Data team", "certification_details": "reviewed"}
        superset.make(known, "chart", title, body)
    return known


def dashboards(superset, drawn):
    known = superset.names("dashboard", "dashboard_title", "dashboard_title")
    for number, (title, published) in enumerate(DASHBOARDS):
        if title in known:
            continue
        made = superset.make(known, "dashboard", title,
                             {"dashboard_title": title, "slug": f"stack-{number}", "published": published, "owners": [1, 2]})
        on = [] if title == "Nothing on it yet" else [ids for at, ids in enumerate(sorted(drawn.values())) if at % 4 == number]
        for chart in on:
            there = superset.call("GET", f"chart/{chart}")["result"].get("dashboards") or []
            superset.call("PUT", f"chart/{chart}", {"dashboards": [board["id"] for board in there] + [made]})
        superset.call("POST", f"tag/3/{made}/", {"properties": {"tags": ["kpi"]}})


def main():
    superset = Superset()
    known = superset.names("database", "database_name", "database_name")
    database = superset.make(known, "database", "Lakehouse", {"database_name": "Lakehouse", "sqlalchemy_uri": TRINO})
    dashboards(superset, charts(superset, datasets(superset, database)))


if __name__ == "__main__":
    main()

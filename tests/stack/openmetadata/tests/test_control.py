"""What the stand-in keeps for assertions, and the faults it can be told to make."""

import http.client
import time

import pytest
from conftest import BOT


def order(api, **fault):
    assert api.control("POST", "/faults", fault).status == 204


def test_requests_are_counted_and_hold_no_token(lab):
    lab.control("POST", "/requests/clear")
    lab.table("a")
    lab.table("b")
    lab.get("/tables/name/nope?token=abc")
    seen = lab.control("GET", "/requests").body
    assert seen["counts"] == {"GET tables/name/{} 404": 1, "PUT tables 201": 2}
    assert [entry["status"] for entry in seen["requests"]] == [201, 201, 404]
    assert BOT not in str(seen) and "abc" not in str(seen)
    assert len(lab.control("GET", "/requests?status=404").body["requests"]) == 1


def test_entities_are_kept_and_reset_forgets_them(lab):
    lab.table()
    found = lab.control("GET", "/entities?collection=tables").body
    assert (found["total"], found["data"][0]["name"]) == (1, "users")
    lab.control("POST", "/reset")
    assert lab.control("GET", "/info").body["entities"]["tables"] == 0
    assert lab.get("/tags/name/Tier.Tier1").status == 200


def test_a_status_a_number_of_times(lab):
    order(lab, match="GET /api/v1/tables", status=503, times=2, retryAfter=1)
    answers = [lab.get("/tables") for _ in range(3)]
    assert [answer.status for answer in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"


def test_after_and_wildcards(lab):
    order(lab, match="* /api/v1/*", status=429, after=1, body={"slow": "down"})
    assert lab.get("/tables").status == 200
    assert lab.get("/databases").body == {"slow": "down"}
    assert lab.get("/tables").status == 200


def test_a_reset_connection_before_and_after_the_work(lab):
    body = {"name": "x", "service": "lab"}
    order(lab, match="PUT /api/v1/databases", reset=True)
    with pytest.raises((http.client.HTTPException, OSError)):
        lab.put("/databases", body)
    assert lab.get("/databases/name/lab.x").status == 404
    order(lab, match="PUT /api/v1/databases", reset=True, afterProcessing=True)
    with pytest.raises((http.client.HTTPException, OSError)):
        lab.put("/databases", body)
    assert lab.get("/databases/name/lab.x").status == 200


def test_a_delay(lab):
    order(lab, match="GET /api/v1/tables", delay_ms=200)
    started = time.monotonic()
    assert lab.get("/tables").status == 200
    assert time.monotonic() - started >= 0.2


def test_a_fault_with_an_unknown_key_is_refused(lab):
    assert lab.control("POST", "/faults", {"match": "GET /", "satus": 1}).status == 400

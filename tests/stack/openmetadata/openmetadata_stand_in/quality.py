"""Test suites and results: where they are written changed with version 1.8."""

from functools import partial

from . import series
from .engine import FIELDS_CHANGED
from .entity_routes import read_object
from .errors import ApiError
from .http import Reply, Request, changed
from .router import Route

_SUITES, _CASES = "dataQuality/testSuites", "dataQuality/testCases"
_BASIC_KEYS = ("executableEntityReference", "basicEntityReference")


def routes(app) -> list[Route]:
    table = [
        ("PUT", _SUITES, put_logical), ("POST", _SUITES, post_logical),
        ("PUT", f"{_CASES}/logicalTestCases", add_logical),
    ]
    for word in ("executable", "basic"):
        table += [("PUT", f"{_SUITES}/{word}", put_basic), ("POST", f"{_SUITES}/{word}", post_basic)]
    if app.profile.results_by_post:
        table += [("POST", f"{_CASES}/testCaseResults/{{}}", post_result),
                  ("GET", f"{_CASES}/testCaseResults/{{}}", list_results)]
    else:
        table += [("PUT", f"{_CASES}/{{}}/testCaseResult", put_result),
                  ("GET", f"{_CASES}/{{}}/testCaseResult", list_results)]
    return [Route(method, pattern, partial(handler, app)) for method, pattern, handler in table]


def suite_for(app, entity, body: dict):
    """The suite a new case goes to: named in the body in 1.7, the table's own one from 1.8."""
    if not app.profile.implicit_basic_suite:
        return app.store.named("testSuite", body.pop("testSuite"))
    kind = app.store.kinds["testSuite"]
    found = app.store.find("testSuite", f"{entity.fqn}.testSuite")
    if found is not None:
        return found
    suite, _ = app.engine.put(kind, {"name": f"{entity.fqn}.testSuite", "basicEntityReference": entity.fqn}, app.admin)
    entity.doc["testSuite"] = suite.ref
    return suite


def _suite_body(app, request: Request, basic: bool) -> dict:
    body = read_object(app, app.store.kinds["testSuite"].create, request)
    return body if basic else {name: value for name, value in body.items() if name not in _BASIC_KEYS}


def _put_suite(app, request: Request, basic: bool) -> Reply:
    body = _suite_body(app, request, basic)
    suite, change = app.engine.put(app.store.kinds["testSuite"], body, request.actor)
    if suite.parent is not None:
        suite.parent.doc["testSuite"] = suite.ref
    return changed(suite.doc, change)


def _post_suite(app, request: Request, basic: bool) -> Reply:
    body = _suite_body(app, request, basic)
    suite = app.engine.post(app.store.kinds["testSuite"], body, request.actor)
    if suite.parent is not None:
        suite.parent.doc["testSuite"] = suite.ref
    return Reply(201, suite.doc)


def put_logical(app, request: Request) -> Reply:
    return _put_suite(app, request, basic=False)


def post_logical(app, request: Request) -> Reply:
    return _post_suite(app, request, basic=False)


def put_basic(app, request: Request) -> Reply:
    return _put_suite(app, request, basic=True)


def post_basic(app, request: Request) -> Reply:
    return _post_suite(app, request, basic=True)


def add_logical(app, request: Request) -> Reply:
    body = read_object(app, "api.tests.createLogicalTestCases:CreateLogicalTestCases", request)
    suite = app.store.identified("testSuite", body["testSuiteId"])
    for case_id in body.get("testCaseIds") or ():
        case = app.store.identified("testCase", case_id)
        suites = case.doc.setdefault("testSuites", [])
        if suite.ref not in suites:
            suites.append(suite.ref)
    return Reply(200, suite.doc)


def _case(app, request: Request):
    return app.store.named("testCase", request.params[0])


def put_result(app, request: Request) -> Reply:
    """1.7: a second result of the same moment replaces the first."""
    case = _case(app, request)
    result = read_object(app, "tests.basic:TestCaseResult", request)
    series.put(case, "results", result["timestamp"], result)
    return _answer(case, result)


def post_result(app, request: Request) -> Reply:
    """From 1.8: a second result of the same moment is a conflict."""
    case = _case(app, request)
    result = read_object(app, "api.tests.createTestCaseResult:CreateTestCaseResult", request)
    if result["timestamp"] in case.extra.get("results", {}):
        raise ApiError(409, "Entity already exists")
    series.put(case, "results", result["timestamp"], result)
    return _answer(case, result)


def _answer(case, result: dict) -> Reply:
    points = case.extra["results"]
    case.doc["testCaseResult"] = points[max(points)]
    return changed({**case.doc, "testCaseResult": result}, FIELDS_CHANGED, 201)


def list_results(app, request: Request) -> Reply:
    return Reply(200, series.between(_case(app, request), "results", request.query))

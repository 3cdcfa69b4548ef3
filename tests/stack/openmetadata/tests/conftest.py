"""Stand-ins started once a version, emptied before each test, and a small client for them."""

import http.client
import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))

import install  # noqa: E402

BOT, PERSON = "bot-token-of-the-tests", "person-token-of-the-tests"
ENDS = ("1.7.7.4", "2.0.7.0")


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        raw = response.read()
        self.body = json.loads(raw) if raw else None

    @property
    def change(self):
        return self.headers.get("X-OpenMetadata-Change")

    @property
    def message(self):
        return (self.body or {}).get("message", "")


class Api:
    """One keep-alive connection to one stand-in."""

    def __init__(self, version: str, port: int):
        self.version, self.port = version, port
        self.minor = tuple(int(part) for part in version.split(".")[:2])
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, method, path, body=None, *, token=BOT, kind="application/json", prefix="/api/v1") -> Answer:
        headers = {"Content-Type": kind}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self._connection.request(method, prefix + path, data, headers)
            return Answer(self._connection.getresponse())
        except (http.client.HTTPException, OSError):
            self._connection.close()
            raise

    def put(self, path, body, **rest) -> Answer:
        return self.call("PUT", path, body, **rest)

    def post(self, path, body, **rest) -> Answer:
        return self.call("POST", path, body, **rest)

    def get(self, path, **rest) -> Answer:
        return self.call("GET", path, **rest)

    def delete(self, path, **rest) -> Answer:
        return self.call("DELETE", path, **rest)

    def patch(self, path, operations, **rest) -> Answer:
        return self.call("PATCH", path, operations, kind="application/json-patch+json", **rest)

    def control(self, method, path, body=None) -> Answer:
        return self.call(method, path, body, prefix="/_stand_in", token=None)

    def made(self, path, body, **rest) -> dict:
        answer = self.put(path, body, **rest)
        assert answer.status in (200, 201), answer.body
        return answer.body

    def lab(self) -> None:
        """A service, a database and a schema: lab.db.mart."""
        self.made("/services/databaseServices", {"name": "lab", "serviceType": "Trino"})
        self.made("/databases", {"name": "db", "service": "lab"})
        self.made("/databaseSchemas", {"name": "mart", "database": "lab.db"})

    def table(self, name="users", **rest) -> dict:
        columns = [{"name": "id", "dataType": "BIGINT"}, {"name": "email", "dataType": "VARCHAR", "dataLength": 64}]
        return self.made("/tables", {"name": name, "databaseSchema": "lab.db.mart", "columns": columns, **rest})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(version: str) -> tuple[subprocess.Popen, int]:
    python, port = install.ensure_version(version), free_port()
    command = [str(python), "-m", "openmetadata_stand_in", "--version", version, "--port", str(port),
               "--token", BOT, "--admin-token", PERSON]
    process = subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    assert "stand-in for OpenMetadata" in line, line
    return process, port


@pytest.fixture(scope="session")
def servers():
    """Starts the stand-in of a version when a test first asks for it."""
    running: dict[str, tuple[subprocess.Popen, int]] = {}

    def of(version: str) -> Api:
        if version not in running:
            running[version] = start(version)
        return Api(version, running[version][1])

    yield of
    for process, _ in running.values():
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture(params=ENDS)
def api(request, servers) -> Api:
    """The oldest and the newest version, each empty."""
    server = servers(request.param)
    server.control("POST", "/reset")
    return server


@pytest.fixture
def lab(api) -> Api:
    api.lab()
    return api


@pytest.fixture(params=["2.0.7.0"])
def newest(request, servers) -> Api:
    server = servers(request.param)
    server.control("POST", "/reset")
    server.lab()
    return server


@pytest.fixture
def oldest(servers) -> Api:
    server = servers("1.7.7.4")
    server.control("POST", "/reset")
    server.lab()
    return server


def now_ms() -> int:
    return int(time.time() * 1000)

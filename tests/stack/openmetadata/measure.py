#!/usr/bin/env python3
"""How much the stand-in takes: tables of 30 columns, one by one over keep-alive connections and in bulk.

A bound for benchmarks of metahost: what is measured there includes this server.
"""

import argparse
import json
import os
import socket
import threading
import time


def columns(count: int) -> list[dict]:
    return [{"name": f"column_{i}", "dataType": "VARCHAR", "dataLength": 256, "dataTypeDisplay": "varchar(256)",
             "description": "A column.", "ordinalPosition": i} for i in range(count)]


class Client:
    """A bare HTTP/1.1 connection: the client must cost less than the server."""

    def __init__(self, port: int, token: str):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.reader = self.socket.makefile("rb", 1 << 20)
        self.head = f"Host: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"

    def send(self, method: str, path: str, body) -> tuple[int, bytes]:
        payload = json.dumps(body).encode() if not isinstance(body, bytes) else body
        head = f"{method} /api/v1{path} HTTP/1.1\r\n{self.head}Content-Length: {len(payload)}\r\n\r\n"
        self.socket.sendall(head.encode() + payload)
        status, length = int(self.reader.readline().split()[1]), 0
        while (line := self.reader.readline()) != b"\r\n":
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return status, self.reader.read(length)


def bodies(schema: str, first: int, count: int) -> list[dict]:
    shape = columns(30)
    return [{"name": f"table_{i}", "databaseSchema": schema, "columns": shape} for i in range(first, first + count)]


def prepare(client: Client) -> str:
    for path, body in (("/services/databaseServices", {"name": "measure", "serviceType": "Trino"}),
                       ("/databases", {"name": "db", "service": "measure"}),
                       ("/databaseSchemas", {"name": "one", "database": "measure.db"}),
                       ("/databaseSchemas", {"name": "many", "database": "measure.db"})):
        status, reply = client.send("PUT", path, body)
        assert status in (200, 201), reply
    return "measure.db"


def put_each(port: int, token: str, payloads: list[bytes]) -> None:
    client = Client(port, token)
    for payload in payloads:
        status, reply = client.send("PUT", "/tables", payload)
        assert status in (200, 201), reply


def timed(label: str, count: int, action) -> None:
    started = time.perf_counter()
    action()
    took = time.perf_counter() - started
    print(f"{label}: {count} tables in {took:.2f} s, {count / took:.0f} tables/s")


def one_by_one(args, token: str, schema: str) -> None:
    share = args.tables // args.connections
    payloads = [[json.dumps(b).encode() for b in bodies(schema, i * share, share)] for i in range(args.connections)]
    threads = [threading.Thread(target=put_each, args=(args.port, token, chunk)) for chunk in payloads]

    def action():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    timed(f"PUT /tables over {args.connections} connections", share * args.connections, action)


def in_bulk(args, client: Client, schema: str) -> None:
    batches = [json.dumps(bodies(schema, i, 100)).encode() for i in range(0, args.tables, 100)]

    def action():
        for batch in batches:
            status, reply = client.send("PUT", "/tables/bulk?async=false", batch)
            assert status == 200 and b'"status":"success"' in reply, reply[:300]

    timed("PUT /tables/bulk, 100 at a time", args.tables, action)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=18585)
    parser.add_argument("--tables", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=8)
    args = parser.parse_args()
    token = os.environ.get("OPENMETADATA_TOKEN", "none")
    client = Client(args.port, token)
    database = prepare(client)
    one_by_one(args, token, f"{database}.one")
    status, _ = client.send("PUT", "/tables/bulk?async=false", [])
    if status == 200:
        in_bulk(args, client, f"{database}.many")
    else:
        print(f"no bulk in this version ({status})")


if __name__ == "__main__":
    main()

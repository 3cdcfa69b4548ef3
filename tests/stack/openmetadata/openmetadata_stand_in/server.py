"""HTTP/1.1 on loopback, kept alive, one event loop. Handlers run one after another: no locks."""

import asyncio
import gzip
import time
from collections import deque

import httptools

from .app import App
from .faults import Fault
from .http import Reply, Request

_REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content"}
MAX_BODY = 256 * 1024 * 1024


class Connection(asyncio.Protocol):
    """One client. Requests are answered in their order; a delayed one holds back the next."""

    def __init__(self, app: App):
        self.app = app
        self._waiting: deque[Request] = deque()
        self._held = False

    def connection_made(self, transport) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def on_message_begin(self) -> None:
        self._target, self._headers, self._body, self._size = b"", {}, [], 0

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        if self._headers.get(b"expect", b"").lower() == b"100-continue":
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size > MAX_BODY:
            self._transport.abort()
            return
        self._body.append(body)

    def on_message_complete(self) -> None:
        self._waiting.append(self._request())
        self._go_on()

    def _request(self) -> Request:
        body = b"".join(self._body)
        if self._headers.get(b"content-encoding") == b"gzip":
            body = gzip.decompress(body)
        return Request(
            method=self._parser.get_method().decode(),
            target=self._target.decode(),
            body=body,
            content_type=self._headers.get(b"content-type", b"").decode(),
            authorization=self._headers.get(b"authorization", b"").decode(),
        )

    def _go_on(self) -> None:
        while self._waiting and not self._held and not self._transport.is_closing():
            self._handle(self._waiting.popleft())

    def _handle(self, request: Request) -> None:
        fault = None
        if not request.target.startswith("/_stand_in"):
            fault = self.app.faults.pick(request.method, request.path)
        if fault is not None and fault.delay_ms:
            self._held = True
            asyncio.get_running_loop().call_later(fault.delay_ms / 1000, self._release, request, fault)
        else:
            self._finish(request, fault)

    def _release(self, request: Request, fault: Fault) -> None:
        self._held = False
        self._finish(request, fault)
        self._go_on()

    def _finish(self, request: Request, fault: Fault | None) -> None:
        started = time.perf_counter()
        reply = self._faulty(request, fault) if fault else self.app.answer(request)
        payload = reply.encoded()
        self.app.note(request, reply, len(payload), started)
        if fault is not None and fault.reset:
            self._transport.abort()
        else:
            self._send(reply, payload)

    def _faulty(self, request: Request, fault: Fault) -> Reply:
        if fault.afterProcessing or (fault.status is None and not fault.reset):
            reply = self.app.answer(request)
            if fault.status is None:
                return reply
        return Reply(fault.status or 0, fault.payload(), fault.headers(), "fault")

    def _send(self, reply: Reply, payload: bytes) -> None:
        lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Status')}", f"Content-Length: {len(payload)}"]
        if payload:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        self._transport.write("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)
        if not self._parser.should_keep_alive():
            self._transport.close()


async def serve(app: App, port: int, stop: asyncio.Event) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Connection(app), "127.0.0.1", port)
    print(f"stand-in for OpenMetadata {app.profile.reported} on http://127.0.0.1:{port}/api", flush=True)
    async with server:
        await stop.wait()
    app.keep()

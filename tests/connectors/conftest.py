from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from connectors.registry import Registry
from connectors.sandbox import sandbox_server
from connectors.sandbox.app import Sandbox
from engine.ports import Call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

WANG, LI = "990101195203070011", "990102198611150133"


@dataclass
class Played:
    """A sandbox on real sockets."""

    sandbox: Sandbox
    url: str

    @property
    def registry(self) -> Registry:
        return Registry(self.url)


@pytest.fixture
def played() -> Iterator[Played]:
    sandbox = Sandbox()
    with sandbox_server(sandbox) as url:
        yield Played(sandbox, url)


def question(*id_numbers: str, authorised: bool = True, **more: Any) -> dict[str, Any]:
    """Give parameters of `verify_household`."""
    members = [{"name": "王建国", "id_no": id_no} for id_no in id_numbers or (WANG,)]
    return {"members": members, "purpose": "minimum_living_allowance", "authorised": authorised, **more}


def call(
    key: str = "1", *, timeout_s: float = 5, operation: str = "verify_household", **parameters: Any
) -> Call:
    return Call(operation, parameters or question(), key, timeout_s)


@contextmanager
def answering(
    answer: Callable[[socket.socket], None], received: list[bytes] | None = None, *, asks_first: bool = True
) -> Iterator[str]:
    """Serve one connection by hand, for what no decent server would send; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                connection.settimeout(5)
                try:
                    request = read_request(connection) if asks_first else b""
                    if received is not None:
                        received.append(request)
                    answer(connection)
                except OSError:
                    return  # the other side has had enough

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()


def read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    lines = (line.split(b":") for line in head.lower().splitlines())
    (length,) = (int(line[1]) for line in lines if line[0] == b"content-length")
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def raw(status: str, body: bytes, *, headers: str = "", length: int | None = None) -> bytes:
    """Write an answer as it goes over the wire; `length` is what it promises."""
    promised = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {promised}\r\n\r\n".encode() + body


def trickle(head: bytes) -> Callable[[socket.socket], None]:
    """Send a byte now and then, so that every single read is answered in time."""

    def send(connection: socket.socket) -> None:
        connection.sendall(head)
        connection.settimeout(0.02)
        for _ in range(250):
            connection.sendall(b"a")
            with suppress(TimeoutError):
                if connection.recv(65536) == b"":
                    return

    return send

"""Eight clients on keep-alive connections that send prepared requests and count what they are answered."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import requests

CLIENTS = 8
TIMEOUT_S = 30
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Burst:
    """What became of requests: seconds in all, and how many of each status."""

    seconds: float
    statuses: Counter[int]

    @property
    def errors(self) -> int:
        """Give how many were answered with 5xx, or not at all."""
        return sum(number for status, number in self.statuses.items() if status >= 500 or status == 0)

    def per_s(self, status: int) -> float:
        """Give how many a second had one status."""
        return self.statuses[status] / self.seconds


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is signed in."""

    port: int
    cookie: str
    token: str

    def completion(self, task: int) -> bytes:
        """Give the request that completes a task with the answer to its form."""
        body = urlencode({"csrf_token": self.token, "finding": "approved"}).encode()
        return post(self.port, f"/tasks/{task}", body, self.cookie)


def sign_in(port: int, username: str) -> Session:
    """Sign in with a password that is the user name, as a browser does."""
    address = f"http://127.0.0.1:{port}/sign-in"
    with requests.Session() as browser:
        found = _TOKEN.search(browser.get(address, timeout=TIMEOUT_S).text)
        assert found is not None
        fields = {"csrf_token": found[1], "username": username, "password": username}
        answer = browser.post(address, data=fields, timeout=TIMEOUT_S)
        token = _TOKEN.search(answer.text)
        assert answer.ok, answer.status_code
        assert token is not None
        return Session(port, "; ".join(f"{one.name}={one.value}" for one in browser.cookies), token[1])


def post(port: int, path: str, body: bytes, cookie: str = "") -> bytes:
    """Give a whole request."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"Cookie: {cookie}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def send(port: int, requests_of_clients: Sequence[Sequence[bytes]]) -> Burst:
    """Let each client send its requests one after the other, all at the same time."""
    statuses: list[Counter[int]] = [Counter() for _ in requests_of_clients]
    gate = threading.Barrier(len(requests_of_clients) + 1)

    def client(number: int) -> None:
        gate.wait()
        statuses[number].update(_answers(port, requests_of_clients[number]))

    threads = [threading.Thread(target=client, args=(number,)) for number in range(len(requests_of_clients))]
    for thread in threads:
        thread.start()
    gate.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    return Burst(time.perf_counter() - began, sum(statuses, Counter()))


def _answers(port: int, prepared: Sequence[bytes]) -> list[int]:
    """Give the statuses; 0 for a request that was not answered."""
    found, connection = [], None
    for request in prepared:
        try:
            connection = connection or socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
            connection.sendall(request)
            status, goes_on = _read(connection)
        except OSError:
            status, goes_on = 0, False
        found.append(status)
        if not goes_on and connection is not None:
            connection.close()
            connection = None
    if connection is not None:
        connection.close()
    return found


def _read(connection: socket.socket) -> tuple[int, bool]:
    """Give an answer's status, and whether the connection may be used again."""
    held = b""
    while b"\r\n\r\n" not in held:
        more = connection.recv(65_536)
        if not more:
            raise ConnectionError
        held += more
    head, _, rest = held.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    while length is not None and len(rest) < int(length[1]):
        rest += connection.recv(65_536)
    return int(head.split(b" ", 2)[1]), length is not None and b"connection: close" not in head.lower()

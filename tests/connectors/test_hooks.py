"""Posts to machines that subscribed: signed, looked up once, and never into our own network."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from connectors import signing
from connectors.hooks import Hooks
from engine.ports import ConnectorError

SECRET = b"agreed"
_INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
]


class Machine(BaseHTTPRequestHandler):
    """Takes a post and answers as the test wants."""

    answer = 204
    posts: ClassVar[list[tuple[str, dict[str, str], bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).posts.append((self.path, dict(self.headers), body))
        self.send_response(self.answer)
        if self.answer == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def machine() -> Iterator[str]:
    Machine.posts, Machine.answer = [], 204
    server = HTTPServer(("127.0.0.1", 0), Machine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()
    thread.join()


def test_it_posts_a_signed_body_under_its_key(machine: str) -> None:
    status = Hooks(private=True).post(machine, SECRET, "42", b'{"event": "case_started"}', 5)

    ((path, headers, body),) = Machine.posts
    assert (status, path, headers["Idempotency-Key"]) == (204, "/hook", "42")
    signing.check(SECRET, body, headers[signing.HEADER], int(time.time()))


@pytest.mark.parametrize("answer", [200, 302, 404, 500])
def test_it_gives_the_status_and_follows_no_redirect(machine: str, answer: int) -> None:
    Machine.answer = answer

    assert Hooks(private=True).post(machine, SECRET, "42", b"{}", 5) == answer
    assert [path for path, *_ in Machine.posts] == ["/hook"]


def test_a_machine_that_is_down_is_asked_again(machine: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ConnectorError) as raised:
        Hooks(private=True).post(f"http://127.0.0.1:{port}/", SECRET, "42", b"{}", 5)

    assert not raised.value.permanent


@pytest.mark.parametrize("inside", _INSIDE)
def test_it_refuses_an_address_inside_our_own_network(inside: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a public name with an address inside, nothing is posted there, whatever else the name has."""
    _resolve_to(monkeypatch, "93.184.216.34", inside)

    for act in (
        lambda: Hooks().check("https://machine.example/"),
        lambda: Hooks().post("https://machine.example/", SECRET, "42", b"{}", 5),
    ):
        with pytest.raises(ConnectorError) as raised:
            act()
        assert (raised.value.code, raised.value.permanent) == ("address_refused", True)


def test_it_connects_to_the_very_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a name that means something else a moment later, the connection does not follow it."""
    asked = _resolve_to(monkeypatch, "93.184.216.34")
    connected = []

    def connect(address: tuple[str, int], *_rest: object) -> socket.socket:
        connected.append(address)
        raise OSError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectorError):
        Hooks().post("https://machine.example/", SECRET, "42", b"{}", 5)

    assert connected == [("93.184.216.34", 443)]
    assert asked == ["machine.example"]


@pytest.mark.parametrize(
    "address",
    [
        "http://machine.example/",
        "ftp://machine.example/",
        "https://user:secret@machine.example/",
        "https://machine.example/?token=1",
        "https:///path",
        "machine.example",
        "https://machine.example:99999/",
        "https://" + "x" * 300 + ".example/",
        "https://[::1",
        "",
    ],
)
@pytest.mark.parametrize("private", [False, True])
def test_it_refuses_other_addresses(address: str, private: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if "xxx" not in address:
        _resolve_to(monkeypatch, "93.184.216.34")
    with pytest.raises(ConnectorError) as raised:
        Hooks(private=private).check(address)

    assert (raised.value.code, raised.value.permanent) == ("address_refused", True)


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name mean these addresses; gives the names that are asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, **_more: object) -> list[tuple]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked

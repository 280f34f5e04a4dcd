"""Another system over HTTP: every way in which it may misbehave has one code, and none takes for ever."""

from __future__ import annotations

import json
import socket
import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from connectors.peer import MAX_ANSWER_BYTES, Peer
from engine.ports import ConnectorError

from .conftest import answering, raw, trickle

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS = {"person_unknown": "Nobody of that number"}


def ask(url: str, *, timeout_s: float = 5, token: str | None = None) -> Any:
    peer = Peer("registry", url, token=token)
    return peer.ask("/ask", {"name": "王"}, idempotency_key="17", timeout_s=timeout_s, refusals=REFUSALS)


def failure(answer: bytes | Callable[[socket.socket], None], *, timeout_s: float = 5) -> tuple[str, bool]:
    """Give code and permanence of what an answer leads to."""
    send = answer if callable(answer) else lambda connection: connection.sendall(answer)
    with answering(send) as url, pytest.raises(ConnectorError) as caught:
        ask(url, timeout_s=timeout_s)
    return caught.value.code, caught.value.permanent


def test_it_gives_the_answer_with_exact_numbers() -> None:
    with answering(lambda connection: connection.sendall(raw("200 OK", b'{"sum": 0.10}'))) as url:
        assert str(ask(url)["sum"]) == str(Decimal("0.10"))


def test_it_tells_who_asks_under_which_key() -> None:
    received: list[bytes] = []
    with answering(lambda connection: connection.sendall(raw("200 OK", b"{}")), received) as url:
        ask(f"{url}/base/", token="abc")

    (request,) = received
    assert request.startswith(b"POST /base/ask HTTP/1.1\r\n")
    assert b"Idempotency-Key: 17\r\n" in request
    assert b"Authorization: Bearer abc\r\n" in request
    assert request.endswith('{"name": "王"}'.encode())


def test_it_tries_again_when_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(ConnectorError) as caught:
        ask(f"http://127.0.0.1:{port}")

    assert (caught.value.code, caught.value.permanent) == ("registry_down", False)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"", "registry_down"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "registry_down"),
        (b"HTTP/1.1 200 OK\r\n\r\n{}", "registry_down"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{}", "registry_down"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "registry_down"),
        (raw("200 OK", b'{"sum": 1', length=900), "registry_down"),
        (raw("500 Internal Server Error", b"<h1>Oops</h1>"), "registry_down"),
        (raw("503 Service Unavailable", b""), "registry_down"),
        (raw("429 Too Many Requests", b""), "registry_busy"),
        (raw("408 Request Timeout", b""), "registry_busy"),
    ],
)
def test_it_tries_again_after_what_may_pass(answer: bytes, code: str) -> None:
    assert failure(answer) == (code, False)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (raw("200 OK", b"<html>"), "registry_wrong_answer"),
        (raw("200 OK", b""), "registry_wrong_answer"),
        (raw("200 OK", b"\xff\xfe"), "registry_wrong_answer"),
        (raw("200 OK", b'{"sum": NaN}'), "registry_wrong_answer"),
        (raw("200 OK", b"1" * 5000), "registry_wrong_answer"),
        (raw("200 OK", b"[" * 100_000), "registry_wrong_answer"),
        (raw("204 No Content", b""), "registry_wrong_answer"),
        (raw("302 Found", b"", headers="Location: http://127.0.0.1:9/\r\n"), "registry_wrong_answer"),
        (raw("404 Not Found", b'{"code": "person_unknown"}'), "person_unknown"),
        (raw("404 Not Found", b"<h1>No such page</h1>"), "registry_refused"),
        (raw("401 Unauthorized", b'{"code": "token_expired"}'), "registry_refused"),
        (raw("400 Bad Request", b'{"code": ["person_unknown"]}'), "registry_refused"),
        (raw("400 Bad Request", b"[" * 100_000), "registry_refused"),
    ],
)
def test_it_gives_up_after_what_will_not_change(answer: bytes, code: str) -> None:
    assert failure(answer) == (code, True)


def test_it_says_what_we_say_for_a_code_and_not_what_the_other_side_says() -> None:
    """Their words may hold an identity number, and ours go into incidents."""
    body = json.dumps({"code": "person_unknown", "message": "990101195203070011"}).encode()

    with (
        answering(lambda connection: connection.sendall(raw("404 Not Found", body))) as url,
        pytest.raises(ConnectorError, match=r"\ANobody of that number\Z"),
    ):
        ask(url)


def test_it_reads_no_more_than_a_megabyte() -> None:
    assert failure(raw("200 OK", b"1" * (MAX_ANSWER_BYTES + 1))) == ("registry_wrong_answer", True)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX: ",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n",
    ],
    ids=["status", "header", "body", "chunk"],
)
def test_it_waits_no_longer_than_told_for_a_system_that_trickles(head: bytes) -> None:
    """Each byte comes in time, all of them never: only a limit on the whole exchange helps."""
    began = time.monotonic()

    assert failure(trickle(head), timeout_s=0.2) == ("registry_timeout", False)
    assert time.monotonic() - began < 2


def test_it_asks_nothing_when_there_is_no_time() -> None:
    with pytest.raises(ConnectorError) as caught:
        ask("http://127.0.0.1:9", timeout_s=0)

    assert caught.value.code == "registry_timeout"


def test_it_waits_no_longer_than_told_for_a_silent_system() -> None:
    began = time.monotonic()

    assert failure(lambda connection: connection.recv(1), timeout_s=0.2) == ("registry_timeout", False)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "url",
    [
        "ftp://registry",
        "registry.example",
        "http://",
        "http://me:secret@registry",
        "http://registry?x=1",
        "http://registry:99999",
        "http://registry/登记",
    ],
)
def test_it_refuses_an_address_that_it_could_not_ask(url: str) -> None:
    with pytest.raises(ValueError, match=r"Expected|Port"):
        Peer("registry", url)


def test_it_refuses_a_token_that_would_break_the_request() -> None:
    with pytest.raises(ValueError, match="Expected plain"):
        Peer("registry", "http://registry", token="abc\r\nX: y")

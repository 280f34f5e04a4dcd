"""Another system over HTTPS: only who is vouched for learns anything, and nobody takes for ever."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import pytest

from connectors.peer import Peer
from engine.ports import ConnectorError

from .conftest import answering, raw, read_request, trickle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@contextmanager
def encrypted(certificate: Path, answer: Callable[[ssl.SSLSocket], None]) -> Iterator[str]:
    """Serve one connection by hand; gives the address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            plain, _ = server.accept()
            plain.settimeout(5)
            with plain, suppress(OSError), context.wrap_socket(plain, server_side=True) as connection:
                answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{server.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()


def ask(url: str, context: ssl.SSLContext | None, timeout_s: float = 5) -> object:
    peer = Peer("registry", url, context=context)
    return peer.ask("/", {}, idempotency_key="1", timeout_s=timeout_s, refusals={})


def test_it_asks_a_system_that_an_authority_vouches_for(certificate: Path) -> None:
    def answer(connection: ssl.SSLSocket) -> None:
        read_request(connection)
        connection.sendall(raw("200 OK", b"[1]"))

    with encrypted(certificate, answer) as url:
        assert ask(url, ssl.create_default_context(cafile=certificate)) == [1]


def test_it_tells_nothing_to_a_system_that_nobody_vouches_for(certificate: Path) -> None:
    received: list[bytes] = []
    with (
        encrypted(certificate, lambda connection: received.append(connection.recv(65536))) as url,
        pytest.raises(ConnectorError) as caught,
    ):
        ask(url, None)

    assert caught.value.code == "registry_down"
    assert not any(received)


def test_it_waits_no_longer_than_told_for_a_system_that_trickles(certificate: Path) -> None:
    """The socket is cut off under the encryption, by another thread than the one that reads."""

    def answer(connection: ssl.SSLSocket) -> None:
        read_request(connection)
        connection.settimeout(0.02)
        for _ in range(250):
            connection.sendall(b"H")
            with suppress(TimeoutError):
                if connection.recv(1) == b"":
                    return

    began = time.monotonic()
    with encrypted(certificate, answer) as url, pytest.raises(ConnectorError) as caught:
        ask(url, ssl.create_default_context(cafile=certificate), timeout_s=0.3)

    assert caught.value.code == "registry_timeout"
    assert time.monotonic() - began < 3


def test_it_waits_no_longer_than_told_for_a_handshake_that_trickles() -> None:
    """A record of four thousand bytes is promised and comes byte by byte."""
    began = time.monotonic()

    with (
        answering(trickle(b"\x16\x03\x03\x10\x00"), asks_first=False) as url,
        pytest.raises(ConnectorError) as caught,
    ):
        ask(url.replace("http:", "https:"), None, timeout_s=0.3)

    assert caught.value.code == "registry_timeout"
    assert time.monotonic() - began < 3

"""Serves the sandbox on real sockets: in the foreground for people, inside the process for tests and the demo."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .app import Sandbox, create_app
from .partners import write_partners
from .post_office import PostOffice, serving_mail

STOP_WITHIN_S = 5.0
CALL_BACK_EVERY_S = 0.2
MAIL_FROM = "Linbang <linbang@linxi.example>"


@dataclass(frozen=True, slots=True)
class Served:
    """A sandbox that answers: what it plays, and with which settings an installation asks it."""

    sandbox: Sandbox
    url: str
    settings: Mapping[str, str]

    @property
    def registry_url(self) -> str:
        """Give the registry's address."""
        return self.settings["LINBANG_REGISTRY_URL"]

    @property
    def beds_url(self) -> str:
        """Give the address of the platform of care beds."""
        return self.settings["LINBANG_BEDS_URL"]

    @property
    def sms_url(self) -> str:
        """Give the address of the short message gateway."""
        return self.settings["LINBANG_SMS_URL"]

    @property
    def mail_url(self) -> str:
        """Give the address of the mail server."""
        return self.settings["LINBANG_MAIL_URL"]


def _addresses(host: str, port: int, mail_port: int, folder: Path) -> dict[str, str]:
    """Give the settings with which an installation asks a sandbox that listens there.

    folder: where the file about the webhook's partners is written.
    """
    url = f"http://{host}:{port}"
    return {
        "LINBANG_REGISTRY_URL": f"{url}/registry",
        "LINBANG_BEDS_URL": f"{url}/beds",
        "LINBANG_SMS_URL": f"{url}/sms",
        "LINBANG_MAIL_URL": f"smtp://{host}:{mail_port}",
        "LINBANG_MAIL_FROM": MAIL_FROM,
        "LINBANG_WEBHOOK_PARTNERS": str(write_partners(folder, url)),
    }


class _QuietHandler(WSGIRequestHandler):
    """Writes no log: addresses hold identity numbers."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def sandbox_server(
    sandbox: Sandbox | None = None, *, host: str = "127.0.0.1", port: int = 0, mail_port: int = 0
) -> Iterator[Served]:
    """Serve a sandbox until the end, on free ports unless some are given; gives its addresses."""
    played = sandbox or Sandbox()
    office = PostOffice(played.faults, played.effects, played.asked, played.closing)
    with (
        TemporaryDirectory(prefix="linbang-sandbox-") as folder,
        serving_mail(office, host, mail_port) as mail_at,
        _serving(played, host, port) as server,
    ):
        try:
            settings = _addresses(host, server.server_port, mail_at, Path(folder))
            settings["LINBANG_BEDS_SECRET"] = played.callbacks.secret.decode()
            yield Served(played, f"http://{host}:{server.server_port}", settings)
        finally:
            played.closing.set()


@contextmanager
def _serving(played: Sandbox, host: str, port: int) -> Iterator[BaseWSGIServer]:
    """Take questions, and call back what is due."""
    server = make_server(host, port, create_app(played), threaded=True, request_handler=_QuietHandler)

    def call_back() -> None:
        while not played.closing.wait(CALL_BACK_EVERY_S):
            played.callbacks.send_due()

    threads = [
        threading.Thread(target=server.serve_forever, args=(0.02,), name="sandbox", daemon=True),
        threading.Thread(target=call_back, name="sandbox-callbacks", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield server
    finally:
        played.closing.set()
        server.shutdown()
        for thread in threads:
            thread.join(STOP_WITHIN_S)
        server.server_close()


def run(
    sandbox: Sandbox,
    ready: Callable[[Served], None],
    *,
    host: str = "127.0.0.1",
    port: int = 8090,
    mail_port: int = 8025,
) -> None:
    """Serve until SIGTERM or SIGINT, also where whoever started it ignores them; tells `ready` the addresses."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with sandbox_server(sandbox, host=host, port=port, mail_port=mail_port) as served:
        ready(served)
        stop.wait()

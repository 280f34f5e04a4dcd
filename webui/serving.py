"""Runs the server: one process, several threads, background work beside them, until it is told to stop."""

from __future__ import annotations

import logging
import secrets
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import waitress

from connectors.sandbox import Sandbox, Served, sandbox_server

from .anchors import anchor_once_a_day
from .app import create_app
from .dispatchers import EmbeddedDispatcher
from .wiring import RENEW_S, Installation, connectors

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 8
LATE = timedelta(seconds=30)
"""How long ago the last tick may be before the heart counts as stopped."""

log = logging.getLogger("linbang")


def serve(
    found: Installation, ready: Callable[[str, str | None], None], *, play_outside: bool = False
) -> None:
    """Serve until SIGTERM or SIGINT; then finish what runs.

    ready: hears the address, and that of the sandbox where there is one. play_outside: start the sandbox
    beside it, which plays the outside systems that are not set up.
    """
    with _outside(found, play=play_outside) as served, _background(found):
        app = create_app(found)
        server: Any = waitress.create_server(
            app,
            host=found.settings.host,
            port=found.settings.port,
            threads=THREADS,
            ident=None,
            **_behind_proxy(found.settings.trusted_proxy),
        )
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: server.close())
        found.address = address = f"http://{found.settings.host}:{server.effective_port}"
        if served is not None:
            served.sandbox.callbacks.url = found.settings.sandbox_callback_url or f"{address}/callbacks"
        ready(address, served.url if served else None)
        try:
            server.run()
        except OSError as exc:  # the socket is closed under the loop when it is told to stop
            log.debug("server closed: %s", exc)


def _behind_proxy(address: str) -> dict[str, Any]:
    """Believe the TLS proxy at an address, and nobody else, who the visitor is."""
    if not address:
        return {}
    headers = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}
    return {"trusted_proxy": address, "trusted_proxy_headers": headers, "clear_untrusted_proxy_headers": True}


@contextmanager
def _outside(found: Installation, *, play: bool) -> Iterator[Served | None]:
    if not play:
        yield None
        return
    secret = found.settings.given(("LINBANG_BEDS_SECRET",)).get("LINBANG_BEDS_SECRET") or secrets.token_hex()
    sandbox = Sandbox(secret=secret.encode(), reply_after_s=found.settings.sandbox_reply_s)
    with sandbox_server(sandbox) as served:
        outside = {**served.settings, **found.settings.outside}
        found.runtime.connectors = {
            **found.runtime.connectors,
            **connectors(replace(found.settings, outside=outside)),
        }
        found.clock_moved = sandbox.beds.tick
        yield served


@contextmanager
def _background(found: Installation) -> Iterator[None]:
    dispatcher = EmbeddedDispatcher(found.runtime)
    stopped = threading.Event()

    def keep_house() -> None:
        while not stopped.wait(RENEW_S):
            try:
                found.renew()
                anchor_once_a_day(found)
            except Exception:
                log.exception("the minute's housekeeping failed")

    found.runtime.wake = dispatcher.wake
    found.heartbeat = lambda: (
        dispatcher.last_tick is not None and datetime.now(UTC) - dispatcher.last_tick < LATE
    )
    dispatcher.start()
    keeper = threading.Thread(target=keep_house, name="linbang-house", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stopped.set()
        dispatcher.stop()

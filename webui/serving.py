"""Runs the server: one process, several threads, background work in it or not, until it is told to stop."""

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
from engine.store.subscriptions import KNOWN_FOR_S

from .anchors import anchor_once_a_day
from .app import create_app
from .dispatching.embedded import EmbeddedDispatcher
from .settings import WORKERS
from .wiring import RENEW_S, Installation, connectors

if TYPE_CHECKING:
    from collections.abc import Callable

THREADS = 8
MAX_OPEN = 900
"""How many browsers may keep a line open, most of them silent; a process may usually have 1,024 files open."""
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
    with _outside(found, play=play_outside) as served, background(found):
        app = create_app(found)
        server: Any = waitress.create_server(
            app,
            host=found.settings.host,
            port=found.settings.port,
            threads=THREADS,
            connection_limit=MAX_OPEN,
            asyncore_use_poll=True,
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
def background(found: Installation) -> Iterator[None]:
    """Run due jobs in this process, or tell workers of them, as the settings say."""
    if found.settings.background == WORKERS:
        with _workers_told(found):
            yield
        return
    dispatcher = EmbeddedDispatcher(found.runtime)
    found.runtime.wake = dispatcher.wake
    found.heartbeat = lambda: (
        dispatcher.last_tick is not None and datetime.now(UTC) - dispatcher.last_tick < LATE
    )

    def keep_house() -> None:
        found.renew()
        anchor_once_a_day(found)

    with _again_and_again(keep_house, RENEW_S):
        dispatcher.start()
        try:
            yield
        finally:
            dispatcher.stop()


@contextmanager
def _workers_told(found: Installation) -> Iterator[None]:
    from .dispatching.notifier import Notifier  # noqa: PLC0415 - psycopg is there only with PostgreSQL

    notifier = Notifier(found.runtime.database)
    found.runtime.wake = notifier.wake
    found.runtime.subscriptions.refresh()

    def keep_house() -> None:
        found.runtime.subscriptions.refresh()
        found.runtime.calendars.refresh()
        found.renew()

    notifier.start()
    with _again_and_again(keep_house, KNOWN_FOR_S / 2):
        try:
            yield
        finally:
            notifier.stop()


@contextmanager
def _again_and_again(act: Callable[[], None], interval_s: float) -> Iterator[None]:
    stopped = threading.Event()

    def repeat() -> None:
        while not stopped.wait(interval_s):
            try:
                act()
            except Exception:
                log.exception("the housekeeping failed; it is tried again")

    threading.Thread(target=repeat, name="linbang-house", daemon=True).start()
    try:
        yield
    finally:
        stopped.set()

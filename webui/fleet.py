"""An installation of several processes on one PostgreSQL: starts those that serve pages and those that run jobs.

None of them keeps anything to itself that another has to know. What they need beyond an embedded installation
(procrastinate, granian) comes with `pip install linbang[fleet]`, and is looked for here only.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import sys
from contextlib import ExitStack
from enum import Enum
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

from werkzeug.middleware.proxy_fix import ProxyFix

from engine.errors import InvalidInput, NotAllowed
from engine.store import Database

from . import serving
from .app import create_app
from .logs import log_plainly
from .settings import WORKERS, Settings
from .wiring import open_installation

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS = 8
MAX_CALLS = 64
MAX_PROCESSES = 64
THREADS = 4
"""How many requests one process answers at once."""
STOP_WITHIN_S = 30
_NEEDED = ("procrastinate", "granian")

log = logging.getLogger("linbang.fleet")


class Queue(Enum):
    """What became of procrastinate's tables."""

    NOT_WANTED = "not_wanted"
    NOT_INSTALLED = "not_installed"
    MADE = "made"
    THERE = "there"


def make_queue(database: Database) -> Queue:
    """Make procrastinate's tables where workers may need them."""
    if not database.is_postgresql:
        return Queue.NOT_WANTED
    if _missing():
        return Queue.NOT_INSTALLED
    from .dispatching import queue_schema  # noqa: PLC0415 - procrastinate is there only with workers

    return Queue.MADE if queue_schema.make(database) else Queue.THERE


def upgrade_queue(database: Database) -> list[str]:
    """Bring procrastinate's tables, where there are some, to the installed version; gives the changes' names."""
    if not database.is_postgresql or _missing():
        return []
    from .dispatching import queue_schema  # noqa: PLC0415 - procrastinate is there only with workers

    return queue_schema.upgrade(database)


def check(settings: Settings) -> None:
    """Raise InvalidInput, InvalidState or NotAllowed, saying what to do, unless workers can share this installation."""
    if settings.demo:
        raise NotAllowed("Expected no demo beside workers: its clock lies in one process", code="no_demo")
    missing = _missing()
    if missing:
        raise InvalidInput(
            f"Expected {' and '.join(missing)} for workers, but it is not installed: pip install linbang[fleet]",
            code="setting_broken",
        )
    from .dispatching import queue_schema  # noqa: PLC0415 - procrastinate is there only with workers

    database = Database(settings.database_url)
    try:
        queue_schema.check(database)
    finally:
        database.close()


def work(settings: Settings, calls: int, ready: Callable[[], None]) -> None:
    """Run due jobs until SIGTERM or SIGINT; a job that outlasts the time to stop ends with the process."""
    from .dispatching import worker  # noqa: PLC0415 - procrastinate is there only with workers

    way = worker.Way(settings.worker_name, calls, settings.worker_silent_s)
    with open_installation(settings) as found:
        left = worker.work(found, way, ready)
    if left:
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)  # its threads would be waited for otherwise; their jobs are with somebody else by now


def serve(settings: Settings, processes: int, ready: Callable[[str, str | None], None]) -> None:
    """Serve pages by several processes until SIGTERM or SIGINT; one that dies is started again.

    Raises NotAllowed unless workers run the jobs.
    """
    if settings.background != WORKERS:
        raise NotAllowed(
            "Expected --background none with several processes: they serve pages, and `linbang worker` runs the jobs",
            code="needs_workers",
        )
    from granian import Granian  # noqa: PLC0415 - granian is there only with workers
    from granian.constants import Interfaces  # noqa: PLC0415 - as above
    from granian.log import LogLevels  # noqa: PLC0415 - as above

    os.environ["LINBANG_BACKGROUND"] = WORKERS  # the processes read their settings as this one did
    server = Granian(
        f"{__name__}:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=THREADS,
        backpressure=THREADS * 64,
        factory=True,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=LogLevels.warning,
    )
    server.on_startup(lambda: ready(f"http://{settings.host}:{settings.port}", None))
    server.serve()


def application() -> Any:
    """Make what one of the processes serves, with an installation of its own that is given back at its end."""
    # Until granian listens to signals, one would reach what this process has inherited, and be lost.
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: sys.exit(0))
    log_plainly()
    opened = ExitStack()
    Finalize(None, opened.close, exitpriority=10)
    found = opened.enter_context(open_installation(Settings.from_environment()))
    opened.enter_context(serving.background(found))
    app = create_app(found)
    if found.settings.trusted_proxy:
        app.wsgi_app = _BehindProxy(app.wsgi_app, found.settings.trusted_proxy)  # type: ignore[method-assign]
    return app


def _missing() -> list[str]:
    return [name for name in _NEEDED if importlib.util.find_spec(name) is None]


class _BehindProxy:
    """Believes the TLS proxy at an address, and nobody else, who the visitor is."""

    def __init__(self, app: Any, address: str) -> None:
        self._plain = app
        self._believing = ProxyFix(app, x_for=1, x_proto=1, x_host=1)
        self._address = address

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get("REMOTE_ADDR") == self._address:
            return self._believing(environ, start_response)
        for name in ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST"):
            environ.pop(name, None)
        return self._plain(environ, start_response)

"""Serves the sandbox on real sockets: in the foreground for people, inside the process for tests."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from connectors.sandbox.app import Sandbox, create_app

if TYPE_CHECKING:
    from collections.abc import Iterator

STOP_WITHIN_S = 5.0


class _QuietHandler(WSGIRequestHandler):
    """Writes no log: addresses hold identity numbers."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def run(host: str = "127.0.0.1", port: int = 8090) -> None:
    """Serve until the process is interrupted."""
    sandbox = Sandbox()
    server = _server(host, port, sandbox)
    try:
        with suppress(KeyboardInterrupt):
            server.serve_forever()
    finally:
        sandbox.closing.set()
        server.server_close()


@contextmanager
def sandbox_server(sandbox: Sandbox | None = None) -> Iterator[str]:
    """Serve a sandbox on a free port of this machine and give its address."""
    played = sandbox or Sandbox()
    server = _server("127.0.0.1", 0, played)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="sandbox", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        played.closing.set()
        server.shutdown()
        thread.join(STOP_WITHIN_S)
        server.server_close()


def _server(host: str, port: int, sandbox: Sandbox) -> BaseWSGIServer:
    return make_server(host, port, create_app(sandbox), threaded=True, request_handler=_QuietHandler)

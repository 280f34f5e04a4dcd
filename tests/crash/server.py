"""The server that is killed: the real installation and the real web server, nothing of a test in it."""

from __future__ import annotations

import multiprocessing
from contextlib import suppress
from multiprocessing.connection import Connection

from flask import Flask
from jinja2 import FileSystemBytecodeCache

from webui import serving
from webui.settings import Settings
from webui.wiring import open_installation

READY_WITHIN_S = 30.0

_context = multiprocessing.get_context("forkserver")
# Processes are forked from one that has imported everything and opened nothing: a start costs a tenth of a
# second instead of two.
_context.set_forkserver_preload([__name__])
# Pages are compiled once for all lives: compiling them takes half of a short life.
Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache()}


class Server:
    """One process that serves; ended by SIGKILL only."""

    def __init__(self, settings: Settings) -> None:
        self._heard, tells = _context.Pipe(duplex=False)
        self._process = _context.Process(target=_live, args=(settings, tells), daemon=True)
        self._process.start()
        tells.close()

    def address(self) -> str:
        """Wait until it answers and give where."""
        assert self._heard.poll(READY_WITHIN_S), "Expected the server to start in time, but it did not"
        return str(self._heard.recv())

    def kill(self) -> None:
        """End it as a power failure would, as far as one process goes."""
        self._process.kill()
        self._process.join()
        with suppress(OSError):
            self._heard.close()
        assert self._process.exitcode == -9
        self._process.close()


def _live(settings: Settings, tells: Connection) -> None:
    with open_installation(settings) as found:
        serving.serve(found, lambda address, _sandbox: tells.send(address))

"""Plays the outside systems over real HTTP and SMTP, for the demo and for tests; holds invented people only."""

from __future__ import annotations

from .app import Sandbox, create_app
from .server import Served, run, sandbox_server

__all__ = ["Sandbox", "Served", "create_app", "run", "sandbox_server"]

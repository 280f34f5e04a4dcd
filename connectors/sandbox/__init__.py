"""Plays the outside systems over real HTTP, for the demo and for tests; holds invented people only."""

from __future__ import annotations

from connectors.sandbox.app import create_app
from connectors.sandbox.server import run, sandbox_server

__all__ = ["create_app", "run", "sandbox_server"]

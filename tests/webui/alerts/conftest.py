"""The pages around the world of the engine's own tests of alerts: its service, supervisors and mail server."""

from __future__ import annotations

from tests.engine.alerts.conftest import mail, world
from tests.webui.incidents.conftest import browse

__all__ = ["browse", "mail", "world"]

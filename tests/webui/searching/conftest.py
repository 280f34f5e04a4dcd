"""The pages without a browser."""

from __future__ import annotations

from tests.webui.incidents.conftest import browse, world

__all__ = ["browse", "world"]

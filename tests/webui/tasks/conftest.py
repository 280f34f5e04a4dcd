"""The small office and its browsers, without JavaScript."""

from __future__ import annotations

from tests.webui.incidents.conftest import Browser, browse, words, world

__all__ = ["Browser", "browse", "words", "world"]

"""What docs/API.md says to developers of other systems is so."""

from __future__ import annotations

import re
from pathlib import Path

from connectors import signing
from engine.telling import EVENTS
from webui.api import bearer

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "API.md").read_text("utf-8")


def test_its_way_to_check_a_signature_works() -> None:
    """The example is run as it is printed, on what is really sent."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict = {}
    exec(code, names)
    check, body = names["is_from_linbang"], b'{"event": "case_started"}'
    header = signing.sign(b"agreed", body, 1_000_000)

    assert check("agreed", header, body, 1_000_200)
    assert not check("other", header, body, 1_000_200)
    assert not check("agreed", header, body + b" ", 1_000_200)
    assert not check("agreed", header, body, 1_000_301)
    assert not check("agreed", "t=1", body, 1_000_200)


def test_it_names_every_event() -> None:
    assert [event for event in EVENTS if f"`{event}`" not in PAGE] == []


def test_it_names_the_limit_of_wrong_tokens() -> None:
    assert bearer.ATTEMPTS == 30
    assert "Thirty wrong tokens" in PAGE

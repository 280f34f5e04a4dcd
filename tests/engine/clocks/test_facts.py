"""What cannot be a deadline is refused when it is built."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import datetime

import pytest

from engine.clocks import DeadlineFacts, DeadlineKind, Extension, Pause, parse_limit
from engine.errors import InvalidInput

NAIVE = datetime(2026, 3, 2, 10)


@pytest.mark.parametrize("kind", ["statutory", "internal"])
def test_it_refuses_a_pause_on_a_clock_that_is_not_promised(kind, deadline):
    """The law's limits run whatever happens; only the office's own promise may stand still."""
    with pytest.raises(
        InvalidInput, match=f"pauses on a promised deadline only, but 'promise' is {kind}"
    ) as refusal:
        deadline("12 WD", "2026-03-02T10:15", ("2026-03-05T10:00", None), kind=kind)
    assert refusal.value.code == "deadline_cannot_pause"


@pytest.mark.parametrize(
    "build",
    [
        lambda aware: DeadlineFacts("a", DeadlineKind.INTERNAL, parse_limit("1 WD"), NAIVE),
        lambda aware: Pause(NAIVE, None, "x"),
        lambda aware: Pause(aware, NAIVE, "x"),
        lambda aware: Extension(NAIVE, parse_limit("45 WD"), "x"),
    ],
    ids=["start", "pause begins", "pause ends", "extension"],
)
def test_it_refuses_a_moment_without_an_offset(build, at):
    with pytest.raises(InvalidInput, match="Expected a moment with a UTC offset"):
        build(at("2026-03-02T10:15"))


def test_it_refuses_an_end_without_its_moment_and_a_moment_without_an_end(deadline, at):
    with pytest.raises(InvalidInput, match="both an end and its moment"):
        deadline("12 WD", "2026-03-02T10:15", end="cancelled")
    with pytest.raises(InvalidInput, match="both an end and its moment"):
        DeadlineFacts(
            "a",
            DeadlineKind.INTERNAL,
            parse_limit("1 WD"),
            at("2026-03-02T10:15"),
            ended_at=at("2026-03-03T10:15"),
        )


def test_it_never_changes(deadline):
    with pytest.raises(FrozenInstanceError):
        deadline("12 WD", "2026-03-02T10:15").limit = parse_limit("13 WD")

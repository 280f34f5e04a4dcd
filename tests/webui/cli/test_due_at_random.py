"""`linbang calendar due` and a walk over the plain lists of days give the same dates, whatever is asked."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.engine.calendars import day_walk
from tests.engine.calendars.day_walk import BEIJING, Span
from webui.cli import main

EXAMPLES = int(os.environ.get("LINBANG_CALENDAR_EXAMPLES", "2000"))
YEARS = 9 * 365 + 2
"""Days from 2018-01-01 to 2026-12-30: limits of the last weeks end in a year without a notice."""
PAUSES_MINUTES = (5, 600, 1440, 4 * 1440, 12 * 1440)


@pytest.fixture(autouse=True)
def _nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINBANG_DATA_DIR", str(tmp_path / "nothing"))
    monkeypatch.delenv("LINBANG_DATABASE_URL", raising=False)


def drawn(random_: random.Random) -> tuple[str, datetime, list[Span]]:
    """Draw a limit, an acceptance of 2018 to 2026 at any minute, and up to four pauses, which may overlap."""
    unit = random_.choice(("WD", "WD", "D", "h"))
    limit = f"{random_.randint(1, 500 if unit == 'h' else 45)} {unit}"
    accepted = datetime(2018, 1, 1, tzinfo=BEIJING) + timedelta(minutes=random_.randrange(YEARS * 1440))
    pauses = []
    for _ in range(0 if unit == "h" else random_.randint(0, 4)):
        begin = accepted + timedelta(minutes=random_.randrange(50 * 1440))
        begin = begin.replace(hour=random_.choice((begin.hour, 0, 9, 17)))
        pauses.append((begin, begin + timedelta(minutes=random_.choice(PAUSES_MINUTES))))
    return limit, accepted, pauses


def asked(limit: str, accepted: datetime, pauses: list[Span], zone: object) -> dict[str, object]:
    """Ask the command."""
    words = ["calendar", "due", accepted.astimezone(zone).isoformat(), limit.replace(" ", ""), "--json"]
    for begin, end in pauses:
        words += ["--pause", f"{begin.astimezone(zone).isoformat()}/{end.astimezone(zone).isoformat()}"]
    done = CliRunner().invoke(main, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def test_it_agrees_with_a_walk_over_the_days_on_acceptances_limits_and_pauses_at_random():
    random_ = random.Random(20261231)
    differing, seen = [], {"WD": 0, "D": 0, "h": 0, "pauses": 0, "provisional": 0}
    for _ in range(EXAMPLES):
        limit, accepted, pauses = drawn(random_)
        told = asked(limit, accepted, pauses, random_.choice((BEIJING, UTC)))
        due = day_walk.due(limit, accepted, pauses)
        provisional = day_walk.provisional(limit, due)
        if (datetime.fromisoformat(told["due_at"]), told["provisional"]) != (due, provisional):
            differing.append((limit, accepted, pauses, told["due_at"], due))
        seen[limit.split()[1]] += 1
        seen["pauses"] += bool(pauses)
        seen["provisional"] += provisional

    assert differing == []
    assert min(seen.values()) >= EXAMPLES // 200, seen


def test_its_ledger_counts_as_many_days_as_the_limit_has_and_ends_on_the_due_day():
    random_ = random.Random(7)
    for _ in range(100):
        limit, accepted, pauses = drawn(random_)
        if not limit.endswith("WD"):
            continue
        told = asked(limit, accepted, pauses, BEIJING)
        counted = [line["day"] for line in told["ledger"] if line["counted"]]

        assert len(counted) == int(limit.split()[0])
        assert counted[-1] == told["due_at"][:10]


@pytest.mark.parametrize(
    "words",
    [["2026-03-02", "24h", "--pause", "2026-03-03/2026-03-04"], ["2026-03-02", "12WD", "--pause", "x"]],
)
def test_it_refuses_a_pause_that_cannot_be_in_a_sentence(words):
    done = CliRunner().invoke(main, ["calendar", "due", *words])

    assert done.exit_code == 2
    assert "xpected" in done.output
    assert "Traceback" not in done.output

"""Writes what a campaign came to as tables for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from .judge import counted

if TYPE_CHECKING:
    from .campaign import Findings
    from .judge import Verdict

WAYS = (
    "straight",
    "retried",
    "incident",
    "delayed",
    "overtaken",
    "other way",
    "under way",
    "standing",
    "wrong",
)
MAX_LISTED = 200


def lines_of(found: Findings) -> Iterator[str]:
    """Give the lines of a report."""
    yield from _verdicts("On bad days", found.during)
    yield from _verdicts("After recovery", found.after)
    yield from _reasons(found.after)
    yield from _counts("Faults drawn, by kind", found.drawn)
    yield from _counts("Attempts, by result", found.results)
    yield from _counts("Incidents, by code", found.incidents)
    yield from _counts("Figures", found.figures)
    yield from _counts("Seconds", found.seconds)
    for title, texts in (("Left to people", found.for_people), ("Wrong", found.wrong)):
        yield ""
        yield f"{title}: {len(texts)}"
        yield from (f"  {times:>3} × {text}" for text, times in Counter(texts).most_common(MAX_LISTED))


def _verdicts(title: str, verdicts: Iterable[Verdict]) -> Iterator[str]:
    cells = counted(verdicts)
    ways = [way for way in WAYS if any(cell[2] == way for cell in cells)]
    yield ""
    yield f"{title:<28}{'outcome':<22}" + "".join(f"{way:>11}" for way in ways)
    for service, result in sorted({cell[:2] for cell in cells}):
        numbers = "".join(f"{cells[service, result, way] or '':>11}" for way in ways)
        yield f"{service:<28}{result:<22}{numbers}"
    totals = Counter(way for *_, way in cells.elements())
    yield f"{'all':<50}" + "".join(f"{totals[way]:>11}" for way in ways)


def _reasons(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """List every case that went another way, with what its history names."""
    others = [one for one in verdicts if one.way in {"delayed", "overtaken", "other way", "under way"}]
    if others:
        yield ""
        yield "Not as on a good day, and why"
    for (name, result, why), times in sorted(
        Counter((one.name, one.result, one.why) for one in others).items()
    ):
        yield f"  {times:>3} × {name} → {result}: {why}"


def _counts(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    yield ""
    yield title
    yield from (f"  {name:<28}{times:>8}" for name, times in Counter(counts).most_common())

"""Bad days from beginning to end: everything fails now and then, recovers, is taken up again; then all is counted."""

from __future__ import annotations

import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from .district import open_district
from .driver import Driver
from .helpers import Helpers
from .judge import (
    Trace,
    Verdict,
    end,
    faults_of_the_whole,
    faults_outside,
    judge,
    left_over,
    trace_of,
)
from .outside import outside_systems
from .stories import as_told, drawn_runs, told_stories

if TYPE_CHECKING:
    from .district import District
    from .outside import Outside
    from .stories import Run, Told

MAX_ROUNDS = 20
SHARE = 0.28
"""How many of the questions to an outside system meet a fault."""


@dataclass
class Findings:
    """What a campaign came to: verdicts after each phase, figures, and everything that is wrong."""

    during: list[Verdict] = field(default_factory=list)
    after: list[Verdict] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    for_people: list[str] = field(default_factory=list)
    """Incidents that no retry mends: the outside system says no, and the diagram does not know what then."""
    drawn: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    figures: Counter[str] = field(default_factory=Counter)
    incidents: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Findings) -> None:
        """Take in what another district came to."""
        self.during += other.during
        self.after += other.after
        self.wrong += other.wrong
        self.for_people += other.for_people
        for name in ("drawn", "results", "figures", "incidents"):
            getattr(self, name).update(getattr(other, name))
        self.seconds |= other.seconds


def campaign(
    cases: int,
    seed: int,
    *,
    share: float = SHARE,
    names: Collection[str] = (),
    tell: Callable[[str], None] = print,
) -> Findings:
    """Play so many cases through bad days and good ones; gives what was found.

    share: of the questions that meet a fault. names: stories, as `service/file`; none for all.
    """
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="linbang-bad-days-") as folder,
        outside_systems() as outside,
        open_district(Path(folder), outside.bad.settings, outside.good.settings) as district,
    ):
        found = Findings()
        found.seconds["set up"] = _since(began)
        chance = random.Random(seed)
        told = _named(told_stories(district), names)
        outside.bad.fail(share, seed)
        _Campaign(district, outside, told, found, tell).play(cases, chance)
    return found


def _named(stories: Iterable[Told], names: Collection[str]) -> list[Told]:
    found = [told for told in stories if not names or told.name in names]
    missing = set(names) - {told.name for told in found}
    assert not missing, f"Expected the stories {sorted(missing)}, but there are none of that name"
    return found


class _Campaign:
    def __init__(
        self,
        district: District,
        outside: Outside,
        stories: list[Told],
        found: Findings,
        tell: Callable[[str], None],
    ) -> None:
        self.district, self.outside, self.stories, self.found = district, outside, stories, found
        self.tell = tell
        self.over = 0
        self.driver = Driver(district, outside, self._ended)

    def play(self, cases: int, chance: random.Random) -> None:
        good_runs = [as_told(self.district, told, chance) for told in self.stories]
        runs = drawn_runs(self.district, self.stories, cases, chance)
        with self.driver:
            began = time.monotonic()
            self.driver.play([*good_runs, *runs])
            self.driver.let_calls_end()
            good = self._good_days(good_runs)
            self.found.during = self._judged(runs, good)
            self._examine("on bad days")
            self.found.seconds["bad days"] = _since(began)

            began = time.monotonic()
            self.outside.bad.fail(0, 0)
            self._recover(runs)
            self.found.after = self._judged(runs, good)
            self._check_the_end()
            self.found.seconds["recovery"] = _since(began)
        self._count(runs)

    def _good_days(self, runs: list[Run]) -> dict[str, Trace]:
        """Give what each story comes to when nothing fails."""
        found = {}
        for run in runs:
            self.found.wrong += [f"on a good day: {text}" for text in run.odd]
            if run.state != "played":
                self.found.wrong.append(f"on a good day: {run.told.name} {run.state}: {run.why}")
            found[run.told.name] = run.trace or trace_of(run)
        return found

    def _recover(self, runs: list[Run]) -> None:
        """Take every incident up again, and play what is left of the stories."""
        for _round in range(MAX_ROUNDS):
            self._retry()
            left = [run for run in runs if run.state == "stands"]
            if not left:
                break
            for run in left:
                run.resume(self.district.clock.moment)
            self.driver.play(left)
        Helpers(told_stories(self.district)).finish(self.driver, runs)
        self._retry()

    def _retry(self) -> None:
        """Take incidents up again until none is left that an outside system's fault raised."""
        for _round in range(MAX_ROUNDS):
            retried = self.driver.retry_all()
            self.found.figures["incidents retried"] += retried
            self.driver.let_calls_end()
            if not retried:
                return

    def _judged(self, runs: list[Run], good: dict[str, Trace]) -> list[Verdict]:
        book = self.district.book
        failed = book.failed_cases()
        return [judge(run, good[run.told.name], book, failed) for run in runs]

    def _examine(self, when: str) -> None:
        self.found.wrong += [f"{when}: {text}" for text in faults_of_the_whole(self.district)]

    def _check_the_end(self) -> None:
        self._examine("in the end")
        for text, by_fault in left_over(self.district):
            (self.found.wrong if by_fault else self.found.for_people).append(text)
        self.found.wrong += faults_outside(self.district, self.outside)
        self.found.wrong += [
            f"{one.name} ({one.result}): {one.why}" for one in self.found.after if one.way == "wrong"
        ]

    def _ended(self, run: Run) -> None:
        end(run)
        self.over += 1
        if self.over % 100 == 0:
            self.tell(f"{self.over} stories, {self.district.clock.moment:%Y-%m-%d}")

    def _count(self, runs: list[Run]) -> None:
        book, found = self.district.book, self.found
        found.drawn, found.results = self.outside.drawn(), book.results()
        keys = Counter(attempt.key for attempt in book.attempts)
        cases = self.district.found.cases
        found.figures.update(
            {
                "calls and messages": len(keys),
                "attempts": keys.total(),
                "retries": keys.total() - len(keys),
                "effects": len(self.outside.bad.effects()) + len(self.outside.good.effects()),
                "callbacks that came early": sum(run.story.early for run in runs),
                "cases in all": len(cases.ids(limit=1_000_000)),
            }
        )
        found.incidents = _incidents(self.district)


def _incidents(district: District) -> Counter[str]:
    cases = district.found.cases
    found: Counter[str] = Counter()
    for case_id in cases.ids(limit=1_000_000):
        for state in ("open", "resolved"):
            found.update(row.code for row in cases.incidents(case_id, state))
    return found


def _since(began: float) -> int:
    return round(time.monotonic() - began)

"""People who go on with a case that has left its story: they answer what others answered in the same place."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine.scenarios import StoryError

from .stories import moved

if TYPE_CHECKING:
    from .driver import Driver
    from .stories import Run, Told

MAX_ROUNDS = 80
"""How often all cases that left their story are looked at."""
LONGEST_WAIT = timedelta(days=40)
"""How long people wait for a clock before they leave a case to itself."""
_WANTED = {"task", "by", "second", "answers"}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Helpers:
    """Steps by service and task, from all stories."""

    def __init__(self, stories: Iterable[Told]) -> None:
        self._steps: dict[tuple[str, str], list[tuple[date, Mapping[str, Any]]]] = defaultdict(list)
        for told in stories:
            begins = date.fromisoformat(str(told.document["start"]["at"])[:10])
            for step in told.document.get("steps", []):
                if "task" in step and "answers" in step:
                    self._steps[told.definition.key, step["task"]].append((begins, step))

    def finish(self, driver: Driver, runs: Iterable[Run]) -> None:
        """Go on with cases that went astray until they end or nobody can do anything more."""
        astray = [run for run in runs if run.state == "astray"]
        for _round in range(MAX_ROUNDS):
            astray = [run for run in astray if self._is_running(run)]
            if not astray:
                return
            done = [run for run in astray if self._work(driver, run)]
            driver.settle()
            if not done and not self._wait(driver, astray):
                return
            driver.retry_all()
            driver.let_calls_end()

    def _is_running(self, run: Run) -> bool:
        row = run.story.cases.instance(run.case_id)
        return row is not None and row.state == "active"

    def _work(self, driver: Driver, run: Run) -> bool:
        """Do one open task of a case, if anybody knows how."""
        for row in run.story.open_tasks():
            for step in self._known(driver, run, row.element_id):
                try:
                    run.story.do(step)
                except StoryError as exc:
                    run.why = exc.message
                    continue
                return True
        return False

    def _known(self, driver: Driver, run: Run, element_id: str) -> Iterator[Mapping[str, Any]]:
        """Give what people answered to a task, with its first day moved to today or tomorrow."""
        today = driver.runtime.calendar.local_date(driver.clock.moment)
        for begins, step in self._steps[run.told.definition.key, element_id]:
            wanted = {key: value for key, value in step.items() if key in _WANTED}
            days = sorted(day for day in map(date.fromisoformat, _DAY.findall(str(wanted))) if day >= begins)
            first = days[0] if days else begins
            for target in (today, today + timedelta(days=1)):
                yield {key: moved(value, begins, target - first) for key, value in wanted.items()}

    def _wait(self, driver: Driver, astray: list[Run]) -> bool:
        """Let time pass until a clock of one of the cases strikes; says whether one will soon."""
        moments = [driver.next_of(run.case_id) for run in astray]
        following = min((moment for moment in moments if moment is not None), default=None)
        if following is None or following > driver.clock.moment + LONGEST_WAIT:
            return False
        driver.pass_until(following)
        return True

"""The rounds of a bench: cases go from their start to their end, and each phase is written plainly in its turn."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from .installation import FOUR_TASKS, Measured, expect

MAX_CASES, MAX_ROUNDS, MAX_SECONDS = 20_000, 100, 3_600
CASES, ROUNDS, SECONDS = 100, 5, 60
PHASES = ("start", "claim", "complete")
TABLES = ("process_instance", "user_task", "history")
"""Every step writes into some of these, so that comparing their numbers of rows finds what was left out."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long a bench goes on: rounds of so many cases, and no new round after so many seconds."""

    cases: int = CASES
    rounds: int = ROUNDS
    seconds: float = SECONDS

    def __iter__(self) -> Iterator[int]:
        """Iterate over the rounds; there is at least one."""
        until = time.monotonic() + self.seconds
        for number in range(self.rounds):
            if number and time.monotonic() >= until:
                return
            yield number


@dataclass(slots=True)
class Phase:
    """What all steps of one kind took in a round, with the engine and plainly, and what they said."""

    steps: int = 0
    seconds: float = 0.0
    plainly_s: float = 0.0
    processor_s: float = 0.0
    plainly_processor_s: float = 0.0
    """What this process alone has computed, not its database's server; steadier than seconds on a busy machine."""
    commits: int = 0
    reads: int = 0
    most_written: int = 0
    """The most statements of one transaction."""

    @property
    def per_s(self) -> float:
        """Give the steps a second."""
        return self.steps / self.seconds

    @property
    def plainly_per_s(self) -> float:
        """Give how many could be written a second without the engine."""
        return self.steps / self.plainly_s

    @property
    def statements(self) -> float:
        """Give the statements of a step at most, reading and writing; BEGIN and COMMIT are none."""
        return self.most_written + self.reads / self.steps


def play(measured: Measured, cases: int) -> dict[str, Phase]:
    """Bring cases of four tasks from their start to their end, and give each phase; then let both databases settle."""
    phases = {name: Phase() for name in PHASES}
    measured.write_plainly()
    _run(measured, phases["start"], lambda _: measured.start("four_tasks", finding="new"), range(cases))
    for _ in FOUR_TASKS:
        tasks = measured.open_tasks(cases + 1)
        expect("open tasks", cases, len(tasks))
        _run(measured, phases["claim"], measured.claim, tasks)
        _run(measured, phases["complete"], measured.complete, tasks)
    measured.settle()
    return phases


def check(measured: Measured, cases: int) -> None:
    """Raise InvalidState unless exactly these cases, their tasks and their histories were written, twice."""
    steps = 1 + 2 * len(FOUR_TASKS)
    expected = {
        "process_instance": (cases, "state = 'completed'"),
        "user_task": (cases * len(FOUR_TASKS), "state = 'completed'"),
        "history": (cases * steps, "1 = 1"),
    }
    for table, (number, where) in expected.items():
        expect(f"rows of {table}", number, measured.own.rows(table, where))
    measured.check_same_rows(*TABLES)


def _run(measured: Measured, phase: Phase, act: Callable[[int], object], numbers: Iterable[int]) -> None:
    measured.write_plainly()
    began, computed = time.perf_counter(), time.process_time()
    done = 0
    for done, number in enumerate(numbers, 1):  # noqa: B007 - counted beyond the loop
        act(number)
    phase.seconds += time.perf_counter() - began
    phase.processor_s += time.process_time() - computed
    phase.steps += done
    said = measured.recording.take()
    phase.reads += len(said.reads)
    phase.commits += len(said.transactions)
    phase.most_written = max([phase.most_written, *(len(one.said) for one in said.transactions)])
    computed = time.process_time()
    phase.plainly_s += measured.plain.say_again(said.transactions)
    phase.plainly_processor_s += time.process_time() - computed

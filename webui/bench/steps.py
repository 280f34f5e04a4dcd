"""Measures durable completions and starts beside the plain writing of the same rows, and beside no database at all."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from engine import spiff
from engine.runtime import Runtime

from .figures import Figure, median
from .installation import FOUR_TASKS, Measured
from .machine import machine
from .rounds import PHASES, Effort, Phase, check, play

WARM_UP = 20
SHARE_GOALS = {False: "≥ 0.25", True: "≥ 0.35"}
"""Of the bare driver's rate, on SQLite and on PostgreSQL."""
STATEMENT_GOALS = {"start": "≤ 6", "claim": "≤ 8", "complete": "≤ 8"}
BYTES_GOAL = "≤ 6000"


@dataclass(frozen=True, slots=True)
class Steps:
    """What the rounds found; each figure is the median of the rounds."""

    phases: dict[str, list[Phase]]
    in_memory_per_s: float
    bytes_per_instance: dict[str, float]
    """By table, with its indexes."""
    on_postgresql: bool
    machine: dict[str, Any]

    def per_s(self, name: str) -> float:
        """Give the steps of a phase a second."""
        return median([phase.per_s for phase in self.phases[name]])

    def plainly_per_s(self, name: str) -> float:
        """Give how many of them could be written plainly a second."""
        return median([phase.plainly_per_s for phase in self.phases[name]])

    def share(self, name: str) -> float:
        """Give the share of the plain rate that is reached; the median of the rounds' shares."""
        return median([phase.per_s / phase.plainly_per_s for phase in self.phases[name]])

    def processor_us(self, name: str) -> tuple[float, float]:
        """Give the processor time of a step, and of writing its rows plainly, in microseconds."""
        return (
            median([phase.processor_s / phase.steps * 1e6 for phase in self.phases[name]]),
            median([phase.plainly_processor_s / phase.steps * 1e6 for phase in self.phases[name]]),
        )

    def statements(self, name: str) -> float:
        """Give the statements of a step at most."""
        return max(phase.statements for phase in self.phases[name])

    def commits(self, name: str) -> float:
        """Give the commits of a step at most."""
        return max(phase.commits / phase.steps for phase in self.phases[name])


def measure(measured: Measured, effort: Effort) -> Steps:
    """Run the rounds and check what they wrote."""
    play(measured, min(effort.cases, WARM_UP))
    before = measured.own.sizes()
    found = [play(measured, effort.cases) for _ in effort]
    return gather(measured, effort, found, before)


def gather(
    measured: Measured, effort: Effort, found: list[dict[str, Phase]], before: dict[str, int]
) -> Steps:
    """Check what rounds wrote, and give what they found. before: the tables' sizes before the first of them."""
    cases = effort.cases * len(found)
    sizes = {name: (size - before.get(name, 0)) / cases for name, size in measured.own.sizes().items()}
    check(measured, cases + min(effort.cases, WARM_UP))
    return Steps(
        phases={name: [round_[name] for round_ in found] for name in PHASES},
        in_memory_per_s=_in_memory(measured.runtime, effort),
        bytes_per_instance=sizes,
        on_postgresql=measured.plain.on_postgresql,
        machine=machine(measured),
    )


def completions(found: Steps) -> dict[str, Any]:
    """Give the document of `linbang bench completions`."""
    return {
        "durable_per_s": round(found.per_s("complete"), 1),
        "raw_per_s": round(found.plainly_per_s("complete"), 1),
        "ratio_to_raw": round(found.share("complete"), 3),
        "in_memory_per_s": round(found.in_memory_per_s, 1),
        "sql_per_completion": round(found.statements("complete"), 2),
        "commits_per_completion": round(found.commits("complete"), 2),
        "bytes_per_instance": round(sum(found.bytes_per_instance.values())),
        "machine": found.machine,
    }


def starts(found: Steps) -> dict[str, Any]:
    """Give the document of `linbang bench starts`."""
    return {
        "durable_per_s": round(found.per_s("start"), 1),
        "raw_per_s": round(found.plainly_per_s("start"), 1),
        "ratio_to_raw": round(found.share("start"), 3),
        "sql_per_start": round(found.statements("start"), 2),
        "commits_per_start": round(found.commits("start"), 2),
        "machine": found.machine,
    }


def figures(found: Steps, *names: str) -> list[Figure]:
    """Give the lines of the table about some phases."""
    lines: list[Figure] = []
    for name in names:
        computed, plainly = found.processor_us(name)
        goal = "" if name == "claim" else SHARE_GOALS[found.on_postgresql]
        lines += [
            Figure(f"{name}: a second", found.per_s(name), "1/s"),
            Figure(f"{name}: plain writing of the same rows", found.plainly_per_s(name), "1/s"),
            Figure(f"{name}: share of it", found.share(name), "", goal),
            Figure(f"{name}: processor time", computed, "µs"),
            Figure(f"{name}: processor time of the plain writing", plainly, "µs"),
            Figure(f"{name}: statements at most", found.statements(name), "", STATEMENT_GOALS[name]),
            Figure(f"{name}: commits", found.commits(name), "", "≤ 1"),
        ]
    if "complete" in names:
        lines += [
            Figure("complete: in memory, nothing kept", found.in_memory_per_s, "1/s"),
            Figure("bytes of a finished case", sum(found.bytes_per_instance.values()), "bytes", BYTES_GOAL),
        ]
    return lines


def _in_memory(runtime: Runtime, effort: Effort) -> float:
    """Give the completions a second of the same service where nothing is read, checked or written."""
    _, definition = runtime.catalogue.newest("four_tasks")
    spent, done = 0.0, 0
    for _ in range(effort.cases):
        script_engine = runtime.script_engine(definition, runtime.clock.now())
        workflow = spiff.start(definition.specs, script_engine, {"name": "王"})
        began = time.perf_counter()
        for _ in FOUR_TASKS:
            (number,) = spiff.resting(workflow)
            spiff.complete(workflow, number, {"finding": "approved"})
            done += 1
        spent += time.perf_counter() - began
    return done / spent

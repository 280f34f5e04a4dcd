"""Where a durable step's time goes, on one database or on both in turns, beside the plain writing of the same rows.

Run `python -m tests.benchmarks.steps --database sqlite` or `postgresql`, or `both`. The rounds are those of
`linbang bench completions`; here claims are told, too, the bytes of each table, and the rooms of a completion.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from engine import codec, forms, instances, outcome, spiff
from webui.bench import steps
from webui.bench.figures import Figure, table, write
from webui.bench.installation import DATABASES, FOUR_TASKS, Measured, measured
from webui.bench.rounds import PHASES, Effort, play

from .places import settings_on
from .splitting import Room, splitting


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100, help="cases of a round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=600, help="no round begins later")
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="sqlite")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    kinds = DATABASES if chosen.database == "both" else (chosen.database,)
    with ExitStack() as opened:
        sides = {kind: opened.enter_context(measured(settings_on(kind, opened), kind)) for kind in kinds}
        found = measure(sides, Effort(chosen.cases, chosen.rounds, chosen.seconds))
    for kind, figures in found.items():
        print(table(f"steps on {kind}, at most {chosen.rounds} rounds of {chosen.cases} cases", figures))
    named = [replace(one, name=f"{kind}: {one.name}") for kind, figures in found.items() for one in figures]
    write(chosen.json, f"steps, at most {chosen.rounds} rounds of {chosen.cases} cases", named)


def measure(sides: dict[str, Measured], effort: Effort) -> dict[str, list[Figure]]:
    """Run the rounds, each side in turn, and give all figures."""
    for side in sides.values():
        play(side, min(effort.cases, steps.WARM_UP))
    before = {kind: side.own.sizes() for kind, side in sides.items()}
    found = {kind: [] for kind in sides}
    for _ in effort:
        for kind, side in sides.items():
            found[kind].append(play(side, effort.cases))
    figures = {}
    for kind, side in sides.items():
        result = steps.gather(side, effort, found[kind], before[kind])
        figures[kind] = [
            *steps.figures(result, *PHASES),
            *_tables(result.bytes_per_instance),
            *_split(side, effort.cases),
        ]
    return figures


def _tables(sizes: dict[str, float]) -> list[Figure]:
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    return [Figure(f"  {name}", size, "bytes") for name, size in largest if size >= 1]


def _split(side: Measured, cases: int) -> list[Figure]:
    """Give the processor time of a completion by room, in microseconds."""
    runtime = side.runtime
    rooms: list[Room] = [
        ("load", codec, "load"),
        ("run", spiff, "complete"),
        ("dump", codec, "dump"),
        ("open the seal", runtime.sealer, "open"),
        ("seal", runtime.sealer, "seal"),
        ("link", outcome, "make_link"),
        ("check answers", forms, "read_answers"),
        ("work out", instances, "work_out"),
        ("SQL read", runtime.steps, "load_by_task"),
        ("SQL write", runtime.steps, "save"),
    ]
    for _ in range(cases):
        side.start("four_tasks", finding="new")
    total = 0.0
    spent: dict[str, float] = defaultdict(float)
    for _ in FOUR_TASKS:
        tasks = side.open_tasks(cases + 1)
        for task in tasks:
            side.claim(task)
        with splitting(rooms) as split:
            began = time.thread_time()
            for task in tasks:
                side.complete(task)
            total += time.thread_time() - began
        for name, seconds in split.seconds.items():
            spent[name] += seconds
    spent["the rest"] = total - sum(spent.values())
    each = {name: spent[name] / (cases * len(FOUR_TASKS)) * 1e6 for name in spent}
    outside = sum(value for name, value in each.items() if not name.startswith("SQL"))
    needed = each.get("load", 0) + each["run"] + each["dump"]
    figures = [Figure("completion: work outside the database", outside / needed, "× load+run+dump", "≤ 1.6")]
    return figures + [
        Figure(f"  {name}", each[name], "µs") for name in sorted(each, key=lambda name: -each[name])
    ]


if __name__ == "__main__":
    main()

"""How many durable steps a second one process makes on SQLite, beside the plain writing of the same rows.

Run `python -m tests.benchmarks.steps`. The model: start, four user tasks with a form, end. Both sides write
with synchronous=FULL, in turns within one run; figures are medians of the rounds.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine import codec, forms, instances, outcome, spiff, user_tasks
from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import ALICE, World, make_world

from .figures import Figure, median, show, write
from .recording import Recording, Transaction, open_plainly, say_again
from .splitting import Room, splitting

TASKS = ("t1", "t2", "t3", "t4")
FOUR_TASKS = bundle(
    node("startEvent", "begin", attributes='linbang:form="a"')
    + "".join(user_task(name, form="a") for name in TASKS)
    + node("endEvent", "done")
    + chain("begin", *TASKS, "done")
)
PHASES = ("start", "claim", "complete")
_SIZES = "SELECT tbl_name, sum(pgsize) FROM dbstat JOIN sqlite_master ON dbstat.name = sqlite_master.name GROUP BY 1"


@dataclass
class Round:
    """Seconds of one round by phase, with the engine and plainly, and what was written."""

    engine: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    plain: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    written: dict[str, list[Transaction]] = field(default_factory=lambda: defaultdict(list))
    reads: dict[str, int] = field(default_factory=lambda: defaultdict(int))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100, help="cases of a round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        title = f"steps on SQLite, {chosen.rounds} rounds of {chosen.cases} cases"
        figures = measure(Path(folder), chosen.cases, chosen.rounds)
    show(title, figures)
    write(chosen.json, title, figures)


def measure(folder: Path, cases: int, rounds: int) -> list[Figure]:
    """Run the rounds in a folder and give all figures."""
    world, recording, plain = _prepare(folder)
    _round(world, recording, plain, min(cases, 20))  # both sides warm
    before = _sizes(plain)
    found = [_round(world, recording, plain, cases) for _ in range(rounds)]
    split = _split(world, cases)
    after = _sizes(plain)
    plain.close()
    world.runtime.database.close()
    sizes = {name: (size - before.get(name, 0)) / (cases * rounds) for name, size in after.items()}
    return [*_rates(found, cases), *_statements(found[0], cases), *_bytes(sizes), *split]


def _prepare(folder: Path) -> tuple[World, Recording, sqlite3.Connection]:
    """Make an installation, and a second database with the same tables and the service's row."""
    world = make_world(folder)
    other = make_world(folder, "plain.db")
    other.runtime.database.close()
    plain = open_plainly(str(folder / "plain.db"))
    recording = Recording(world.runtime.database.engine)
    world.deploy(FOUR_TASKS)
    say_again(plain, recording.take())
    return world, recording, plain


def _round(world: World, recording: Recording, plain: sqlite3.Connection, cases: int) -> Round:
    """Start cases and bring them to their end, and write after each phase the same rows plainly."""
    round_ = Round()

    def phase(name: str, act: Callable[[int], object], numbers: Iterable[int]) -> None:
        recording.take()
        recording.reads.clear()
        began = time.perf_counter()
        for number in numbers:
            act(number)
        round_.engine[name] += time.perf_counter() - began
        round_.reads[name] += len(recording.reads)
        written = recording.take()
        round_.plain[name] += say_again(plain, written)
        round_.written[name] += written

    phase("start", lambda _: world.start(a="Wang"), range(cases))
    for _ in TASKS:
        tasks = _open_tasks(world, cases)
        phase("claim", lambda task: user_tasks.claim(world.runtime, task, ALICE), tasks)
        phase("complete", lambda task: _complete(world, task), tasks)
    return round_


def _complete(world: World, task: int) -> None:
    user_tasks.complete(world.runtime, task, ALICE, {"a": "approved"})


def _open_tasks(world: World, cases: int) -> list[int]:
    rows = world.runtime.inbox.page(ALICE.principals, cases + 1)
    assert len(rows) == cases
    return [row.user_task_id for row in rows]


def _rates(found: list[Round], cases: int) -> list[Figure]:
    figures = []
    for name in PHASES:
        steps = cases if name == "start" else cases * len(TASKS)
        figures.append(
            Figure(f"{name}: a second", median([steps / one.engine[name] for one in found]), "1/s")
        )
        figures.append(
            Figure(f"{name}: plain writing", median([steps / one.plain[name] for one in found]), "1/s")
        )
        share = median([one.plain[name] / one.engine[name] for one in found])
        figures.append(Figure(f"{name}: share of it", share, "", "≥ 0.25" if name != "claim" else ""))
    return figures


def _statements(one: Round, cases: int) -> list[Figure]:
    figures = []
    for name, goal in zip(PHASES, ("≤ 6", "", "≤ 8"), strict=True):
        steps = cases if name == "start" else cases * len(TASKS)
        most = max(len(transaction.said) for transaction in one.written[name])
        said = most + one.reads[name] / steps
        figures.append(Figure(f"{name}: statements at most", said, "", goal))
        figures.append(Figure(f"{name}: commits", len(one.written[name]) / steps, "", "≤ 1"))
    return figures


def _bytes(sizes: dict[str, float]) -> list[Figure]:
    figures = [Figure("bytes of a finished case", sum(sizes.values()), "bytes", "≤ 6000")]
    largest = sorted(sizes.items(), key=lambda item: -item[1])
    return figures + [Figure(f"  {name}", size, "bytes") for name, size in largest if size >= 1]


def _split(world: World, cases: int) -> list[Figure]:
    """Give the processor time of a completion by room, in microseconds."""
    runtime = world.runtime
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
        world.start(a="Wang")
    total = 0.0
    rooms_spent: dict[str, float] = defaultdict(float)
    for _ in TASKS:
        tasks = _open_tasks(world, cases)
        for task in tasks:
            user_tasks.claim(runtime, task, ALICE)
        with splitting(rooms) as split:
            began = time.thread_time()
            for task in tasks:
                _complete(world, task)
            total += time.thread_time() - began
        for name, seconds in split.seconds.items():
            rooms_spent[name] += seconds
    rooms_spent["the rest"] = total - sum(rooms_spent.values())
    each = {name: seconds / (cases * len(TASKS)) * 1e6 for name, seconds in rooms_spent.items()}
    outside = sum(value for name, value in each.items() if not name.startswith("SQL"))
    needed = each["load"] + each["run"] + each["dump"]
    figures = [Figure("completion: work outside the database", outside / needed, "× load+run+dump", "≤ 1.6")]
    return figures + [
        Figure(f"  {name}", each[name], "µs") for name in sorted(each, key=lambda name: -each[name])
    ]


def _sizes(connection: sqlite3.Connection) -> dict[str, int]:
    return dict(connection.execute(_SIZES).fetchall())


if __name__ == "__main__":
    main()

"""How many durable steps a second one process makes, beside the plain writing of the same rows.

Run `python -m tests.benchmarks.steps --database sqlite` or `postgresql`, or `both` to compare them in turns. The
model: start, four user tasks with a form, end. Both sides wait for the disk at each commit, in turns within one
run; figures are medians of the rounds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine import codec, forms, instances, outcome, spiff, user_tasks
from tests.databases.server import own_server
from tests.engine.bundles import bundle, chain, node, user_task
from tests.engine.support import ALICE, World, make_world_at

from .figures import Figure, median, show, write
from .recording import Plain, Recording, Transaction
from .splitting import Room, splitting

TASKS = ("t1", "t2", "t3", "t4")
FOUR_TASKS = bundle(
    node("startEvent", "begin", attributes='linbang:form="a"')
    + "".join(user_task(name, form="a") for name in TASKS)
    + node("endEvent", "done")
    + chain("begin", *TASKS, "done")
)
PHASES = ("start", "claim", "complete")


@dataclass
class Round:
    """Seconds of one round by phase, with the engine and plainly, and what was written."""

    engine: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    plain: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    written: dict[str, list[Transaction]] = field(default_factory=lambda: defaultdict(list))
    reads: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Side:
    """An installation that is measured on one database, and the plain connection to another of the same kind."""

    world: World
    recording: Recording
    plain: Plain


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100, help="cases of a round")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="sqlite")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    kinds = ("sqlite", "postgresql") if chosen.database == "both" else (chosen.database,)
    with ExitStack() as opened:
        sides = {kind: _prepare(kind, opened) for kind in kinds}
        found = measure(sides, chosen.cases, chosen.rounds)
    for kind, figures in found.items():
        title = f"steps on {kind}, {chosen.rounds} rounds of {chosen.cases} cases"
        show(title, figures)
    title = f"steps, {chosen.rounds} rounds of {chosen.cases} cases"
    named = [replace(one, name=f"{kind}: {one.name}") for kind, figures in found.items() for one in figures]
    write(chosen.json, title, named)


def measure(sides: dict[str, Side], cases: int, rounds: int) -> dict[str, list[Figure]]:
    """Run the rounds, each side in turn, and give all figures."""
    for side in sides.values():
        _round(side, min(cases, 20))  # all warm
    before = {kind: side.plain.sizes() for kind, side in sides.items()}
    found: dict[str, list[Round]] = {kind: [] for kind in sides}
    for _ in range(rounds):
        for kind, side in sides.items():
            found[kind].append(_round(side, cases))
    figures = {}
    for kind, side in sides.items():
        after = side.plain.sizes()
        sizes = {name: (size - before[kind].get(name, 0)) / (cases * rounds) for name, size in after.items()}
        rates, said = _rates(found[kind], cases), _statements(found[kind][0], cases)
        figures[kind] = [*rates, *said, *_bytes(sizes), *_split(side.world, cases)]
    return figures


def _prepare(kind: str, opened: ExitStack) -> Side:
    """Make an installation, and a second database with the same tables and the service's row."""
    urls = _addresses(kind, opened)
    world, other = (make_world_at(url) for url in urls)
    other.runtime.database.close()
    plain = Plain(urls[1])
    recording = Recording(world.runtime.database.engine)
    opened.callback(world.runtime.database.close)
    opened.callback(plain.close)
    world.deploy(FOUR_TASKS)
    plain.say_again(recording.take())
    return Side(world, recording, plain)


def _addresses(kind: str, opened: ExitStack) -> list[str]:
    if kind == "sqlite":
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory()))
        return [f"sqlite:///{folder / name}.db" for name in ("engine", "plain")]
    server = opened.enter_context(own_server(durable=True))
    with server.connect() as connection:
        for name in ("engine", "plain"):
            connection.execute(f"CREATE DATABASE {name}")
    return [server.url(name) for name in ("engine", "plain")]


def _round(side: Side, cases: int) -> Round:
    """Start cases and bring them to their end, and write after each phase the same rows plainly."""
    world, recording = side.world, side.recording
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
        round_.plain[name] += side.plain.say_again(written)
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


if __name__ == "__main__":
    main()

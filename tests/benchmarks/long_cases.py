"""What a step of a long or a wide case costs: the thousandth round of a loop, the hundredth of five hundred visits.

Run `python -m tests.benchmarks.long_cases`. Steps are completions by the public verbs on SQLite; costs are
processor time, medians around the step that a line names.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine import user_tasks
from engine.definitions import Bundle
from engine.store.cases import CaseStore
from tests.engine.bundles import (
    bundle,
    chain,
    flow,
    node,
    script,
    small_body,
    start_and_end,
    subprocess,
    user_task,
)
from tests.engine.support import ALICE, World, make_world
from webui.bench.figures import Figure, median, table, write

LOOPS = (50, 200, 400, 1000)
WIDTHS = (50, 200, 500)
AROUND = 10
"""How many steps on either side of the one that is named are looked at."""


@dataclass
class Course:
    """One case from its start to its end: seconds of its start, and processor seconds of each completion."""

    start_s: float = 0.0
    total_s: float = 0.0
    steps: list[float] = field(default_factory=list)

    def at(self, step: int) -> float:
        """Give the milliseconds of a completion around a step."""
        return 1e3 * median(self.steps[max(0, step - AROUND) : step + AROUND])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    chosen = parser.parse_args()
    figures = [*_loops(), *_one_by_one(), *_side_by_side()]
    print(table("long and wide cases on SQLite", figures))
    write(chosen.json, "long and wide cases on SQLite", figures)


def loop(body: Sequence[str] = ()) -> str:
    """Draw a task, further elements and the way back, from `begin` to `done`."""
    scripts = "".join(script(name, '{a: "x"}') for name in body)
    gateway = node("exclusiveGateway", "more", attributes='default="f_more_done"')
    return (
        node("startEvent", "begin") + user_task("again", form="ok") + scripts + gateway + node("endEvent", "done")
        + chain("begin", "again", *body, "more", "done") + flow("more", "again", "ok")
    )  # fmt: skip


def _loops() -> Iterator[Figure]:
    shapes = {
        "loop of a task": bundle(loop()),
        "loop of five elements": bundle(loop(("s1", "s2", "s3"))),
        "loop in a subprocess": bundle(
            node("startEvent", "in") + subprocess("inner", loop()) + node("endEvent", "out") + chain("in", "inner", "out")
        ),
    }  # fmt: skip
    for name, service in shapes.items():
        course = _follow(service, LOOPS[-1], lambda step: {"ok": step + 1 < LOOPS[-1]})
        for step in LOOPS:
            yield Figure(f"{name}: round {step}", course.at(step), "ms")
        yield Figure(f"{name}: last to 50th", course.at(LOOPS[-1]) / course.at(50), "×", "≤ 1.5")


def _one_by_one() -> Iterator[Figure]:
    course = _follow(
        bundle(_repeated(user_task("visit"), sequential=True) + start_and_end("visit")), WIDTHS[-1]
    )
    for step in WIDTHS:
        yield Figure(f"visits one by one: visit {step}", course.at(step), "ms")


def _side_by_side() -> Iterator[Figure]:
    shapes = {
        "visits at once": _repeated(user_task("visit"), sequential=False) + start_and_end("visit"),
        "subprocesses at once": _repeated(
            subprocess("inner", small_body("b", user_task("visit"), "visit")), sequential=False
        ) + start_and_end("inner"),
    }  # fmt: skip
    for name, body in shapes.items():
        courses = {width: _follow(bundle(body), width) for width in WIDTHS}
        for width, course in courses.items():
            yield Figure(f"{name}: start of {width}", 1e3 * course.start_s, "ms")
            yield Figure(f"{name}: completion among {width}", course.at(AROUND), "ms")
        narrow, wide = courses[WIDTHS[0]], courses[WIDTHS[-1]]
        yield Figure(f"{name}: among 500 to among 50", wide.at(AROUND) / narrow.at(AROUND), "×", "≤ 3")
        yield Figure(f"{name}: all 500, claims included", wide.total_s, "s", "≤ 60")


def _repeated(activity: str, *, sequential: bool) -> str:
    marker = (
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        "<bpmn:loopCardinality>n</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"
    )
    head, _, tail = activity.rpartition("</bpmn:")
    return f"{head}{marker}</bpmn:{tail}"


def _follow(
    service: Bundle, steps: int, answers: Callable[[int], dict[str, object]] = lambda _step: {}
) -> Course:
    """Start a case and complete as many tasks of it as there are steps; then it must have ended."""
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        world.deploy(service)
        course = Course()
        began = time.perf_counter()
        case = world.start(n=steps, ok=True)
        course.start_s = time.perf_counter() - began
        waiting: list[int] = []
        for step in range(steps):
            waiting = waiting or _open_tasks(world, case.id)
            course.steps.append(_complete(world, waiting.pop(0), answers(step)))
        course.total_s = time.perf_counter() - began
        ended = CaseStore(world.runtime.database, 1).instance(case.id)
        assert ended is not None
        assert ended.state == "completed"
        world.runtime.database.close()
    return course


def _open_tasks(world: World, case: int) -> list[int]:
    rows = CaseStore(world.runtime.database, 1).user_tasks(case)
    return [row.id for row in rows if row.state == "open"]


def _complete(world: World, task: int, answers: dict[str, object]) -> float:
    user_tasks.claim(world.runtime, task, ALICE)
    began = time.thread_time()
    user_tasks.complete(world.runtime, task, ALICE, answers)
    return time.thread_time() - began


if __name__ == "__main__":
    main()

"""What the gate has to hold to, whatever it is handed: words instead of tracebacks, within time and memory."""

from __future__ import annotations

import faulthandler
import json
import random
import resource
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import instances, scheduler, user_tasks
from engine.definitions import Bundle, Definition, compile_bundle, read_zip
from engine.definitions.gate import of_record, to_record
from engine.errors import EngineError, InvalidInput
from engine.instances import StartRequest
from engine.store.cases import CaseStore
from tests.definitions.gate import shape
from tests.engine.bundles import GROUPS
from tests.engine.support import CLERK, QINGHE, World, make_world, person
from webui.words.problems import said

PROCESSOR_S = 10.0
"""So long one service may take: half of what the gate gives a stranger's."""
MEMORY_MB = 1_024
HANGING_S = 90
"""Nothing of Python answers after so long: the process says where it stands, and ends."""
STEPS = 6
OPERATIONS = {"registry.check": shape("id_no", errors="gone")}


@dataclass(frozen=True)
class Failure:
    """What must not be. where: the innermost place in our own code, by which failures are told apart."""

    kind: str
    where: str
    words: str


class Hanging(BaseException):
    """A service took more than its time; nothing in the engine catches this."""


@contextmanager
def watched() -> Iterator[None]:
    """End what takes too long: with an exception where Python runs, with the whole process where it does not."""

    def late(*_told: Any) -> None:
        raise Hanging

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, PROCESSOR_S)
    faulthandler.dump_traceback_later(HANGING_S, exit=True)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGPROF, before)


def limit_memory() -> None:
    """Let this process have what the gate gives its own."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MEMORY_MB * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))


def judge(bundle: Bundle, folder: Path | None = None) -> Failure | None:
    """Check a bundle, and let it run a few steps when it passes; folder: where its installation may lie."""
    return _failure_of(lambda: _check(bundle, folder))


def judge_zip(content: bytes) -> Failure | None:
    """Open a zip; what can be opened is checked."""

    def opened() -> None:
        try:
            bundle = read_zip(content, "a.zip")
        except InvalidInput:
            return
        _check(bundle, None)

    return _failure_of(opened)


def _failure_of(act: Callable[[], None]) -> Failure | None:
    begun = time.process_time()
    try:
        with watched():
            act()
    except Hanging as exc:
        return Failure("hang", _where(exc), f"more than {PROCESSOR_S} s")
    except MemoryError as exc:
        return Failure("memory", _where(exc), f"more than {MEMORY_MB} MB")
    except Exception as exc:  # noqa: BLE001 - this is what we are looking for
        return Failure(type(exc).__name__, _where(exc), "".join(traceback.format_exception(exc))[-6_000:])
    if time.process_time() - begun > PROCESSOR_S:
        return Failure("hang", "unknown", f"more than {PROCESSOR_S} s")
    return None


def _check(bundle: Bundle, folder: Path | None) -> None:
    definition, problems = compile_bundle(
        bundle, GROUPS, operations=OPERATIONS if bundle.key == "t" else None
    )
    assert (definition is None) == any(one.severity == "error" for one in problems)
    for one in problems[:200]:
        assert one.message
        assert one.line is None or one.line >= 1
        assert one.column is None or one.column >= 1
        there_and_back = of_record(json.loads(json.dumps(to_record(one))))
        assert said(there_and_back, "zh").message
    if definition is not None and folder is not None:
        _run(bundle, definition, folder)


def _run(bundle: Bundle, definition: Definition, folder: Path) -> None:
    """Start a case and do some of what it asks; a refusal in words is as good as a step."""
    world = make_world(folder, f"{time.monotonic_ns()}.db")
    try:
        world.runtime.catalogue.learn(definition)
        world.deploy(bundle)
        try:
            case_id = instances.start(
                world.runtime, CLERK, StartRequest(bundle.key, QINGHE, {"name": "Li", "a": "x"})
            ).id
            _step(world, definition, case_id)
        except EngineError:
            return
    finally:
        world.runtime.database.close()


def _step(world: World, definition: Definition, case_id: int) -> None:
    store = CaseStore(world.runtime.database, 1)
    for number in range(STEPS):
        scheduler.tick(world.runtime, budget_s=1)
        tasks = [task for task in store.user_tasks(case_id) if task.state == "open"]
        if not tasks:
            world.clock.move(days=3)
            continue
        task = random.Random(number).choice(tasks)
        who = person(60 + number, f"P{number}", task.candidate_group, office=task.office_id)
        user_tasks.claim(world.runtime, task.id, who)
        form = definition.forms.get(definition.elements[task.element_id].form or "", {})
        answers = {
            one["key"]: _answer(one)
            for one in form.get("components", ())
            if isinstance(one, dict) and "key" in one
        }
        user_tasks.complete(world.runtime, task.id, who, answers)


def _answer(component: dict[str, Any]) -> Any:
    kind, values = component.get("type"), component.get("values")
    if kind in ("number", "checkbox"):
        return 1 if kind == "number" else True
    if isinstance(values, list) and values and isinstance(values[0], dict):
        return values[0].get("value")
    return "2026-03-02" if kind == "datetime" else "x"


def _where(exc: BaseException) -> str:
    frames = traceback.extract_tb(exc.__traceback__)
    ours = [one for one in frames if "/engine/" in one.filename or "/webui/" in one.filename]
    inner = (ours or list(frames) or [None])[-1]
    return f"{Path(inner.filename).name}:{inner.name}" if inner is not None else "unknown"


if sys.platform == "win32":  # pragma: no cover
    raise ImportError("Expected a system with processor timers and limits of memory")

"""A workflow's state to bytes and back: compact rows, definitions by reference, exact numbers.

Each task is one row holding only what differs from its parent's variables. Finished subprocesses are
left out; those in which nothing happens stay as they were read. Numbers in place of random ids and ranks in
place of times make the same history give the same bytes. No I/O, no sealing.

The first line is the case itself, every further line a running subprocess; all are JSON.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.feel import Range, YearMonthDuration
from engine.spiff.data import same
from engine.spiff.errors import StepError
from engine.spiff.resting import rests_in
from engine.spiff.subprocesses import Packed
from engine.spiff.tasks import Task
from engine.spiff.workflow import SubWorkflow, Tasks, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from engine.spiff import ScriptEngine, Specs

VERSION = 2
_LONG = 2**63
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_TAGGED = b'"\\u0000'
_WAITING = TaskState.WAITING
_STEADY = {TaskState.READY, TaskState.STARTED}
"""In these states variables are only ever replaced as a whole, never changed where they are."""
_QUIET = {"user_task", "call", "activity"}
"""Kinds of tokens that only their own number wakes."""
_MISSING = object()
_PADDING = [[None] * (10 - length) for length in range(11)]
"""What brings a row of a length back to all of its columns."""


class StateUnreadableError(EngineError):
    """Expected a state that this version can read, but its format is another one."""

    code = "state_unreadable"


def dump(workflow: Workflow, extra: dict[str, Any], *, goes_on: bool = False) -> bytes:
    """Give the state of a workflow at rest; `extra` is plain data kept beside it.

    A finished workflow keeps its variables only. goes_on: the object is used for the next step, too; it is left
    as if it had been read from these bytes, so that nothing can come out otherwise.
    """
    document: dict[str, Any] = {"v": VERSION, "x": extra, "n": workflow.next_number}
    if workflow.completed:
        document["d"] = _by_name(workflow.data)
        return dump_values(document)
    if goes_on:
        workflow.begin_again()
        workflow.subprocesses.unpack = partial(_unpack, workflow)
    document["w"] = _dump_one(workflow, goes_on=goes_on)
    packed = list(_pack_all(workflow, goes_on=goes_on))
    document["s"] = [entry for entry, _content in packed]
    document["e"] = [
        [key, error.element_id, error.code, error.message, error.expression]
        for key, error in workflow.stuck.items()
    ]
    return b"\n".join([dump_values(document), *(content for _entry, content in packed)])


def load(content: bytes, specs: Specs, engine: ScriptEngine) -> tuple[Workflow, dict[str, Any]]:
    """Give the workflow and the extra data back; raises StateUnreadableError for an unknown format."""
    first, *contents = content.split(b"\n")
    document = orjson.loads(first)
    if document.get("v") != VERSION:
        raise StateUnreadableError
    tagged = _TAGGED in first
    extra = _untag(document["x"]) if tagged else document["x"]
    workflow = Workflow(specs.main, dict(specs.subprocesses), script_engine=engine, deserializing=True)
    workflow.next_number = document["n"]
    if "d" in document:
        workflow.completed, workflow.data = True, _untag(document["d"])
        return workflow, extra
    _load_one(workflow, document["w"], tagged=tagged)
    workflow.subprocesses.unpack = partial(_unpack, workflow)
    for (number, *quiet), part in zip(document["s"], contents, strict=True):
        if quiet:
            workflow.subprocesses[number] = Packed(part, *quiet)
        else:
            _load_subprocess(workflow, number, part)
    for key, element_id, code, message, expression in document["e"]:
        workflow.stuck[key] = StepError(message, element_id=element_id, code=code, expression=expression)
    return workflow, extra


def dump_values(value: Any) -> bytes:
    """Give plain data as JSON in which exact numbers and dates keep their kind."""
    try:
        return orjson.dumps(value, default=_tag, option=_OPTIONS)
    except TypeError:  # also for integers beyond 64 bits, about which orjson does not ask
        return orjson.dumps(_mark_long(value), default=_tag, option=_OPTIONS)


def load_values(content: bytes) -> Any:
    """Give back what dump_values wrote."""
    value = orjson.loads(content)
    return _untag(value) if _TAGGED in content else value


def _pack_all(workflow: Workflow, *, goes_on: bool) -> Iterator[tuple[list[Any], bytes]]:
    """Give each running subprocess as its entry in the first line and a line of its own.

    The entry says what rests in it, unless something in it listens to events or could go on by itself: then
    it is always unpacked. With goes_on the others are packed from now on, but not around one that is not: its end
    is told to the very task that it belongs to.
    """
    running = {
        number: inner
        for number, inner in workflow.subprocesses.plain_items()
        if isinstance(inner, Packed) or not inner.completed
    }
    resting = {
        number: _quietly_resting(workflow, inner)
        for number, inner in running.items()
        if not isinstance(inner, Packed)
    }
    stays = _with_those_around(workflow, [key for key, found in resting.items() if found is None])
    for number, inner in running.items():
        if isinstance(inner, Packed):
            yield [number, inner.numbers, inner.rests], inner.content
            continue
        content = dump_values(_dump_one(inner, goes_on=goes_on and number in stays))
        rests = resting[number]
        if rests is None:
            yield [number], content
            continue
        packed = Packed(content, (min(inner.tasks), max(inner.tasks)), rests)
        if goes_on and number not in stays:
            workflow.subprocesses[number] = packed
        yield [number, packed.numbers, rests], content


def _quietly_resting(workflow: Workflow, inner: Any) -> list[tuple[int, str, str]] | None:
    """Give what rests in a subprocess; None for one that must not be packed."""
    resting = rests_in(workflow, inner)
    stopped = any(
        task.state == TaskState.READY and not task.task_spec.manual for task in inner.tasks.values()
    )
    if stopped or any(item.kind not in _QUIET for item in resting):
        return None
    return [(item.number, item.element_id, item.kind) for item in resting]


def _with_those_around(workflow: Workflow, numbers: list[int]) -> set[int]:
    found: set[int] = set()
    for number in numbers:
        inner = workflow.subprocesses[number]
        while inner is not workflow:
            found.add(inner.parent_task_id)
            inner = inner.parent_workflow
    return found


def _unpack(top: Workflow, number: int, packed: Packed) -> Any:
    _load_subprocess(top, number, packed.content)
    return top.subprocesses[number]


def _dump_one(workflow: Any, *, goes_on: bool) -> dict[str, Any]:
    tasks = workflow.tasks
    ranks = {
        moment: rank
        for rank, moment in enumerate(sorted({task.last_state_change for task in tasks.values()}))
    }
    packed: dict[str, Any] = {"r": [_row(task, tasks.get(task._parent), ranks) for task in tasks.values()]}  # noqa: SLF001 - hot
    if workflow.data:
        packed["d"] = _by_name(workflow.data)
    if workflow.last_task is not None and workflow.last_task.id in tasks:
        packed["l"] = workflow.last_task.id
    if goes_on:
        _leave_as_read(workflow, packed)
    return packed


def _leave_as_read(workflow: Any, packed: dict[str, Any]) -> None:
    """Leave a workflow and its tasks as they would be read: what the rows do not hold is forgotten."""
    tasks, events = workflow.tasks, workflow.top_workflow.event_manager
    for row in packed["r"]:
        number, parent_number, state, _name, rank, changed, removed, internal, _triggered, _children = (
            row + _PADDING[len(row)]
        )
        task = tasks[number]
        task.thread_id, task.last_state_change, task.internal_data = 0, float(rank), internal or {}
        task.data = _data_of(tasks.get(parent_number), state, task.task_spec, changed, removed)
        if state == _WAITING and isinstance(task.task_spec, CatchingEvent):
            events.add_task(task)
    workflow.tasks = Tasks(tasks)
    workflow.data = packed.get("d", {})
    workflow.last_task = tasks.get(packed.get("l"))


def _row(task: Any, parent: Any, ranks: dict[float, int]) -> list[Any]:
    data = task.data
    changed, removed = (_by_name(data) or None, None) if parent is None else _difference(data, parent.data)
    internal = task.internal_data
    if "seen_events" in internal:
        internal = {key: value for key, value in internal.items() if key != "seen_events"}
    row = [
        task.id,
        task._parent,  # noqa: SLF001 - hot loop
        task._state,  # noqa: SLF001 - hot loop
        task.task_spec.name,
        ranks[task.last_state_change],
        changed,
        removed,
        internal or None,
        int(task.triggered),
        task._children if len(task._children) > 1 else None,  # noqa: SLF001 - hot loop
    ]
    while row[-1] in (None, 0) and len(row) > 5:  # noqa: PLR2004 - the columns that are always there
        row.pop()
    return row


def _difference(data: dict[str, Any], base: dict[str, Any]) -> tuple[Any, Any]:
    """Give what is new or changed against the base, and what is missing (True: everything), in order of name.

    The order in which variables came about is lost by writing and reading, so it must not show.
    """
    if data is base:
        return None, None
    if not data:
        return None, bool(base) or None
    changed = {
        key: value
        for key, value in data.items()
        if (known := base.get(key, _MISSING)) is not value and not same(known, value)
    }
    removed = [key for key in base if key not in data] if len(base) + len(changed) > len(data) else None
    return _by_name(changed) or None, sorted(removed) if removed else None


def _by_name(data: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(data.items())) if len(data) > 1 else data


def _load_one(workflow: Any, packed: dict[str, Any], *, tagged: bool) -> None:
    _load_tasks(workflow, packed["r"], tagged=tagged)
    workflow.task_tree = next(iter(workflow.tasks.values()))
    workflow.data = _untag(packed.get("d", {}))
    workflow.last_task = workflow.tasks.get(packed.get("l"))


def _load_tasks(workflow: Any, rows: Iterable[list[Any]], *, tagged: bool) -> None:
    tasks: dict[int, Task] = {}
    specs = workflow.spec.task_specs
    events = workflow.top_workflow.event_manager
    ordered = []
    for row in rows:
        number, parent_number, state, spec_name, rank, changed, removed, internal, triggered, children = (
            row + _PADDING[len(row)]
        )
        if tagged:
            changed, internal = _untag(changed), _untag(internal)
        task = Task.__new__(Task)
        task.id, task.workflow, task._parent, task._children, task._state = (  # noqa: SLF001 - as above
            number,
            workflow,
            parent_number,
            [],
            state,
        )
        spec = specs[spec_name]
        task.task_spec, task.thread_id, task.triggered = spec, 0, bool(triggered)
        task.last_state_change, task.internal_data = float(rank), internal or {}
        parent = tasks.get(parent_number)
        if parent is not None:
            parent._children.append(number)  # noqa: SLF001 - as above
        task.data = _data_of(parent, state, spec, changed, removed)
        tasks[number] = task
        if children is not None:
            ordered.append((task, children))
        if state == _WAITING and isinstance(spec, CatchingEvent):
            events.add_task(task)
    for task, children in ordered:
        task._children = children  # noqa: SLF001 - as above
    workflow.tasks = Tasks(tasks)


def _data_of(
    parent: Any, state: int, spec: Any, changed: dict[str, Any] | None, removed: Any
) -> dict[str, Any]:
    """Give a task's variables from its row; the parent's own where nothing can come to differ."""
    if parent is None:
        return changed or {}
    base: dict[str, Any] = parent.data
    if not changed and not removed and state in _STEADY and not spec.data_input_associations:
        return base
    return _apply(base, changed, removed)


def _apply(base: dict[str, Any], changed: dict[str, Any] | None, removed: Any) -> dict[str, Any]:
    if removed is True:
        return changed or {}
    if not changed and not removed:
        return dict(base)
    data = {**base, **(changed or {})}
    for key in removed or ():
        data.pop(key, None)
    return data


def _load_subprocess(top: Workflow, number: int, content: bytes) -> None:
    task = top.get_task_from_id(number)
    spec = top.subprocess_specs[task.task_spec.spec]
    inner = SubWorkflow(spec, parent_task_id=number, top_workflow=top, deserializing=True)
    top.subprocesses[number] = inner
    _load_one(inner, orjson.loads(content), tagged=_TAGGED in content)
    if isinstance(task.task_spec, SubWorkflowTask):
        inner.completed_event.connect(task.task_spec._on_subworkflow_completed, task)  # noqa: SLF001 - as the library's loader


def _tag(value: Any) -> Any:  # noqa: PLR0911 - one line a kind
    if isinstance(value, Decimal):
        return {"\0n": str(value)}
    if isinstance(value, dt.datetime):
        zone = getattr(value.tzinfo, "key", None)
        return {"\0t": [value.isoformat(), zone]}
    if isinstance(value, dt.date):
        return {"\0d": value.isoformat()}
    if isinstance(value, dt.time):
        return {"\0h": value.isoformat()}
    if isinstance(value, dt.timedelta):
        return {"\0s": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, YearMonthDuration):
        return {"\0m": value.months}
    if isinstance(value, Range):
        return {"\0r": [getattr(value, name) for name in Range.__slots__]}
    raise TypeError(f"Expected plain data, but got {type(value).__name__}")


def _mark_long(value: Any) -> Any:
    """Put marks in place of integers that are too long for JSON's usual readers."""
    if isinstance(value, int) and not -_LONG <= value < _LONG:
        return {"\0i": str(value)}
    if isinstance(value, dict):
        return {key: _mark_long(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_mark_long(inner) for inner in value]
    if isinstance(value, Range):
        return {"\0r": [_mark_long(getattr(value, name)) for name in Range.__slots__]}
    return value


def _moment(parts: list[Any]) -> dt.datetime:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - rare

    moment = dt.datetime.fromisoformat(parts[0])
    return moment.replace(tzinfo=ZoneInfo(parts[1])) if parts[1] else moment


_UNTAG: dict[str, Callable[[Any], Any]] = {
    "\0n": Decimal,
    "\0t": _moment,
    "\0d": dt.date.fromisoformat,
    "\0h": dt.time.fromisoformat,
    "\0s": lambda parts: dt.timedelta(*parts),
    "\0m": YearMonthDuration,
    "\0r": lambda parts: Range(*parts),
    "\0i": int,
}


def _untag(value: Any) -> Any:
    if isinstance(value, dict):
        if len(value) == 1:
            ((key, inner),) = value.items()
            if key[:1] == "\0":
                return _UNTAG[key](_untag(inner))
        return {key: _untag(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_untag(inner) for inner in value]
    return value

"""A workflow's state to bytes and back: compact rows, definitions by reference, exact numbers.

Each task is one row holding only what differs from its parent's variables. Finished subprocesses are
left out. Numbers in place of random ids and ranks in place of times make the same history give the same
bytes. No I/O, no sealing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import EngineError
from engine.feel import Range, YearMonthDuration
from engine.spiff.data import same
from engine.spiff.errors import StepError
from engine.spiff.workflow import SubWorkflow, Workflow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.spiff import ScriptEngine, Specs

VERSION = 1
_LONG = 2**63
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS
_TAGGED = b'"\\u0000'
_ACTIVE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class StateUnreadableError(EngineError):
    """Expected a state that this version can read, but its format is another one."""

    code = "state_unreadable"


def dump(workflow: Workflow, extra: dict[str, Any]) -> bytes:
    """Give the state of a workflow at rest; `extra` is plain data kept beside it.

    A finished workflow keeps its variables only.
    """
    document: dict[str, Any] = {"v": VERSION, "x": extra, "n": workflow.next_number}
    if workflow.completed:
        document["d"] = workflow.data
    else:
        document["w"] = _dump_one(workflow)
        document["s"] = [
            [number, _dump_one(inner)]
            for number, inner in workflow.subprocesses.items()
            if not inner.completed
        ]
        document["e"] = [
            [key, error.element_id, error.code, error.message, error.expression]
            for key, error in workflow.stuck.items()
        ]
    return dump_values(document)


def load(content: bytes, specs: Specs, engine: ScriptEngine) -> tuple[Workflow, dict[str, Any]]:
    """Give the workflow and the extra data back; raises StateUnreadableError for an unknown format."""
    document = load_values(content)
    if document.get("v") != VERSION:
        raise StateUnreadableError
    workflow = Workflow(specs.main, dict(specs.subprocesses), script_engine=engine, deserializing=True)
    workflow.next_number = document["n"]
    if "d" in document:
        workflow.completed, workflow.data = True, document["d"]
        return workflow, document["x"]
    _load_one(workflow, document["w"])
    for number, packed in document["s"]:
        _load_subprocess(workflow, number, packed)
    for key, element_id, code, message, expression in document["e"]:
        workflow.stuck[key] = StepError(message, element_id=element_id, code=code, expression=expression)
    return workflow, document["x"]


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


def _dump_one(workflow: Any) -> dict[str, Any]:
    tasks = workflow.tasks
    changes = sorted({task.last_state_change for task in tasks.values()})
    ranks = {moment: rank for rank, moment in enumerate(changes)}
    packed: dict[str, Any] = {"r": [_row(task, tasks.get(task._parent), ranks) for task in tasks.values()]}  # noqa: SLF001 - hot
    if workflow.data:
        packed["d"] = workflow.data
    if workflow.last_task is not None and workflow.last_task.id in tasks:
        packed["l"] = workflow.last_task.id
    return packed


def _row(task: Any, parent: Any, ranks: dict[float, int]) -> list[Any]:
    data = task.data
    changed, removed = (data or None, None) if parent is None else _difference(data, parent.data)
    internal = {key: value for key, value in task.internal_data.items() if key != "seen_events"}
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
    """Give what is new or changed against the base, and what is missing (True: everything)."""
    if data is base:
        return None, None
    if not data:
        return None, bool(base) or None
    changed = {key: value for key, value in data.items() if key not in base or not same(base[key], value)}
    removed = [key for key in base if key not in data] if len(base) + len(changed) > len(data) else None
    return changed or None, removed or None


def _load_one(workflow: Any, packed: dict[str, Any]) -> None:
    _load_tasks(workflow, packed["r"])
    workflow.task_tree = next(iter(workflow.tasks.values()))
    workflow.data = packed.get("d", {})
    workflow.last_task = workflow.tasks.get(packed.get("l"))


def _load_tasks(workflow: Any, rows: Iterable[list[Any]]) -> None:
    tasks = workflow.tasks
    specs = workflow.spec.task_specs
    events = workflow.top_workflow.event_manager
    ordered = []
    for row in rows:
        number, parent_number, state, spec_name, rank, changed, removed, internal, triggered, children = (
            row + [None] * (10 - len(row))
        )
        task = Task.__new__(Task)
        task.id, task.workflow, task._parent, task._children, task._state = (  # noqa: SLF001 - as above
            number,
            workflow,
            parent_number,
            [],
            state,
        )
        task.task_spec, task.thread_id, task.triggered = specs[spec_name], 0, bool(triggered)
        task.last_state_change, task.internal_data = float(rank), internal or {}
        parent = tasks.get(parent_number)
        if parent is None:
            task.data = changed or {}
        else:
            parent._children.append(number)  # noqa: SLF001 - as above
            task.data = _apply(parent.data, changed, removed)
        tasks[number] = task
        if children is not None:
            ordered.append((task, children))
        if state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
            events.add_task(task)
    for task, children in ordered:
        task._children = children  # noqa: SLF001 - as above


def _apply(base: dict[str, Any], changed: dict[str, Any] | None, removed: Any) -> dict[str, Any]:
    if removed is True:
        return changed or {}
    if not changed and not removed:
        return dict(base)
    data = {**base, **(changed or {})}
    for key in removed or ():
        data.pop(key, None)
    return data


def _load_subprocess(top: Workflow, number: int, packed: dict[str, Any]) -> None:
    task = top.get_task_from_id(number)
    spec = top.subprocess_specs[task.task_spec.spec]
    inner = SubWorkflow(spec, parent_task_id=number, top_workflow=top, deserializing=True)
    top.subprocesses[number] = inner
    _load_one(inner, packed)
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

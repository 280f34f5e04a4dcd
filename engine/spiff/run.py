"""The verbs on a workflow in memory. Each leaves it at rest: nothing automatic remains to be done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidState

from . import events, loops, specs
from .workflow import Workflow

if TYPE_CHECKING:
    from .parser import Specs
    from .script_engine import ScriptEngine

_RESTING = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Scope(NamedTuple):
    """Something that clocks may stand on: an activity by its number, or the case itself, number 0.

    ids: the element, and for a call activity also the process that it calls.
    """

    number: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resting:
    """A token that waits: for a person, a clock, an answer, a message, or for somebody to mend what failed.

    kind: `user_task`, `call`, `event`, `activity`, `stuck`, or `listener` for a boundary event, at which no
    token has arrived yet. number: the task's number in the case; scopes: itself and what is around it, innermost first; waits:
    the events it waits for.
    """

    number: int
    element_id: str
    kind: str
    scopes: tuple[Scope, ...]
    data: dict[str, Any]
    waits: tuple[Any, ...] = ()


def start(specs_: Specs, engine: ScriptEngine, variables: dict[str, Any]) -> Workflow:
    """Make a workflow and run it until it rests."""
    workflow = Workflow(specs_.main, dict(specs_.subprocesses), script_engine=engine)
    workflow.task_tree.data = dict(variables)
    return _settle(workflow)


def complete(workflow: Workflow, number: int, variables: dict[str, Any]) -> Workflow:
    """Complete a user task with its answers."""
    task = _task(workflow, number, TaskState.READY)
    task.data = {**task.data, **variables}
    task.run()
    return _settle(workflow)


def fire(workflow: Workflow, number: int, element_id: str) -> bool:
    """Let a clock strike; say whether it still waited. Striking twice does nothing the second time."""
    task = workflow.find_task(number)
    if task is None or task.state != TaskState.WAITING:
        return False
    for definition in events.definitions_of(task):
        if isinstance(definition, events.ClockEvent) and definition.element_id == element_id:
            events.deliver(task, definition)
            _settle(workflow)
            return True
    return False


def deliver_message(
    workflow: Workflow,
    name: str,
    variables: dict[str, Any],
    accepts: Callable[[Mapping[str, Any]], bool] | None = None,
) -> bool:
    """Deliver a message to the first place that waits for it; say whether there was one.

    accepts: says whether a place that has these variables takes it; without it, every place does.
    """
    for task in list(workflow.event_manager.tasks.values()):
        if task.state != TaskState.WAITING or task.workflow.tasks.get(task.id) is not task:
            continue
        for definition in events.definitions_of(task):
            if isinstance(definition, events.MessageEvent) and definition.name == name:
                if accepts is not None and not accepts(task.data):
                    continue
                if not hasattr(task.task_spec.event_definition, "event_definitions"):
                    events.deliver(task, definition, variables)
                else:  # an event gateway's branches take the gateway's data; catching renews it from before
                    events.deliver(task, definition)
                    task.data = {**task.data, **variables}
                _settle(workflow)
                return True
    return False


def answer(workflow: Workflow, number: int, value: Any) -> bool:
    """Hand an outside system's answer to its service task; say whether it still waited for one."""
    task = workflow.find_task(number)
    if task is None or task.state != TaskState.STARTED or not isinstance(task.task_spec, specs.ServiceTask):
        return False
    if task.task_spec.result:
        task.data = {**task.data, task.task_spec.result: value}
    for name in ("parameters", "corrections"):
        task.internal_data.pop(name, None)
    task.complete()
    _settle(workflow)
    return True


def fail(workflow: Workflow, number: int, code: str) -> bool:
    """Throw an outside system's error at its service task; say whether a boundary event caught it."""
    task = workflow.find_task(number)
    if task is None or task.state != TaskState.STARTED:
        return False
    caught = events.throw_scoped(task, events.ErrorEvent, code, include_self=True)
    if caught is None:
        return False
    _settle(workflow)
    return True


def caught_codes(workflow: Workflow, number: int) -> set[str]:
    """Give the error codes that a boundary around a waiting call names."""
    task = workflow.find_task(number)
    if task is None or task.state != TaskState.STARTED:
        return set()
    return events.catchable_codes(task)


def retry(workflow: Workflow, number: int) -> bool:
    """Try an element again that could not be carried out; say whether it went well."""
    workflow.stuck.pop(number, None)
    _settle(workflow)
    return number not in workflow.stuck


def resting(workflow: Workflow) -> dict[int, Resting]:
    """Give every token that waits, by task number."""
    found: dict[int, Resting] = {}
    for task in workflow.all_tasks():
        if not task._state & _RESTING or task.task_spec.bpmn_id is None:  # noqa: SLF001 - hot loop
            continue
        kind = _kind(workflow, task)
        if kind is not None:
            spec = task.task_spec
            waits = tuple(events.definitions_of(task)) if kind in ("event", "listener") else ()
            found[task.id] = Resting(task.id, spec.bpmn_id, kind, scopes_of(workflow, task), task.data, waits)
    return found


def parameters(workflow: Workflow, number: int) -> tuple[str, dict[str, Any]] | None:
    """Give a waiting service task's operation and parameters, or None when it no longer waits."""
    task = workflow.find_task(number)
    if task is None or task.state != TaskState.STARTED or not isinstance(task.task_spec, specs.ServiceTask):
        return None
    return task.task_spec.operation, task.internal_data.get("parameters", {})


def scopes_of(workflow: Workflow, task: Any) -> tuple[Scope, ...]:
    """Give a task's own scope and those around it, innermost first; a boundary event is in its activity's."""
    chain = _own_scopes(workflow, task)
    activity = _watched_activity(task)
    if activity is not None:
        chain.extend(_own_scopes(workflow, activity))
    inner = task.workflow
    while inner is not workflow:
        around = workflow.find_task(inner.parent_task_id)
        chain.extend(_own_scopes(workflow, around))
        inner = around.workflow
    chain.append(Scope(0, (workflow.spec.name,)))
    return tuple(chain)


def _own_scopes(workflow: Workflow, task: Any) -> list[Scope]:
    """Give a task's scope; what stands on a repeating activity stands on it as a whole, once."""
    repeating = loops.instance_of(task)
    if repeating is None:
        return [Scope(task.id, _ids_of(workflow, task))]
    return [Scope(task.id, _ids_of(workflow, task)[1:]), Scope(repeating.id, _ids_of(workflow, repeating))]


def _ids_of(workflow: Workflow, task: Any) -> tuple[str, ...]:
    own = task.task_spec.bpmn_id
    called = getattr(task.task_spec, "spec", None) if task.id in workflow.subprocesses else None
    return (own,) if called in (None, own) else (own, called)


def _watched_activity(task: Any) -> Any:
    if not isinstance(task.task_spec, specs.BoundaryEvent):
        return None
    return next(
        (other for other in task.parent.children if not isinstance(other.task_spec, specs.BoundaryEvent)),
        None,
    )


def _kind(workflow: Workflow, task: Any) -> str | None:  # noqa: PLR0911 - one line a kind
    spec = task.task_spec
    if task.id in workflow.stuck:
        return "stuck"
    if isinstance(spec, loops.Repeated):
        return None  # its instances rest
    if isinstance(spec, specs.ServiceTask):
        return "call" if task.state == TaskState.STARTED else None
    if spec.manual:
        return "user_task" if task.state == TaskState.READY else None
    if task.state == TaskState.STARTED:
        return "activity"
    if task.state == TaskState.WAITING and events.definitions_of(task):
        return "listener" if isinstance(spec, specs.BoundaryEvent) else "event"
    return None


def _task(workflow: Workflow, number: int, state: int) -> Any:
    task = workflow.find_task(number)
    if task is None or task.state != state:
        raise InvalidState("Expected the task to be open, but the case has moved on", code="task_not_open")
    return task


def _settle(workflow: Workflow) -> Workflow:
    workflow.run_automatic()
    workflow.forget_cancelled()
    workflow.number_tasks()
    return workflow

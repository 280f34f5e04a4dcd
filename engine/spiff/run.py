"""The verbs on a workflow in memory. Each leaves it at rest: nothing automatic remains to be done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidState

from . import events, specs
from .standstill import let_go_on
from .workflow import Workflow

if TYPE_CHECKING:
    from .parser import Specs
    from .script_engine import ScriptEngine


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
    numbers: Collection[int] | None = None,
) -> bool:
    """Deliver a message to the first place that waits for it; say whether there was one.

    accepts: says whether a place that has these variables takes it; without it, every place does. numbers:
    of the tasks among which the place is sought; without them, it is sought everywhere.
    """
    for task in list(workflow.event_manager.tasks.values()):
        if task.state != TaskState.WAITING or task.workflow.tasks.get(task.id) is not task:
            continue
        if numbers is not None and task.id not in numbers:
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


def messages_awaited(workflow: Workflow) -> Iterator[tuple[int, Any, events.MessageEvent]]:
    """Iterate over the places that wait for a message, as (task number, variables, what it waits for)."""
    for task in workflow.event_manager.tasks.values():
        if task.state == TaskState.WAITING and task.workflow.tasks.get(task.id) is task:
            for definition in events.definitions_of(task):
                if isinstance(definition, events.MessageEvent):
                    yield task.id, task.data, definition


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
    """Try an element again that could not be carried out; say whether it went well.

    A join for which nothing is on its way goes on with what has arrived.
    """
    workflow.stuck.pop(number, None)
    let_go_on(workflow, number)
    _settle(workflow)
    return number not in workflow.stuck


def parameters(workflow: Workflow, number: int) -> tuple[str, dict[str, Any]] | None:
    """Give a waiting service task's operation and parameters, or None when it no longer waits."""
    task = workflow.find_task(number)
    if task is None or task.state != TaskState.STARTED or not isinstance(task.task_spec, specs.ServiceTask):
        return None
    return task.task_spec.operation, task.internal_data.get("parameters", {})


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

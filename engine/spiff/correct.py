"""Corrects the variables of a token that waits or stands still, where later steps look for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent as BoundaryEventMixin
from SpiffWorkflow.util.task import TaskState

from .data import same
from .loops import instance_of
from .specs import ServiceTask

if TYPE_CHECKING:
    from collections.abc import Iterator

    from SpiffWorkflow.task import Task

    from .workflow import Workflow


def correct(workflow: Workflow, number: int, changes: Mapping[str, Any]) -> None:
    """Give a token other values of variables, and the activities around it that know the same variables.

    A call that waits is asked anew with the parameters that follow; `corrections` tells it from the one
    before when they are others. Raises StepError when the parameters cannot be worked out.
    """
    task = workflow.find_task(number)
    if task is None:
        return
    _set(task, changes)
    for around, known in _around(workflow, task, changes):
        _set(around, {name: value for name, value in known.items() if name in around.data})
    if isinstance(task.task_spec, ServiceTask) and task.state == TaskState.STARTED:
        before = task.internal_data.get("parameters", {})
        task.task_spec._run_hook(task)  # noqa: SLF001 - works the parameters out, as when the token came
        if not same(before, task.internal_data["parameters"]):
            task.internal_data["corrections"] = task.internal_data.get("corrections", 0) + 1


def corrections(workflow: Workflow, number: int) -> int:
    """Say how often the parameters of a waiting call were changed."""
    task = workflow.find_task(number)
    return 0 if task is None else int(task.internal_data.get("corrections", 0))


def _set(task: Task, changes: Mapping[str, Any]) -> None:
    if not changes:
        return
    task.data = {**task.data, **changes}
    if task.state == TaskState.WAITING:
        task.internal_data["corrected"] = {**task.internal_data.get("corrected", {}), **changes}


def _around(
    workflow: Workflow, task: Task, changes: Mapping[str, Any]
) -> Iterator[tuple[Task, Mapping[str, Any]]]:
    """Give what is around a token, innermost first, with the changes that concern it there."""
    known = changes
    while True:
        repeating = instance_of(task)
        if repeating is not None:
            yield repeating, known
            task = repeating
        for listener in _listeners(task):
            yield listener, known
        inner = task.workflow
        if inner is workflow:
            return
        io = inner.spec.io_specification
        if io is not None and io.data_inputs:  # other variables of the called process are its own
            given = {ref.bpmn_id for ref in io.data_inputs}
            known = {name: value for name, value in known.items() if name in given}
        task = workflow.find_task(inner.parent_task_id)
        yield task, known


def _listeners(task: Task) -> Iterator[Task]:
    """Give the boundary events that wait around an activity; they keep the variables of when it began."""
    if task.parent is None or not isinstance(task.parent.task_spec, BoundaryEventSplit):
        return
    for other in task.parent.children:
        waits = isinstance(other.task_spec, BoundaryEventMixin) and other.state == TaskState.WAITING
        if waits and other is not task:
            yield other

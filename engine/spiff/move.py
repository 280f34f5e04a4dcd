"""Moves a token to another element of its scope, as if it had come there by a flow that nobody drew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent as BoundaryEventMixin
from SpiffWorkflow.bpmn.specs.mixins.events.start_event import StartEvent as StartEventMixin
from SpiffWorkflow.util.task import TaskState

from .data import same
from .joins import Join
from .loops import instance_of

if TYPE_CHECKING:
    from SpiffWorkflow.task import Task

    from .workflow import Workflow

_MOVABLE = TaskState.READY | TaskState.WAITING | TaskState.STARTED


def move_targets(workflow: Workflow, number: int) -> list[str]:
    """List the elements to which a resting token may be moved: those of its scope that one token can enter.

    None for a token that waits at the border of an activity, or that is one of several of a repetition.
    """
    task = _movable(workflow, number)
    if task is None:
        return []
    specs = task.workflow.spec.task_specs
    return sorted(spec.bpmn_id for name, spec in specs.items() if name == spec.bpmn_id and _is_entrance(spec))


def move(workflow: Workflow, number: int, element_id: str) -> None:
    """Take a resting token away from where it is, with everything inside and around it, and put it elsewhere.

    It keeps its variables. The element must be one of `move_targets`. The workflow is at rest afterwards.
    """
    task = _movable(workflow, number)
    assert task is not None  # the caller has looked at the targets
    variables = dict(task.data)
    around = task.parent if isinstance(task.parent.task_spec, BoundaryEventSplit) else task
    before = around.parent
    around.cancel()
    specs = task.workflow.spec.task_specs
    entrance = specs.get(f"{element_id}.BoundaryEventSplit") or specs[element_id]
    moved = before._add_child(entrance, TaskState.FUTURE)  # noqa: SLF001 - the library's only way to add one
    moved.triggered = True  # otherwise the library forgets what no flow leads to
    ahead = TaskState.PREDICTED_MASK | TaskState.FUTURE
    entrance._predict(moved, mask=ahead)  # noqa: SLF001 - what lies behind it, as the library's own reset does
    entrance._update(moved)  # noqa: SLF001 - as when a token arrives
    moved.data = variables
    if moved.state == TaskState.WAITING:
        differing = {
            name: value for name, value in variables.items() if not same(before.data.get(name), value)
        }
        if differing:  # what waits takes the older variables from before it when it is woken
            moved.internal_data["corrected"] = differing
    workflow.run_automatic()
    workflow.forget_cancelled()
    workflow.number_tasks()


def _movable(workflow: Workflow, number: int) -> Task | None:
    task = workflow.find_task(number)
    if task is None or not task.state & _MOVABLE or task.parent is None:
        return None
    if isinstance(task.task_spec, BoundaryEventMixin | StartEventMixin) or instance_of(task) is not None:
        return None
    return None if isinstance(task.task_spec, Join) else task


def _is_entrance(spec: Any) -> bool:
    """Say whether one token alone can enter an element; a join would wait for others."""
    if isinstance(spec, BoundaryEventMixin | StartEventMixin):
        return False
    return len(spec.inputs) <= 1 or not isinstance(spec, Join)

"""Notices that a case stands still: its last tokens wait at a join for others that no longer come.

No diagram that passed the checks leads there by itself; a token that was moved past the join does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from .errors import StepError
from .joins import ParallelGateway

if TYPE_CHECKING:
    from .resting import Resting
    from .workflow import Workflow

NOTHING_ARRIVES = "nothing_arrives"
_STAND = ("listener", "activity")
"""Kinds of tokens from which nothing goes on by itself."""


def notice_standstill(workflow: Workflow, resting: Mapping[int, Resting]) -> bool:
    """Note in `stuck` every join that waits in vain, and forget those that wait no more; say whether any changed."""
    noted = {number for number, error in workflow.stuck.items() if error.code == NOTHING_ARRIVES}
    goes_on = any(item.kind not in _STAND and number not in noted for number, item in resting.items())
    if goes_on and not noted:
        return False
    waiting = {} if goes_on else {task.id: task.task_spec.bpmn_id for task in _waiting_joins(workflow)}
    for number in noted - waiting.keys():
        del workflow.stuck[number]
        workflow.find_task(number)  # a subprocess that was put away is to be put away anew
    for number in waiting.keys() - noted:
        workflow.stuck[number] = StepError(
            f"Expected a token on each flow into {waiting[number]!r}, but none that is missing can still come",
            element_id=waiting[number],
            code=NOTHING_ARRIVES,
        )
    return noted != waiting.keys()


def let_go_on(workflow: Workflow, number: int) -> None:
    """Let a join that waits go on with what has arrived; nothing changes for any other element."""
    task = workflow.find_task(number)
    if task is not None and task.state == TaskState.WAITING and isinstance(task.task_spec, ParallelGateway):
        task.task_spec.go_on_without(task)


def _waiting_joins(workflow: Workflow) -> Iterator[Any]:
    for inner in (workflow, *workflow.subprocesses.values()):
        for task in inner.tasks.values():
            if task.state == TaskState.WAITING and isinstance(task.task_spec, ParallelGateway):
                yield task

"""Forgets the finished part of a case's tokens that no later step can need. History rows keep what happened.

What stays: every token that is not finished or that a join still counts, the element before each, a split
whose branches are watched together, and the places where remaining branches part, because a merge compares
with them. The rest of the tree is drawn together; numbers, order and variables of what stays do not change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.control import EventSplit
from SpiffWorkflow.util.task import TaskState

from .loops import counts

if TYPE_CHECKING:
    from SpiffWorkflow.task import Task

    from .workflow import Workflow

_OPEN = TaskState.NOT_FINISHED_MASK


def forget_finished(workflow: Workflow) -> None:
    """Forget the finished tokens of a workflow at rest, and the subprocesses that have ended."""
    if workflow.completed:
        return
    for inner in list(workflow.subprocesses.unpacked()):
        if inner.completed:
            del workflow.subprocesses[inner.parent_task_id]
        else:
            _prune(inner)
    _prune(workflow)


def _prune(workflow: Any) -> None:
    tasks = workflow.tasks
    kept = _needed(tasks)
    kept.add(workflow.task_tree.id)
    # By task, the first kept one at or below it; a task that has two of them is kept itself.
    below: dict[Any, Any] = {}
    for number, task in reversed(tasks.items()):
        if number not in kept:
            found = [child for child in task._children if child in below]  # noqa: SLF001 - hot loop
            if len(found) == 1:
                below[number] = below[found[0]]
                continue
            if not found:
                continue
            kept.add(number)
        below[number] = number
    if len(kept) == len(tasks):
        return
    for number in list(tasks):
        if number not in kept:
            del tasks[number]
    for number, task in tasks.items():
        task._children = [below[child] for child in task._children if child in below]  # noqa: SLF001 - as above
        for child in task._children:  # noqa: SLF001 - as above
            tasks[child]._parent = number  # noqa: SLF001 - as above


def _needed(tasks: dict[Any, Task]) -> set[Any]:
    """Give the numbers of the tokens that matter, and of what they look at above and beside them."""
    kept: set[Any] = set()
    for number, task in tasks.items():
        if not task._state & _OPEN and not _is_counted(task):  # noqa: SLF001 - hot loop
            continue
        kept.add(number)
        parent = tasks.get(task._parent)  # noqa: SLF001 - as above
        if parent is not None and isinstance(parent.task_spec, EventSplit):
            kept.update(parent._children)  # noqa: SLF001 - as above
        while parent is not None:
            kept.add(parent.id)
            if parent.task_spec.bpmn_id is not None:
                break
            parent = tasks.get(parent._parent)  # noqa: SLF001 - as above
        split = getattr(task.task_spec, "split_task", None)
        if split is not None:
            _keep_split(task, split, kept)
    return kept


def _is_counted(task: Task) -> bool:
    """Say whether a join or a repeating activity has yet to reckon with a finished token."""
    return "arrived" in task.internal_data or ("index" in task.internal_data and counts(task))


def _keep_split(task: Task, name: str, kept: set[Any]) -> None:
    """Keep the split that a join belongs to, with all branches: it looks at how each of them stands."""
    split = task.parent
    while split is not None and split.task_spec.name != name:
        split = split.parent
    if split is not None:
        kept.add(split.id)
        kept.update(split._children)  # noqa: SLF001 - the library keeps ids here

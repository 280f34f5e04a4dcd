"""How variables flow: what parallel branches changed is merged key by key, and nothing is copied needlessly.

Values are never changed in place (FEEL has no side effects and forms assign whole values), so tasks may
share them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from SpiffWorkflow.task import Task

_MISSING = object()


def merge_branches(base: dict[str, Any], branches: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Give the base with every branch's own changes; where two changed one key, the later branch wins.

    The library lets the last branch overwrite keys that it never changed.
    """
    merged = dict(base)
    for branch in branches:
        changed, removed = changes_of(base, branch)
        merged.update(changed)
        for key in removed:
            merged.pop(key, None)
    return merged


def changes_of(base: dict[str, Any], branch: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Give what a branch has that the base has not or has otherwise, and the names that it has no longer."""
    changed = {key: value for key, value in branch.items() if not same(base.get(key, _MISSING), value)}
    return changed, [key for key in base if key not in branch]


def same(left: Any, right: Any) -> bool:
    """Say whether two values are equal and of equal kind: 1 is not True, 1 is not 1.00."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(value, right[key]) for key, value in left.items())
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) and str(left) == str(right)


def keep_corrected(task: Task) -> None:
    """Put a waiting token's corrections over the older variables that waking it takes from before it."""
    corrected = task.internal_data.get("corrected")
    if corrected:
        task.data = {**task.data, **corrected}


def common_ancestor(tasks: list[Task]) -> Task:
    """Give the task from which all these branches come."""
    chains = [_chain(task) for task in tasks]
    ancestor = chains[0][0]
    for level in zip(*chains, strict=False):
        if any(task is not level[0] for task in level):
            break
        ancestor = level[0]
    return ancestor


def drawn_element(task: Task | None) -> str | None:
    """Give the id of a task's element, or of the nearest one before it, past tasks that the library adds."""
    while task is not None:
        if task.task_spec.bpmn_id is not None:
            return str(task.task_spec.bpmn_id)
        task = task.parent
    return None


def _chain(task: Task) -> list[Task]:
    chain = []
    node: Task | None = task
    while node is not None:
        chain.append(node)
        node = node.parent
    return chain[::-1]

"""Where branches come together: which tokens are waited for, and how their variables are merged.

The library loses count when a join is reached again in a loop, looks at most a thousand tasks deep, and
lets the last branch overwrite what it never changed. Here each token that arrives is kept until a join
takes it, once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask, _EndJoin
from SpiffWorkflow.util.task import TaskState

from .data import common_ancestor, drawn_element, merge_branches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from SpiffWorkflow.specs.base import TaskSpec
    from SpiffWorkflow.task import Task

_TOKEN = TaskState.READY | TaskState.WAITING | TaskState.STARTED


class Join:
    """Takes tokens that have arrived, merges their variables key by key, and goes on as one."""

    def _update_hook(self, my_task: Task) -> bool:
        arrived = [task for task in my_task.workflow.tasks.values() if self._has_arrived(task, my_task)]
        arrived.sort(key=lambda task: task.parent.last_state_change)
        for task in arrived:
            if task is not my_task and task.state == TaskState.WAITING:
                task.cancel()  # only the newest token waits; the others are remembered
            task.internal_data["arrived"] = True
        taken = self.take(my_task, arrived)
        if not taken:
            my_task._set_state(TaskState.WAITING)  # noqa: SLF001 - as the library's joins do
            return False
        self._merge(my_task, taken)
        return True

    def go_on_without(self, my_task: Task) -> None:
        """Let a token that waits go on with those that have arrived, though others have not."""
        self._merge(
            my_task, [task for task in my_task.workflow.tasks.values() if self._has_arrived(task, my_task)]
        )
        my_task._ready()  # noqa: SLF001 - as when the last of them arrives

    def _merge(self, my_task: Task, taken: list[Task]) -> None:
        """Give the token that goes on what those know that are taken."""
        for task in taken:
            del task.internal_data["arrived"]
        sources = [task.parent for task in taken]
        others = [source for source in sources if source is not my_task.parent]
        my_task.data = merge_branches(common_ancestor(sources).data, [source.data for source in sources])
        my_task.internal_data["sources"] = [
            found for task in others if (found := drawn_element(task)) is not None
        ]

    def take(self, my_task: Task, arrived: list[Task]) -> list[Task]:
        """Give the tokens with which the join goes on, its newest among them; none while it waits."""
        raise NotImplementedError

    def _has_arrived(self, task: Task, my_task: Task) -> bool:
        if task.task_spec is not self:
            return False
        return task is my_task or task.state == TaskState.WAITING or "arrived" in task.internal_data


class ParallelGateway(Join, defaults.ParallelGateway):  # type: ignore[misc]  # untyped library
    """Waits for a token on every incoming flow, then takes every outgoing one."""

    def take(self, my_task: Task, arrived: list[Task]) -> list[Task]:
        """Give the oldest token of every flow; the newest alone when it came round a loop from here."""
        needed = self._needed()
        if my_task.parent.task_spec.name not in needed:
            return [my_task]
        oldest: dict[str, Task] = {my_task.parent.task_spec.name: my_task}
        for task in arrived:
            oldest.setdefault(task.parent.task_spec.name, task)
        return [task for task in arrived if task in oldest.values()] if needed <= oldest.keys() else []

    def _needed(self) -> set[str]:
        """Give the inputs that can be reached without passing here before."""
        reached = reachable([self._wf_spec.start], without=self)
        return {spec.name for spec in self.inputs if spec.name in reached}

    def _run_hook(self, my_task: Task) -> bool:  # noqa: ARG002 - the library's signature
        return True


class InclusiveJoin(Join):
    """Waits as long as a token elsewhere can still arrive on a flow on which none has arrived."""

    def take(self, my_task: Task, arrived: list[Task]) -> list[Task]:
        """Give all tokens that have arrived.

        As the standard says, a token is not waited for when it can also reach a flow that has one.
        """
        filled = {task.parent.task_spec.name for task in arrived}
        empty = {spec.name for spec in self.inputs} - filled  # type: ignore[attr-defined]  # of the gateway
        for task in my_task.workflow.tasks.values():
            if not task._state & _TOKEN or task.task_spec is self:  # noqa: SLF001 - hot loop
                continue
            ahead = reachable([task.task_spec], without=self)
            if ahead & empty and not ahead & filled:
                return []
        return arrived


class EndOfScope(Join, _EndJoin):  # type: ignore[misc]  # untyped library
    """The end of a process or subprocess: waits for everything in it."""

    def take(self, my_task: Task, arrived: list[Task]) -> list[Task]:
        """Give all tokens that have arrived when nothing else is left."""
        for task in my_task.workflow.tasks.values():
            unfinished = task._state & TaskState.NOT_FINISHED_MASK  # noqa: SLF001 - hot loop
            if unfinished and task is not my_task and task.task_spec not in (self, self._wf_spec.last):
                return []
        return arrived

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.data = {**my_task.workflow.data, **my_task.data}
        return True


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]  # untyped library
    """A process or subprocess that ends in our join."""

    end: Any

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        for spec in (self.end, *self.end.outputs):
            del self.task_specs[spec.name]
        self.end = EndOfScope(self, f"{name}.EndJoin")
        self.last = SimpleBpmnTask(self, "End")
        self.end.connect(self.last)


def reachable(begin: Iterable[TaskSpec], without: Join) -> set[str]:
    """Give the names of the specs that a token at one of these can reach, these included, not passing a join."""
    found: set[str] = set()
    waiting = list(begin)
    while waiting:
        spec = waiting.pop()
        if spec is not without and spec.name not in found:
            found.add(spec.name)
            waiting.extend(spec.outputs)
    return found

"""The workflow object: the library's, without its timers, with a trace of what was passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.util.task import TaskState

from .data import drawn_element, keep_corrected
from .errors import StepError
from .loops import Repeated, instance_of, instances

MAX_ENGINE_STEPS = 5_000
"""How many automatic tasks one step may run; a loop without people or clocks in it stops here."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A token left an element. `data` are the variables as it left; `sources` are the elements before it.

    counted: False for a repeating activity as a whole when its instances were noted already.
    """

    task: Any
    element_id: str
    sources: tuple[str, ...]
    data: dict[str, Any]
    counted: bool = True


class _Traced:
    """Keeps the trace of completed elements in the top workflow."""

    tasks: dict[Any, Any]

    def note_passed(self, task: Any) -> None:
        """Note that a token has left an element of the diagram."""
        element_id = task.task_spec.bpmn_id
        if element_id is not None:
            top = task.workflow.top_workflow
            before = drawn_element((instance_of(task) or task).parent)
            sources = (*task.internal_data.pop("sources", ()), *((before,) if before else ()))
            counted = not (isinstance(task.task_spec, Repeated) and instances(task))
            top.trace.append(Passed(task, element_id, sources, task.data, counted))

    def _task_completed_notify(self, task: Any) -> None:
        self.note_passed(task)
        repeating = instance_of(task)
        if repeating is not None and repeating.state == TaskState.STARTED:
            repeating._set_state(TaskState.READY)  # noqa: SLF001 - it runs again and looks at what is done
        super()._task_completed_notify(task)  # type: ignore[misc]  # of the workflow that mixes this in

    def update_waiting_tasks(self) -> None:
        """Look again at every waiting task; the library walks its whole tree for that."""
        for task in [task for task in self.tasks.values() if task._state == TaskState.WAITING]:  # noqa: SLF001 - hot loop
            task.task_spec._update(task)  # noqa: SLF001 - as the library does
            keep_corrected(task)

    def cancel(self) -> None:
        """End it where it stands, with everything inside."""
        self.completed = True
        # A cancelled parent forgets its children, so they come first.
        for task in reversed(list(self.tasks.values())):
            if task.has_state(TaskState.NOT_FINISHED_MASK) and task.id in self.tasks:
                task.cancel()

    def get_tasks_iterator(self, first_task: Any = None, **kwargs: Any) -> Any:
        """Iterate without the library's depth limit, which silently stops loops after 500 rounds."""
        kwargs.setdefault("max_depth", 1_000_000)
        return super().get_tasks_iterator(first_task, **kwargs)  # type: ignore[misc]  # as above


class SubWorkflow(_Traced, BpmnSubWorkflow):  # type: ignore[misc]  # untyped library
    """A running subprocess or called process."""


class Workflow(_Traced, BpmnWorkflow):  # type: ignore[misc]  # untyped library
    """One running case in memory. Not safe for two threads at once."""

    subprocesses: dict[Any, SubWorkflow]

    def __init__(self, spec: Any, subprocess_specs: Any, **kwargs: Any) -> None:
        self.trace: list[Passed] = []
        self.stuck: dict[Any, StepError] = {}
        self.rules_hit: list[str] = []
        self.next_number = 1
        super().__init__(spec, subprocess_specs, **kwargs)

    def create_subprocess(self, my_task: Any, spec_name: str) -> SubWorkflow:
        """Open the workflow of a subprocess."""
        inner = SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = inner
        return inner

    def refresh_timers(self) -> None:
        """Do nothing: clocks are rows of ours, fired by task id."""

    def run_automatic(self) -> None:
        """Run everything that needs no person, clock or answer.

        An element that cannot be carried out keeps its token and is noted in `stuck`; the other branches
        go on.
        """
        runs = 0
        ready: list[Any] = []
        while True:
            # What follows from the last round is looked at first; the whole tree only when that is done.
            ready = ready or [task for task in self._innermost_first() if self._may_run(task)]
            if not ready and not self._wake_finished_subprocesses():
                return
            ran = []
            for task in ready:
                if (
                    self._may_run(task) and task.workflow.tasks.get(task.id) is task
                ):  # not cancelled meanwhile
                    runs += 1
                    if runs <= MAX_ENGINE_STEPS:
                        self._run(task)
                    else:
                        self._stop(task)
                    ran.append(task)
            ready = [child for task in ran for child in task.children if self._may_run(child)]

    def all_tasks(self) -> Iterator[Any]:
        """Iterate over the tasks of the case and of every subprocess in it."""
        yield from self.tasks.values()
        for inner in self.subprocesses.values():
            yield from inner.tasks.values()

    def find_task(self, number: Any) -> Any:
        """Give the task of that number, or None when it is gone."""
        for workflow in (self, *self.subprocesses.values()):
            if number in workflow.tasks:
                return workflow.tasks[number]
        return None

    def forget_cancelled(self) -> None:
        """Forget what could not be carried out in a scope that is gone by now."""
        for number in list(self.stuck):
            task = self.find_task(number)
            if task is None or task.state != TaskState.READY:
                del self.stuck[number]

    def number_tasks(self) -> None:
        """Give every new task a small number in place of its random id.

        Numbers make the saved state small and the same for the same history; rows of ours name a task by
        its number within the case.
        """
        renamed: dict[Any, int] = {}
        for task in self.all_tasks():
            if type(task.id) is not int:
                renamed[task.id] = self.next_number
                self.next_number += 1
        if not renamed:
            return
        for workflow in (self, *self.subprocesses.values()):
            _rename(workflow, renamed)
        self.subprocesses = {renamed.get(key, key): inner for key, inner in self.subprocesses.items()}
        self.stuck = {renamed.get(key, key): error for key, error in self.stuck.items()}
        manager = self.event_manager
        manager.tasks = {renamed.get(key, key): task for key, task in manager.tasks.items()}

    def _stop(self, task: Any) -> None:
        self.stuck[task.id] = StepError(
            f"Expected the case to rest after at most {MAX_ENGINE_STEPS} automatic elements, but it goes on",
            element_id=task.task_spec.bpmn_id,
            code="endless_loop",
        )

    def _run(self, task: Any) -> None:
        try:
            task.run()
        except StepError as exc:
            exc.element_id = exc.element_id or task.task_spec.bpmn_id
            self.stuck[task.id] = exc
            task._set_state(TaskState.READY)  # noqa: SLF001 - the library's ERROR state could not be retried

    def _innermost_first(self) -> Iterator[Any]:
        for inner in reversed(self.subprocesses.values()):
            if not inner.completed:
                yield from inner.tasks.values()
        yield from self.tasks.values()

    def _may_run(self, task: Any) -> bool:
        return task._state == TaskState.READY and not task.task_spec.manual and task.id not in self.stuck  # noqa: SLF001 - hot loop

    def _wake_finished_subprocesses(self) -> bool:
        woken = False
        for parent_id, inner in list(self.subprocesses.items()):
            if inner.completed:
                parent = self.find_task(parent_id)
                if parent is None:  # an instance that was cancelled with its repeating activity
                    del self.subprocesses[parent_id]
                elif parent.state == TaskState.STARTED:
                    parent.task_spec._update(parent)  # noqa: SLF001 - as the library's own loop does
                    woken = woken or parent.state == TaskState.READY
        return woken


def _rename(workflow: Any, renamed: dict[Any, int]) -> None:
    """Put the numbers in place of the ids, wherever the library keeps them."""
    if getattr(workflow, "parent_task_id", None) in renamed:
        workflow.parent_task_id = renamed[workflow.parent_task_id]
    if not any(key in renamed for key in workflow.tasks):
        return
    workflow.tasks = {renamed.get(key, key): task for key, task in workflow.tasks.items()}
    for number, task in workflow.tasks.items():
        task.id = number
        task._parent = renamed.get(task._parent, task._parent)  # noqa: SLF001 - the library keeps ids here
        task._children = [renamed.get(child, child) for child in task._children]  # noqa: SLF001 - as above

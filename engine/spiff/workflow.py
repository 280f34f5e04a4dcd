"""The workflow object: the library's, without its timers, with a trace of what was passed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.exceptions import TaskNotFoundException
from SpiffWorkflow.util.task import TaskState

from .data import drawn_element, keep_corrected
from .errors import StepError
from .events import Thrown
from .loops import Repeated, instance_of
from .subprocesses import Packed, Subprocesses
from .tasks import adopt

_READY, _WAITING, _FINISHED = TaskState.READY, TaskState.WAITING, TaskState.COMPLETED
MAX_ENGINE_STEPS = 10_000
"""How many automatic elements one step may run; a loop without people or clocks in it stops here."""
MAX_TOKENS = 20_000
"""How many tasks the tree of one case may hold when an activity begins to repeat; it is read at every step."""


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


class Tasks(dict[Any, Any]):
    """The tasks of a workflow by number, and those of them that are not finished, in the same order."""

    def __init__(self, tasks: dict[Any, Any]) -> None:
        super().__init__(tasks)
        self._open = dict(tasks)

    def __setitem__(self, key: Any, task: Any) -> None:
        super().__setitem__(key, task)
        self._open[key] = task

    def not_finished(self) -> list[Any]:
        """Give what is not finished; a long step must not look at everything it has run for each element."""
        tasks = self._open.items()
        self._open = {key: one for key, one in tasks if one._state < _FINISHED and key in self}  # noqa: SLF001 - hot loop
        return list(self._open.values())


class _Traced:
    """Keeps the trace of completed elements in the top workflow."""

    tasks: Tasks

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        adopt(self.tasks.values())
        self.tasks = Tasks(self.tasks)

    def collect_log_extras(self, dct: dict[str, Any] | None = None) -> dict[str, Any]:
        """Tell the library's log nothing more; it would go through the whole tree for that."""
        return dct or {}

    def note_passed(self, task: Any) -> None:
        """Note that a token has left an element of the diagram."""
        element_id = task.task_spec.bpmn_id
        if element_id is not None:
            top = task.workflow.top_workflow
            before = drawn_element((instance_of(task) or task).parent)
            sources = (*task.internal_data.pop("sources", ()), *((before,) if before else ()))
            counted = not (isinstance(task.task_spec, Repeated) and task.internal_data.get("begun"))
            top.trace.append(Passed(task, element_id, sources, task.data, counted))

    def _task_completed_notify(self, task: Any) -> None:
        self.note_passed(task)
        repeating = instance_of(task)
        if repeating is not None and repeating.state == TaskState.STARTED:
            repeating._set_state(TaskState.READY)  # noqa: SLF001 - it runs again and looks at what is done
        super()._task_completed_notify(task)  # type: ignore[misc]  # of the workflow that mixes this in

    def update_waiting_tasks(self) -> None:
        """Look again at every waiting task; the library walks its whole tree for that."""
        for task in [task for task in self.tasks.not_finished() if task._state == _WAITING]:  # noqa: SLF001 - hot loop
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
    """A running subprocess or called process. `over` when its activity is finished too."""

    over = False


class Workflow(_Traced, BpmnWorkflow):  # type: ignore[misc]  # untyped library
    """One running case in memory. Not safe for two threads at once."""

    subprocesses: Subprocesses

    def __init__(self, spec: Any, subprocess_specs: Any, **kwargs: Any) -> None:
        self.trace: list[Passed] = []
        self.stuck: dict[Any, StepError] = {}
        self.rules_hit: list[str] = []
        self.thrown: list[Thrown] = []
        self.next_number = 1
        super().__init__(spec, subprocess_specs, **kwargs)
        self.subprocesses = Subprocesses()

    def create_subprocess(self, my_task: Any, spec_name: str) -> SubWorkflow:
        """Open the workflow of a subprocess."""
        inner = SubWorkflow(self.subprocess_specs[spec_name], parent_task_id=my_task.id, top_workflow=self)
        self.subprocesses[my_task.id] = inner
        return inner

    def begin_again(self) -> None:
        """Forget what only concerned the step that is over, so that the next one finds a case as it is read."""
        self.trace, self.rules_hit, self.thrown = [], [], []
        self.event_manager.tasks = {}
        for noted in (self.bpmn_events, self.correlations):  # by the library
            noted.clear()
        # Errors as they were raised would keep alive whatever was at hand there.
        self.stuck = {key: error.plain() for key, error in self.stuck.items()}

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
            ready = ready or self._all_ready()
            if not ready and not self._wake_finished_subprocesses():
                return
            ran = []
            for task in ready:
                if (
                    self._may_run(task) and task.workflow.tasks.get(task.id) is task
                ):  # not cancelled meanwhile
                    if task.task_spec.bpmn_id is not None and not isinstance(task.task_spec, Repeated):
                        runs += 1
                        if runs > MAX_ENGINE_STEPS:
                            self._stop(task)
                            return
                    self._run(task)
                    ran.append(task)
            ready = [child for task in ran for child in task.children if self._may_run(child)]

    def has_room_for(self, more: int) -> bool:
        """Say whether the case may have so many tokens more."""
        inner = self.subprocesses.plain_values()
        sizes = (len(one.rests) if isinstance(one, Packed) else len(one.tasks) for one in inner)
        return len(self.tasks) + sum(sizes) + more <= MAX_TOKENS

    def all_tasks(self) -> Iterator[Any]:
        """Iterate over the tasks of the case and of every subprocess that was looked at."""
        yield from self.tasks.values()
        for inner in self.subprocesses.unpacked():
            yield from inner.tasks.values()

    def find_task(self, number: Any) -> Any:
        """Give the task of that number, or None when it is gone."""
        if number in self.tasks:
            return self.tasks[number]
        for inner in self.subprocesses.look_for(number):
            if number in inner.tasks:
                return inner.tasks[number]
        return None

    def get_task_from_id(self, task_id: Any) -> Any:
        """Give the task of that number; raises the library's TaskNotFoundException when it is gone."""
        task = self.find_task(task_id)
        if task is None:
            raise TaskNotFoundException(f"Expected a task {task_id}, but there is none", task_spec=self.spec)
        return task

    def forget_cancelled(self) -> None:
        """Forget what could not be carried out in a scope that is gone by now."""
        for number in list(self.stuck):
            task = self.find_task(number)
            if task is None or task.state not in (TaskState.READY, TaskState.WAITING):
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
        for workflow in (self, *self.subprocesses.unpacked()):
            _rename(workflow, renamed)
        self.subprocesses.rename(renamed)
        self.stuck = {renamed.get(key, key): error for key, error in self.stuck.items()}
        manager = self.event_manager
        manager.tasks = {renamed.get(key, key): task for key, task in manager.tasks.items()}

    def _stop(self, task: Any) -> None:
        """Let the case stand here; what else could run goes on in the next step."""
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

    def _all_ready(self) -> list[Any]:
        """Give what can be run, innermost first. In a subprocess that nobody has looked at nothing can."""
        running = [inner for inner in self.subprocesses.unpacked() if not inner.completed]
        return [
            task
            for workflow in (*reversed(running), self)
            for task in workflow.tasks.not_finished()
            if task._state == _READY and self._may_run(task)  # noqa: SLF001 - hot loop
        ]

    def _may_run(self, task: Any) -> bool:
        return task._state == TaskState.READY and not task.task_spec.manual and task.id not in self.stuck  # noqa: SLF001 - hot loop

    def _wake_finished_subprocesses(self) -> bool:
        woken = False
        for inner in list(self.subprocesses.unpacked()):
            if not inner.completed or inner.over:
                continue
            parent = self.find_task(inner.parent_task_id)
            if parent is None:  # an instance that was cancelled with its repeating activity
                del self.subprocesses[inner.parent_task_id]
            elif parent.state == TaskState.STARTED:
                parent.task_spec._update(parent)  # noqa: SLF001 - as the library's own loop does
                woken = woken or parent.state == TaskState.READY
            else:
                inner.over = parent.has_state(TaskState.FINISHED_MASK)
        return woken


def _rename(workflow: Any, renamed: dict[Any, int]) -> None:
    """Put the numbers in place of the ids, wherever the library keeps them."""
    if getattr(workflow, "parent_task_id", None) in renamed:
        workflow.parent_task_id = renamed[workflow.parent_task_id]
    if not any(key in renamed for key in workflow.tasks):
        return
    workflow.tasks = Tasks({renamed.get(key, key): task for key, task in workflow.tasks.items()})
    for number, task in workflow.tasks.items():
        task.id = number
        task._parent = renamed.get(task._parent, task._parent)  # noqa: SLF001 - the library keeps ids here
        task._children = [renamed.get(child, child) for child in task._children]  # noqa: SLF001 - as above

"""Which tokens of a case wait, for what, and within which scopes. Looks only; moves nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from SpiffWorkflow.util.task import TaskState

from . import events, loops, specs
from .subprocesses import Packed

if TYPE_CHECKING:
    from .workflow import Workflow

_RESTING = TaskState.WAITING | TaskState.READY | TaskState.STARTED


class Scope(NamedTuple):
    """Something that clocks may stand on: an activity by its number, or the case itself, number 0.

    ids: the element, and for a call activity also the process that it calls.
    """

    number: int
    ids: tuple[str, ...]


class Resting:
    """A token that waits: for a person, a clock, an answer, a message, or for somebody to mend what failed.

    kind: `user_task`, `call`, `event`, `activity`, `stuck`, or `listener` for a boundary event, at which no
    token has arrived yet. number: the task's number in the case; waits: the events it waits for.
    """

    __slots__ = ("_scopes", "_task", "_workflow", "element_id", "kind", "number", "waits")

    def __init__(self, workflow: Workflow, number: int, element_id: str, kind: str, task: Any = None) -> None:
        self.number, self.element_id, self.kind = number, element_id, kind
        self.waits: tuple[Any, ...] = ()
        if kind in ("event", "listener"):
            self.waits = tuple(events.definitions_of(task))
        self._workflow, self._task = workflow, task
        self._scopes: tuple[Scope, ...] | None = None

    @property
    def data(self) -> dict[str, Any]:
        """Give the variables that it sees."""
        return self._found().data  # type: ignore[no-any-return]  # untyped library

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Give itself and what is around it, innermost first."""
        if self._scopes is None:
            self._scopes = scopes_of(self._workflow, self._found())
        return self._scopes

    def _found(self) -> Any:
        if self._task is None:
            self._task = self._workflow.find_task(self.number)
        return self._task


def resting(workflow: Workflow) -> dict[int, Resting]:
    """Give every token that waits, by task number."""
    found = {item.number: item for item in rests_in(workflow, workflow)}
    for inner in workflow.subprocesses.plain_values():
        if isinstance(inner, Packed):
            for number, element_id, kind in inner.rests:
                found[number] = Resting(workflow, number, element_id, kind)
        else:
            for item in rests_in(workflow, inner):
                found[item.number] = item
    return found


def rests(workflow: Workflow, number: int) -> Resting | None:
    """Give one token that waits, or None when none of that number does."""
    task = workflow.find_task(number)
    return None if task is None else next(_resting_among(workflow, (task,)), None)


def rests_in(workflow: Workflow, inner: Any) -> list[Resting]:
    """Give every token that waits in one of a case's workflows, subprocesses of it apart."""
    return list(_resting_among(workflow, inner.tasks.values()))


def scopes_of(workflow: Workflow, task: Any) -> tuple[Scope, ...]:
    """Give a task's own scope and those around it, innermost first; a boundary event is in its activity's."""
    chain = _own_scopes(task)
    activity = _watched_activity(task)
    if activity is not None:
        chain.extend(_own_scopes(activity))
    inner = task.workflow
    while inner is not workflow:
        around = workflow.find_task(inner.parent_task_id)
        chain.extend(_own_scopes(around))
        inner = around.workflow
    chain.append(Scope(0, (workflow.spec.name,)))
    return tuple(chain)


def _resting_among(workflow: Workflow, tasks: Iterable[Any]) -> Iterator[Resting]:
    for task in tasks:
        if not task._state & _RESTING or task.task_spec.bpmn_id is None:  # noqa: SLF001 - hot loop
            continue
        kind = _kind(workflow, task)
        if kind is not None:
            yield Resting(workflow, task.id, task.task_spec.bpmn_id, kind, task)


def _own_scopes(task: Any) -> list[Scope]:
    """Give a task's scope; what stands on a repeating activity stands on it as a whole, once."""
    repeating = loops.instance_of(task)
    if repeating is None:
        return [Scope(task.id, _ids_of(task))]
    return [Scope(task.id, _ids_of(task)[1:]), Scope(repeating.id, _ids_of(repeating))]


def _ids_of(task: Any) -> tuple[str, ...]:
    own = task.task_spec.bpmn_id
    called = getattr(task.task_spec, "spec", None)
    return (own,) if called in (None, own) else (own, called)


def _watched_activity(task: Any) -> Any:
    if not isinstance(task.task_spec, specs.BoundaryEvent):
        return None
    return next(
        (other for other in task.parent.children if not isinstance(other.task_spec, specs.BoundaryEvent)),
        None,
    )


def _kind(workflow: Workflow, task: Any) -> str | None:  # noqa: PLR0911 - one line a kind
    spec, state = task.task_spec, task._state  # noqa: SLF001 - hot loop
    if task.id in workflow.stuck:
        return "stuck"
    if spec.manual:
        return "user_task" if state == TaskState.READY else None
    if isinstance(spec, loops.Repeated):
        return None  # its instances rest
    if isinstance(spec, specs.ServiceTask):
        return "call" if state == TaskState.STARTED else None
    if state == TaskState.STARTED:
        return "activity"
    if state == TaskState.WAITING and events.definitions_of(task):
        return "listener" if isinstance(spec, specs.BoundaryEvent) else "event"
    return None

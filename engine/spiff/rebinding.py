"""Puts the tokens of a case onto another version of its diagrams, without moving one of them.

Numbers, variables and what tokens wait for stay; what the new version foresees is foreseen anew. Refuses
whatever the new version's own moves could not have led to. No element runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent as BoundaryEventMixin
from SpiffWorkflow.util.task import TaskState

from engine.errors import InvalidState

from . import events, loops
from .data import drawn_element, keep_corrected
from .joins import EndOfScope
from .specs import ServiceTask
from .tasks import Task
from .token_game import Place, can_stand, joins_tokens, place_of
from .workflow import Tasks

if TYPE_CHECKING:
    from SpiffWorkflow.specs.base import TaskSpec

    from .parser import Specs
    from .workflow import Workflow

_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_SPLIT, _JOIN, _CHILD = ".BoundaryEventSplit", ".BoundaryEventJoin", " [child]"


class CannotFollow(InvalidState):
    """Expected the new version to have a place for every token of the case, but it has not."""

    def __init__(self, code: str, element_id: str | None) -> None:
        super().__init__(
            f"Expected the new version to take over {element_id!r}, but it cannot",
            code=code,
            element_id=element_id,
        )
        self.element_id = element_id


def rebind(workflow: Workflow, specs: Specs, renamed: Mapping[str, str]) -> None:
    """Put every token onto the new version's elements; the workflow is good for nothing but saving then.

    renamed: the new id of elements that have another one. Raises CannotFollow (`element_missing`,
    `element_kind`, `call_changed`, `timer_changed`, `message_changed`, `not_reachable`, `not_known`).
    """
    names = _Names(renamed)
    _Scope(workflow, workflow, specs.main, names).rebind()
    for number, inner in workflow.subprocesses.items():
        around = workflow.find_task(number)
        _Scope(workflow, inner, specs.subprocesses[around.task_spec.spec], names).rebind()
    workflow.number_tasks()


def foresee(workflow: Workflow) -> None:
    """Foresee what the new version may do next, and listen to what it hears; after rebinding and loading."""
    scopes = [workflow, *workflow.subprocesses.values()]  # those that are packed are unpacked by this
    for task in [one for scope in scopes for one in scope.tasks.values() if one.has_state(_OPEN)]:
        _listen(task)
        task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)  # noqa: SLF001 - as the library does
    workflow.number_tasks()


def tasks_ahead(workflow: Workflow) -> frozenset[str]:
    """Give the ids of the user tasks that a case may still come to, those included that are open."""
    scopes = [workflow, *workflow.subprocesses.values()]  # as above
    waiting = [task.task_spec for scope in scopes for task in scope.tasks.values() if task.has_state(_OPEN)]
    seen: set[TaskSpec] = set()
    while waiting:
        spec = waiting.pop()
        if spec in seen:
            continue
        seen.add(spec)
        waiting.extend(spec.outputs)
        if isinstance(spec, loops.Repeated):
            waiting.append(spec._wf_spec.task_specs[spec.task_spec])  # type: ignore[attr-defined]  # noqa: SLF001 - what it repeats
        inner = workflow.subprocess_specs.get(getattr(spec, "spec", None))
        if inner is not None:
            waiting.append(inner.start)
    return frozenset(spec.bpmn_id for spec in seen if isinstance(spec, defaults.UserTask))


class _Names:
    """What elements are called in the new version."""

    def __init__(self, renamed: Mapping[str, str]) -> None:
        self._renamed = renamed

    def of(self, spec: TaskSpec, new: Any) -> str:
        """Give the name of an element of ours or the library's in the new version of its process."""
        if isinstance(spec, EndOfScope):
            return str(new.end.name)
        for suffix in (_SPLIT, _JOIN, _CHILD):
            if spec.name.endswith(suffix):
                return self._renamed_id(spec.name.removesuffix(suffix)) + suffix
        return self._renamed_id(spec.name)

    def _renamed_id(self, name: str) -> str:
        if name in self._renamed:
            return self._renamed[name]
        drawn, mark, added = name.partition("__")  # what the mend added is named after what was drawn
        return self._renamed.get(drawn, drawn) + mark + added


class _Scope:
    """The tokens of one process or subprocess."""

    def __init__(self, workflow: Workflow, scope: Any, new: Any, names: _Names) -> None:
        self._workflow, self._scope, self._new, self._names = workflow, scope, new, names

    def rebind(self) -> None:
        """Check that every token has its place, then give it."""
        self._forget_predicted()
        old = self._scope.spec
        tokens = [task for task in self._scope.tasks.values() if self._counts(task)]
        found = {task.id: self._checked(task) for task in tokens}
        places = {place for task in tokens for place in self._places(task, found[task.id])}
        if not _same_ways(old, self._new, self._names):
            stands = can_stand(self._new, frozenset(places))
            if not stands:
                first = next(
                    (task for task in tokens if not isinstance(task.task_spec, EndOfScope)), tokens[0]
                )
                raise CannotFollow("not_known" if stands is None else "not_reachable", _element(first))
        for task in list(self._scope.tasks.values()):
            self._put(task)

    def _forget_predicted(self) -> None:
        tasks = self._scope.tasks
        for number, task in list(tasks.items()):
            if task.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):
                del tasks[number]
        for task in tasks.values():
            task._children = [child for child in task._children if child in tasks]  # noqa: SLF001 - the library keeps ids here

    def _counts(self, task: Task) -> bool:
        """Say whether a task is a token, or one that a join has yet to reckon with."""
        return bool(task.has_state(_OPEN)) or "arrived" in task.internal_data

    def _counterpart(self, spec: TaskSpec) -> TaskSpec | None:
        found = self._new.task_specs.get(self._names.of(spec, self._new))
        return found if type(found) is type(spec) else None

    def _checked(self, task: Task) -> TaskSpec | None:
        """Give a token's element in the new version; None for one that only listens, and no longer does."""
        spec = task.task_spec
        new = self._counterpart(spec)
        if new is None:
            if isinstance(spec, BoundaryEventJoin) or (
                isinstance(spec, BoundaryEventMixin) and task.state == TaskState.WAITING
            ):
                return None
            other = self._names.of(spec, self._new) in self._new.task_specs
            raise CannotFollow("element_kind" if other else "element_missing", _element(task))
        if (
            isinstance(spec, ServiceTask)
            and task.state == TaskState.STARTED
            and not _asks_the_same(spec, new)
        ):
            raise CannotFollow("call_changed", _element(task))
        if task.state == TaskState.WAITING:
            _check_awaited(task, new)
        return new

    def _places(self, task: Task, new: TaskSpec | None) -> list[Place]:
        if new is None or isinstance(new, EndOfScope | BoundaryEventJoin):
            return []
        if isinstance(new, BoundaryEventMixin) and task.state == TaskState.WAITING:
            return []
        if loops.instance_of(task) is not None:
            return []  # the repeating activity is the token
        if isinstance(new, BoundaryEventMixin):
            return [place_of(new)]
        if joins_tokens(new) and (task.state == TaskState.WAITING or "arrived" in task.internal_data):
            return [place_of(new, self._source(task, new))]
        return [place_of(new)]

    def _source(self, task: Task, join: TaskSpec) -> str:
        """Say from which element a token waits at a join in the new version."""
        inputs = {spec.name for spec in join.inputs}
        before = self._counterpart(task.parent.task_spec)
        if before is not None and before.name in inputs:
            return str(before.name)
        fresh = inputs - {self._names.of(spec, self._new) for spec in task.task_spec.inputs}
        if len(fresh) != 1:
            raise CannotFollow("not_reachable", _element(task))
        return str(fresh.pop())

    def _put(self, task: Task) -> None:
        """Give a task its element in the new version; what was passed there and is no more counts to what was before."""
        scope, spec = self._scope, task.task_spec
        new = self._counterpart(spec)
        if new is None:
            if not task._children and task.parent is not None and "arrived" not in task.internal_data:  # noqa: SLF001 - as above
                self._remove(task)
                return
            if isinstance(spec, BoundaryEventMixin) or task.parent is None:
                raise CannotFollow("element_missing", _element(task))
            task.task_spec = task.parent.task_spec
            return
        if joins_tokens(new) and (task.state == TaskState.WAITING or "arrived" in task.internal_data):
            source = self._source(task, new)
            if task.parent.task_spec.name != source:
                self._insert_before(task, scope_spec := self._new.task_specs[source])
                assert scope_spec.name == task.parent.task_spec.name
        task.task_spec = new
        split = self._new.task_specs.get(f"{new.name}{_SPLIT}")
        watched = split is not None and task.has_state(_OPEN) and loops.instance_of(task) is None
        if watched and task.parent.task_spec is not split:
            self._insert_before(task, split)
        assert task.id in scope.tasks

    def _remove(self, task: Task) -> None:
        del self._scope.tasks[task.id]
        task.parent._children.remove(task.id)  # noqa: SLF001 - as above

    def _insert_before(self, task: Task, spec: TaskSpec) -> None:
        """Put a passed element between a task and the one before it; it left the variables as they were."""
        before = task.parent
        made = Task(self._scope, spec, before, state=TaskState.COMPLETED)
        made.data, made.last_state_change = dict(before.data), before.last_state_change
        children = before._children  # noqa: SLF001 - as above
        children.remove(made.id)
        children[children.index(task.id)] = made.id
        made._children, task._parent = [task.id], made.id  # noqa: SLF001 - as above
        del self._scope.tasks[made.id]
        ordered = {}
        for number, one in self._scope.tasks.items():
            if one is task:
                ordered[made.id] = made  # a state is read from the top down
            ordered[number] = one
        self._scope.tasks = Tasks(ordered)


def _listen(task: Task) -> None:
    """Let the events that the new version draws on an activity's border wait with it."""
    split = task.parent
    if split is None or not isinstance(split.task_spec, BoundaryEventSplit):
        return
    if isinstance(task.task_spec, BoundaryEventMixin):
        return
    known = {child.task_spec.name for child in split.children}
    for spec in split.task_spec.outputs:
        if isinstance(spec, BoundaryEventMixin) and spec.name not in known:
            listener = split._add_child(spec, TaskState.WAITING)  # noqa: SLF001 - no public way to add a token
            listener.data = dict(split.data)
            spec._predict(listener, mask=TaskState.NOT_FINISHED_MASK)  # noqa: SLF001 - as the library does
            spec._update(listener)  # noqa: SLF001 - as above
            keep_corrected(listener)


def _asks_the_same(old: ServiceTask, new: Any) -> bool:
    return (old.operation, old.parameters, old.result) == (new.operation, new.parameters, new.result)


def _check_awaited(task: Task, new: Any) -> None:
    """Raise CannotFollow when a waiting token would wait for something of another kind or name."""
    if not events.definitions_of(task):
        return
    before = [_awaited(one) for one in events.definitions_of(task)]
    single = getattr(new, "event_definition", None)
    after = [_awaited(one) for one in (getattr(single, "event_definitions", None) or [single])]
    if before != after:
        waits = {what for what, *_more in (*before, *after)}
        raise CannotFollow("timer_changed" if waits == {"clock"} else "message_changed", _element(task))


def _awaited(definition: Any) -> tuple[object, ...]:
    if isinstance(definition, events.ClockEvent):
        follows = definition.text if definition.kind == "deadline" else ""
        return ("clock", definition.kind, follows, definition.at)
    if isinstance(definition, events.MessageEvent):
        return ("message", definition.name, getattr(definition, "correlation", None))
    if isinstance(definition, events.ScopedEvent):
        return (type(definition).__name__,)  # heard only when it happens; its code may be another one
    return (type(definition).__name__, getattr(definition, "name", None))


def _same_ways(old: Any, new: Any, names: _Names) -> bool:
    """Say whether two versions of a process have the same elements and flows, apart from their names."""
    if len(old.task_specs) != len(new.task_specs):
        return False
    for spec in old.task_specs.values():
        other = new.task_specs.get(names.of(spec, new))
        if type(other) is not type(spec):
            return False
        if {names.of(one, new) for one in spec.outputs} != {one.name for one in other.outputs}:
            return False
        if getattr(spec, "cancel_activity", None) != getattr(other, "cancel_activity", None):
            return False
    return True


def _element(task: Task) -> str | None:
    return drawn_element(task)

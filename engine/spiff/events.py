"""Event definitions of ours: clocks, messages, and errors that stay in their scope.

SpiffWorkflow's timers read the machine's clock and fire on every refresh, and its events go to whoever
waits anywhere. Here a clock is fired by the id of the waiting task, a message is delivered to one task,
and an error climbs from the place where it happened to the nearest boundary that catches its code.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent as BoundaryEventMixin
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from .data import keep_corrected
from .errors import StepError, UncaughtError

if TYPE_CHECKING:
    from SpiffWorkflow.task import Task


MAX_KEY = 200


@dataclass(frozen=True, slots=True)
class Thrown:
    """A message that a step threw to other cases."""

    name: str
    element_id: str
    key: str
    content: dict[str, Any]


class ElementEvent(EventDefinition):  # type: ignore[misc]  # untyped library
    """An event that belongs to one element of the diagram and is never caught by broadcast."""

    def __init__(self, name: str | None, element_id: str) -> None:
        super().__init__(name)
        self.element_id = element_id

    def catches(self, my_task: Task, event: BpmnEvent) -> bool:  # noqa: ARG002 - the library's signature
        """Say whether the event is this very definition."""
        return event.event_definition is self

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ElementEvent) and other.element_id == self.element_id

    __hash__ = None  # type: ignore[assignment]  # as its base: definitions are compared, never keys


class ClockEvent(ElementEvent):
    """A timer of the diagram. A row of ours holds its due date and fires it by task id.

    kind: `date`, `duration`, `cycle` or `deadline`; text: what the designer wrote, or the deadline's id;
    at: for a deadline, `breach` or `warning`.
    """

    def __init__(self, name: str | None, element_id: str, kind: str, text: str, at: str = "breach") -> None:
        super().__init__(name, element_id)
        self.kind = kind
        self.text = text
        self.at = at


class MessageEvent(ElementEvent):
    """A message that a case waits for; `name` is what it is correlated by, within the case.

    correlation: FEEL of a key; with it the message goes to other cases, or comes from them. content: FEEL of
    a context, what is said to them.
    """

    def __init__(
        self, name: str | None, element_id: str, correlation: str | None = None, content: str | None = None
    ) -> None:
        super().__init__(name, element_id)
        self.correlation = correlation
        self.content = content

    def update_task_data(self, my_task: Task) -> None:
        """Make the message's variables the task's."""
        payload = my_task.internal_data.pop("payload", None)
        if payload:
            my_task.data = {**my_task.data, **payload}

    def throw(self, my_task: Task) -> None:
        """Deliver the message to whoever in the case waits for its name; unheard, it is gone.

        One with a key is noted for other cases in `thrown`. Raises StepError where that cannot be worked out.
        """
        if self.correlation is not None:
            my_task.workflow.top_workflow.thrown.append(self._thrown(my_task))
            return
        for task in list(my_task.workflow.top_workflow.event_manager.tasks.values()):
            for definition in definitions_of(task):
                heard = isinstance(definition, MessageEvent) and definition.name == self.name
                if heard and definition.correlation is None:
                    deliver(task, definition, dict(my_task.data))

    def _thrown(self, my_task: Task) -> Thrown:
        engine = my_task.workflow.script_engine
        key = correlation_key(engine.evaluate(my_task, self.correlation), self.element_id)
        content = {} if self.content is None else engine.evaluate(my_task, self.content)
        if not isinstance(content, dict):
            raise StepError(
                "Expected a message's content to be a context",
                element_id=self.element_id,
                code="content_not_a_context",
            )
        return Thrown(str(self.name), self.element_id, key, content)


def correlation_key(value: object, element_id: str) -> str:
    """Give the text of a correlation key; raises StepError for anything but a text or a whole number."""
    if isinstance(value, str | int) and not isinstance(value, bool) and 0 < len(str(value)) <= MAX_KEY:
        return str(value)
    raise StepError(
        f"Expected a correlation key to be a text of 1 to {MAX_KEY} characters or a whole number",
        element_id=element_id,
        code="correlation_missing",
    )


class SignalEvent(EventDefinition):  # type: ignore[misc]  # untyped library
    """A signal: every element of the case that waits for the name catches it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SignalEvent) and other.name == self.name

    __hash__ = None  # type: ignore[assignment]  # as its base


class ScopedEvent(EventDefinition):  # type: ignore[misc]  # untyped library
    """An error or escalation: caught by the nearest enclosing boundary, an exact code before a catch-all."""

    uncaught_stops = True

    def __init__(self, name: str | None, code: str | None) -> None:
        super().__init__(name)
        self.code = code

    def throw(self, my_task: Task) -> None:
        """Hand the event to the nearest boundary; an error that nobody catches stops the case."""
        if throw_scoped(my_task, type(self), self.code) is None and self.uncaught_stops:
            raise UncaughtError(my_task.task_spec.bpmn_id, self.code)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.code == self.code

    __hash__ = None  # type: ignore[assignment]  # as its base


class ErrorEvent(ScopedEvent):
    """A BPMN error."""


class EscalationEvent(ScopedEvent):
    """A BPMN escalation; one that nobody catches is only noted, as the standard says."""

    uncaught_stops = False


def throw_scoped(
    origin: Task,
    kind: type[ScopedEvent],
    code: str | None,
    *,
    include_self: bool = False,
) -> Task | None:
    """Fire the nearest boundary that catches the code and give its task, or None when nobody does.

    include_self: also look at the boundaries of the origin itself, as for a failed service call.
    """
    workflow = origin.workflow.top_workflow
    node = origin if include_self else _parent_activity(workflow, origin)
    while node is not None:
        boundary = _catching_boundary(node, kind, code)
        if boundary is not None:
            deliver(boundary, boundary.task_spec.event_definition)
            if boundary.task_spec.cancel_activity and boundary.state == TaskState.READY:
                boundary.run()  # work inside the scope must not go on after an error
            return boundary
        node = _parent_activity(workflow, node)
    return None


def deliver(task: Task, definition: EventDefinition, payload: dict[str, Any] | None = None) -> None:
    """Let one waiting task catch the event."""
    if payload is not None:
        task.internal_data["payload"] = payload
    task.task_spec.catch(task, BpmnEvent(definition))
    task.task_spec._update(task)  # noqa: SLF001 - the library's own way to go on after a catch
    keep_corrected(task)


def catchable_codes(origin: Task) -> set[str]:
    """Give the error codes that a boundary around a task names; one that catches every code names none."""
    workflow = origin.workflow.top_workflow
    found: set[str] = set()
    node: Task | None = origin
    while node is not None:
        codes = {boundary.task_spec.event_definition.code for boundary in _boundaries(node, ErrorEvent)}
        found |= codes - {None}
        node = _parent_activity(workflow, node)
    return found


def definitions_of(task: Task) -> list[EventDefinition]:
    """Give the event definitions that a waiting task waits for; an event gateway has several."""
    definition = getattr(task.task_spec, "event_definition", None)
    if definition is None:
        return []
    return list(getattr(definition, "event_definitions", None) or [definition])


def _parent_activity(workflow: Any, task: Task) -> Task | None:
    parent_id = task.workflow.parent_task_id
    return workflow.get_task_from_id(parent_id) if parent_id is not None else None


def _boundaries(node: Task, kind: type[ScopedEvent]) -> list[Task]:
    """Give the boundary events of that kind that wait on an activity."""
    activity = node
    while isinstance(activity.parent.task_spec, LoopTask):
        activity = activity.parent
    if not isinstance(activity.parent.task_spec, BoundaryEventSplit):
        return []
    return [
        task
        for task in activity.parent.children
        if isinstance(task.task_spec, BoundaryEventMixin)
        and task.state == TaskState.WAITING
        and isinstance(task.task_spec.event_definition, kind)
    ]


def _catching_boundary(node: Task, kind: type[ScopedEvent], code: str | None) -> Task | None:
    candidates = [
        task for task in _boundaries(node, kind) if task.task_spec.event_definition.code in (None, code)
    ]
    candidates.sort(key=lambda task: task.task_spec.event_definition.code is None)
    return candidates[0] if candidates else None

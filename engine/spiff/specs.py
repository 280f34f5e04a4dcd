"""What each kind of element does when a token reaches it, where the library's own ways are wrong for us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent as BoundaryEventMixin
from SpiffWorkflow.operators import Operator
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.util.task import TaskState

from engine.feel.values import type_name
from engine.timers import repeats_of

from .data import keep_corrected
from .errors import StepError
from .events import ClockEvent
from .joins import InclusiveJoin

if TYPE_CHECKING:
    from SpiffWorkflow.task import Task

MAX_REPEATS = 200
"""How often a non-interrupting boundary may fire in one visit; each repeat makes every later step dearer."""


class Condition(Operator):  # type: ignore[misc]  # the library is untyped
    """A gateway's condition: true or false, anything else stops the case."""

    def __init__(self, expression: str) -> None:
        super().__init__(expression)
        self.expression = expression

    def _matches(self, task: Task) -> bool:
        value = task.workflow.script_engine.evaluate(task, self.expression)
        if not isinstance(value, bool):
            raise StepError(
                f"Expected the condition {self.expression!r} to be true or false, but it is {type_name(value)}",
                element_id=task.task_spec.bpmn_id,
                code="condition_not_boolean",
                expression=self.expression,
            )
        return value


class _Conditional:
    """Connects outgoing flows by strict conditions."""

    def connect_outgoing_if(self, condition: str | None, task_spec: TaskSpec) -> None:
        """Connect the flow; without a condition it is the default."""
        if condition is None:
            self.connect(task_spec)  # type: ignore[attr-defined]  # of the gateway that mixes this in
        else:
            self.connect_if(Condition(condition), task_spec)  # type: ignore[attr-defined]  # as above


class ExclusiveGateway(_Conditional, defaults.ExclusiveGateway):  # type: ignore[misc]  # untyped library
    """Takes the first flow whose condition is true, else the default."""

    def _run_hook(self, my_task: Task) -> bool:
        target = self.default_task_spec
        for condition, name in self.cond_task_specs:
            if condition is not None and condition._matches(my_task):  # noqa: SLF001 - the operator's protocol
                target = name
                break
        if target is None:
            raise StepError(
                f"Expected a condition of {self.bpmn_id!r} to be true, but none is and there is no default flow",
                element_id=self.bpmn_id,
                code="no_flow_taken",
            )
        _follow(my_task, [my_task.workflow.spec.task_specs[target]])
        return True


class InclusiveGateway(_Conditional, InclusiveJoin, defaults.InclusiveGateway):  # type: ignore[misc]  # untyped
    """Takes every flow whose condition is true, else the default; joins what can still arrive."""

    def _run_hook(self, my_task: Task) -> bool:
        matches, default = self._get_matching_outputs(my_task)
        if not matches and not default:
            raise StepError(
                f"Expected a condition of {self.bpmn_id!r} to be true, but none is and there is no default flow",
                element_id=self.bpmn_id,
                code="no_flow_taken",
            )
        _follow(my_task, matches or default)
        return True


class ScriptTask(defaults.ScriptTask):  # type: ignore[misc]  # untyped library
    """A FEEL context whose entries become variables."""

    def _run_hook(self, my_task: Task) -> bool:
        my_task.data = {**my_task.data, **my_task.workflow.script_engine.run_script(my_task, self.script)}
        return True


class PlainTask(defaults.NoneTask):  # type: ignore[misc]  # untyped library
    """A step that only has a name; the token goes on. The library would wait for a person."""

    def __init__(self, wf_spec: Any, bpmn_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.manual = False


class BusinessRuleTask(PlainTask):
    """Asks a decision; its outputs become variables."""

    def __init__(self, wf_spec: Any, bpmn_id: str, *, decision_id: str, **kwargs: Any) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.decision_id = decision_id

    def _run_hook(self, my_task: Task) -> bool:
        my_task.data = {**my_task.data, **my_task.workflow.script_engine.decide(my_task, self.decision_id)}
        return True


class ServiceTask(PlainTask):
    """Wants an outside system called. The token stays (STARTED) until the answer comes back as another step."""

    def __init__(
        self,
        wf_spec: Any,
        bpmn_id: str,
        *,
        operation: str,
        parameters: dict[str, str],
        result: str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.operation = operation
        self.parameters = parameters
        self.result = result

    def _run_hook(self, my_task: Task) -> None:
        engine = my_task.workflow.script_engine
        my_task.internal_data["parameters"] = {
            name: engine.evaluate(my_task, text) for name, text in self.parameters.items()
        }


class EndEvent(defaults.EndEvent):  # type: ignore[misc]  # untyped library
    """An end; says nothing more when its own error has already cancelled its scope."""

    def _on_complete(self, my_task: Task) -> None:
        if my_task.workflow.completed and my_task.workflow.last_task is not my_task:
            my_task.workflow.note_passed(my_task)
            return
        super()._on_complete(my_task)


class _Inner:
    """What subprocesses and called processes share: they begin when they run, not while they are reached."""

    def _update_hook(self, my_task: Task) -> bool:
        inner = my_task.workflow.top_workflow.subprocesses.get(my_task.id)
        return inner.completed if inner is not None else bool(BpmnTaskSpec._update_hook(self, my_task))  # noqa: SLF001 - past the library's way to begin

    def _run_hook(self, my_task: Task) -> bool | None:
        if my_task.id in my_task.workflow.top_workflow.subprocesses:
            return True
        self.start_workflow(my_task)  # type: ignore[attr-defined]  # of the activity that mixes this in
        return None

    def _on_subworkflow_completed(self, subworkflow: Any, my_task: Task) -> None:
        """Go on when the work inside has ended, unless it ended because the activity was interrupted."""
        if my_task.state == TaskState.STARTED:
            super()._on_subworkflow_completed(subworkflow, my_task)  # type: ignore[misc]  # as above


class SubProcess(_Inner, defaults.SubWorkflowTask):  # type: ignore[misc]  # untyped library
    """An embedded subprocess: the variables flow in and out, shared rather than copied."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        """Give the variables to the subprocess."""
        subworkflow.task_tree.data = dict(my_task.data)

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        """Take the variables back."""
        my_task.data = dict(subworkflow.last_task.data)


class CallActivity(_Inner, defaults.CallActivity):  # type: ignore[misc]  # untyped library
    """A called process; without an ioSpecification all variables flow in and out, a missing one is null."""

    def copy_data(self, my_task: Task, subworkflow: Any) -> None:
        """Give the variables to the called process."""
        io = subworkflow.spec.io_specification
        names = [ref.bpmn_id for ref in io.data_inputs] if io is not None else []
        subworkflow.task_tree.data = (
            {name: my_task.data.get(name) for name in names} if names else dict(my_task.data)
        )

    def update_data(self, my_task: Task, subworkflow: Any) -> None:
        """Take the variables back."""
        io = subworkflow.spec.io_specification
        names = [ref.bpmn_id for ref in io.data_outputs] if io is not None else []
        given = subworkflow.last_task.data
        my_task.data = {**my_task.data, **{name: given.get(name) for name in names}} if names else dict(given)


class BoundaryEvent(defaults.BoundaryEvent):  # type: ignore[misc]  # untyped library
    """Sees the newest variables of the work that it interrupts, and may fire again when it does not."""

    def _run_hook(self, my_task: Task) -> bool:
        workflow = my_task.workflow.top_workflow
        activity = next(
            task for task in my_task.parent.children if not isinstance(task.task_spec, BoundaryEventMixin)
        )
        # Not in catch(): the update that follows it would put the parent's older data over these.
        for task in activity:
            inner = workflow.subprocesses.get(task.id)
            if inner is not None and not inner.completed and inner.spec.io_specification is None:
                my_task.data = {**my_task.data, **newest_data(inner)}
        result = super()._run_hook(my_task)
        if self.cancel_activity:
            cancel_nested(activity)
        elif not activity.has_state(TaskState.FINISHED_MASK) and self._fires_again():
            self._wait_again(my_task)
        return bool(result)

    def _fires_again(self) -> bool:
        return not isinstance(self.event_definition, ClockEvent) or self.event_definition.kind == "cycle"

    def _wait_again(self, my_task: Task) -> None:
        fired = sum(1 for task in my_task.parent.children if task.task_spec is self)
        if fired >= (repeats_of(getattr(self.event_definition, "text", "")) or MAX_REPEATS):
            return
        again = my_task.parent._add_child(self, TaskState.WAITING)  # noqa: SLF001 - no public way to add a token
        again.triggered = True
        if "corrected" in my_task.internal_data:
            again.internal_data["corrected"] = my_task.internal_data["corrected"]
        self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        self._update(again)
        keep_corrected(again)


def newest_data(workflow: Any) -> dict[str, Any]:
    """Give the newest variables inside a running subprocess or called process."""
    top = workflow.top_workflow
    data: dict[str, Any] = {}
    active = [
        task
        for task in workflow.tasks.values()
        if task.has_state(TaskState.READY | TaskState.WAITING | TaskState.STARTED)
        and not isinstance(task.task_spec, BoundaryEventMixin)
    ]
    for task in sorted(active, key=lambda task: task.last_state_change):
        data.update(task.data or (task.parent.data if task.parent is not None else {}))
        inner = top.subprocesses.get(task.id)
        if inner is not None and not inner.completed and inner.spec.io_specification is None:
            data.update(newest_data(inner))
    return data


def cancel_nested(activity: Task) -> None:
    """Cancel what still runs below an interrupted activity; the library forgets instances of a loop."""
    top = activity.workflow.top_workflow
    for task in list(activity):
        inner = top.subprocesses.get(task.id)
        if inner is not None and not inner.completed:
            cancel_nested(inner.task_tree)
            inner.cancel()
        top.event_manager.remove_task(task)


def _follow(my_task: Task, targets: list[TaskSpec]) -> None:
    my_task._sync_children(targets, TaskState.FUTURE)  # noqa: SLF001 - what the library's gateways do
    for child in my_task.children:
        child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)  # noqa: SLF001 - as above

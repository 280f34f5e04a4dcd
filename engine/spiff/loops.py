"""Activities that repeat: for each item of a list, or while a condition holds.

The library starts repetitions while the token is still on its way to them and counts them through
listeners that a restart forgets. Here everything happens when the repeating activity itself runs: when
its token arrives, and again whenever one of its instances is done.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.feel.values import type_name

from .data import merge_branches
from .errors import StepError

if TYPE_CHECKING:
    from SpiffWorkflow.task import Task

MAX_INSTANCES = 1_000
"""How many instances one activity may have; each makes every later step of the case dearer."""


class Repeated:
    """What all repeating activities share: the token stays while an instance runs."""

    def _update_hook(self, my_task: Task) -> bool:
        """Let the token arrive; the first instance begins when the activity runs."""
        return bool(BpmnTaskSpec._update_hook(self, my_task))  # noqa: SLF001 - past the library's way to begin

    def _run_hook(self, my_task: Task) -> bool | None:
        state = my_task.internal_data
        if "done" not in state:
            self.begin(my_task)
            state["done"] = 0
        finished = [task for task in instances(my_task) if task.has_state(TaskState.COMPLETED)]
        for instance in finished[state["done"] :]:
            self.take_over(my_task, instance)
        enough = self.enough(my_task, finished[state["done"] :], len(finished))
        state["done"] = len(finished)
        if not enough:
            self.go_on(my_task)
            return None
        for instance in instances(my_task):
            instance.cancel()
        self.finish(my_task, finished)
        return True

    def begin(self, my_task: Task) -> None:
        """Prepare what is needed before the first instance."""

    def take_over(self, my_task: Task, instance: Task) -> None:
        """Take over what a finished instance changed."""
        my_task.data = merge_branches(my_task.data, [instance.data])

    def enough(self, my_task: Task, fresh: list[Task], done: int) -> bool:
        """Say whether the activity is over."""
        raise NotImplementedError

    def go_on(self, my_task: Task) -> None:
        """Begin the next instances."""
        raise NotImplementedError

    def finish(self, my_task: Task, finished: list[Task]) -> None:
        """Leave the variables as the activity is to leave them."""

    def add_instance(self, my_task: Task, item_name: str | None = None, item: Any = None) -> None:
        """Begin one instance."""
        child = my_task._add_child(self._wf_spec.task_specs[self.task_spec], TaskState.WAITING)  # type: ignore[attr-defined]  # noqa: SLF001 - of the activity; no public way to add a token
        child.triggered = True
        if item_name is not None:
            child.data = {item_name: item}
        child.task_spec._update(child)  # noqa: SLF001 - as the library does


class StandardLoopTask(Repeated, defaults.StandardLoopTask):  # type: ignore[misc]  # untyped library
    """Repeats while its condition holds, at most as often as its maximum says."""

    def enough(self, my_task: Task, fresh: list[Task], done: int) -> bool:  # noqa: ARG002 - as its base
        """Say whether the maximum is reached or the condition no longer holds."""
        limit = MAX_INSTANCES if self.maximum is None else min(self.maximum, MAX_INSTANCES)
        if done >= limit:
            return True
        if self.condition is None or (done == 0 and not self.test_before):
            return False
        return not truth(my_task, self.condition, my_task.data)

    def go_on(self, my_task: Task) -> None:
        """Begin the next round."""
        self.add_instance(my_task)


class _MultiInstance(Repeated):
    """An instance for each item of a list, or as many as a number says."""

    collection: str | None
    cardinality: str | None
    condition: str | None
    input_item: Any
    output_item: Any
    data_output: Any

    def begin(self, my_task: Task) -> None:
        """Find out what to repeat for; hide a variable that has the item's name."""
        state = my_task.internal_data
        state["items"] = self._items(my_task)
        names = {ref.bpmn_id for ref in (self.input_item, self.output_item) if ref is not None}
        state["hidden"] = {name: my_task.data[name] for name in sorted(names & my_task.data.keys())}
        my_task.data = {name: value for name, value in my_task.data.items() if name not in names}

    def enough(self, my_task: Task, fresh: list[Task], done: int) -> bool:
        """Say whether every item is done, or the completion condition holds after one of the newly done."""
        if done >= len(my_task.internal_data["items"]):
            return True
        if self.condition is None:
            return False
        gathered = {}
        if self.data_output is not None:
            gathered = {self.data_output.bpmn_id: self._results(my_task)}
        return any(truth(my_task, self.condition, {**task.data, **gathered}) for task in fresh)

    def finish(self, my_task: Task, finished: list[Task]) -> None:
        """Give the results in the order of the items, and back what was hidden."""
        data = {**my_task.data, **my_task.internal_data["hidden"]}
        if self.data_output is not None:
            data[self.data_output.bpmn_id] = self._results(my_task)
        my_task.data = data
        my_task.internal_data = {"done": len(finished)}

    def add_next(self, my_task: Task, index: int) -> None:
        """Begin the instance of one item."""
        name = None if self.input_item is None else self.input_item.bpmn_id
        self.add_instance(my_task, name, my_task.internal_data["items"][index])

    def own_changes(self, instance: Task) -> dict[str, Any]:
        """Give what an instance leaves, without what was only its own."""
        own = {ref.bpmn_id for ref in (self.input_item, self.output_item) if ref is not None}
        return {name: value for name, value in instance.data.items() if name not in own}

    def _results(self, my_task: Task) -> list[Any]:
        name = None if self.output_item is None else self.output_item.bpmn_id
        return [task.data.get(name) for task in instances(my_task) if task.has_state(TaskState.COMPLETED)]

    def _items(self, my_task: Task) -> list[Any]:
        text = self.collection or self.cardinality or ""
        value = my_task.workflow.script_engine.evaluate(my_task, text)
        if self.collection is None:
            if (
                not isinstance(value, (int, Decimal))
                or isinstance(value, bool)
                or value < 0
                or value != int(value)
            ):
                raise _unfit(my_task, "number", text, "a whole number", value, "cardinality_not_a_number")
            length = int(value)
        elif not isinstance(value, list):
            raise _unfit(my_task, "collection", text, "a list", value, "collection_not_a_list")
        else:
            length = len(value)
        if length > MAX_INSTANCES:
            raise _unfit(my_task, "items", text, f"at most {MAX_INSTANCES}", length, "too_many_items")
        return list(range(length)) if self.collection is None else list(value)


class ParallelMultiInstanceTask(_MultiInstance, defaults.ParallelMultiInstanceTask):  # type: ignore[misc]  # untyped
    """One instance for each item, all at once."""

    def take_over(self, my_task: Task, instance: Task) -> None:
        """Wait with that: all instances began with the same variables and are merged together."""

    def go_on(self, my_task: Task) -> None:
        """Begin all instances the first time."""
        if not instances(my_task):
            for index in range(len(my_task.internal_data["items"])):
                self.add_next(my_task, index)

    def finish(self, my_task: Task, finished: list[Task]) -> None:
        """Merge what the instances changed."""
        if self.data_output is None:
            my_task.data = merge_branches(my_task.data, [self.own_changes(task) for task in finished])
        super().finish(my_task, finished)


class SequentialMultiInstanceTask(_MultiInstance, defaults.SequentialMultiInstanceTask):  # type: ignore[misc]  # untyped
    """One instance for each item, one after the other; each sees what the one before it changed."""

    def take_over(self, my_task: Task, instance: Task) -> None:
        """Take over what the instance changed, unless only results are gathered."""
        if self.data_output is None:
            my_task.data = merge_branches(my_task.data, [self.own_changes(instance)])

    def go_on(self, my_task: Task) -> None:
        """Begin the next instance."""
        self.add_next(my_task, len(instances(my_task)))


def instances(my_task: Task) -> list[Task]:
    """Give the instances of a repeating activity in the order in which they began."""
    name = my_task.task_spec.task_spec
    return [task for task in my_task.children if task.task_spec.name == name]


def instance_of(task: Task) -> Task | None:
    """Give the repeating activity of which a task is an instance."""
    parent = task.parent
    if (
        parent is not None
        and isinstance(parent.task_spec, LoopTask)
        and task.task_spec.name == parent.task_spec.task_spec
    ):
        return parent
    return None


def truth(my_task: Task, expression: str, variables: dict[str, Any]) -> bool:
    """Give a condition's value; raises StepError when it is neither true nor false."""
    value = my_task.workflow.script_engine.value(expression, variables, my_task.task_spec.bpmn_id)
    if not isinstance(value, bool):
        raise _unfit(my_task, "condition", expression, "true or false", value, "condition_not_boolean")
    return value


def _unfit(my_task: Task, what: str, text: str, expected: str, value: Any, code: str) -> StepError:
    return StepError(
        f"Expected the {what} {text!r} to be {expected}, but it is {type_name(value)}",
        element_id=my_task.task_spec.bpmn_id,
        code=code,
        expression=text,
    )

"""Activities that repeat: for each item of a list, or while a condition holds.

The library starts repetitions while the token is still on its way to them and counts them through
listeners that a restart forgets. Here everything happens when the repeating activity itself runs: when
its token arrives, and again whenever one of its instances is done.
"""

from __future__ import annotations

from bisect import insort
from decimal import Decimal
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.util.task import TaskState

from engine.feel.values import type_name

from .data import changes_of, merge_branches
from .errors import StepError

if TYPE_CHECKING:
    from SpiffWorkflow.task import Task

MAX_INSTANCES = 1_000
"""How many instances of a list or number one activity may have; each makes every later step of the case dearer."""


class Repeated:
    """What all repeating activities share: the token stays while an instance runs.

    What an instance leaves is taken over when it is done; the instance itself may be forgotten then.
    Its mark `over` is False between that and the answer to whether it was the last one.
    """

    def _update_hook(self, my_task: Task) -> bool:
        """Let the token arrive; the first instance begins when the activity runs."""
        return bool(BpmnTaskSpec._update_hook(self, my_task))  # noqa: SLF001 - past the library's way to begin

    def _run_hook(self, my_task: Task) -> bool | None:
        state = my_task.internal_data
        if "done" not in state:
            self.begin(my_task)
            state["done"] = state["begun"] = 0
        fresh = [task for task in instances(my_task) if counts(task)]
        for instance in fresh:
            if "over" not in instance.internal_data:
                self.take_over(my_task, instance)
                instance.internal_data["over"] = False
                state["done"] += 1
        enough = self.enough(my_task, fresh, state["done"])
        for instance in fresh:
            instance.internal_data["over"] = True
        if not enough:
            self.go_on(my_task)
            return None
        for instance in instances(my_task):
            instance.cancel()
        self.finish(my_task)
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

    def finish(self, my_task: Task) -> None:
        """Leave the variables as the activity is to leave them."""

    def add_instance(self, my_task: Task, item_name: str | None = None, item: Any = None) -> None:
        """Begin one instance."""
        state = my_task.internal_data
        child = my_task._add_child(self._wf_spec.task_specs[self.task_spec], TaskState.WAITING)  # type: ignore[attr-defined]  # noqa: SLF001 - of the activity; no public way to add a token
        child.triggered = True
        child.internal_data["index"] = state["begun"]
        state["begun"] += 1
        if item_name is not None:
            child.data = {item_name: item}
        child.task_spec._update(child)  # noqa: SLF001 - as the library does


class StandardLoopTask(Repeated, defaults.StandardLoopTask):  # type: ignore[misc]  # untyped library
    """Repeats while its condition holds, at most as often as its maximum says."""

    def enough(self, my_task: Task, fresh: list[Task], done: int) -> bool:  # noqa: ARG002 - as its base
        """Say whether the maximum is reached or the condition no longer holds."""
        if self.maximum is not None and done >= self.maximum:
            return True
        if self.condition is None or (done == 0 and not self.test_before):
            return False
        return not truth(my_task, self.condition, my_task.data)

    def go_on(self, my_task: Task) -> None:
        """Begin the next round."""
        self.add_instance(my_task)


class _MultiInstance(Repeated):
    """An instance for each item of a list, or as many as a number says.

    Its token remembers how many instances there are to be (`count`), the `items` of those that have not
    begun, and what each finished one `left`, in the order of the items.
    """

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
        state["count"] = len(state["items"])
        state["left"] = []
        names = self._own_names()
        state["hidden"] = {name: my_task.data[name] for name in sorted(names & my_task.data.keys())}
        my_task.data = {name: value for name, value in my_task.data.items() if name not in names}

    def enough(self, my_task: Task, fresh: list[Task], done: int) -> bool:
        """Say whether every item is done, or the completion condition holds after one of the newly done."""
        if done >= my_task.internal_data["count"]:
            return True
        if self.condition is None:
            return False
        gathered = {}
        if self.data_output is not None:
            gathered = {self.data_output.bpmn_id: self._results(my_task)}
        return any(truth(my_task, self.condition, {**task.data, **gathered}) for task in fresh)

    def finish(self, my_task: Task) -> None:
        """Give the results in the order of the items, and back what was hidden."""
        state = my_task.internal_data
        data = {**my_task.data, **state["hidden"]}
        if self.data_output is not None:
            data[self.data_output.bpmn_id] = self._results(my_task)
        my_task.data = data
        my_task.internal_data = {"done": state["done"], "begun": state["begun"]}

    def begin_next(self, my_task: Task) -> None:
        """Begin the instance of the next item."""
        name = None if self.input_item is None else self.input_item.bpmn_id
        self.add_instance(my_task, name, my_task.internal_data["items"].pop(0))

    def own_changes(self, instance: Task) -> dict[str, Any]:
        """Give what an instance leaves, without what was only its own."""
        own = self._own_names()
        return {name: value for name, value in instance.data.items() if name not in own}

    def keep(self, my_task: Task, instance: Task, left: Any) -> None:
        """Keep what an instance leaves at the place of its item."""
        insort(my_task.internal_data["left"], [instance.internal_data["index"], left], key=itemgetter(0))

    def result_of(self, instance: Task) -> Any:
        """Give an instance's result."""
        return None if self.output_item is None else instance.data.get(self.output_item.bpmn_id)

    def _results(self, my_task: Task) -> list[Any]:
        return [left for _index, left in my_task.internal_data["left"]]

    def _own_names(self) -> set[str]:
        return {ref.bpmn_id for ref in (self.input_item, self.output_item) if ref is not None}

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
        if length > MAX_INSTANCES or not my_task.workflow.top_workflow.has_room_for(length):
            raise StepError(
                f"Expected {text!r} to be at most {MAX_INSTANCES}, and not too many for the case, but it is {length}",
                element_id=my_task.task_spec.bpmn_id,
                code="too_many_items",
                expression=text,
            )
        return list(range(length)) if self.collection is None else list(value)


class ParallelMultiInstanceTask(_MultiInstance, defaults.ParallelMultiInstanceTask):  # type: ignore[misc]  # untyped
    """One instance for each item, all at once."""

    def take_over(self, my_task: Task, instance: Task) -> None:
        """Keep what the instance changed: all began with the same variables and are merged together at the end."""
        if self.data_output is not None:
            self.keep(my_task, instance, self.result_of(instance))
        else:
            self.keep(my_task, instance, changes_of(my_task.data, self.own_changes(instance)))

    def go_on(self, my_task: Task) -> None:
        """Begin all instances the first time."""
        while my_task.internal_data["items"]:
            self.begin_next(my_task)

    def finish(self, my_task: Task) -> None:
        """Merge what the instances changed."""
        if self.data_output is None:
            data = dict(my_task.data)
            for _index, (changed, removed) in my_task.internal_data["left"]:
                data.update(changed)
                for name in removed:
                    data.pop(name, None)
            my_task.data = data
        super().finish(my_task)


class SequentialMultiInstanceTask(_MultiInstance, defaults.SequentialMultiInstanceTask):  # type: ignore[misc]  # untyped
    """One instance for each item, one after the other; each sees what the one before it changed."""

    def take_over(self, my_task: Task, instance: Task) -> None:
        """Take over what the instance changed, unless only results are gathered."""
        if self.data_output is not None:
            self.keep(my_task, instance, self.result_of(instance))
        else:
            my_task.data = merge_branches(my_task.data, [self.own_changes(instance)])

    def go_on(self, my_task: Task) -> None:
        """Begin the next instance."""
        self.begin_next(my_task)


def instances(my_task: Task) -> list[Task]:
    """Give the instances of a repeating activity in the order in which they began."""
    name = my_task.task_spec.task_spec
    return [task for task in my_task.children if task.task_spec.name == name]


def counts(task: Task) -> bool:
    """Say whether a repeating activity still has to count an instance: it is done, and not yet reckoned with."""
    return task.has_state(TaskState.COMPLETED) and task.internal_data.get("over") is not True


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

"""A decision table as XML: compiles each cell once, and notes all that is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.decisions.documents import Element, Problems, child, children, text_of
from engine.decisions.item_reading import read_allowed
from engine.decisions.tables import AGGREGATIONS, MULTIPLE_HIT, SINGLE_HIT, Input, Output, Place, Rule, Table
from engine.feel import Expression, compile, compile_unary  # noqa: A004 - FEEL's own
from engine.sentences import Sentence

if TYPE_CHECKING:
    from engine.decisions.items import Types
    from engine.decisions.logic_reading import LogicReader

MAX_CELLS = 100_000  # of one table


class TableReader:
    """Reads tables; `logic` reads the expressions in them."""

    def __init__(self, logic: LogicReader, problems: Problems, types: Types) -> None:
        self._logic = logic
        self._problems = problems
        self._types = types

    def read(self, element: Element, decision: str, names: frozenset[str]) -> Table | None:
        """Give the table, or None with the problems noted."""
        before = len(self._problems.found)
        inputs = [self._input(column, names) for column in children(element, "input")]
        outputs = [self._output(column, decision, names) for column in children(element, "output")]
        rules = children(element, "rule")
        if len(rules) * (len(inputs) + len(outputs)) > MAX_CELLS:
            self._problems.add(
                "dmn_too_large",
                Sentence("Expected at most {most} cells in a table.", most=MAX_CELLS),
                at=element,
            )
            return None
        rows = [self._rule(rule, number, decision, names) for number, rule in enumerate(rules, start=1)]
        policy, aggregation = self._hit_policy(element, outputs)
        self._check_shape(element, inputs, outputs, rows)
        if len(self._problems.found) > before:
            return None
        return Table(
            decision,
            inputs=[column for column in inputs if column],
            outputs=outputs,
            rows=[row for row in rows if row],
            hit_policy=policy,
            aggregation=aggregation,
            types=self._types,
            place=_place(element),
        )

    def _input(self, column: Element, names: frozenset[str]) -> Input | None:
        inner = child(column, "inputExpression")
        text = "" if inner is None else text_of(inner)
        if inner is None or not text:
            self._problems.add(
                "dmn_no_input", "Expected an expression at the head of the input, but it is empty.", at=column
            )
            return None
        expression = self._logic.expression(inner, names, compile)
        allowed = read_allowed(child(column, "inputValues"), self._problems)
        if expression is None:
            return None
        label = column.get("label") or text
        return Input(expression, label, self._logic.type_of(inner), allowed, _place(column))

    def _output(self, column: Element, decision: str, names: frozenset[str]) -> Output:
        values, default = child(column, "outputValues"), child(column, "defaultOutputEntry")
        text = "" if values is None else text_of(values)
        return Output(
            column.get("name") or decision,
            self._logic.type_of(column),
            self._logic.expression(values, (), compile, f"[{text}]") if text else None,
            read_allowed(values, self._problems),
            None if default is None else self._logic.expression(default, names, compile),
        )

    def _rule(self, rule: Element, number: int, decision: str, names: frozenset[str]) -> Rule | None:
        entries = children(rule, "inputEntry")
        tests = [self._test(entry, names) for entry in entries]
        results = [self._logic.expression(entry, names, compile) for entry in children(rule, "outputEntry")]
        found = [result for result in results if result is not None]
        if len(found) < len(results):
            return None
        return Rule(
            rule.get("id") or f"{decision}.rule_{number}",
            tuple(tests),
            tuple(found),
            _place(rule),
            tuple(_place(entry) for entry in entries),
            "; ".join(filter(None, map(text_of, children(rule, "annotationEntry")))),
        )

    def _test(self, entry: Element, names: frozenset[str]) -> Expression | None:
        if text_of(entry) in {"", "-"}:
            return None
        return self._logic.expression(entry, names, compile_unary)

    def _hit_policy(self, element: Element, outputs: list[Output]) -> tuple[str, str | None]:
        policy, aggregation = element.get("hitPolicy") or "UNIQUE", element.get("aggregation")
        if policy not in SINGLE_HIT | MULTIPLE_HIT:
            self._problems.add(
                "dmn_hit_policy",
                Sentence("Expected a hit policy of DMN, but found {policy!r}.", policy=policy),
                at=element,
            )
        if aggregation is not None and (
            aggregation not in AGGREGATIONS or policy != "COLLECT" or len(outputs) > 1
        ):
            self._problems.add(
                "dmn_aggregation",
                Sentence(
                    "Expected one of {listed} over one output of a COLLECT table.",
                    listed=" ".join(AGGREGATIONS),
                ),
                at=element,
            )
        if policy in {"PRIORITY", "OUTPUT ORDER"} and all(output.priorities is None for output in outputs):
            self._problems.add(
                "dmn_no_priorities",
                Sentence(
                    "Expected allowed values, best first, for an output of a {policy} table.", policy=policy
                ),
                "List the output values.",
                at=element,
            )
        return policy, aggregation

    def _check_shape(
        self, element: Element, inputs: list[Input | None], outputs: list[Output], rows: list[Rule | None]
    ) -> None:
        if not outputs:
            self._problems.add("dmn_no_output", "Expected an output, but the table has none.", at=element)
        names = [output.name for output in outputs]
        if len(set(names)) < len(names):
            self._problems.add("dmn_double_output", "Expected a name of its own for each output.", at=element)
        for rule, row in zip(children(element, "rule"), rows, strict=True):
            if row and (len(row.tests), len(row.results)) != (len(inputs), len(outputs)):
                self._problems.add(
                    "dmn_cells",
                    Sentence(
                        "Expected {inputs} conditions and {outputs} results in each rule, but found {tests} and {results}.",
                        inputs=len(inputs),
                        outputs=len(outputs),
                        tests=len(row.tests),
                        results=len(row.results),
                    ),
                    at=rule,
                )


def _place(element: Element) -> Place:
    return Place(element.get("id"), element.sourceline)

"""Files that want too much are stopped by the budget, whatever they are built of."""

from __future__ import annotations

import time

import pytest

from engine.decisions.analysis import analyse
from engine.feel import FeelBudgetExceeded
from tests.engine.decisions.conftest import decision, literal, model, table


def recursive(body: str, parameters: str = '<formalParameter name="n"/>') -> str:
    """Give a knowledge model that may call itself, and a decision that calls it."""
    logic = f"<encapsulatedLogic>{parameters}{literal(body)}</encapsulatedLogic>"
    call = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
    return (
        f'<businessKnowledgeModel id="b" name="f"><variable name="f"/>{logic}</businessKnowledgeModel>'
        f'<decision id="d" name="d">{call}{literal("f(50)")}</decision>'
    )


def loops(depth: int) -> str:
    """Give boxed loops inside each other."""
    inner = literal("1")
    for level in range(depth):
        source = f"<in>{literal('for i in 1..999 return i')}</in>"
        inner = f'<for iteratorVariable="i{level}">{source}<return>{inner}</return></for>'
    return decision("d", inner)


HOSTILE = {
    "a knowledge model without an end": recursive("f(n + 1)"),
    "a knowledge model of two calls each": recursive("if n = 0 then 1 else f(n - 1) + f(n - 1)"),
    "boxed loops inside each other": loops(4),
    "a table that loops in each cell": decision(
        "d", table([["every i in 1..99999 satisfies i > x", "1"], ["-", "2"]], policy="RULE ORDER")
    ),
    "a decision of large numbers": decision(
        "d", literal("for i in 1..9999 return for j in 1..9999 return 9 ** 9")
    ),
}


@pytest.mark.parametrize("file", [*HOSTILE.values()], ids=[*HOSTILE])
def test_it_stops_what_does_not_end(environment, file):
    made = next(iter(model(file).decisions.values()))
    began = time.process_time()

    with pytest.raises(FeelBudgetExceeded):
        made.evaluate({"x": -1}, environment)

    assert time.process_time() - began < 10


def test_a_knowledge_model_may_call_itself(environment):
    made = model(recursive("if n = 0 then 0 else n + f(n - 1)")).decisions["d"]

    assert made.evaluate({}, environment).value == 1275


@pytest.mark.parametrize(("rules", "columns"), [(1_500, 2), (60, 20), (1, 3_000)])
def test_a_large_table_is_looked_through_in_bounded_time(rules, columns):
    rows = [
        [f"[{(row * 37 + column) % 500}..{row % 300 + 400}]" for column in range(columns)] + ["1"]
        for row in range(rules)
    ]
    file = model(decision("d", table(rows, inputs=[f"c{n}" for n in range(columns)], policy="FIRST")))
    began = time.process_time()

    analyse(file)

    assert time.process_time() - began < 10

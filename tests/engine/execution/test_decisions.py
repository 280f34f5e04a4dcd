"""A business rule task: which variables the result of a decision becomes."""

from __future__ import annotations

from typing import Any

from engine.definitions import Bundle

from ..bundles import bundle, extensions, node, start_and_end, user_task
from ..decisions.conftest import decision, definitions, literal, table
from ..story import begin
from ..support import World


def deciding(inner: str) -> Bundle:
    """Make a service that makes the decision `d_grade`, whose name is `grade`."""
    called = extensions("<spiffworkflow:calledDecisionId>d_grade</spiffworkflow:calledDecisionId>")
    body = user_task("ask") + node("businessRuleTask", "decide", called) + start_and_end("ask", "decide")
    return bundle(body, t__dmn=definitions(decision("grade", inner)))


def set_by(world: World, inner: str) -> dict[str, Any]:
    """Give the variables that the decision sets for the age 82."""
    story = begin(world, deciding(inner), x=82).do("ask")
    assert story.outcome == "done"
    return {name: value for name, value in story.variables.items() if name != "x"}


def test_several_outputs_become_variables_of_their_names(world: World) -> None:
    rules = [[">= 80", '"high"', "200"], ["< 80", '"low"', "0"]]

    assert set_by(world, table(rules, outputs=("level", "amount"))) == {"level": "high", "amount": 200}


def test_a_single_output_becomes_a_variable_of_the_decisions_name(world: World) -> None:
    """Neither of its id nor of the column's name."""
    assert set_by(world, table([["-", '"high"']], outputs=("level",))) == {"grade": "high"}


def test_an_expression_becomes_a_variable_of_the_decisions_name(world: World) -> None:
    assert set_by(world, literal("{level: x - 80}")) == {"grade": {"level": 2}}


def test_all_rules_that_fit_become_a_list_of_the_decisions_name(world: World) -> None:
    rules = [["-", '"high"', "200"], ["-", '"low"', "0"]]
    found = set_by(world, table(rules, outputs=("level", "amount"), policy="RULE ORDER"))

    assert found == {"grade": [{"level": "high", "amount": 200}, {"level": "low", "amount": 0}]}

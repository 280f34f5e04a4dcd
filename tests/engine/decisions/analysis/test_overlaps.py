"""Rules that contradict each other are found, with an input for which the decision really fails."""

from __future__ import annotations

import pytest

from engine.decisions import DecisionError
from tests.engine.decisions.analysis.conftest import analysis
from tests.engine.decisions.conftest import decision, model, table

BANDS = [["<= 60", '"young"'], [">= 60", '"old"']]


def test_it_refuses_two_rules_of_a_unique_table_for_one_value(environment):
    found = analysis(BANDS, input_type="number").findings[0]

    assert (found.code, found.severity, found.rules, found.example) == (
        "table_overlap",
        "error",
        (1, 2),
        {"x": 60},
    )
    assert found.place.element == "r2"
    with pytest.raises(DecisionError) as refused:
        model(decision("size", table(BANDS))).decisions["d_size"].evaluate(dict(found.example), environment)
    assert refused.value.code == "decision_not_unique"


def test_it_refuses_rules_of_an_any_table_that_differ(codes):
    assert codes(BANDS, input_type="number", policy="ANY") == ["table_conflict"]
    assert codes([["<= 60", "1"], [">= 60", "1"]], input_type="number", policy="ANY") == ["table_rules_alike"]


@pytest.mark.parametrize("policy", ["FIRST", "COLLECT", "RULE ORDER"])
def test_other_tables_may_overlap(codes, policy):
    assert codes(BANDS, input_type="number", policy=policy) == []


def test_it_needs_all_columns_to_overlap(codes):
    rules = [["<= 60", "true", "1"], [">= 60", "false", "2"], ["< 60", "false", "3"], ["> 60", "true", "4"]]

    assert codes(rules, inputs=("x", "y")) == []


def test_it_only_warns_where_the_input_is_calculated():
    found = analysis([["<= 60", "1"], [">= 60", "2"]], inputs=("a + b",), input_type="number").findings

    assert [(one.code, one.severity) for one in found] == [("table_overlap", "warning")]


def test_it_does_not_guess_about_other_variables():
    found = analysis([["< standard", "1"], [">= standard", "2"]], input_type="number")

    assert found.findings == []
    assert any("two rules" in why for why in found.undecided)


def test_two_columns_of_one_input_are_one(codes):
    """What is said about the same input twice has to hold together."""
    rules = [["> 5", "< 9", "1"], ["<= 5", "-", "2"], [">= 9", "-", "3"]]

    assert codes(rules, inputs=("x", "x"), input_type="number") == []

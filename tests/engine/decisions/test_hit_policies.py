"""What a table gives when one rule fits, when several do, and when none does."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine.decisions import DecisionError
from tests.engine.decisions.conftest import decision, model, table

OVERLAPPING = [["> 10", '"large"'], ["> 5", '"medium"'], ["> 0", '"small"']]
ORDER = '"small", "medium", "large"'


def decide(rules, environment, x, **parts):
    made = model(decision("size", table(rules, **parts))).decisions["d_size"]
    return made.evaluate({"x": x}, environment)


def test_it_gives_the_value_of_the_rule_that_fits(environment):
    result = decide([["< 5", '"small"'], [">= 5", '"large"']], environment, 7)

    assert (result.value, result.matched_rule_ids) == ("large", ("r2",))


def test_it_gives_a_dict_for_several_outputs(environment):
    result = decide([["-", "true", "1650.00"]], environment, 1, outputs=("granted", "monthly_amount"))

    assert result.value == {"granted": True, "monthly_amount": Decimal("1650.00")}


def test_it_refuses_two_hits_of_a_unique_table(environment):
    with pytest.raises(DecisionError, match="r1, r2") as refused:
        decide(OVERLAPPING[:2], environment, 20)

    assert refused.value.code == "decision_not_unique"
    assert "x = 20" in refused.value.message


def test_it_takes_the_first_rule(environment):
    result = decide(OVERLAPPING, environment, 20, policy="FIRST")

    assert (result.value, result.matched_rule_ids) == ("large", ("r1",))


def test_it_takes_any_rule_when_all_agree(environment):
    agreeing = [["> 10", '"yes"'], ["> 5", '"yes"']]

    assert decide(agreeing, environment, 20, policy="ANY").value == "yes"


def test_it_refuses_any_when_rules_differ(environment):
    with pytest.raises(DecisionError) as refused:
        decide(OVERLAPPING, environment, 20, policy="ANY")

    assert refused.value.code == "decision_any_conflict"


def test_it_takes_the_highest_priority(environment):
    assert decide(OVERLAPPING, environment, 20, policy="PRIORITY", output_values=ORDER).value == "small"


def test_it_sorts_by_priority(environment):
    result = decide(OVERLAPPING, environment, 20, policy="OUTPUT ORDER", output_values=ORDER)

    assert result.value == ["small", "medium", "large"]


@pytest.mark.parametrize("policy", ["RULE ORDER", "COLLECT"])
def test_it_gives_all_hits_in_the_order_of_the_rules(environment, policy):
    result = decide(OVERLAPPING, environment, 7, policy=policy)

    assert (result.value, result.matched_rule_ids) == (["medium", "small"], ("r2", "r3"))


@pytest.mark.parametrize(("aggregation", "value"), [("SUM", 33), ("COUNT", 3), ("MIN", 1), ("MAX", 30)])
def test_it_aggregates_what_it_collects(environment, aggregation, value):
    rules = [["-", "30"], ["-", "1"], ["-", "2"]]

    assert decide(rules, environment, 1, policy="COLLECT", aggregation=aggregation).value == value


def test_it_refuses_to_add_texts(environment):
    with pytest.raises(DecisionError) as refused:
        decide(OVERLAPPING, environment, 20, policy="COLLECT", aggregation="SUM")

    assert refused.value.code == "decision_aggregation"


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "FIRST"])
def test_it_refuses_when_no_rule_fits(environment, policy):
    """A table that has to answer and cannot stops the case, naming the inputs."""
    with pytest.raises(DecisionError, match="x = -1") as refused:
        decide(OVERLAPPING, environment, -1, policy=policy)

    assert refused.value.code == "decision_no_rule"
    assert "'size'" in refused.value.message


@pytest.mark.parametrize(("aggregation", "value"), [("", []), ("COUNT", 0), ("SUM", None)])
def test_it_collects_nothing_when_no_rule_fits(environment, aggregation, value):
    assert decide(OVERLAPPING, environment, -1, policy="COLLECT", aggregation=aggregation).value == value


def test_it_takes_the_default_when_no_rule_fits(environment):
    assert decide(OVERLAPPING, environment, -1, default='"none"', policy="FIRST").value == "none"
    assert decide(OVERLAPPING, environment, -1, default='"none"', policy="RULE ORDER").value == ["none"]


def test_it_reads_several_inputs(environment):
    rules = [["< 1650", '"本地"', "true"], ["-", "-", "false"]]
    made = model(decision("eligible", table(rules, inputs=("月收入", "户籍"), policy="FIRST"))).decisions[
        "d_eligible"
    ]

    assert made.evaluate({"月收入": 900, "户籍": "本地"}, environment).value is True
    assert made.evaluate({"月收入": 900, "户籍": "外地"}, environment).value is False
    assert made.inputs == {"月收入", "户籍"}


def test_it_may_read_variables_in_cells(environment):
    """A cell may compare with, and an output may calculate from, any variable."""
    rules = [["< standard", "standard - x"], [">= standard", "0"]]
    made = model(decision("amount", table(rules))).decisions["d_amount"]

    assert made.evaluate({"x": 600, "standard": 1650}, environment).value == 1050
    assert made.inputs == {"x", "standard"}
    assert made.rules == ("r1", "r2")
    assert made.outputs == ("amount",)

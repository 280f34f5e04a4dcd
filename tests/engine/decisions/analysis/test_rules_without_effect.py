"""Rules, columns and cells that change nothing are found."""

from __future__ import annotations

import pytest

from tests.engine.decisions.analysis.conftest import analysis


def test_it_finds_a_rule_behind_one_that_takes_everything(codes):
    assert codes([["-", "1"], ["> 5", "2"]], policy="FIRST") == ["table_rule_hidden"]


def test_it_finds_a_rule_that_several_hide_together():
    rules = [["< 5", "1"], [">= 5", "2"], ["[3..7]", "3"]]
    found = analysis(rules, policy="FIRST", input_type="number").findings

    assert [(one.code, one.rules, one.place.element) for one in found] == [
        ("table_rule_hidden", (3, 1, 2), "r3")
    ]


def test_it_keeps_a_rule_that_a_sliver_is_left_of(codes):
    assert codes([["< 5", "1"], ["> 5", "2"], ["[3..7]", "3"]], policy="FIRST", input_type="number") == []


def test_a_rule_is_not_hidden_by_cells_that_are_not_decided(codes):
    assert codes([["< standard", "1"], [">= standard", "2"], ["3", "3"], ["-", "4"]], policy="FIRST") == []


def test_it_finds_a_rule_below_a_more_important_one(codes):
    """In a PRIORITY table the result decides, not the order."""
    parts = {"policy": "PRIORITY", "output_values": '"high", "low"', "input_type": "number"}

    assert codes([["> 5", '"low"'], ["-", '"high"']], **parts) == ["table_rule_hidden"]
    assert codes([["> 5", '"high"'], ["-", '"low"']], **parts) == []


def test_it_finds_a_cell_that_fits_nothing():
    rules = [["-", "0"], ["? > 5 and ? < 3", "1"]]
    found = analysis(rules, policy="COLLECT", input_type="number").findings

    assert [(one.code, one.rules, one.columns) for one in found] == [("table_rule_never", (2,), (0,))]


def test_it_finds_a_value_that_is_not_allowed(codes):
    parts = {"input_type": "string", "input_values": '"A", "B"'}

    assert codes([['"A"', "1"], ['"B"', "2"], ['"C"', "3"]], **parts) == ["table_rule_never"]


def test_it_finds_a_cell_of_another_type(codes):
    assert "table_rule_never" in codes([['"ten"', "1"], ["-", "2"]], input_type="number", policy="FIRST")


def test_it_finds_a_column_that_decides_nothing(codes):
    assert codes([["true", "-", "1"], ["false", "-", "2"]], inputs=("x", "y")) == ["table_column_idle"]


def test_it_hints_at_rules_that_could_be_one():
    found = analysis([['"A"', "1"], ['"B"', "1"], ["-", "2"]], policy="FIRST").findings

    assert [(one.code, one.severity, one.rules) for one in found] == [("table_rules_alike", "hint", (1, 2))]


@pytest.mark.parametrize("count", [2_500])
def test_a_very_large_table_is_left_alone(count):
    found = analysis([[f"{number}", "1"] for number in range(count)])

    assert found.findings == []
    assert any("too large" in why for why in found.undecided)

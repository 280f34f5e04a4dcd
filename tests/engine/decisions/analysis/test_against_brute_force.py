"""Small random tables: what the analysis says is what trying every input shows, nothing more and nothing less."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decisions import DecisionError
from engine.decisions.analysis import analyse
from tests.engine.decisions.conftest import decision, model, table

NUMBERS = [Decimal(number) / 2 for number in range(-1, 8)]  # each limit of the cells, and what lies between
KINDS = ["A", "B", "other"]
number_cells = st.sampled_from(
    [
        "-",
        "< 1",
        "<= 1",
        "1",
        "> 1",
        ">= 2",
        "[1..2]",
        "(1..3)",
        "(0..2]",
        "not(2)",
        "2, 3",
        "< 1, > 2",
        "? != 1",
    ]
)
kind_cells = st.sampled_from(["-", '"A"', '"B"', 'not("A")', '"A", "B"', 'not("A", "B")'])
rules = st.lists(st.tuples(number_cells, kind_cells), min_size=1, max_size=6)


def made(cells, policy):
    rows = [[number, kind, f"{index}"] for index, (number, kind) in enumerate(cells)]
    values = ", ".join(f"{index}" for index in reversed(range(len(rows))))
    parts = {"output_values": values} if policy == "PRIORITY" else {}
    return model(decision("d", table(rows, inputs=("x", "kind"), policy=policy, **parts)))


def outcomes(decided, environment):
    """Give what each input gives: the rule that won, or the code of the refusal."""
    found = []
    for number, kind in product(NUMBERS, KINDS):
        try:
            found.append(decided.evaluate({"x": number, "kind": kind}, environment).value)
        except DecisionError as error:
            found.append(error.code)
    return found


@settings(max_examples=150, deadline=None)
@given(cells=rules, policy=st.sampled_from(["UNIQUE", "FIRST", "PRIORITY", "ANY"]))
def test_it_says_what_trying_shows(environment, cells, policy):
    file = made(cells, policy)
    shown = outcomes(file.decisions["d_d"], environment)

    _, found_table, analysis = analyse(file)[0]

    said = {finding.code for finding in analysis.findings}
    assert analysis.undecided == []
    assert ("table_gap" in said) == ("decision_no_rule" in shown)
    assert ("table_overlap" in said) == ("decision_not_unique" in shown)
    assert ("table_conflict" in said) == ("decision_any_conflict" in shown)
    if policy in {"FIRST", "PRIORITY"}:
        silent = [number for number in range(1, len(cells) + 1) if number - 1 not in shown]
        hidden = [one.rules[0] for one in analysis.findings if one.code == "table_rule_hidden"]
        assert hidden == silent[:5]
    assert found_table.hit_policy == policy


@settings(max_examples=60, deadline=None)
@given(cells=rules)
def test_each_example_is_true(environment, cells):
    file = made(cells, "UNIQUE")
    decided = file.decisions["d_d"]

    for finding in analyse(file)[0][2].findings:
        if finding.code in {"table_gap", "table_overlap"}:
            missing = {"x": Decimal("0.5"), "kind": "other"}
            code = {"table_gap": "decision_no_rule", "table_overlap": "decision_not_unique"}[finding.code]
            with pytest.raises(DecisionError) as refused:
                decided.evaluate(missing | dict(finding.example), environment)
            assert refused.value.code == code

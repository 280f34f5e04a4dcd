"""Inputs that no rule fits are found where the table has to give an answer, each with an example that is one."""

from __future__ import annotations

import pytest

from engine.decisions import DecisionError
from engine.decisions.analysis import analyse
from engine.feel import to_text
from tests.engine.decisions.analysis.conftest import analysis
from tests.engine.decisions.conftest import decision, literal, model, table

BANDS = [["< 60", '"young"'], ["> 60", '"old"']]
OF_MEMBERS = """
<decision id="d_kind" name="kind"><decisionTable>
  <input><inputExpression><text>member</text></inputExpression></input><output/>
  <rule id="k1"><inputEntry><text>true</text></inputEntry><outputEntry><text>"A"</text></outputEntry></rule>
  <rule id="k2"><inputEntry><text>false</text></inputEntry><outputEntry><text>"B"</text></outputEntry></rule>
</decisionTable></decision>"""


def numbered(tests: list[str]) -> list[list[str]]:
    """Give a rule for each cell, each with another result."""
    return [[test, f"{number}"] for number, test in enumerate(tests)]


def test_it_finds_the_value_between_two_rules():
    gap = analysis(BANDS, input_type="number").findings[0]

    assert (gap.code, gap.severity, gap.example) == ("table_gap", "warning", {"x": 60})
    assert gap.message == "Expected a rule for every input of 'size', but none fits x = 60."
    assert (gap.rules, gap.columns) == ((1, 2), (0,))


def test_the_example_really_has_no_rule(environment):
    gap = analysis(BANDS, input_type="number").findings[0]

    with pytest.raises(DecisionError) as refused:
        model(decision("size", table(BANDS))).decisions["d_size"].evaluate(dict(gap.example), environment)

    assert refused.value.code == "decision_no_rule"


@pytest.mark.parametrize(
    ("tests", "kind", "example"),
    [
        (["< 5", ">= 6"], "number", "5"),
        (["[1..3]", "(3..4)", "> 4", "< 1"], "number", "4"),
        (["<= 1.5", ">= 1.6"], "number", "1.55"),
        (["true"], "boolean", "false"),
        (['"A"', '"B"'], "string", '"other"'),
        (['< date("2026-01-01")', '> date("2026-01-01")'], "date", '@"2026-01-01"'),
        (['< duration("P3D")', '>= duration("P4D")'], "days and time duration", '@"P3D"'),
        (['@"P1Y"', '> @"P1Y"'], "years and months duration", '@"P11M"'),
        (['< time("12:00:00")', '> time("12:00:00")'], "time", '@"12:00:00"'),
        (["? < 5", "? between 6 and 9", "? > 9"], "number", "5"),
        (["not(5)"], "number", "5"),
        (["null", "< 5", "> 5"], "number", "5"),
    ],
)
def test_it_knows_the_values_of_every_type(tests, kind, example):
    found = analysis(numbered(tests), input_type=kind).findings

    assert [gap.code for gap in found][:1] == ["table_gap"]
    assert to_text(found[0].example["x"]) == example


@pytest.mark.parametrize(
    ("tests", "kind"),
    [
        (["< 5", "[5..9]", "> 9"], "number"),
        (["true", "false"], "boolean"),
        (['<= date("2026-01-01")', '>= date("2026-01-02")'], "date"),
        (['<= @"P1Y"', '>= @"P1Y1M"'], "years and months duration"),
        (['"A"', 'not("A")'], "string"),
        (["-"], "number"),
        (["<= 5", "not(<= 5)"], "number"),
        (["? in (< 5)", ">= 5"], "number"),
    ],
)
def test_it_is_silent_where_every_value_has_a_rule(codes, tests, kind):
    assert "table_gap" not in codes(numbered(tests), input_type=kind)


def test_it_asks_only_for_allowed_values(codes):
    allowed = {"input_type": "string", "input_values": '"A", "B"'}

    assert codes([['"A"', "1"], ['"B"', "2"]], **allowed) == []
    assert codes([['"A"', "1"]], **allowed) == ["table_gap"]


def test_it_knows_the_allowed_values_of_a_type(codes):
    age = (
        '<itemDefinition name="tYears"><typeRef>number</typeRef>'
        "<allowedValues><text>[0..150]</text></allowedValues></itemDefinition>"
    )

    assert codes([["[0..60)", "1"], ["[60..150]", "2"]], before=age, input_type="tYears") == []


def test_it_knows_what_a_required_table_may_give():
    size = decision("size", table([['"A"', "1"], ['"B"', "2"]], inputs=("kind",)), requires=["d_kind"])

    assert [found.findings for _, _, found in analyse(model(OF_MEMBERS + size))] == [[], []]


@pytest.mark.parametrize("parts", [{"default": "0"}, {"policy": "COLLECT"}, {"policy": "RULE ORDER"}])
def test_it_needs_no_rule_where_the_table_answers_anyway(codes, parts):
    assert codes(BANDS, input_type="number", **parts) == []


def test_it_finds_a_gap_of_several_columns():
    rules = [["< 5", '"A"', "1"], [">= 5", "-", "2"], ["-", '"B"', "3"]]
    found = analysis(rules, inputs=("x", "kind"), policy="FIRST").findings

    assert [gap.code for gap in found] == ["table_gap"]
    assert found[0].example == {"x": 4, "kind": "other"}


def test_it_says_nothing_of_a_cell_that_it_cannot_decide():
    found = analysis([["< standard", "1"], [">= standard", "2"]], input_type="number")

    assert found.findings == []
    assert any("2 cells" in why for why in found.undecided)


@pytest.mark.parametrize("inputs", [("count(list)",), ("x", "x + 1"), ("a", "a.b")])
def test_it_says_nothing_of_inputs_that_cannot_take_every_value(inputs):
    """A count is never below 0, and x + 1 follows x: an example would be a lie."""
    rules = [[*["0"] * len(inputs), "1"], [*["> 0"] * len(inputs), "2"]]
    found = analysis(rules, inputs=inputs, policy="FIRST")

    assert [one.code for one in found.findings if len(one.example) != 1] == []
    assert any("calculated" in why for why in found.undecided)


def test_it_says_nothing_of_what_another_decision_made():
    made = decision("kind", literal('if x > 1 then "A" else "B"'))
    found = model(
        made + decision("size", table([['"A"', "1"], ['"B"', "2"]], inputs=("kind",)), requires=["d_kind"])
    )
    assert [one.findings for _, _, one in analyse(found)] == [[]]


def test_it_is_bounded():
    """Many columns with many limits: it stops, and says so."""
    rules = [
        [f"[{row * column}..{row * column + 30}]" for column in range(1, 9)] + ["1"] for row in range(40)
    ]
    found = analysis(rules, inputs=tuple("abcdefgh"), policy="FIRST")

    assert len(found.findings) <= 20
    assert len([one for one in found.findings if one.code == "table_gap"]) <= 5

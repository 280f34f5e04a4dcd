"""A decision that requires others: they are made first, each once, and knowledge is called."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput, NotFound
from tests.engine.decisions.conftest import decision, literal, model, table

KNOWLEDGE = """
<businessKnowledgeModel id="b_share" name="share"><variable name="share"/>
  <encapsulatedLogic><formalParameter name="total" typeRef="number"/><formalParameter name="persons" typeRef="number"/>
    <literalExpression><text>total / persons</text></literalExpression></encapsulatedLogic>
</businessKnowledgeModel>
<decision id="d_per_head" name="per head"><variable name="per head"/>
  <knowledgeRequirement><requiredKnowledge href="#b_share"/></knowledgeRequirement>{}
</decision>"""


def test_it_makes_required_decisions_first(environment):
    made = model(
        decision("income", literal("wages + pension"))
        + decision(
            "eligible",
            table([["< 1650", "true"], [">= 1650", "false"]], inputs=("income",)),
            requires=["d_income"],
        )
    ).decisions["d_eligible"]

    assert made.evaluate({"wages": 1000, "pension": 200}, environment).value is True
    assert made.inputs == {"wages", "pension"}


def test_it_makes_each_decision_once(environment):
    """Two ways to one decision: its rule is noted once."""
    made = model(
        decision("base", table([["-", "10"]]))
        + decision("left", literal("base + 1"), requires=["d_base"])
        + decision("right", literal("base + 2"), requires=["d_base"])
        + decision("total", literal("left * right"), requires=["d_left", "d_right"])
    ).decisions["d_total"]

    result = made.evaluate({"x": 1}, environment)

    assert (result.value, result.matched_rule_ids) == (132, ("r1",))


def test_it_takes_the_order_of_the_file_as_it_comes(environment):
    made = model(
        decision("second", literal("first + 1"), requires=["d_first"]) + decision("first", literal("1"))
    )

    assert made.decisions["d_second"].evaluate({}, environment).value == 2


def test_it_refuses_decisions_that_require_each_other():
    with pytest.raises(InvalidInput) as refused:
        model(decision("a", literal("b"), requires=["d_b"]) + decision("b", literal("a"), requires=["d_a"]))

    assert "dmn_cycle" in {problem.code for problem in refused.value.details["problems"]}


def test_it_calls_a_knowledge_model(environment):
    made = model(KNOWLEDGE.format(literal("share(1200, 3)"))).decisions["d_per_head"]

    assert made.evaluate({}, environment).value == 400


def test_it_invokes_a_knowledge_model_by_a_box(environment):
    binding = '<binding><parameter name="{}"/>{}</binding>'
    box = f"<invocation>{literal('share')}{binding.format('persons', literal('n'))}{binding.format('total', literal('1200'))}</invocation>"

    assert model(KNOWLEDGE.format(box)).decisions["d_per_head"].evaluate({"n": 4}, environment).value == 300


def test_it_gives_null_for_wrong_arguments(environment):
    made = model(KNOWLEDGE.format(literal('share("much", 3)'))).decisions["d_per_head"]

    assert made.evaluate({}, environment).value is None


def test_it_calls_a_decision_service(environment):
    """A service is a part of the graph with other inputs."""
    made = model(
        '<inputData id="i_n" name="n"><variable name="n" typeRef="number"/></inputData>'
        + '<decision id="d_double" name="double"><variable name="double"/><informationRequirement>'
        + f'<requiredInput href="#i_n"/></informationRequirement>{literal("n * 2")}</decision>'
        + '<decisionService id="s" name="twice"><variable name="twice"/>'
        + '<outputDecision href="#d_double"/><inputData href="#i_n"/></decisionService>'
        + '<decision id="d" name="result"><variable name="result"/>'
        + f'<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>{literal("twice(21)")}</decision>'
    ).decisions["d"]

    assert made.evaluate({"n": 1}, environment).value == 42


def test_it_finds_a_decision_by_name(environment):
    made = model(decision("first", literal("1")))

    assert made.by_name("first").id == "d_first"
    with pytest.raises(NotFound):
        made.by_name("second")


@pytest.mark.parametrize(
    ("box", "value"),
    [
        (
            f'<context><contextEntry><variable name="a"/>{literal("x + 1")}</contextEntry>'
            f'<contextEntry><variable name="b"/>{literal("a * 2")}</contextEntry></context>',
            {"a": 3, "b": 6},
        ),
        (
            f'<context><contextEntry><variable name="a"/>{literal("x + 1")}</contextEntry>'
            f"<contextEntry>{literal('a * 10')}</contextEntry></context>",
            30,
        ),
        (f"<list>{literal('x')}{literal('x + 1')}</list>", [2, 3]),
        (
            f'<relation><column name="a"/><column name="b"/><row>{literal("1")}{literal("x")}</row></relation>',
            [{"a": 1, "b": 2}],
        ),
        (
            f"<conditional><if>{literal('x > 1')}</if><then>{literal('1')}</then><else>{literal('0')}</else></conditional>",
            1,
        ),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item >= x')}</match></filter>", [2, 3]),
        (
            f'<for iteratorVariable="i"><in>{literal("[1, 2]")}</in><return>{literal("i * x")}</return></for>',
            [2, 4],
        ),
        (
            f'<some iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i > x")}</satisfies></some>',
            False,
        ),
        (
            f'<every iteratorVariable="i"><in>{literal("[1, 2]")}</in><satisfies>{literal("i > 0")}</satisfies></every>',
            True,
        ),
    ],
)
def test_it_evaluates_boxes(environment, box, value):
    made = model(decision("boxed", box)).decisions["d_boxed"]

    assert made.evaluate({"x": 2}, environment).value == value
    assert made.inputs <= {"x"}


def test_it_notes_the_rules_of_tables_inside_boxes(environment):
    box = f'<context><contextEntry><variable name="a"/>{table([["-", "1"]])}</contextEntry></context>'
    made = model(decision("boxed", box)).decisions["d_boxed"]

    assert made.rules == ("r1",)
    assert made.evaluate({"x": 1}, environment).matched_rule_ids == ("r1",)

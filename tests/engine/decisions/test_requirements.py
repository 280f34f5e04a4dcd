"""A decision that requires others: they are made first, each once, and knowledge is called."""

from __future__ import annotations

import pytest

from engine.errors import InvalidInput, NotFound
from tests.engine.decisions.conftest import decision, literal, model, table

STANDARD = [["< 1650", "true"], [">= 1650", "false"]]
KNOWLEDGE = """
<businessKnowledgeModel id="b_share" name="share"><variable name="share"/>
  <encapsulatedLogic>
    <formalParameter name="total" typeRef="number"/><formalParameter name="persons" typeRef="number"/>
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
    persons = f'<binding><parameter name="persons"/>{literal("n")}</binding>'
    total = f'<binding><parameter name="total"/>{literal("1200")}</binding>'
    box = f"<invocation>{literal('share')}{persons}{total}</invocation>"

    assert model(KNOWLEDGE.format(box)).decisions["d_per_head"].evaluate({"n": 4}, environment).value == 300


def test_it_gives_null_for_wrong_arguments(environment):
    made = model(KNOWLEDGE.format(literal('share("much", 3)'))).decisions["d_per_head"]

    assert made.evaluate({}, environment).value is None


def test_it_calls_a_decision_service(environment):
    """A service is a part of the graph with other inputs."""
    data = '<inputData id="i_n" name="n"><variable name="n" typeRef="number"/></inputData>'
    link = '<informationRequirement><requiredInput href="#i_n"/></informationRequirement>'
    double = f'<decision id="d_double" name="double">{link}{literal("n * 2")}</decision>'
    inside = '<outputDecision href="#d_double"/><inputData href="#i_n"/>'
    service = f'<decisionService id="s" name="twice">{inside}</decisionService>'
    call = '<knowledgeRequirement><requiredKnowledge href="#s"/></knowledgeRequirement>'
    result = f'<decision id="d" name="result">{call}{literal("twice(21)")}</decision>'

    made = model(data + double + service + result).decisions["d"]

    assert made.evaluate({"n": 1}, environment).value == 42


def test_it_finds_a_decision_by_name(environment):
    made = model(decision("first", literal("1")))

    assert made.by_name("first").id == "d_first"
    with pytest.raises(NotFound):
        made.by_name("second")


def entry(name: str, text: str) -> str:
    """Give an entry of a boxed context; without a name it is the value of the whole."""
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{literal(text)}</contextEntry>"


def loop(kind: str, body: str, text: str) -> str:
    return (
        f'<{kind} iteratorVariable="i"><in>{literal("[1, 2]")}</in><{body}>{literal(text)}</{body}></{kind}>'
    )


ROW = f"<row>{literal('1')}{literal('x')}</row>"
BRANCHES = f"<then>{literal('1')}</then><else>{literal('0')}</else>"
BOXES = {
    "context": (f"<context>{entry('a', 'x + 1')}{entry('b', 'a * 2')}</context>", {"a": 3, "b": 6}),
    "context with a result": (f"<context>{entry('a', 'x + 1')}{entry('', 'a * 10')}</context>", 30),
    "list": (f"<list>{literal('x')}{literal('x + 1')}</list>", [2, 3]),
    "relation": (f'<relation><column name="a"/><column name="b"/>{ROW}</relation>', [{"a": 1, "b": 2}]),
    "conditional": (f"<conditional><if>{literal('x > 1')}</if>{BRANCHES}</conditional>", 1),
    "filter": (
        f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item >= x')}</match></filter>",
        [2, 3],
    ),
    "for": (loop("for", "return", "i * x"), [2, 4]),
    "some": (loop("some", "satisfies", "i > x"), False),
    "every": (loop("every", "satisfies", "i > 0"), True),
}


@pytest.mark.parametrize(("box", "value"), [*BOXES.values()], ids=[*BOXES])
def test_it_evaluates_boxes(environment, box, value):
    made = model(decision("boxed", box)).decisions["d_boxed"]

    assert made.evaluate({"x": 2}, environment).value == value
    assert made.inputs <= {"x"}


def test_it_notes_the_rules_of_tables_inside_boxes(environment):
    box = f'<context><contextEntry><variable name="a"/>{table([["-", "1"]])}</contextEntry></context>'
    made = model(decision("boxed", box)).decisions["d_boxed"]

    assert made.rules == ("r1",)
    assert made.evaluate({"x": 1}, environment).matched_rule_ids == ("r1",)

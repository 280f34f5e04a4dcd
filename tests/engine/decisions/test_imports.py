"""A file may import others: what they define is found under the import's name, and nothing outside is opened."""

from __future__ import annotations

import pytest

from engine.decisions import Model, read
from engine.errors import InvalidInput
from tests.engine.decisions.conftest import DMN, decision, literal, table

LAW = """
<itemDefinition name="tYears"><typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues>
</itemDefinition>
<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>tYears</typeRef></itemComponent></itemDefinition>
<businessKnowledgeModel id="b_old" name="is old"><variable name="is old"/><encapsulatedLogic>
  <formalParameter name="person" typeRef="tPerson"/>
  <literalExpression><text>person.age >= limit of age(1) and person instance of tPerson</text></literalExpression>
</encapsulatedLogic><knowledgeRequirement><requiredKnowledge href="#b_limit"/></knowledgeRequirement>
</businessKnowledgeModel>
<businessKnowledgeModel id="b_limit" name="limit of age"><variable name="limit of age"/><encapsulatedLogic>
  <formalParameter name="n"/><literalExpression><text>if n > 0 then limit of age(n - 1) else 60</text>
  </literalExpression></encapsulatedLogic>
</businessKnowledgeModel>
<inputData id="i_income" name="income"><variable name="income" typeRef="number"/></inputData>
<decision id="d_share" name="share"><variable name="share"/>
  <informationRequirement><requiredInput href="#i_income"/></informationRequirement>
  <literalExpression><text>income / 2</text></literalExpression></decision>
"""


def file(namespace: str, inner: str) -> bytes:
    return f'<definitions xmlns="{DMN}" namespace="urn:{namespace}" name="{namespace}">{inner}</definitions>'.encode()


def importing(inner: str, *, name: str = "law", others: dict[str, bytes] | None = None) -> Model:
    taken = f'<import namespace="urn:law" name="{name}" importType="{DMN}"/>'
    beside = others if others is not None else {"law.dmn": file("law", LAW)}
    return read(file("service", taken + inner), filename="service.dmn", beside=beside)


def requiring(kind: str, target: str, text: str) -> str:
    outer = {"Knowledge": "knowledgeRequirement"}.get(kind, "informationRequirement")
    link = f'<{outer}><required{kind} href="urn:law#{target}"/></{outer}>'
    return f'<decision id="d" name="result">{link}<literalExpression><text>{text}</text></literalExpression></decision>'


@pytest.mark.parametrize(("name", "call"), [("law", "law.is old(person)"), ("", "is old(person)")])
def test_it_calls_a_knowledge_model_of_another_file(environment, name, call):
    made = importing(requiring("Knowledge", "b_old", call), name=name).decisions["d"]

    assert made.evaluate({"person": {"age": 70}}, environment).value is True
    assert made.evaluate({"person": {"age": 20}}, environment).value is False


def test_it_makes_a_decision_of_another_file(environment):
    made = importing(requiring("Decision", "d_share", "law.share + 1")).decisions["d"]

    assert made.evaluate({"law": {"income": 10}}, environment).value == 6
    assert made.evaluate({"income": 20}, environment).value == 11
    assert made.inputs == {"income"}


def test_it_reads_an_input_of_another_file(environment):
    made = importing(requiring("Input", "i_income", "law.income + 1")).decisions["d"]

    assert made.evaluate({"law": {"income": 10}}, environment).value == 11
    with pytest.raises(InvalidInput, match="'income' to be a number"):
        made.evaluate({"law": {"income": "much"}}, environment)


def test_it_knows_types_of_another_file(environment):
    made = importing(decision("old", table([["> 60", "true"]], inputs=("age",), input_type="law.tYears")))

    assert made.decisions["d_old"].evaluate({"age": 70}, environment).value is True
    with pytest.raises(InvalidInput, match="allowed values of tYears"):
        made.decisions["d_old"].evaluate({"age": 170}, environment)


@pytest.mark.parametrize(
    "others",
    [{}, {"law.dmn": b"<definitions"}, {"law.dmn": file("other", LAW)}],
    ids=["no file", "a broken file", "a file of another namespace"],
)
def test_it_refuses_an_import_that_is_not_there(others):
    with pytest.raises(InvalidInput) as refused:
        importing(decision("a", literal("1")), others=others)

    assert [problem.code for problem in refused.value.details["problems"]] == ["dmn_import"]


def test_files_that_import_each_other_end():
    back = f'<import namespace="urn:service" name="back" importType="{DMN}"/>'
    taken = f'<import namespace="urn:law" name="law" importType="{DMN}"/>'
    service = file("service", taken + decision("a", literal("1")))

    with pytest.raises(InvalidInput) as refused:
        read(service, filename="s.dmn", beside={"law.dmn": file("law", back + LAW), "t.dmn": service})

    assert {problem.code for problem in refused.value.details["problems"]} == {"dmn_import"}


def test_a_broken_decision_is_read_once_however_many_ways_lead_to_it():
    """Forty storeys of two decisions that both require both below: 2 to the 40 ways, one problem each."""
    links = '<informationRequirement><requiredDecision href="#{}"/></informationRequirement>'
    inner = '<decision id="a0" name="a0"/><decision id="b0" name="b0"/>'
    for level in range(1, 40):
        both = links.format(f"a{level - 1}") + links.format(f"b{level - 1}")
        inner += "".join(
            f'<decision id="{n}{level}" name="{n}{level}">{both}{literal("1")}</decision>' for n in "ab"
        )

    with pytest.raises(InvalidInput) as refused:
        read(file("service", inner), filename="s.dmn")

    assert [problem.code for problem in refused.value.details["problems"]] == ["dmn_no_logic"] * 2


def test_what_can_be_read_is_given_where_that_is_asked_for(environment):
    found = read(
        file("service", decision("good", literal("1")) + decision("bad", literal("1 +"))),
        filename="s.dmn",
        partly=True,
    )

    assert found.decisions.keys() == {"d_good"}
    assert [problem.code for problem in found.problems] == ["feel_syntax"]

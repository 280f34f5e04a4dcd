"""Inputs and results have to be of the types that the file declares; what is wrong is named."""

from __future__ import annotations

import pytest

from engine.decisions import DecisionError
from engine.errors import InvalidInput
from tests.engine.decisions.conftest import decision, literal, model, table

FAMILY = """
<itemDefinition name="tYears">
  <typeRef>number</typeRef><allowedValues><text>[0..150]</text></allowedValues>
</itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="name"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="age"><typeRef>tYears</typeRef></itemComponent>
</itemDefinition>
<itemDefinition name="tFamily" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>
<inputData id="i_family" name="family"><variable name="family" typeRef="tFamily"/></inputData>
<decision id="d" name="oldest"><variable name="oldest" typeRef="number"/>
  <informationRequirement><requiredInput href="#i_family"/></informationRequirement>
  <literalExpression><text>max(family.age)</text></literalExpression>
</decision>"""


def test_it_refuses_an_input_of_the_wrong_type(environment):
    made = model(decision("size", table([["> 5", "1"]], input_type="number"))).decisions["d_size"]

    with pytest.raises(DecisionError) as refused:
        made.evaluate({"x": "six"}, environment)

    assert refused.value.code == "decision_input_type"
    assert refused.value.message == (
        "Expected the input 'x' (x) of the decision 'size' to be a number, but it is \"six\"."
    )


def test_it_refuses_an_input_that_is_not_allowed(environment):
    parts = {"input_type": "string", "input_values": '"A", "B"'}
    made = model(decision("kind", table([["-", "1"]], **parts))).decisions["d_kind"]

    assert made.evaluate({"x": "A"}, environment).value == 1
    with pytest.raises(DecisionError) as refused:
        made.evaluate({"x": "C"}, environment)
    assert refused.value.code == "decision_input_value"


def test_it_refuses_an_output_of_the_wrong_type(environment):
    made = model(decision("size", table([["-", '"one"']], output_type="number"))).decisions["d_size"]

    with pytest.raises(DecisionError, match="'r1'") as refused:
        made.evaluate({"x": 1}, environment)

    assert refused.value.code == "decision_output_type"


def test_it_refuses_an_output_that_is_not_allowed(environment):
    made = model(decision("kind", table([["-", '"C"']], output_values='"A", "B"'))).decisions["d_kind"]

    with pytest.raises(DecisionError) as refused:
        made.evaluate({"x": 1}, environment)

    assert refused.value.code == "decision_output_value"


def test_it_refuses_a_result_of_the_wrong_type(environment):
    made = model(decision("name", literal("1 + 1"), variable_type="string")).decisions["d_name"]

    with pytest.raises(DecisionError) as refused:
        made.evaluate({}, environment)

    assert refused.value.code == "decision_output_type"


def test_it_refuses_a_float(environment):
    made = model(decision("size", table([["> 5", "1"]]))).decisions["d_size"]

    with pytest.raises(InvalidInput, match="float"):
        made.evaluate({"x": 5.5}, environment)


def test_it_knows_structures_and_collections(environment):
    made = model(FAMILY).decisions["d"]

    assert (
        made.evaluate({"family": [{"name": "甲", "age": 70}, {"name": "乙", "age": 40}]}, environment).value
        == 70
    )


def test_it_knows_types_of_the_file_in_expressions(environment):
    made = model(FAMILY + decision("kind", literal("for p in people return p instance of tPerson")))

    found = made.decisions["d_kind"].evaluate(
        {"people": [{"name": "甲", "age": 70}, {"name": "乙"}, 1]}, environment
    )

    assert found.value == [True, False, False]


@pytest.mark.parametrize(
    ("family", "words"),
    [
        ([{"name": "甲", "age": 200}], "allowed values of tYears"),
        ([{"name": "甲", "age": "70"}], "whose entry 'age' is a number"),
        ([{"name": "甲"}], "has an entry 'age'"),
        ([1], "a context of the type tPerson"),
    ],
)
def test_it_says_what_part_of_a_structure_is_wrong(environment, family, words):
    with pytest.raises(DecisionError, match=words):
        model(FAMILY).decisions["d"].evaluate({"family": family}, environment)


def test_it_masks_long_numbers_in_messages(environment):
    """Messages end in incidents and logs, where no identity number belongs."""
    made = model(decision("size", table([["> 5", "1"]], input_type="number"))).decisions["d_size"]

    with pytest.raises(DecisionError) as refused:
        made.evaluate({"x": "990101195203070011"}, environment)

    assert "990101" not in refused.value.message

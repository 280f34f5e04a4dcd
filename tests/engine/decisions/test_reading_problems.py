"""A file is refused with all that is wrong in it: where, what, and how to mend it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.decisions import read
from engine.errors import InvalidInput
from tests.engine.decisions.conftest import decision, definitions, literal, table


def problems_of(xml: bytes):
    with pytest.raises(InvalidInput) as refused:
        read(xml, filename="rules.dmn")
    assert refused.value.code == "dmn_invalid"
    return refused.value.details["problems"]


def codes(inner: str) -> list[str]:
    return [problem.code for problem in problems_of(definitions(inner))]


def test_it_says_everything_at_once():
    broken = (
        decision("a", literal("1 +")) + decision("b", table([["<", "1"], ["-", "2 2"]])) + decision("c", "")
    )

    assert codes(broken) == ["feel_syntax", "feel_syntax", "feel_syntax", "dmn_no_logic"]


def test_it_says_line_and_rule_of_a_cell():
    problem = problems_of(definitions(decision("a", table([["-", "1"], ["-", "2 +"]]))))[0]

    assert (problem.file, problem.line, problem.element) == ("rules.dmn", 4, "r2")
    assert "but the text ends" in problem.message
    assert "2 +" in problem.message


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("", "dmn_no_decision"),
        ("<decision id='d'/>", "dmn_no_name"),
        (decision("a", literal("1")) * 2, "dmn_double_id"),
        (decision("a", literal("1"), requires=["nothing"]), "dmn_no_target"),
        (decision("a", table([["-", "1"]], policy="BEST")), "dmn_hit_policy"),
        (decision("a", table([["-", "1"]], aggregation="SUM")), "dmn_aggregation"),
        (decision("a", table([["-", "1"]], policy="COLLECT", aggregation="MEAN")), "dmn_aggregation"),
        (decision("a", table([["-", "1"]], policy="PRIORITY")), "dmn_no_priorities"),
        (decision("a", table([["-", "1", "2"]])), "dmn_cells"),
        (decision("a", table([["-"]], outputs=())), "dmn_no_output"),
        (decision("a", table([["-", "1", "2"]], outputs=("o", "o"))), "dmn_double_output"),
        (decision("a", table([["-", "1"]], inputs=("",))), "dmn_no_input"),
        (decision("a", table([["-", "1"]], input_type="cow")), "dmn_type"),
        (
            decision(
                "a", '<literalExpression expressionLanguage="python"><text>1</text></literalExpression>'
            ),
            "dmn_language",
        ),
        ("<import name='other'/>" + decision("a", literal("1")), "dmn_import"),
        (
            "<itemDefinition name='t'><typeRef>t</typeRef></itemDefinition>" + decision("a", literal("1")),
            "dmn_type_circle",
        ),
    ],
)
def test_it_refuses(inner, code):
    assert code in codes(inner)


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"", "dmn_xml"),
        (b"<definitions", "dmn_xml"),
        (b"<html/>", "dmn_version"),
        (definitions("", namespace="http://www.omg.org/spec/DMN/20151101/dmn.xsd"), "dmn_version"),
        (b"x" * (2 * 1024 * 1024 + 1), "dmn_too_large"),
        (
            b'<!DOCTYPE definitions [<!ENTITY a "b">]>' + definitions(decision("a", literal("1"))),
            "dmn_doctype",
        ),
        (
            b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + definitions(decision("a", literal("1"))),
            "dmn_doctype",
        ),
    ],
)
def test_it_refuses_what_is_no_safe_dmn(xml, code):
    assert [problem.code for problem in problems_of(xml)] == [code]


def test_it_opens_no_entity():
    """Neither a file nor a bomb of entities is read: the DOCTYPE alone is refused."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE d [<!ENTITY e0 "boom">{levels}]><definitions>&e11;</definitions>'.encode()

    assert problems_of(bomb)[0].code in {"dmn_doctype", "dmn_xml"}


@pytest.mark.parametrize("version", ["20180521", "20191111", "20211108", "20230324"])
def test_it_reads_every_version_from_1_2_on(version):
    scheme = "http" if version == "20180521" else "https"
    space = f"{scheme}://www.omg.org/spec/DMN/{version}/MODEL/"

    assert read(definitions(decision("a", literal("1")), space), filename="f").decisions.keys() == {"d_a"}


@given(st.binary(max_size=200) | st.text(max_size=200).map(definitions))
def test_it_never_fails_in_another_way(xml):
    with pytest.raises(InvalidInput):
        read(xml, filename="f")

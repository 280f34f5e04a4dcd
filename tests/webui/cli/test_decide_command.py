"""`linbang decide` makes one decision of a file or of a service, exactly, and says in words why it cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.engine.decisions.conftest import decision, definitions, literal, table
from webui.cli import main

BORN = """
<itemDefinition name="tPerson">
  <itemComponent name="born"><typeRef>date</typeRef></itemComponent>
  <itemComponent name="income"><typeRef>number</typeRef></itemComponent>
</itemDefinition>
<inputData id="i_person" name="person"><variable name="person" typeRef="tPerson"/></inputData>
<decision id="d_next" name="next day"><variable name="next day" typeRef="date"/>
  <informationRequirement><requiredInput href="#i_person"/></informationRequirement>
  <literalExpression><text>person.born + duration("P1D")</text></literalExpression>
</decision>"""
BAND = decision("band", table([["< 1650.00", '"low"'], [">= 1650.00", '"high"']], input_type="number"))
AMOUNT = decision("amount", literal('if band = "low" then 1650.00 - x else 0'), requires=["d_band"])


@pytest.fixture
def written(tmp_path: Path) -> Path:
    file = tmp_path / "rules.dmn"
    file.write_bytes(definitions(BAND + AMOUNT))
    return file


def decide(file: Path, *more: str) -> Result:
    return CliRunner().invoke(main, ["decide", str(file), *more])


def said(result: Result) -> dict[str, Any]:
    return json.loads(result.stdout)


@pytest.mark.parametrize("name", ["band", "d_band"])
def test_it_makes_a_decision_by_name_or_id(written, name):
    result = decide(written, "--decision", name, "--input", '{"x": 100.10}')

    assert (result.exit_code, result.stdout.strip()) == (0, '"low"')
    assert "rule 1 r1: < 1650.00" in result.stderr


def test_numbers_are_exact(written):
    result = decide(written, "--decision", "amount", "--input", '{"x": 0.10}', "--json")

    assert '"value": 1649.90' in result.stdout


def test_it_explains_the_decisions_on_the_way(written):
    result = decide(written, "--decision", "amount", "--input", '{"x": 2000}', "--explain", "--json")

    assert said(result)["steps"] == [
        {"decision": "d_band", "value": "high", "rules": [{"number": 2, "id": "r2"}]},
        {"decision": "d_amount", "value": 0, "rules": []},
    ]
    assert (
        'band = "high"'
        in decide(written, "--decision", "amount", "--input", '{"x": 2000}', "--explain").stderr
    )


def test_it_reads_dates_by_the_declared_types(tmp_path):
    file = tmp_path / "born.dmn"
    file.write_bytes(definitions(BORN))

    result = decide(file, "--input", '{"person": {"born": "2024-02-28", "income": 1}}')

    assert (result.exit_code, result.stdout.strip()) == (0, '@"2024-02-29"')


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ('{"person": {"born": "yesterday", "income": 1}}', "'person.born' to be a date"),
        ('{"person": {"born": "2024-02-28", "income": "much"}}', "'income' is a number"),
        ('{"person": 1}', "a context of the type tPerson"),
        ('{"person": {"born": "2024-02-28"}}', "has an entry 'income'"),
        ("[1]", "a JSON object"),
        ('{"x": NaN}', "NaN is no number"),
        ("{", "a JSON object"),
        ("[" * 100_000, "a JSON object"),
        ("@nowhere.json", "a file"),
    ],
)
def test_bad_input_is_refused_in_words(tmp_path, given, words):
    file = tmp_path / "born.dmn"
    file.write_bytes(definitions(BORN))

    result = decide(file, "--input", given)

    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


def test_it_says_which_input_is_missing(written):
    result = decide(written, "--decision", "band")

    assert result.exit_code == 2
    assert "a rule to fit" in result.stderr
    assert "missing: x" in result.stderr


def test_a_missing_input_counts_as_null_where_that_has_an_answer(tmp_path):
    file = tmp_path / "null.dmn"
    file.write_bytes(definitions(decision("a", literal("x = null"))))

    result = decide(file, "--json")

    assert said(result)["value"] is True
    assert said(result)["warnings"][0] == "Expected the input 'x', but it is missing; it counts as null."


def test_it_lists_the_decisions_where_there_are_several(written):
    assert decide(written).stdout.splitlines() == ["d_band (band): x: number", "d_amount (amount): x: number"]
    assert [one["id"] for one in said(decide(written, "--json"))["decisions"]] == ["d_band", "d_amount"]


def test_it_says_which_decision_is_not_there(written):
    result = decide(written, "--decision", "nothing")

    assert result.exit_code == 2
    assert "of the name or id 'nothing'" in result.stderr


def test_it_says_why_a_decision_cannot_be_read(tmp_path):
    file = tmp_path / "broken.dmn"
    file.write_bytes(definitions(BAND + decision("bad", literal("1 +"))))

    assert decide(file, "--decision", "band", "--input", '{"x": 1}').exit_code == 0
    refused = decide(file, "--decision", "bad")
    assert refused.exit_code == 2
    assert "but the text ends" in refused.stderr


def test_it_reads_input_from_a_file_and_fixes_the_clock(tmp_path):
    rules, case = tmp_path / "day.dmn", tmp_path / "case.json"
    rules.write_bytes(definitions(decision("day", literal("today() + duration(x)"))))
    case.write_text('{"x": "P1D"}', encoding="utf-8")

    result = decide(rules, "--input", f"@{case}", "--now", "2026-03-02T23:00:00")

    assert result.stdout.strip() == '@"2026-03-03"'
    assert decide(rules, "--now", "soon").exit_code == 2


def test_it_decides_for_a_service():
    folder = Path(__file__).parents[3] / "processes" / "minimum_living_allowance"
    given = '{"review_decision": "keep", "survey_able_to_work": true}'

    result = decide(folder, "--decision", "confirmation_delegated", "--input", given)

    assert (result.exit_code, result.stdout.strip()) == (0, "false")

"""What `extensions.yaml` may say: known clocks, longer limits of the same kind, a law, groups, and how people are told."""

from __future__ import annotations

import pytest
import yaml

from engine.definitions import Bundle, compile_bundle

from ..engine.bundles import GROUPS, bundle, extensions, start_and_end, user_task
from .gate import problems_of, with_texts

CLOCKS = (
    '<linbang:deadline id="law" kind="statutory" limit="30 WD"/>'
    '<linbang:deadline id="promise" kind="promised" limit="= term"/>'
    '<linbang:deadline id="own" kind="internal" limit="5 D"/>'
)
SOUND = """law:
  limit: 45 WD
  hands_over: promise
  basis: Measures, art. 22
  by: reviewer, supervisor
  letter: extension
  reasons:
    objection:
    cross_place:
      by: [district]
      basis: Measures, art. 23
"""


def service(rules: str = SOUND) -> Bundle:
    body = extensions(CLOCKS) + user_task("ask") + start_and_end("ask")
    made = bundle(
        body,
        **{
            "extensions__yaml": rules.encode(),
            "letters/extension.html": b"x",
            "notices__yaml": b"told: {sms: phone}",
        },
    )
    words = {"objection": "objection", "cross_place": "elsewhere"}
    return with_texts(made, reasons=words, notices={"told": {"sms": "x"}})


def test_a_sound_file_is_read_and_what_the_clock_says_counts_for_every_reason() -> None:
    definition, problems = compile_bundle(service(), GROUPS)

    assert problems == []
    assert definition is not None
    rule = definition.extensions["law"]
    assert (str(rule.limit), rule.times, rule.hands_over) == ("45 WD", 1, ("promise",))
    objection, elsewhere = rule.reasons["objection"], rule.reasons["cross_place"]
    assert (objection.by, objection.basis, objection.letter) == (
        ("reviewer", "supervisor"),
        "Measures, art. 22",
        "extension",
    )
    assert (elsewhere.by, elsewhere.basis, elsewhere.letter) == (
        ("district",),
        "Measures, art. 23",
        "extension",
    )


def test_a_service_without_the_file_lets_nobody_extend() -> None:
    definition, _problems = compile_bundle(bundle(user_task("ask") + start_and_end("ask")), GROUPS)

    assert definition is not None
    assert definition.extensions == {}


@pytest.mark.parametrize(
    ("before", "after", "code", "line"),
    [
        ("law:\n", "nothing:\n", "deadline_unknown", 1),
        ("45 WD", "30 WD", "extension_not_longer", 2),
        ("45 WD", "20 WD", "extension_not_longer", 2),
        ("45 WD", "60 D", "extension_unit", 2),
        ("45 WD", "soon", "limit_broken", 2),
        ("  limit: 45 WD\n", "", "limit_broken", 1),
        ("hands_over: promise", "hands_over: nothing", "deadline_unknown", 3),
        ("hands_over: promise", "hands_over: law", "deadline_unknown", 3),
        ("  basis: Measures, art. 22\n", "", "extension_basis", 7),
        ("  by: reviewer, supervisor\n", "", "extension_nobody", 7),
        ("by: reviewer, supervisor", "by: reviewer, nobody", "group_unknown", 8),
        ("letter: extension", "letter: nothing", "letter_unknown", 8),
        ("letter: extension", "notice: nothing", "notice_unknown", 8),
        ("  letter: extension\n", "", "extension_untold", 7),
        ("    objection:\n", "    objection: soon\n", "extension_incomplete", 8),
        ("    objection:\n", "    objection: {until: never}\n", "extension_entry", 8),
        ("  by: rev", "  who: me\n  by: rev", "extension_entry", 5),
        ("  by: rev", "  times: 0\n  by: rev", "extension_times", 5),
        ("  by: rev", "  times: true\n  by: rev", "extension_times", 5),
    ],
)
def test_what_is_wrong_is_said_with_its_line(before: str, after: str, code: str, line: int) -> None:
    assert before in SOUND

    definition, problems = compile_bundle(service(SOUND.replace(before, after, 1)), GROUPS)

    assert definition is None
    assert (code, "extensions.yaml", line) in [(one.code, one.file, one.line) for one in problems]


@pytest.mark.parametrize(
    "rules",
    ["law:\n", "law: 45 WD\n", "law: {limit: 45 WD}\n", "law: {limit: 45 WD, reasons: {}}\n", "law: [1]\n"],
)
def test_a_clock_needs_a_limit_and_a_reason(rules: str) -> None:
    assert [one.code for one in problems_of(service(rules))] == ["extension_incomplete"]


def test_a_promise_is_not_extended_in_hours() -> None:
    rules = "promise: {limit: 90 h, basis: x, by: reviewer, letter: extension, reasons: {objection: {}}}\n"

    assert [one.code for one in problems_of(service(rules))] == ["hours_promised"]


def test_an_internal_clock_concerns_nobody_outside() -> None:
    rules = "own: {limit: 9 D, basis: x, by: reviewer, reasons: {objection: {}}}\n"

    assert problems_of(service(rules)) == []


def test_a_limit_that_an_expression_gives_is_compared_when_it_is_extended() -> None:
    rules = "promise: {limit: 20 WD, basis: x, by: reviewer, letter: extension, reasons: {objection: {}}}\n"

    assert problems_of(service(rules)) == []


def test_reasons_need_words_in_both_languages() -> None:
    found = problems_of(service(SOUND.replace("objection:", "unheard_of:")))

    assert [(one.code, one.file) for one in found] == [
        ("text_missing", "texts.en.yaml"),
        ("text_missing", "texts.zh.yaml"),
    ]


@pytest.mark.parametrize("rules", ["law: {limit: [", "- law\n", "\x00"])
def test_a_broken_file_is_a_finding(rules: str) -> None:
    found = problems_of(service(rules))

    assert found
    assert {one.file for one in found} == {"extensions.yaml"}


def test_there_are_limits_to_how_much_it_may_say() -> None:
    many = {f"clock_{number}": {"limit": "45 WD"} for number in range(51)}
    assert [one.code for one in problems_of(service(yaml.safe_dump(many)))] == ["extensions_many"]

    reasons = {f"reason_{number}": None for number in range(31)}
    rules = yaml.safe_dump(
        {"law": {"limit": "45 WD", "basis": "x", "by": "reviewer", "letter": "extension", "reasons": reasons}}
    )
    assert [one.code for one in problems_of(service(rules))] == ["extensions_many"]

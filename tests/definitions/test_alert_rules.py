"""`alerts.yaml`: what a designer may write, which rule counts, and what the gate says of what is wrong."""

from __future__ import annotations

import pytest

from engine.definitions import Definition, compile_bundle, read_groups
from engine.definitions.alerts import AlertRule, Told
from engine.definitions.difference import difference
from engine.errors import InvalidInput
from tests.engine.bundles import GROUPS, bundle, start_and_end, user_task

CLOCKS = (
    '<linbang:deadline id="promise" kind="promised" limit="12 WD" warn="60%, 2 WD" />'
    '<linbang:deadline id="own" kind="internal" limit="5 WD" warn="1 WD" escalateTo="district" />'
)


def made(rules: str | None) -> tuple[Definition | None, list[tuple[str, int | None]]]:
    """Compile a service with these rules; gives it, and the code and line of each problem."""
    files = {} if rules is None else {"alerts__yaml": rules.encode()}
    service = bundle(user_task("review", inner=CLOCKS) + start_and_end("review"), **files)
    definition, problems = compile_bundle(service, GROUPS)
    return definition, [(one.code, one.line) for one in problems if one.file == "alerts.yaml"]


def rule(rules: str | None, clock: str, level: str) -> AlertRule:
    definition, problems = made(rules)
    assert definition is not None, problems
    return definition.alerts.of(clock, level, definition.deadlines[clock].escalate_to)


def told(found: AlertRule) -> dict[str, str]:
    return {one.who: " ".join(sorted(one.ways)) for one in found.told}


RULES = """
default:
  warning: {assignee: page}
  2 WD: {leader: mail}
  breach: {assignee: page mail, group district: sms}
  after 3 WD: {district: mail}
promise:
  breach: {district: "page, mail, sms"}
  after 1 WD: {leader: page}
own:
  warning: {}
  after 3 WD: {}
"""


@pytest.mark.parametrize(
    ("clock", "level", "name", "people"),
    [
        ("promise", "60%", "default, warning", {"assignee": "page"}),
        ("promise", "2 WD", "default, 2 WD", {"leader": "mail page"}),
        ("promise", "breach", "promise, breach", {"district": "mail page sms"}),
        ("promise", "after 3 WD", "default, after 3 WD", {"district": "mail page"}),
        ("own", "1 WD", "own, warning", {}),
        ("own", "breach", "default, breach", {"assignee": "mail page", "group district": "page sms"}),
    ],
)
def test_the_nearest_rule_counts(clock: str, level: str, name: str, people: dict[str, str]) -> None:
    found = rule(RULES, clock, level)

    assert (found.name, told(found)) == (name, people)


def test_without_rules_supervisors_hear_of_all_and_whoever_works_on_it_of_warnings() -> None:
    above = {"supervisor": "mail page", "district": "mail page"}

    assert told(rule(None, "promise", "60%")) == {"assignee": "page", **above}
    assert told(rule(None, "promise", "breach")) == above
    assert told(rule(None, "own", "breach")) == {"group district": "mail page", **above}


def test_what_follows_a_breach_is_taken_from_both_and_may_be_taken_back() -> None:
    definition, _problems = made(RULES)
    assert definition is not None

    assert definition.alerts.later("promise") == [("after 1 WD", 1), ("after 3 WD", 3)]
    assert definition.alerts.later("own") == []


@pytest.mark.parametrize(
    ("rules", "code", "line"),
    [
        ("elsewhere:\n  breach: {district: page}\n", "alerts_clock_unknown", 1),
        ("default:\n  breach: {mayor: page}\n", "alerts_who_unknown", 2),
        ("default:\n  breach: {group mayors: page}\n", "group_unknown", 2),
        ("default:\n  breach: {district: fax}\n", "alerts_way_unknown", 2),
        ("default:\n  breach: {district: 3}\n", "alerts_way_unknown", 2),
        ("default:\n  breach: {}\n", "alerts_nobody", 2),
        ("default:\n  breach: district\n", "alerts_incomplete", 2),
        ("default: nothing\n", "alerts_incomplete", 1),
        ("promise:\n  50%: {district: page}\n", "alerts_level_unknown", 2),
        ("promise:\n  soon: {district: page}\n", "alerts_level_broken", 2),
        ("promise:\n  after 3 D: {district: page}\n", "alerts_level_broken", 2),
        ("promise:\n  after 61 WD: {district: page}\n", "alerts_level_broken", 2),
        ("default: [", "yaml_broken", 2),
    ],
)
def test_the_gate_says_what_is_wrong_and_where(rules: str, code: str, line: int) -> None:
    definition, problems = made(rules)

    assert (code, line) in problems
    assert definition is None


def test_it_says_everything_at_once() -> None:
    _definition, problems = made(
        "default:\n  breach: {mayor: fax}\n  soon: {district: page}\nnone:\n  breach: {}\n"
    )

    assert [code for code, _line in problems] == [
        "alerts_who_unknown",
        "alerts_level_broken",
        "alerts_clock_unknown",
    ]


def test_more_levels_after_a_breach_than_anybody_reads_are_refused() -> None:
    levels = "".join(f"  after {days} WD: {{district: page}}\n" for days in range(1, 7))

    assert ("alerts_many", 1) in made(f"promise:\n{levels}")[1]


def test_the_comparison_of_two_versions_shows_a_changed_rule() -> None:
    drawn = user_task("review", inner=CLOCKS) + start_and_end("review")
    old = bundle(drawn, alerts__yaml=b"default:\n  breach: {district: page}\n")
    new = bundle(drawn, alerts__yaml=b"default:\n  breach: {district: page mail}\n")

    (changed,) = difference(old, new).files

    assert (changed.file, [part.id for part in changed.parts]) == ("alerts.yaml", ["default.breach.district"])


def test_a_leader_is_a_group_of_the_authority() -> None:
    with pytest.raises(InvalidInput, match="leader of the group 'clerk'"):
        read_groups(b"clerk: {level: district, leader: nobody, name: {zh: a, en: a}}")


def test_the_page_is_always_among_the_ways() -> None:
    assert (
        Told("district", frozenset({"page", "sms"}))
        in rule("default:\n  breach: {district: sms}\n", "promise", "breach").told
    )

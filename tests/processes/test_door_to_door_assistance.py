"""Neighbourhood assistance: its stories go well, cover everything, and every rule is kept somewhere."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from itertools import product
from typing import Any

import yaml

from engine.calendar import Calendar
from engine.feel import Environment

from .conftest import Service
from .expected import (
    assert_claims_agree,
    assert_every_letter_is_issued,
    assert_every_notice_is_sent,
    assert_everything_is_covered,
    assert_everything_named_exists,
    assert_no_rule_is_unmapped,
    assert_stories_go_well,
    claims,
    documents,
    everything_named,
    fields_of,
    named_by,
    table_of,
    what_decides,
)

_OTHER = "active_discovery"
_ROUTES = {
    "route_errand": "errand",
    "route_home": "home_visit",
    "route_nearby": "nearby",
    "route_counter": "counter_escort",
    "route_explain": "counter_explain",
}
"""The routing table's five rows in their order, and where each leads."""
_LINES = 11
"""Lines of business whose items the community centres take."""
_HOMEBOUND = {"assessed_group": "elder_80", "leaves_home": "no", "assess_carer": "none", "status": None}
_MOBILE = {**_HOMEBOUND, "leaves_home": "alone"}


def decide(service: Service, decision: str, **variables: Any) -> Any:
    """Make a decision of the service as a case would, on a Monday."""
    calendar, monday = Calendar.standard(), datetime(2026, 3, 2, 2, 15, tzinfo=UTC)
    environment = Environment(now=lambda: monday, zone=calendar.zone, calendar=calendar)
    return service.definition.decisions[decision].evaluate(variables, environment)


def test_it_has_no_problem(assistance: Service) -> None:
    """Neither an error nor a warning: a designer's first look at a finished service is clean."""
    assert assistance.problems == []


def test_every_story_goes_well(assistance: Service) -> None:
    assert_stories_go_well(assistance, at_least=35)


def test_the_stories_cover_every_node_flow_timer_and_rule(assistance: Service) -> None:
    assert_everything_is_covered(assistance)


def test_every_letter_is_issued_by_a_story(assistance: Service) -> None:
    assert_every_letter_is_issued(assistance)


def test_every_notice_is_sent_by_a_story(assistance: Service) -> None:
    assert_every_notice_is_sent(assistance)


def test_every_rule_of_the_sources_names_an_element_and_a_story(
    assistance: Service, discovery: Service
) -> None:
    """The README's table is whole: nothing unmapped, nothing that does not exist, in either service."""
    table, own = table_of(assistance), everything_named(assistance)
    known = own | {f"shared:{name}" for name in own} | _reasons(assistance)
    known |= {f"{_OTHER}:{name}" for name in everything_named(discovery) | _reasons(discovery)}
    stories = {*documents(assistance), *(f"{_OTHER}:{name}" for name in documents(discovery))}

    assert_no_rule_is_unmapped(table, chapters={"A1", "B0", "B1", "C", "D"}, at_least=100)
    assert_everything_named_exists(table, known, stories)


def test_the_stories_claim_what_the_table_says(assistance: Service, discovery: Service) -> None:
    assert_claims_agree(table_of(assistance), claims(assistance) | claims(discovery, f"{_OTHER}:"))


def test_everything_that_decides_is_named_by_a_rule(assistance: Service) -> None:
    """Every decision table's rule, clock, pause, letter and task has a rule of the sources or a decision behind it."""
    assert what_decides(assistance) | set(assistance.definition.pauses) <= named_by(table_of(assistance))


def test_the_routing_table_has_its_five_rows_in_their_order(assistance: Service) -> None:
    assert assistance.definition.decisions["route"].rules == tuple(_ROUTES)


def test_every_combination_hits_the_first_row_that_fits(assistance: Service) -> None:
    """Homebound, in the door list, remote, simple: sixteen combinations, none without a way."""
    for homebound, listed, remote, simple in product((True, False), repeat=4):
        found = decide(
            assistance,
            "route",
            **(_HOMEBOUND if homebound else _MOBILE),
            item_in_list=listed,
            item_remote=remote,
            item_simple=simple,
        )
        if homebound and listed:
            row = "route_errand" if simple else "route_home"
        elif remote:
            row = "route_nearby"
        else:
            row = "route_counter" if homebound else "route_explain"
        assert found.matched_rule_ids[-1] == row, (homebound, listed, remote, simple)
        assert found.value == _ROUTES[row]


def test_the_catalogue_is_what_the_forms_offer(assistance: Service) -> None:
    """An item that nobody could choose, or one without a row, would be found out in the middle of a case."""
    rows = {rule.removeprefix("item_") for rule in assistance.definition.decisions["item_catalogue"].rules}

    items = [decide(assistance, "item_catalogue", item_id=one, case_office="990101001").value for one in rows]
    assert len({item["item_line"] for item in items}) == _LINES
    for form, key in (("lead", "item_id"), ("visit_record", "second_item_id")):
        fields = fields_of(json.loads(assistance.bundle.files[f"{form}.form.json"])["components"])
        (field,) = [one for one in fields if one["key"] == key]
        assert {choice["value"] for choice in field["values"]} == rows


def test_no_short_message_names_the_item(assistance: Service) -> None:
    """An item can tell of an illness or an income; the letter says it, the message does not."""
    for language in ("zh", "en"):
        notices = yaml.safe_load(assistance.bundle.files[f"texts.{language}.yaml"])["notices"]
        for key, words in notices.items():
            assert not re.search(r"\{[^}]*(item|department|status|group|_note)", words["sms"]), key


def test_the_people_who_find_leads_may_start_a_case(assistance: Service) -> None:
    assert set(assistance.definition.start_groups) >= {
        "window_clerk",
        "rc_worker",
        "adviser",
        "volunteer",
        "point_operator",
        "dispatcher",
        "hospital",
    }


def test_the_demo_rates_as_people_do(assistance: Service) -> None:
    """The weights give the shares that were set for the demo: 93, 4, 2, 0.6, 0.4 per cent; few are not met."""
    ratings: Counter[str] = Counter()
    met: Counter[bool] = Counter()
    for document in documents(assistance).values():
        for answers in (step.get("answers") or {} for step in document["steps"]):
            if "rating" in answers:
                ratings[answers["rating"]] += document["demo"]
            if "visit_result" in answers or "came" in answers:
                met[answers.get("visit_result") != "not_at_home" and answers.get("came", True)] += document[
                    "demo"
                ]
    rated = sum(ratings.values())

    assert 91 <= 100 * ratings["very_satisfied"] / rated <= 95
    assert 3 <= 100 * ratings["satisfied"] / rated <= 5
    assert 1 <= 100 * ratings["fair"] / rated <= 3
    assert 0 < 100 * ratings["very_dissatisfied"] / rated <= 1
    assert 3 <= 100 * met[False] / met.total() <= 6


def _reasons(service: Service) -> set[str]:
    return set(yaml.safe_load(service.bundle.files["texts.en.yaml"])["reasons"])

"""Every level, everybody whom a rule may name, every way: from the clock to the receipt on the other side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.alerting import alerts
from tests.engine.alerts.conftest import go_to

from .conftest import LEVELS, PHONES, STEFAN, WHO, Machine, away, entry, one_case, rules_for

if TYPE_CHECKING:
    from connectors.sandbox.server import Served
    from tests.engine.support import World


def arrived(served: Served, channel: str, to: str) -> list[str]:
    """Give the texts that reached an address or a number."""
    return [one.text for one in served.sandbox.asked.arrived() if (one.channel, one.to) == (channel, to)]


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("level", LEVELS)
def test_messages_reach_whom_the_rule_names_and_the_ledger_has_their_receipts(
    world: World, served: Served, level: str, who: str
) -> None:
    reader = WHO[who]
    case = one_case(world, rules_for(level, who, "mail sms"))

    go_to(world, LEVELS[level])

    (mail,) = arrived(served, "mail", f"{reader.name.lower()}@linxi.example")
    (sms,) = arrived(served, "sms", PHONES[reader.person_id])
    assert ["T-2026-000001" in text and "Wang" not in text for text in (mail, sms)] == [True, True]
    kept = entry(world, case, level)
    assert (kept.alert.rule, kept.alert.reached) == (f"default, {level}", "told")
    (told,) = [one for one in kept.people if one.person.person_id == reader.person_id]
    assert (told.person.who, told.person.ways) == (who, "page mail sms")
    found = [(one.channel, one.state, one.attempts, bool(one.receipt)) for one in told.messages]
    assert found == [("mail", "sent", 1, True), ("sms", "sent", 1, True)]
    assert {one.sent_at for one in told.messages} == {world.runtime.now_ms()}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("level", LEVELS)
def test_the_page_alone_is_enough_where_the_rule_says_so_and_the_ledger_knows_who_saw_it(
    world: World, served: Served, level: str, who: str
) -> None:
    reader = WHO[who]
    case = one_case(world, rules_for(level, who, "page"))

    go_to(world, LEVELS[level])

    (alert,) = [one for one in alerts.page(world.runtime, reader).alerts if one.level == level]
    assert served.sandbox.asked.arrived() == []
    alerts.open_alert(world.runtime, reader, alert.id)
    (told,) = [one for one in entry(world, case, level).people if one.person.person_id == reader.person_id]
    assert (told.messages, told.person.read_at) == ((), world.runtime.now_ms())


@pytest.mark.parametrize("who", ["assignee", "leader", "supervisor", "group reviewer"])
@pytest.mark.parametrize("level", LEVELS)
def test_who_stands_in_for_an_absent_one_is_told_too(
    world: World, served: Served, level: str, who: str
) -> None:
    """Stefan sits at the office; whoever stands in for somebody of the district does so, too."""
    reader = WHO[who]
    case = one_case(world, rules_for(level, who, "mail sms"))
    away(world, reader, STEFAN)

    go_to(world, LEVELS[level])

    assert len(arrived(served, "mail", "stefan@linxi.example")) == 1
    assert len(arrived(served, "sms", PHONES[STEFAN.person_id])) == 1
    assert len(arrived(served, "mail", f"{reader.name.lower()}@linxi.example")) == 1
    (told,) = [one for one in entry(world, case, level).people if one.person.person_id == STEFAN.person_id]
    assert (told.person.who, told.person.stands_for) == (who, reader.person_id)


@pytest.mark.parametrize(("level", "event"), [("1 WD", "deadline_warned"), ("breach", "deadline_breached")])
def test_a_machine_that_subscribed_is_told_whatever_the_rules_say(
    world: World, served: Served, machine: Machine, level: str, event: str
) -> None:
    case = one_case(world, None)

    go_to(world, LEVELS[level])

    (told,) = [one for one in machine.heard.values() if one["event"] == event]
    assert told["deadline"]["level"] == level
    (kept,) = entry(world, case, level).machines
    assert (kept.state, kept.status, kept.attempts, str(kept.id)) == ("sent", 204, 1, told["id"])

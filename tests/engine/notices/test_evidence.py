"""Of a call that asks personal data it is kept whom was asked what for, by which consent, and until when."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from engine.ports import Call, ConnectorError
from tests.engine.bundles import bundle, start_and_end
from tests.engine.jobs.conftest import ScriptedRegistry
from tests.engine.jobs.services import WANG, call
from tests.engine.story import Story, begin
from tests.engine.support import World

ANSWER = {"query_no": "Q-7", "wage": Decimal("1200.10"), "homes": 1}


def asking(evidence: str = '<linbang:evidence purpose="because" consent="consent_no" expires="P6M"/>') -> Any:
    task = call(retry="R0/PT5M").replace("<bpmn:extensionElements>", f"<bpmn:extensionElements>{evidence}")
    return bundle(task + start_and_end("verify"))


def asked(world: World, answer: Any, service: Any = None, **variables: Any) -> Story:
    world.runtime.connectors = {"registry": ScriptedRegistry(lambda _call: answer)}
    return begin(world, service or asking(), **{**WANG, "consent_no": "C-1", **variables})


def kept(story: Story) -> dict[str, Any] | None:
    (link,) = [link for link in story.links if link.event in {"service_answered", "service_failed"}]
    return link.payload.get("evidence")


def test_it_keeps_whom_what_for_by_which_consent_and_which_data(world: World) -> None:
    story = asked(world, ANSWER)

    evidence = kept(story)
    assert evidence is not None
    assert evidence["source"] == "registry.verify_household"
    assert (evidence["purpose"], evidence["consent"], evidence["query_no"]) == ("because", "C-1", "Q-7")
    assert evidence["asked_at"] == world.clock.now()
    assert evidence["fields"] == ["authorised", "members.id_no", "members.name", "purpose"]


def test_the_same_answer_has_the_same_hash_in_whatever_order(world: World) -> None:
    first = kept(asked(world, ANSWER))
    second = kept(asked(world, dict(reversed(ANSWER.items()))))

    assert first["answer_hash"] == second["answer_hash"]
    assert len(first["answer_hash"]) == 64


def test_a_changed_answer_has_another_hash(world: World) -> None:
    first = kept(asked(world, ANSWER))
    second = kept(asked(world, {**ANSWER, "wage": Decimal("1200.11")}))

    assert first["answer_hash"] != second["answer_hash"]


def test_the_hash_cannot_be_made_without_the_key(world: World) -> None:
    """A plain hash of an answer that is only yes or no would give it away."""
    import hashlib

    from engine import codec

    evidence = kept(asked(world, {"known": True}))

    assert evidence["answer_hash"] != hashlib.sha256(codec.dump_values({"known": True})).hexdigest()


def test_it_may_be_used_until_a_day_that_the_moved_clock_gives(world: World) -> None:
    world.clock.move(days=30)

    assert kept(asked(world, ANSWER))["expires_on"] == date(2026, 10, 1)


def test_without_an_expiry_it_may_be_used_as_long_as_the_case_runs(world: World) -> None:
    evidence = kept(asked(world, ANSWER, asking('<linbang:evidence purpose="because"/>')))

    assert evidence["expires_on"] is None
    assert evidence["consent"] is None


def test_a_consent_that_is_missing_is_kept_as_missing(world: World) -> None:
    assert kept(asked(world, ANSWER, consent_no=None))["consent"] is None


def test_who_is_told_is_kept_where_the_system_passes_things_on_to_several(world: World) -> None:
    service = asking('<linbang:evidence purpose="because" recipient="purpose"/>')

    assert kept(asked(world, ANSWER, service))["recipient"] == {"purpose": "test"}
    assert kept(asked(world, ANSWER))["recipient"] is None


def test_a_question_without_an_answer_is_kept_too(world: World) -> None:
    """The data went out, whatever came back."""

    def fails(_call: Call) -> Any:
        raise ConnectorError("The registry cannot be reached", code="registry_down")

    world.runtime.connectors = {"registry": ScriptedRegistry(fails)}
    evidence = kept(begin(world, asking(), **WANG, consent_no="C-1"))

    assert evidence["source"] == "registry.verify_household"
    assert (evidence["answer_hash"], evidence["expires_on"]) == (None, None)


def test_a_call_without_the_declaration_keeps_nothing(world: World) -> None:
    assert kept(asked(world, ANSWER, asking(""))) is None

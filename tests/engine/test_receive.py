"""Taking in what an outside system says: it counts once, and when nobody waits for it the history keeps it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from engine.errors import InvalidInput, InvalidState, NotFound
from engine.instances import cancel
from engine.messages import correlate, receive
from engine.ports import Call, Inbound

from .bundles import bundle, chain, node, script, start_and_end, trigger, user_task
from .story import Story, begin
from .support import CLERK, SUPERVISOR, World

REPLY = (
    '<bpmn:message id="message_reply" name="reply" linbang:messageGroups="clerk" '
    'linbang:matches="message.offer_no = offer.offer_no" />'
)
OFFERED = script("offer_bed", '{offer: {offer_no: "YP-1"}}')
WAIT = node("intermediateCatchEvent", "wait", trigger("message", "reply"))
WAITS = bundle(OFFERED + WAIT + start_and_end("offer_bed", "wait"), extra=REPLY)


@pytest.fixture
def story(world: World) -> Story:
    """A case that waits for the reply to its offer."""
    return begin(world, WAITS)


def inbound(
    story: Story,
    number: str = "r-1",
    *,
    task: int = 0,
    message: str = "reply",
    offer_no: str = "YP-1",
    **more: Any,
) -> Inbound:
    return Inbound(number, f"{story.case_id}-{task}", message, {"offer_no": offer_no, **more})


def taken_in(story: Story, said: Inbound) -> str:
    story.reopen()
    found = receive(story.world.runtime, "beds", said)
    story.settle()
    return found


def lines(story: Story) -> list[str]:
    return [link.event for link in story.links]


def test_it_goes_on_with_the_content_as_variables(story: Story) -> None:
    assert taken_in(story, inbound(story, reply="accepted")) == "delivered"

    assert story.outcome == "done"
    assert story.variables["reply"] == "accepted"
    last = story.links[-1]
    assert (last.event, last.actor) == ("message_correlated", None)
    assert {name: last.payload[name] for name in ("message", "source", "id")} == {
        "message": "reply",
        "source": "beds",
        "id": "r-1",
    }


def test_a_double_changes_nothing_at_all(world: World) -> None:
    """Though the case waits for the message once more, the same one is not a second one."""
    again = node("intermediateCatchEvent", "again", trigger("message", "reply"))
    story = begin(
        world, bundle(OFFERED + WAIT + again + start_and_end("offer_bed", "wait", "again"), extra=REPLY)
    )
    taken_in(story, inbound(story))
    before = lines(story)

    assert taken_in(story, inbound(story)) == "double"

    assert (lines(story), story.outcome) == (before, "active")
    assert taken_in(story, inbound(story, "r-2")) == "delivered"
    assert story.outcome == "done"


def test_two_systems_may_use_the_same_numbers(story: Story) -> None:
    story.reopen()

    assert receive(story.world.runtime, "other", inbound(story, offer_no="YP-9")) == "late"
    assert taken_in(story, inbound(story)) == "delivered"


def test_the_reply_to_another_offer_comes_too_late(story: Story) -> None:
    """An offer that was withdrawn meanwhile must not move the one that is out now."""
    before = story.variables

    assert taken_in(story, inbound(story, offer_no="YP-0", reply="accepted")) == "late"

    assert (story.outcome, story.variables) == ("active", before)
    last = story.links[-1]
    assert (last.event, last.payload["answers"]["offer_no"], last.payload["id"]) == (
        "message_late",
        "YP-0",
        "r-1",
    )


def test_a_reply_without_what_is_compared_comes_too_late(story: Story) -> None:
    said = Inbound("r-1", f"{story.case_id}-0", "reply", {"reply": "accepted"})

    assert taken_in(story, said) == "late"


def test_it_wakes_the_place_that_the_message_fits(world: World) -> None:
    """Of two offers that are out, the one that is replied to goes on."""
    one = script("offer_one", '{offer: {offer_no: "YP-1"}}') + node(
        "intermediateCatchEvent", "wait_one", trigger("message", "reply")
    )
    two = script("offer_two", '{offer: {offer_no: "YP-2"}}') + node(
        "intermediateCatchEvent", "wait_two", trigger("message", "reply")
    )
    body = (
        node("startEvent", "begin")
        + node("parallelGateway", "fork")
        + one
        + two
        + user_task("one_accepted")
        + user_task("two_accepted")
        + node("endEvent", "done")
        + chain("begin", "fork", "offer_one", "wait_one", "one_accepted", "done")
        + chain("fork", "offer_two", "wait_two", "two_accepted", "done")
    )
    story = begin(world, bundle(body, extra=REPLY))

    assert taken_in(story, inbound(story, offer_no="YP-2")) == "delivered"

    assert story.open == ["two_accepted"]


def test_an_ended_case_keeps_it_in_its_history(story: Story) -> None:
    cancel(story.world.runtime, story.case_id, SUPERVISOR, "Started by mistake")

    assert [taken_in(story, inbound(story)) for _ in range(2)] == ["late", "double"]

    assert (story.outcome, lines(story)[-2:]) == ("cancelled", ["case_cancelled", "message_late"])


def test_it_asks_to_come_again_while_the_call_is_under_way(world: World) -> None:
    """A reply may be quicker than the answer to the very call that it follows from."""
    call = node(
        "serviceTask",
        "offer_bed",
        '<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="beds.offer" resultVariable="offer" />'
        "</bpmn:extensionElements>",
    )
    asked: list[Call] = []

    class Slow:
        name = "beds"
        operations: dict[str, Any] = {}  # noqa: RUF012 - never changed

        def call(self, call: Call) -> Any:
            asked.append(call)
            number, reference = "r-1", call.idempotency_key
            with pytest.raises(InvalidState) as caught:
                receive(world.runtime, "beds", Inbound(number, reference, "reply", {"offer_no": "YP-1"}))
            assert caught.value.code == "too_early"
            return {"offer_no": "YP-1"}

    world.runtime.connectors = {"beds": Slow()}
    story = begin(world, bundle(call + WAIT + start_and_end("offer_bed", "wait"), extra=REPLY))
    assert len(asked) == 1

    said = Inbound("r-1", asked[0].idempotency_key, "reply", {"offer_no": "YP-1"})
    assert receive(story.world.runtime, "beds", said) == "delivered"


def test_a_clerk_may_hand_the_same_message_in(story: Story) -> None:
    """What a person says is not compared: the person has looked."""
    correlate(story.world.runtime, "reply", story.case_id, CLERK, {})

    assert story.settle().outcome == "done"


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("4711-1", "case_unknown"),
        ("delivery-17", "reference_unknown"),
        ("17", "reference_unknown"),
        ("", "reference_unknown"),
        ("99999999999999999999-1", "reference_unknown"),
        ("9999999999999999999-1", "reference_unknown"),
    ],
)
def test_it_refuses_a_reference_that_names_no_case(story: Story, reference: str, code: str) -> None:
    with pytest.raises(NotFound) as caught:
        receive(story.world.runtime, "beds", Inbound("r-1", reference, "reply", {}))

    assert caught.value.code == code


def test_a_key_after_a_correction_names_the_case_too(story: Story) -> None:
    said = Inbound("r-1", f"{story.case_id}-3-c1", "reply", {"offer_no": "YP-1"})

    assert taken_in(story, said) == "delivered"


def test_it_refuses_a_message_that_the_service_does_not_have(story: Story) -> None:
    with pytest.raises(NotFound) as caught:
        receive(story.world.runtime, "beds", inbound(story, message="bed_free"))

    assert caught.value.code == "message_unknown"


def test_it_refuses_content_that_no_case_can_hold(story: Story) -> None:
    with pytest.raises(InvalidInput):
        receive(story.world.runtime, "beds", inbound(story, price=0.1))

    assert "message_late" not in lines(story)


def test_of_many_at_once_one_counts(story: Story) -> None:
    """Given the same message eight times at the same moment; when it is taken in; then one step was made."""
    runtime, said = story.world.runtime, inbound(story)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: receive(runtime, "beds", said), range(8)))

    assert sorted(found) == ["delivered", *["double"] * 7]
    assert lines(story).count("message_correlated") == 1
    assert story.settle().outcome == "done"

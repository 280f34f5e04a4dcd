"""A message that one case throws reaches the case that waits for its key, whoever is first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from engine import message_buffer
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.message_buffer import Publication, publish
from tests.engine.bundles import boundary, bundle, flow, node, script, start_and_end, trigger, user_task
from tests.engine.story import Story, begin
from tests.engine.support import CLERK, DISTRICT, World, person

OPERATOR = person(21, "Olga", office=DISTRICT, roles="operator")
FREE = '<bpmn:message id="message_bed_free" name="bed_free" linbang:timeToLive="P3D" linbang:onExpiry="nobody" />'
NOBODY = '<bpmn:message id="message_nobody" name="nobody" />'
KEY = 'linbang:correlation="bed"'
THROW = node(
    "intermediateThrowEvent",
    "tell",
    trigger("message", "bed_free"),
    KEY + ' linbang:content="{from_home: home}"',
)
CATCH = node("intermediateCatchEvent", "wait", trigger("message", "bed_free"), KEY)
RECEIVING = 'linbang:caseNumber="R" linbang:title="name" linbang:startGroups="clerk"'
SENDER = bundle(
    user_task("ask") + THROW + user_task("rest") + start_and_end("ask", "tell", "rest"),
    key="sender",
    extra=FREE + NOBODY,
)
RECEIVER = bundle(
    user_task("ask") + CATCH + start_and_end("ask", "wait"),
    key="receiver",
    process=RECEIVING,
    extra=FREE + NOBODY,
)


def sender(world: World, **variables: object) -> Story:
    world.deploy(SENDER)
    story = Story(world)
    story.case_id = world.start("sender", **variables).id
    return story.settle()


def receiver(world: World, service: object = RECEIVER, **variables: object) -> Story:
    world.deploy(service)  # type: ignore[arg-type]  # a bundle
    story = Story(world)
    story.case_id = world.start("receiver", **variables).id
    return story.settle()


def test_it_reaches_the_case_that_waits_already(world: World) -> None:
    waiting = receiver(world, bed="B-7").do("ask")
    other = receiver(world, bed="B-8").do("ask")

    sender(world, bed="B-7", home="Linxi", secret="not for others").do("ask")

    assert (waiting.outcome, other.outcome) == ("done", "active")
    assert waiting.variables["from_home"] == "Linxi"
    assert "secret" not in waiting.variables
    assert waiting.links[-1].event == "message_correlated"


def test_it_waits_for_the_case_that_comes_later(world: World) -> None:
    sent = sender(world, bed="B-7", home="Linxi").do("ask")
    assert [event["message"] for event in sent.events("message_thrown")] == ["bed_free"]

    late = receiver(world, bed="B-7").do("ask")

    assert late.outcome == "done"
    assert late.variables["from_home"] == "Linxi"
    assert late.links[-1].event == "user_task_completed"


def test_a_case_that_starts_by_waiting_takes_it_at_once(world: World) -> None:
    sender(world, bed="B-7", home="Linxi").do("ask")

    at_once = receiver(
        world,
        bundle(CATCH + start_and_end("wait"), key="receiver", process=RECEIVING, extra=FREE + NOBODY),
        bed="B-7",
    )

    assert at_once.outcome == "done"
    assert [link.event for link in at_once.links] == ["case_started"]


def test_of_two_that_wait_for_the_same_key_one_gets_it(world: World) -> None:
    first = receiver(world, bed="B-7").do("ask")
    second = receiver(world, bed="B-7").do("ask")

    sent = sender(world, bed="B-7", home="x").do("ask")

    assert (first.outcome, second.outcome, sent.open) == ("done", "active", ["rest"])
    sender(world, bed="B-7", home="y").do("ask")
    assert second.outcome == "done"


def test_two_for_one_case_come_in_the_order_in_which_they_were_thrown(world: World) -> None:
    sender(world, bed="B-7", home="one").do("ask")
    sender(world, bed="B-7", home="two").do("ask")

    assert receiver(world, bed="B-7").do("ask").variables["from_home"] == "one"
    assert receiver(world, bed="B-7").do("ask").variables["from_home"] == "two"


def test_a_boundary_catches_one_for_its_key_and_leaves_with_it(world: World) -> None:
    body = (
        user_task("ask")
        + boundary_with_key()
        + node("endEvent", "freed")
        + start_and_end("ask")
        + flow("off", "freed")
    )
    waiting = receiver(world, bundle(body, key="receiver", process=RECEIVING, extra=FREE + NOBODY), bed="B-7")

    sender(world, bed="B-7", home="x").do("ask")

    assert waiting.outcome == "freed"


def boundary_with_key() -> str:
    return boundary("off", "ask", trigger("message", "bed_free")).replace(
        "<bpmn:boundaryEvent ", f"<bpmn:boundaryEvent {KEY} "
    )


def test_a_place_that_is_past_takes_nothing(world: World) -> None:
    body = (
        user_task("ask")
        + boundary_with_key()
        + node("endEvent", "freed")
        + user_task("after")
        + start_and_end("ask", "after")
        + flow("off", "freed")
    )
    past = receiver(
        world, bundle(body, key="receiver", process=RECEIVING, extra=FREE + NOBODY), bed="B-7"
    ).do("ask")

    sender(world, bed="B-7", home="x").do("ask")

    assert past.open == ["after"]


def test_one_that_nobody_hears_is_closed_and_the_sender_told(world: World) -> None:
    told = user_task("rest") + boundary("unheard_by_all", "rest", trigger("message", "nobody"))
    body = user_task("ask") + THROW + told + user_task("mend") + start_and_end("ask", "tell", "rest")
    body += flow("unheard_by_all", "mend") + flow("mend", "done")
    world.deploy(bundle(body, key="sender", extra=FREE + NOBODY))
    story = Story(world)
    story.case_id = world.start("sender", bed="B-7", home="Linxi").id
    story.settle().do("ask")

    story.later(days=3, minutes=1)

    assert story.open == ["mend"]
    assert story.variables["unheard"] == {"message": "bed_free", "content": {"from_home": "Linxi"}}
    assert story.links[-1].event == "message_expired"
    assert receiver(world, bed="B-7").do("ask").outcome == "active"


def test_it_expires_though_its_sender_has_ended(world: World) -> None:
    story = sender(world, bed="B-7", home="x").do("ask").do("rest")
    assert story.outcome == "done"

    story.later(days=3, minutes=1)

    assert story.links[-1].event == "message_expired"
    assert world.runtime.jobs.next_due() is None


@pytest.mark.parametrize("key", [None, True, "", "x" * 201, [1]])
def test_a_key_that_is_none_is_an_incident_at_both_ends(world: World, key: object) -> None:
    thrown = sender(world, bed=key, home="x").do("ask")
    waiting = receiver(world, bed=key).do("ask")

    assert [row.code for row in thrown.incidents] == ["correlation_missing"]
    assert [row.code for row in waiting.incidents] == ["correlation_missing"]


def test_a_number_and_its_text_are_the_same_key(world: World) -> None:
    sender(world, bed=7, home="x").do("ask")

    assert receiver(world, bed="7").do("ask").outcome == "done"


def test_the_key_is_nowhere_in_plain_words(world: World) -> None:
    """A key may be somebody's identity number."""
    sender(world, bed="990101199001010018", home="x").do("ask")
    receiver(world, bed="990101199001010018").do("ask")

    with world.runtime.database.reading() as connection:
        rows = connection.exec_driver_sql("select place from kept_message").all()
        rows += connection.exec_driver_sql("select place from message_wait").all()
    assert rows
    assert all("990101" not in row[0] for row in rows)


def test_a_program_publishes_one_and_it_counts_once(world: World) -> None:
    waiting = receiver(world, bed="B-7").do("ask")
    publication = Publication("bed_free", "B-7", "p-1", {"from_home": "Linxi"})

    first = publish(waiting.world.runtime, OPERATOR, publication)
    again = publish(waiting.world.runtime, OPERATOR, publication)

    assert (first.state, first.id) == ("delivered", again.id)
    assert waiting.settle().outcome == "done"
    other = receiver(world, bed="B-7").do("ask")
    assert other.outcome == "active"


def test_a_published_one_waits_as_long_as_it_says(world: World) -> None:
    story = receiver(world, bed="B-7")
    kept = publish(
        story.world.runtime, OPERATOR, Publication("bed_free", "B-7", "p-1", {"from_home": "x"}, "PT2H")
    )
    assert kept.state == "waiting"

    story.later(hours=3)

    assert message_buffer.read_message(story.world.runtime, kept.id, OPERATOR).state == "expired"
    assert story.do("ask").outcome == "active"
    with pytest.raises(NotFound):
        message_buffer.read_message(story.world.runtime, kept.id, CLERK)


def test_it_refuses_what_cannot_be_published(world: World) -> None:
    receiver(world, bed="B-7")

    with pytest.raises(NotAllowed):
        publish(world.runtime, CLERK, Publication("bed_free", "B-7", "1", {}))
    with pytest.raises(NotFound):
        publish(world.runtime, OPERATOR, Publication("other", "B-7", "1", {}))
    for key, number, time in ((" ", "1", None), ("B", "", None), ("B", "1", "soon")):
        with pytest.raises(InvalidInput):
            publish(world.runtime, OPERATOR, Publication("bed_free", key, number, {}, time))


def test_of_many_bearers_at_once_one_delivers_it(world: World) -> None:
    """Given a message and eight workers that look after it; when they run at once; then the case takes it once."""
    waiting = receiver(world, bed="B-7").do("ask")
    runtime = waiting.world.runtime
    row = publish(runtime, OPERATOR, Publication("bed_free", "B-8", "p-1", {"from_home": "x"}))
    twin = receiver(world, bed="B-8")
    twin.do("ask")
    assert twin.outcome == "done"

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: message_buffer.deliver(runtime, row.id), range(8)))

    assert found == {"delivered"}
    assert [link.event for link in twin.links].count("message_correlated") == 0
    assert len(twin.events("message_delivered")) == 1


def test_one_that_is_sent_while_a_case_comes_to_wait_is_found_by_the_job(world: World) -> None:
    """Given a message that was kept after the step looked and before it was written; then it is not lost."""
    waiting = receiver(world, bed="B-7")
    runtime = waiting.world.runtime
    looked = runtime.kept.waiting
    runtime.kept.waiting = lambda *_: []  # type: ignore[method-assign]  # as if the sender had not written yet
    task = world.inbox(person(50, "Anybody", "reviewer"))[0].user_task_id
    from engine import user_tasks

    someone = person(50, "Anybody", "reviewer")
    user_tasks.claim(runtime, task, someone)
    user_tasks.complete(runtime, task, someone, {})
    publish_before = runtime.kept.receivers
    runtime.kept.receivers = lambda *_: []  # type: ignore[method-assign]  # nor does the sender see it wait
    publish(runtime, OPERATOR, Publication("bed_free", "B-7", "p-1", {"from_home": "x"}))
    runtime.kept.waiting, runtime.kept.receivers = looked, publish_before  # type: ignore[method-assign]  # as before

    assert waiting.settle().outcome == "done"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (script("compute", "{}").replace("<bpmn:scriptTask", f"<bpmn:scriptTask {KEY}"), "correlation_place"),
        (
            node(
                "intermediateCatchEvent",
                "compute",
                trigger("message", "bed_free"),
                KEY + ' linbang:content="{}"',
            ),
            "content_place",
        ),
        (
            node(
                "intermediateThrowEvent",
                "compute",
                trigger("message", "bed_free"),
                'linbang:correlation="(("',
            ),
            "expression_broken",
        ),
    ],
)
def test_the_gate_refuses_a_key_that_leads_nowhere(world: World, body: str, code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        world.deploy(bundle(body + start_and_end("compute"), extra=FREE + NOBODY))

    assert [problem.code for problem in caught.value.details["problems"]] == [code]
    assert begin(world, bundle(script("fine", "{}") + start_and_end("fine"))).outcome == "done"

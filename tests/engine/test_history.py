"""The history says everything that happened, in order, and can be added to only at its end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from engine import user_tasks
from engine.history import GENESIS, Link, make_link, open_link, verify
from engine.sealing import Sealer
from engine.store.rows import HistoryRow

from .bundles import bundle, declare, node, start_and_end, trigger, user_task
from .story import begin
from .support import ALICE, BOB, World

SEALER = Sealer(bytes(32))


def test_it_holds_one_link_for_each_step(world: World) -> None:
    body = (
        user_task("ask")
        + node("intermediateCatchEvent", "wait", trigger("message", "word"))
        + start_and_end("ask", "wait")
    )
    story = begin(world, bundle(body, extra=declare("message", "word")))
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.unclaim(world.runtime, task, ALICE)
    story.do("ask", by=BOB).message("word")

    assert [link.event for link in story.links] == [
        "case_started",
        "user_task_claimed",
        "user_task_unclaimed",
        "user_task_claimed",
        "user_task_completed",
        "message_correlated",
    ]
    assert [link.seq for link in story.links] == [1, 2, 3, 4, 5, 6]
    assert story.events("case_completed") == [{"type": "case_completed", "outcome": "done"}]


def test_a_payload_that_was_erased_leaves_the_chain_whole(world: World) -> None:
    """Retention may forget what was said, not that something was said."""
    story = begin(world, bundle(user_task("ask", form="a") + start_and_end("ask"))).do("ask", a="said")
    with world.runtime.database.writing() as connection:
        connection.execute(
            text("UPDATE history SET sealed_payload = :nothing WHERE seq = 3"), {"nothing": b""}
        )

    row = story.store.instance(story.case_id)
    assert row is not None
    rows = story.store.history(story.case_id)
    assert list(verify(world.runtime.sealer, row.id, (row.history_seq, row.history_head), rows)) == []
    assert story.links[2].payload == {}
    assert story.links[2].event == "user_task_completed"


def chain_of(events: list[str]) -> list[HistoryRow]:
    rows: list[HistoryRow] = []
    for number, event in enumerate(events):
        previous = (rows[-1].seq, rows[-1].hash) if rows else (0, GENESIS)
        rows.append(make_link(SEALER, 7, previous, Link(0, number, event, None, None, {"n": number})))
    return rows


@given(st.lists(st.text(max_size=8), min_size=1, max_size=8), st.data())
def test_any_change_to_a_chain_is_found(events: list[str], data: st.DataObject) -> None:
    rows = chain_of(events)
    head = (rows[-1].seq, rows[-1].hash)
    assert list(verify(SEALER, 7, head, rows)) == []
    assert [open_link(SEALER, 7, row).payload for row in rows] == [{"n": n} for n in range(len(rows))]

    at = data.draw(st.integers(0, len(rows) - 1))
    changed = list(rows)
    kind = data.draw(st.sampled_from(["event", "actor", "at", "element_id", "removed", "payload", "doubled"]))
    row = rows[at]
    fields = {name: getattr(row, name) for name in HistoryRow.__slots__}
    if kind == "removed":
        del changed[at]
    elif kind == "doubled":
        changed.insert(at, row)
    else:
        new = {"event": row.event + "x", "actor": 5, "at": row.at + 1, "element_id": "z"}
        if kind == "payload":
            fields["sealed_payload"] = SEALER.seal(b'{"n": 99}', f"history:7:{row.seq}")
        else:
            fields[kind] = new[kind]
        changed[at] = HistoryRow(**fields)

    assert list(verify(SEALER, 7, head, changed)) != []


def test_a_chain_of_another_case_or_key_does_not_pass() -> None:
    rows = chain_of(["a", "b"])
    head = (rows[-1].seq, rows[-1].hash)

    assert list(verify(SEALER, 8, head, rows)) != []
    assert list(verify(Sealer(bytes(31) + b"x"), 7, head, rows)) != []

"""What is new since the last visit, and counts that stay fresh without keeping a session alive."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from engine import user_tasks
from tests.engine.support import ALICE, BOB
from tests.webui.incidents.conftest import words
from webui.auth import SESSION_S

if TYPE_CHECKING:
    from tests.engine.support import World

COUNTS = "/inbox/counts?view=groups"


def test_it_calls_nothing_new_at_the_first_visit(browse: Any, tasks: list[int]) -> None:
    assert "new" not in words(browse(ALICE).get("/?view=groups")).replace("New case", "")


def test_it_marks_and_counts_what_came_since_the_visit_before(
    world: World, browse: Any, tasks: list[int]
) -> None:
    alice = browse(ALICE)
    alice.get("/?view=groups")
    world.clock.move(minutes=30)
    world.start()
    page = alice.get("/?view=groups")
    assert "1 new since 10:15" in words(page)
    assert len(page.xpath("//tbody//span[text()='new']")) == 1
    world.clock.move(seconds=30)  # still the same visit
    assert "1 new since 10:15" in words(alice.get("/?view=groups"))
    world.clock.move(minutes=2)
    assert "new since" not in words(alice.get("/?view=groups"))


def test_it_calls_nothing_new_that_one_claimed_or_gave_back(
    world: World, browse: Any, tasks: list[int]
) -> None:
    alice = browse(ALICE)
    alice.get("/?view=groups")
    world.clock.move(minutes=30)
    page = alice.post(f"/tasks/{tasks[0]}/claim", back="/?view=groups")
    page = alice.post(f"/tasks/{tasks[0]}/unclaim", back="/?view=groups")
    assert "new since" not in words(page)


def test_it_marks_what_a_colleague_handed_on(world: World, browse: Any, tasks: list[int]) -> None:
    alice = browse(ALICE)
    alice.get("/?view=mine")
    world.clock.move(minutes=30)
    user_tasks.claim(world.runtime, tasks[0], BOB)
    user_tasks.delegate(world.runtime, tasks[0], BOB, 12, "You know the family")
    page = alice.get("/?view=mine")
    assert page.xpath("//tbody//span[contains(@class, 'tag')]/text()")[:2] == ["new", "handed to you"]


def test_it_tells_what_came_since_the_page_was_made(world: World, browse: Any, tasks: list[int]) -> None:
    alice = browse(ALICE)
    (poll,) = alice.get("/?view=groups").xpath("//*[@id='counts']/@hx-get")
    assert "new task" not in alice.client.get(poll).text
    world.clock.move(seconds=20)
    world.start()
    world.start()
    text = alice.client.get(poll).text
    assert "2 new tasks: show them" in text
    assert '<span class="count">5</span>' in text


def test_it_sends_no_body_while_nothing_changes(browse: Any, tasks: list[int]) -> None:
    client = browse(ALICE).client
    first = client.get(COUNTS)
    again = client.get(COUNTS, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_keeps_no_session_alive_by_polling(browse: Any, tasks: list[int]) -> None:
    client = browse(ALICE).client
    begun = int(time.time()) - SESSION_S // 2
    with client.session_transaction() as session:
        session["used"] = begun
    client.get(COUNTS)
    with client.session_transaction() as session:
        assert session["used"] == begun
    client.get("/?view=groups")
    with client.session_transaction() as session:
        assert session["used"] > begun


def test_it_says_nothing_to_who_is_not_signed_in(browse: Any, tasks: list[int]) -> None:
    client = browse(ALICE).client
    with client.session_transaction() as session:
        session.clear()
    answer = client.get(COUNTS)
    assert (answer.status_code, answer.data) == (204, b"")


def test_it_leads_to_the_sign_in_instead_of_putting_it_into_the_list(browse: Any, tasks: list[int]) -> None:
    client = browse(ALICE).client
    with client.session_transaction() as session:
        session.clear()
    answer = client.get("/?view=groups&q=a", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["HX-Redirect"].startswith("/sign-in?next=/?view")

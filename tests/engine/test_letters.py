"""Letters are issued when a token leaves the element that bears them."""

from __future__ import annotations

import pytest

from engine.cases import read_case, read_letter
from engine.errors import NotFound

from .bundles import boundary, bundle, chain, node, start_and_end, timer, user_task
from .story import begin
from .support import ALICE, World

LETTER = b"<p>{{ data.a }}</p>"


def test_a_letter_keeps_the_variables_of_the_moment_it_was_issued(world: World) -> None:
    body = (
        user_task("ask", form="a", letter="notice")
        + user_task("change", form="a")
        + start_and_end("ask", "change")
    )
    story = begin(world, bundle(body, **{"letters/notice__html": LETTER}))

    story.do("ask", a="first").do("change", a="second")

    view = read_case(world.runtime, story.store, story.case_id, ALICE)
    (letter,) = view.letters
    assert (letter.key, letter.data["a"], letter.issued_at) == ("notice", "first", world.clock.now())
    assert read_letter(view, letter.number) == letter


def test_an_unknown_letter_is_not_found(world: World) -> None:
    story = begin(world, bundle(user_task("ask") + start_and_end("ask")))
    view = read_case(world.runtime, story.store, story.case_id, ALICE)

    with pytest.raises(NotFound) as caught:
        read_letter(view, "1-0")

    assert caught.value.code == "letter_unknown"


def test_no_letter_is_issued_for_a_task_that_was_interrupted(world: World) -> None:
    body = (
        user_task("ask", letter="notice")
        + boundary("late", "ask", timer("P1D"))
        + node("endEvent", "too_late", attributes='linbang:letter="notice"')
        + start_and_end("ask")
        + chain("late", "too_late")
    )
    story = begin(world, bundle(body, **{"letters/notice__html": LETTER})).later(days=1)

    assert [event["element"] for event in story.events("letter_issued")] == ["too_late"]


def test_letters_of_automatic_elements_are_issued_in_their_order(world: World) -> None:
    body = (
        node("intermediateThrowEvent", "one", attributes='linbang:letter="first"')
        + node("intermediateThrowEvent", "two", attributes='linbang:letter="second"')
        + start_and_end("one", "two")
    )
    files = {"letters/first__html": LETTER, "letters/second__html": LETTER}
    story = begin(world, bundle(body, **files))

    assert [event["letter"] for event in story.events("letter_issued")] == ["first", "second"]

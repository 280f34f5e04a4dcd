"""The case's page shows what was said to whom, and whom was asked what of the person."""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.bundles import bundle, script, start_and_end
from tests.engine.jobs.conftest import ScriptedRegistry
from tests.engine.jobs.services import WANG
from tests.engine.notices.services import ADDRESS, BOTH, PHONE, outboxes, telling
from tests.engine.notices.test_evidence import ANSWER, asking
from tests.engine.story import Story, begin
from tests.engine.support import ALICE, SUPERVISOR, World

from .conftest import Browser, words

Browse = Callable[..., Browser]


def shared(world: World) -> Story:
    world.runtime.connectors = {"registry": ScriptedRegistry(lambda _call: ANSWER)}
    return begin(world, asking(), **WANG, consent_no="C-1")


def test_messages_stand_beside_the_letters_with_masked_recipients(world: World, browse: Browse) -> None:
    world.runtime.connectors = dict(outboxes())
    story = begin(world, telling(BOTH), phone=PHONE, address=ADDRESS).do("ask")

    (panel,) = browse(ALICE).get(f"/cases/{story.case_id}").xpath("//*[@id='messages-sent']")
    text = " ".join(panel.text_content().split())

    assert "199****0013" in text
    assert "c***@example.org" in text
    assert PHONE not in text
    assert text.count("sent") == 2
    assert "Wang，已受理。" in text


def test_unmasked_they_are_whole(world: World, browse: Browse) -> None:
    world.runtime.connectors = dict(outboxes())
    story = begin(world, telling(BOTH), phone=PHONE).do("ask")

    page = browse(ALICE).post(f"/cases/{story.case_id}/unmask", 200, reason="To call them back")

    assert PHONE in words(page)


def test_a_case_that_told_nobody_has_no_panel(world: World, browse: Browse) -> None:
    page = browse(ALICE).get(f"/cases/{shared(world).case_id}")

    assert page.xpath("//*[@id='messages-sent']") == []


def test_it_lists_whom_was_asked_what_for_by_which_consent(world: World, browse: Browse) -> None:
    story = shared(world)

    (panel,) = browse(ALICE).get(f"/cases/{story.case_id}").xpath("//*[@id='sharing']")
    text = " ".join(panel.text_content().split())

    source = "The verification centre's registry"
    for expected in (source, "Q-7", "because", "C-1", "identity number", "2 Sep 2026"):
        assert expected in text
    assert "no longer valid" not in text


def test_what_may_no_longer_be_used_is_marked(world: World, browse: Browse) -> None:
    story = shared(world)
    world.clock.set("2026-09-03T09:00")

    page = browse(ALICE).get(f"/cases/{story.case_id}/sharing")

    assert "no longer valid" in words(page)
    assert page.xpath("//button[@data-print]")


def test_an_incident_is_said_in_plain_words_and_leads_to_its_page(world: World, browse: Browse) -> None:
    story = begin(world, bundle(script("compute", "[1]") + start_and_end("compute")))

    page = browse(SUPERVISOR).get(f"/cases/{story.case_id}")

    assert "A calculation gives no variables." in words(page)
    assert page.xpath(f"//a[@href='/incidents/{story.incidents[0].id}']")

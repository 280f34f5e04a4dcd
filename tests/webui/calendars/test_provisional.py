"""Wherever a date is shown that rests on a year without a notice, it says so; once the notice is in, no longer."""

from __future__ import annotations

import pytest

from tests.engine.bundles import user_task
from tests.engine.calendars.conftest import deadline, service
from tests.engine.support import ALICE, SUPERVISOR
from tests.webui.incidents.conftest import words


@pytest.fixture
def story(district):
    """Give a case accepted on 21 December 2026 whose own task is due in that year, and whose promise is not."""
    district.world.clock.set("2026-12-21T10:00")
    own = user_task("soon", inner=deadline("own", "2 WD", "internal"))
    return district.begin(service(tasks=user_task("ask") + own, order=("ask", "soon")))


def shown(browse, story) -> dict[str, bool]:
    """Say on which pages the date of the open task is marked."""
    pages = {
        "inbox": (ALICE, "/?view=groups"),
        "case": (SUPERVISOR, f"/cases/{story.case_id}"),
        "task": (ALICE, f"/tasks/{story.tasks()[0].id}"),
        "overview": (SUPERVISOR, "/desk/work"),
        "ledger": (SUPERVISOR, f"/cases/{story.case_id}/clocks/promise:0"),
    }
    return {name: "provisional" in words(browse(who).get(at)) for name, (who, at) in pages.items()}


def test_every_page_marks_it_until_the_notice_is_imported(district, browse, story):
    assert set(shown(browse, story).values()) == {True}, shown(browse, story)

    district.apply(district.notice())

    assert set(shown(browse, story).values()) == {False}, shown(browse, story)


def test_a_task_that_is_due_before_that_year_is_not_marked(browse, story):
    """Its own clock ends in December; that the promise around it is provisional does not concern the inbox."""
    story.do("ask")

    assert story.due("soon") == "2026-12-23T17:00"
    assert "provisional" not in words(browse(ALICE).get("/?view=groups"))
    assert "provisional" not in words(browse(SUPERVISOR).get("/desk/work"))

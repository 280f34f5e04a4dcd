"""Looks at the pages of a world's cases as one of its people, without a server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.engine.support import employ
from tests.webui.application import application

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from engine.people import Actor
    from tests.engine.support import World


def visitor(world: World, folder: Path, *people: Actor) -> FlaskClient:
    """Give a browser at the installation, with nobody signed in yet."""
    employ(world, *people, roles="caseworker")
    return application(world.runtime, folder).test_client()


def case_page(visit: FlaskClient, who: Actor, case_id: int, language: str = "en") -> str:
    """Give a case's page as somebody sees it."""
    with visit.session_transaction() as session:
        session.update(person=str(who.person_id), version=1, used=int(time.time()), language=language)
    answer = visit.get(f"/cases/{case_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)

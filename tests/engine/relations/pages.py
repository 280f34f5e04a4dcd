"""Looks at the pages of a world's cases as one of its people, without a server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from engine.store.cases import CaseStore
from engine.store.settings import SettingStore
from tests.engine.support import employ
from webui.app import create_app
from webui.settings import Settings
from webui.wiring import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

    from engine.people import Actor
    from tests.engine.support import World


def visitor(world: World, folder: Path, *people: Actor) -> FlaskClient:
    """Give a browser at the installation, with nobody signed in yet."""
    runtime = world.runtime
    employ(world, *people, roles="caseworker")
    settings = Settings.from_environment({"LINBANG_DATA_DIR": str(folder)})
    values = SettingStore(runtime.database, 1)
    found = Installation(settings, runtime, CaseStore(runtime.database, 1), values, 0, 0)
    return create_app(found, testing=True).test_client()


def case_page(visit: FlaskClient, who: Actor, case_id: int, language: str = "en") -> str:
    """Give a case's page as somebody sees it."""
    with visit.session_transaction() as session:
        session.update(person=str(who.person_id), version=1, used=int(time.time()), language=language)
    answer = visit.get(f"/cases/{case_id}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)

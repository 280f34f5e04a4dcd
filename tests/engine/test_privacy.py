"""Nothing that names a person stands readable in the database, its log files, or the application's log."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from engine import user_tasks
from engine.cases import add_attachment, add_comment
from engine.instances import cancel

from .bundles import _PROCESS, bundle, declare, node, script, start_and_end, trigger, user_task
from .story import Story
from .support import ALICE, SUPERVISOR, World

IDENTITY, PHONE, NAME_INSIDE = "990101195203070011", "19900000013", "陈桂芳"
SECRETS = (IDENTITY, PHONE, NAME_INSIDE)


def found_in(content: bytes) -> list[str]:
    """Give the secrets that stand in bytes, in any encoding that the application might use."""
    encodings = ("utf-8", "utf-16-le", "unicode_escape")
    return [secret for secret in SECRETS if any(secret.encode(encoding) in content for encoding in encodings)]


def written(folder: Path) -> bytes:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert any(path.name.endswith("-wal") for path in files)
    return b"".join(path.read_bytes() for path in files)


def live(world: World) -> Story:
    """Let a case use everything that writes: answers, drafts, messages, incidents, comments, files, letters."""
    body = (
        user_task("ask", form="a", letter="notice")
        + node("intermediateCatchEvent", "wait", trigger("message", "word"))
        + script("compute", "[id_no]")
        + start_and_end("ask", "wait", "compute")
    )
    process = f'{_PROCESS} linbang:subject="id_no"'
    world.deploy(
        bundle(body, extra=declare("message", "word"), process=process, **{"letters/notice__html": b"<p/>"})
    )
    members = [{"name": NAME_INSIDE, "id_no": IDENTITY}]
    story = Story(world, world.start(id_no=IDENTITY, phone=PHONE, members=members).id)
    task = world.task(ALICE, "ask")
    user_tasks.claim(world.runtime, task, ALICE)
    user_tasks.save_draft(world.runtime, task, ALICE, {"a": PHONE})
    add_comment(world.runtime, story.store, story.case_id, ALICE, f"Call {PHONE}, {NAME_INSIDE}")
    content = b"%PDF-1.7 " + IDENTITY.encode()
    add_attachment(
        world.runtime,
        story.store,
        ALICE,
        "id.pdf",
        content,
        process_instance_id=story.case_id,
        user_task_id=None,
    )
    user_tasks.complete(world.runtime, task, ALICE, {"a": IDENTITY})
    return story.message("word")


@pytest.mark.only_sqlite(reason="reads the bytes of the file")
def test_nothing_that_names_a_person_is_readable_in_the_files(world: World, tmp_path: Path) -> None:
    story = live(world)

    assert found_in(written(tmp_path)) == []
    cancel(world.runtime, story.case_id, SUPERVISOR, "The end of the test")
    assert found_in(written(tmp_path)) == []


@pytest.mark.only_sqlite(reason="reads the bytes of the file")
def test_the_search_would_find_it(world: World, tmp_path: Path) -> None:
    """The negative control: what is not sealed is found."""
    with world.runtime.database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO setting (tenant_id, key, value) VALUES (1, 'x', ?)",
            (f"{IDENTITY} {PHONE} {NAME_INSIDE}",),
        )

    assert found_in(written(tmp_path)) == list(SECRETS)


def test_nothing_that_names_a_person_is_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Not even at the most talkative level, SQLAlchemy's echo included."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("control").debug("control %s", PHONE)

    live(world)

    ours = [
        record.getMessage()
        for record in caplog.records
        if record.name.split(".")[0] in {"linbang", "engine", "sqlalchemy"}
    ]
    assert found_in("\n".join(ours).encode()) == []
    assert found_in(caplog.text.encode()) == [PHONE]

"""Many at once over HTTP, by a server or two: one wins, the others hear the truth, nothing is lost or done twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from socket import create_connection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import requests

from engine import history
from tests.engine.support import CLERK, SUPERVISOR
from tests.engine.test_concurrency import at_once
from webui.wiring import open_installation

from .district import BRANCHES, PATIENCE_S, REVIEWERS, Served, served

if TYPE_CHECKING:
    from engine.history import Link

ROUNDS = 3
SILENT = 200
TRUTHFUL = {"busy"}
"""What somebody may be told whose step may go well the next time."""


@pytest.fixture(
    scope="module",
    params=[("sqlite", 1), ("postgresql", 1), ("postgresql", 2)],
    ids=["SQLite", "PostgreSQL", "PostgreSQL, two servers"],
)
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Serve the installation by one server, or by two on one database."""
    database, servers = request.param
    folder: Path = tmp_path_factory.mktemp("shop")
    with served(folder, database, servers) as found:
        yield found


def tasks_of(shop: Served, case: int) -> list[Any]:
    found: list[Any] = shop.program(CLERK).get(f"/process-instances/{case}")["user_tasks"]
    return found


def links_of(shop: Served, case: int) -> list[Link]:
    with open_installation(shop.settings) as found:
        rows = found.cases.history(case)
        return [history.open_link(found.runtime.sealer, case, row) for row in rows]


def events_of(shop: Served, case: int) -> Counter[str]:
    return Counter(link.event for link in links_of(shop, case))


def assert_truthful(refused: requests.Response, codes: set[str]) -> None:
    """No error of the server, and a reason that a program can act upon."""
    assert refused.status_code == 409, refused.text
    assert refused.json()["code"] in codes
    assert refused.json()["detail"]


def test_parallel_tasks_completed_by_eight_clients_all_count(shop: Served) -> None:
    """Given a case with eight branches; when eight clients complete them together; then each succeeds, or hears
    why not and succeeds when it tries again; and every branch's answer is there.
    """
    for _ in range(ROUNDS):
        case = shop.start("wide")
        tasks = tasks_of(shop, case)
        programs = [shop.program(who, number) for number, who in enumerate(REVIEWERS)]
        for program, task in zip(programs, tasks, strict=True):
            assert program.post(f"/user-tasks/{task['id']}/claim").status_code == 200

        waiting = list(zip(programs, tasks, strict=True))
        for _ in range(BRANCHES):
            answers = at_once(
                *[
                    partial(
                        program.post,
                        f"/user-tasks/{task['id']}/complete",
                        {"answers": {task["element_id"]: f"of {task['element_id']}"}},
                    )
                    for program, task in waiting
                ]
            )
            for answer in answers:
                if answer.status_code != 200:
                    assert_truthful(answer, TRUTHFUL)
            waiting = [one for one, answer in zip(waiting, answers, strict=True) if answer.status_code != 200]
            if not waiting:
                break

        assert waiting == []
        assert [task["element_id"] for task in tasks_of(shop, case)] == ["last"]
        known = shop.program(SUPERVISOR).get(f"/process-instances/{case}?include=variables")["variables"]
        assert {name: known[name] for name in known if name.startswith("b")} == {
            f"b{number}": f"of b{number}" for number in range(BRANCHES)
        }
        assert events_of(shop, case)["user_task_completed"] == BRANCHES


def test_a_task_is_claimed_by_one_of_eight(shop: Served) -> None:
    for _ in range(ROUNDS):
        case = shop.start("claimed")
        task = tasks_of(shop, case)[0]["id"]
        programs = [shop.program(who, number) for number, who in enumerate(REVIEWERS)]

        answers = at_once(*[partial(program.post, f"/user-tasks/{task}/claim") for program in programs])

        won = [answer for answer in answers if answer.status_code == 200]
        assert len(won) == 1
        for answer in answers:
            if answer is not won[0]:
                assert_truthful(answer, {"already_claimed", *TRUTHFUL})
        holder = next(one for one in tasks_of(shop, case) if one["id"] == task)["assignee"]
        assert holder == str(REVIEWERS[answers.index(won[0])].person_id)
        assert events_of(shop, case)["user_task_claimed"] == 1


def test_a_task_is_completed_once_by_one_person_in_many_windows(shop: Served) -> None:
    for _ in range(ROUNDS):
        case = shop.start("doubled")
        task = tasks_of(shop, case)[0]
        programs = [shop.program(REVIEWERS[0], number) for number in range(4)]
        assert programs[0].post(f"/user-tasks/{task['id']}/claim").status_code == 200

        answers = at_once(
            *[
                partial(
                    program.post,
                    f"/user-tasks/{task['id']}/complete",
                    {"answers": {task["element_id"]: f"window {number}"}},
                )
                for number, program in enumerate(programs)
            ]
        )

        won = [number for number, answer in enumerate(answers) if answer.status_code == 200]
        assert len(won) == 1
        for number, answer in enumerate(answers):
            if number != won[0]:
                assert_truthful(answer, {"task_not_open", *TRUTHFUL})
        (done,) = [link for link in links_of(shop, case) if link.event == "user_task_completed"]
        assert done.payload["answers"] == {task["element_id"]: f"window {won[0]}"}


def test_a_start_doubled_under_one_key_gives_one_case(shop: Served) -> None:
    for number in range(ROUNDS):
        body = {"service_key": "t", "answers": {"a": f"once {number}"}, "similar_ok": True}
        programs = [shop.program(CLERK, window) for window in range(6)]

        answers = at_once(
            *[
                partial(program.post, "/process-instances", body, Idempotency_Key=f"start-{number}")
                for program in programs
            ]
        )

        assert sorted(answer.status_code for answer in answers) == [200] * 5 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_write_doubled_under_one_key_has_one_effect(shop: Served) -> None:
    for number in range(ROUNDS):
        case = shop.start("before")
        body = {"changes": {"a": f"after {number}"}, "reason": "Typed wrongly at the counter"}
        programs = [shop.program(SUPERVISOR, window) for window in range(6)]

        answers = at_once(
            *[
                partial(
                    program.post,
                    f"/process-instances/{case}/variables",
                    body,
                    Idempotency_Key=f"edit-{number}",
                )
                for program in programs
            ]
        )

        for answer in answers:
            if answer.status_code != 200:
                assert_truthful(answer, TRUTHFUL)
        assert events_of(shop, case)["variables_edited"] == 1
        again = programs[0].post(
            f"/process-instances/{case}/variables", body, Idempotency_Key=f"edit-{number}"
        )
        assert again.status_code == 200
        assert events_of(shop, case)["variables_edited"] == 1


def test_browsers_that_keep_a_line_open_keep_nobody_out(shop: Served) -> None:
    """Given two hundred browsers that are silent for a while; when somebody comes; then they are served."""
    place = urlsplit(shop.addresses[0])
    with ExitStack() as lines:
        for _ in range(SILENT):
            lines.enter_context(create_connection((place.hostname, place.port or 0)))

        answer = requests.get(f"{shop.addresses[0]}/sign-in", timeout=PATIENCE_S)

    assert answer.status_code == 200

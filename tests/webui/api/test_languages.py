"""What is wrong is said in the language that a program asks for; English where it asks for none of ours."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.engine.support import ALICE, World

from .conftest import API, DESIGNER, Machine
from .test_process_definitions import BROKEN, PATH
from .test_user_tasks import path_of

Machines = Callable[..., Machine]
ENGLISH = "“n” must be a number, like 1650 or 12.50"
CHINESE = "“n”须为数字，如 1650 或 12.50"
WANTED = [("", "en"), ("fr", "en"), ("zh-CN, en;q=0.5", "zh"), ("en, zh;q=0.5", "en")]


@pytest.mark.parametrize(("asked", "tag"), WANTED)
def test_a_wrong_answer_is_named_in_words(two_steps: World, machine: Machines, asked: str, tag: str) -> None:
    two_steps.start()
    alice, path = machine(ALICE), path_of(two_steps)
    alice.post(f"{path}/claim")

    told = alice.post(f"{path}/complete", {"answers": {"n": "many"}}, 422, Accept_Language=asked)

    (wrong,) = told.json["errors"]
    assert told.headers["Content-Language"] == tag
    assert (wrong["field"], wrong["code"], wrong["params"]) == ("n", "not_a_number", {})
    assert wrong["message"] == {"en": ENGLISH, "zh": CHINESE}[tag]
    assert told.json["detail"].startswith("Expected") is (tag == "en")


@pytest.mark.parametrize(("asked", "words"), [("en", "Expected a known group"), ("zh", "没有“nobody”这个组")])
def test_what_is_wrong_with_a_service_is_said_in_words(
    world: World, machine: Machines, asked: str, words: str
) -> None:
    dan = machine(DESIGNER)

    told = dan.client.post(
        f"{API}{PATH}?check=true",
        data=BROKEN.to_zip(),
        content_type="application/zip",
        headers={"Authorization": f"Bearer {dan.token}", "Accept-Language": asked},
    )

    by_code = {error["code"]: error for error in told.json["errors"]}
    assert words in by_code["group_unknown"]["message"]

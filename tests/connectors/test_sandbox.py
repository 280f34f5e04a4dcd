"""The sandbox: people written down, one effect a key, faults on demand, a page, a server that stops."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from connectors.registry import Registry
from connectors.sandbox import Sandbox, create_app, sandbox_server
from connectors.sandbox.effects import Effects, KeyReusedError
from connectors.sandbox.faults import Fault, Faults
from engine.ports import ConnectorError

from .conftest import LI, WANG, Played, call, question


def put(played: Played, path: str, body: Any) -> int:
    """Put JSON and give the status."""
    request = urllib.request.Request(f"{played.url}/sandbox/{path}", json.dumps(body).encode(), method="PUT")
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code


def code_of(played: Played, key: str = "1", *, timeout_s: float = 5, **parameters: Any) -> str:
    """Ask and give the error code, or `answered`."""
    try:
        played.registry.call(call(key, timeout_s=timeout_s, **parameters))
    except ConnectorError as error:
        return error.code
    return "answered"


def test_it_says_what_was_written_down_of_a_person(played: Played) -> None:
    written = {"wage": 3000.05, "vehicles": 2, "mismatch": "tax"}

    assert put(played, f"persons/{WANG}", written) == 204

    facts = played.registry.call(call())
    assert str(facts["wage"]) == "3000.05"
    assert facts["vehicles"] == 2
    assert facts["mismatches"] == [{"name": "王建国", "source": "tax"}]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("persons/11010519491231002X", {"wage": 1}),
        ("persons/99", {"wage": 1}),
        (f"persons/{WANG}", {"wage": "1"}),
        (f"persons/{WANG}", {"religion": "none"}),
        (f"persons/{WANG}", ["wage"]),
        ("faults", {"faults": [{"kind": "earthquake"}]}),
        ("faults", {"faults": [{"kind": "slow", "probability": 2}]}),
        ("faults", {"faults": [{"kind": "slow", "ms": 60_001}]}),
        ("faults", {}),
    ],
)
def test_it_refuses_to_play_what_it_cannot(played: Played, path: str, body: Any) -> None:
    assert put(played, path, body) == 422


def test_it_acts_once_for_each_key(played: Played) -> None:
    answers = [played.registry.call(call(key)) for key in ("1", "1", "2")]

    assert answers[0] == answers[1] != answers[2]
    with urllib.request.urlopen(f"{played.url}/sandbox/effects", timeout=5) as answer:
        assert json.load(answer) == {
            "total": 2,
            "keys": {"1": 1, "2": 1},
            "asked": {"1": 2, "2": 1},
            "operations": {"registry.verify_household": 2},
        }


def test_it_answers_as_before_though_the_world_has_changed(played: Played) -> None:
    """What was reported under a key stays reported."""
    before = played.registry.call(call("1"))
    played.sandbox.write_down(WANG, {"vehicles": 7})

    assert played.registry.call(call("1")) == before
    assert played.registry.call(call("2"))["vehicles"] == 7


def test_it_refuses_another_question_under_the_same_key(played: Played) -> None:
    played.registry.call(call("1"))

    assert code_of(played, "1", **question(LI)) == "registry_refused"


def test_it_has_no_effect_when_it_refuses(played: Played) -> None:
    """A refused question may come again under its key once the reason is gone."""
    played.sandbox.write_down(WANG, {"known": False})
    assert code_of(played) == "person_unknown"
    assert played.sandbox.effects.counted() == {}

    played.sandbox.write_down(WANG, {"known": True})
    assert code_of(played) == "answered"


def test_it_acts_once_for_two_questions_at_the_same_time() -> None:
    """The second waits for the first and gets its answer."""
    effects, acting, go_on = Effects(), threading.Event(), threading.Event()

    def act() -> str:
        acting.set()
        assert go_on.wait(5)
        return "done"

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(effects.once, "k", "o", {}, act)
        assert acting.wait(5)
        second = pool.submit(effects.once, "k", "o", {}, lambda: "done again")
        go_on.set()

        assert (first.result(5), second.result(5)) == ("done", "done")
    assert effects.counted() == {"k": 1}


def test_it_tells_questions_of_one_key_apart() -> None:
    effects = Effects()
    effects.once("k", "o", {"q": 1}, lambda: 1)

    with pytest.raises(KeyReusedError):
        effects.once("k", "o", {"q": 2}, lambda: 2)


@pytest.mark.parametrize(
    ("fault", "code", "acted"),
    [
        (Fault("down"), "registry_down", 0),
        (Fault("error"), "registry_down", 0),
        (Fault("busy"), "registry_busy", 0),
        (Fault("slow", ms=60_000), "registry_timeout", 0),
        (Fault("late", ms=60_000), "registry_timeout", 1),
        (Fault("wrong_answer"), "registry_wrong_answer", 1),
        (Fault("doubled"), "answered", 1),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else None,
)
def test_it_fails_on_demand(played: Played, fault: Fault, code: str, acted: int) -> None:
    """What matters is whether the registry acted before it failed."""
    played.sandbox.faults.replace([fault], seed=0)

    assert code_of(played, timeout_s=0.3) == code

    assert sum(played.sandbox.effects.counted().values()) == acted


def test_it_draws_the_same_faults_from_the_same_seed() -> None:
    faults = Faults()
    wanted = [Fault("down", 0.3), Fault("slow", 0.5, 10)]

    def draws(seed: int) -> list[dict[str, int]]:
        faults.replace(wanted, seed)
        return [faults.draw("beds") for _ in range(50)]

    assert draws(1) == draws(1) != draws(2)
    assert 5 < sum("down" in drawn for drawn in draws(1)) < 25


def test_it_lists_what_it_was_asked_without_saying_about_whom(played: Played) -> None:
    played.registry.call(call(**question(WANG)))
    members = [{"name": "<b>Li</b>", "id_no": LI}]
    played.registry.call(call("2", members=members, purpose="extremely_poor", authorised=True))

    with urllib.request.urlopen(played.url, timeout=5) as answer:
        page = answer.read().decode()

    assert "王*国 990101********0011" in page
    assert "extremely_poor" in page
    assert WANG not in page
    assert "<b>" not in page


def test_it_lists_refusals_and_faults(played: Played) -> None:
    played.sandbox.faults.replace([Fault("error")], seed=0)
    code_of(played)

    (asked,) = played.sandbox.asked.latest()
    assert (asked.outcome, asked.faults) == ("internal", ("error",))


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {"Idempotency-Key": "1"}, 400),
        (b"[" * 50_000, {"Idempotency-Key": "1"}, 400),
        (b"[]", {"Idempotency-Key": "1"}, 422),
        (json.dumps(question()).encode(), {}, 400),
        (json.dumps(question()).encode(), {"Idempotency-Key": "1" * 201}, 400),
        (json.dumps(question(authorised=False)).encode(), {"Idempotency-Key": "1"}, 403),
        (b" " * 100_001, {"Idempotency-Key": "1"}, 413),
    ],
)
def test_it_refuses_questions_that_are_none(body: bytes, headers: dict[str, str], status: int) -> None:
    answer = create_app().test_client().post("/registry/households/verify", data=body, headers=headers)

    assert answer.status_code == status


def test_it_stops_at_once_though_an_answer_is_late() -> None:
    """A test or a demo never waits for the waits that it asked for."""
    sandbox = Sandbox()
    sandbox.faults.replace([Fault("late", ms=60_000)], seed=0)
    began = time.monotonic()

    with sandbox_server(sandbox) as served, pytest.raises(ConnectorError):
        Registry(served.registry_url).call(call(timeout_s=0.2))

    assert time.monotonic() - began < 4


def test_it_serves_until_it_is_interrupted() -> None:
    """What `linbang sandbox` does, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = f"from connectors.sandbox import *; run(Sandbox(), print, port={port}, mail_port=0)"
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        page = ""
        for _ in range(100):
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                page = answer.read().decode()
                break
            threading.Event().wait(0.05)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(10) == 0
        finally:
            process.kill()
    assert "Nothing has been asked yet" in page

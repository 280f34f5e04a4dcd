"""The check of a stranger's service runs apart, and ends at its limits with a problem that names them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType

import pytest

from engine import confined
from engine.confined import Limits
from engine.definitions import Bundle, compile_bundle
from engine.definitions.gate import MAX_PROBLEMS, Gate, judged
from engine.errors import Busy, InvalidInput

from ..engine.bundles import GROUPS, bundle, script, small_body, start_and_end, user_task
from ..engine.support import World, make_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    yield made
    made.runtime.database.close()


def chain_of(count: int) -> Bundle:
    """A diagram whose checks take long: every element follows the one before."""
    ids = [f"s{number}" for number in range(count)]
    return bundle("".join(script(name, "{}") for name in ids) + start_and_end(*ids))


SMALL = bundle(user_task("ask") + start_and_end("ask"))
BROKEN = bundle(user_task("ask", "nobody") + start_and_end("ask"))


def test_it_says_what_the_check_in_this_process_says() -> None:
    apart = Gate().judge(BROKEN, GROUPS, None)

    assert apart == compile_bundle(BROKEN, GROUPS)[1]
    assert [one.code for one in apart] == ["group_unknown"]


def test_a_diagram_that_takes_too_long_is_ended_at_its_seconds_of_the_processor() -> None:
    (problem,) = Gate(Limits(processor_s=1)).judge(chain_of(12_000), GROUPS, None)

    assert (problem.file, problem.code, problem.severity) == ("t.bpmn", "limit_processor", "error")
    assert "at most 1 s of the processor" in problem.message
    assert problem.hint


def test_what_only_waits_is_ended_by_the_clock() -> None:
    with pytest.raises(InvalidInput, match="within 1 s") as refused:
        confined.run("time:sleep", 60, Limits(wall_s=1))

    assert refused.value.code == "limit_time"


def test_a_file_that_asks_for_too_much_memory_is_ended() -> None:
    """Four megabytes of JSON become many times as much."""
    many = bundle(
        user_task("ask") + start_and_end("ask"), b__form__json=b"[" + b'{"a": []},' * 400_000 + b"1]"
    )

    (problem,) = Gate(Limits(memory_mb=90)).judge(many, GROUPS, None)

    assert problem.code == "limit_memory"
    assert "at most 90 MB" in problem.message


def test_a_process_that_dies_is_told_and_not_explained() -> None:
    with pytest.raises(InvalidInput) as refused:
        confined.run("os:_exit", 7, Limits())

    assert refused.value.code == "check_died"
    assert "7" in refused.value.message


def test_a_fault_of_ours_is_told_without_its_traceback() -> None:
    """The traceback goes to the log, for whoever can mend it."""
    with pytest.raises(InvalidInput) as refused:
        confined.run("engine.definitions.gate:judged", "no bundle", Limits())

    assert refused.value.code == "check_died"
    assert "Traceback" not in refused.value.message


def test_the_process_apart_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINBANG_BEDS_SECRET", "do not tell")

    told = confined.run("os:getenv", "LINBANG_BEDS_SECRET", Limits())

    assert os.environ["LINBANG_BEDS_SECRET"]
    assert told is None


def test_no_more_checks_run_at_once_than_there_are_places() -> None:
    """One more waits as long as one may take, and is then asked to come again."""
    places = threading.BoundedSemaphore(1)
    places.acquire()

    with pytest.raises(Busy) as refused:
        confined.run("os:getenv", "PATH", Limits(wall_s=1), places)
    places.release()

    assert refused.value.code == "checks_busy"
    assert confined.run("os:getenv", "NOBODY_SETS_THIS", Limits(), places) is None


def test_thousands_of_problems_are_counted_and_the_first_are_told() -> None:
    tasks = [user_task(f"ask{number}", "nobody") for number in range(MAX_PROBLEMS + 5)]
    many = bundle("".join(tasks) + small_body("x", script("x", "{}"), "x"))

    told = judged(("t", dict(many.files), GROUPS, None))

    assert len(told) == MAX_PROBLEMS + 1
    assert told[-1]["code"] == "more_problems"


def test_what_the_gate_refuses_is_never_compiled_by_the_server(world: World) -> None:
    world.runtime.catalogue.gate = Gate(Limits(processor_s=1))

    definition, problems = world.runtime.catalogue.check(chain_of(12_000))

    assert definition is None
    assert [one.code for one in problems] == ["limit_processor"]


def test_what_passes_the_gate_is_deployed_and_runs(world: World) -> None:
    world.runtime.catalogue.gate = Gate()

    world.deploy(SMALL)

    assert world.start().id


def test_long_values_are_cut_before_they_leave_the_process() -> None:
    """A name of a megabyte stands in one message only as far as a person would read."""
    files = {**SMALL.files, "t.bpmn": SMALL.files["t.bpmn"].replace(b'"any"', b'"' + b"x" * 1_000_000 + b'"')}

    told = Gate().judge(Bundle("t", MappingProxyType(files)), GROUPS, None)

    assert all(len(one.message) < 3_000 for one in told)
    assert any(one.code == "form_unknown" for one in told)

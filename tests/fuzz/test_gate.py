"""A part of every run of the tests: spoilt services at random, the same ones each time, and what once was found.

More of them: `python -m tests.fuzz.gate --seconds 3600 --seed 7`, or LINBANG_FUZZ_EXAMPLES=2000.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.definitions import Bundle

from .corpus import found, opened, shipped, small
from .gate import fuzz
from .judging import Failure, judge, judge_zip
from .mutations import mutate, mutate_zip

EXAMPLES = int(os.environ.get("LINBANG_FUZZ_EXAMPLES", "150"))
SECONDS = 3_600.0 if "LINBANG_FUZZ_EXAMPLES" in os.environ else 60.0


def test_it_answers_every_spoilt_service_in_words(tmp_path: Path) -> None:
    run = fuzz(20_260_101, examples=EXAMPLES, seconds=SECONDS, keep=tmp_path)

    assert run.failures == []
    assert run.examples > 0


@pytest.mark.parametrize("path", found(), ids=lambda path: path.stem)
def test_what_once_made_it_fail_is_answered_in_words(path: Path, tmp_path: Path) -> None:
    bundle = opened(path)

    assert (judge(bundle, tmp_path) if bundle is not None else judge_zip(path.read_bytes())) is None


def test_the_services_that_are_spoilt_pass_as_they_are(tmp_path: Path) -> None:
    """What is random here must not begin with something that fails anyway."""
    assert judge(small(), tmp_path) is None


def test_the_same_seed_does_the_same_harm() -> None:
    assert mutate(small(), 7, shipped()[0]) == mutate(small(), 7, shipped()[0])
    assert mutate_zip(small().to_zip(), 7) == mutate_zip(small().to_zip(), 7)
    assert mutate(small(), 7) != mutate(small(), 8)


def test_a_gate_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_given: object, **_more: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("tests.fuzz.judging.compile_bundle", broken)

    failure = judge(Bundle("t", {}))

    assert isinstance(failure, Failure)
    assert failure.kind == "KeyError"


def test_a_gate_that_hangs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(*_given: object, **_more: object) -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.judging.compile_bundle", endless)
    monkeypatch.setattr("tests.fuzz.judging.PROCESSOR_S", 0.2)

    failure = judge(Bundle("t", {}))

    assert failure is not None
    assert failure.kind == "hang"

"""The services of this repository are sound, keep what they promise, and are checked quickly."""

from __future__ import annotations

import time

import pytest

from engine.definitions import compile_bundle, read_folder, read_groups

from ...engine.stories import PROCESSES

SERVICES = sorted(path.parent.name for path in PROCESSES.glob("*/invariants.yaml"))
GROUPS = read_groups((PROCESSES / "groups.yaml").read_bytes())
MOST_S = 3.0
"""Processor time for a whole check; the largest service takes a fifth of that."""


def test_every_service_promises_something() -> None:
    assert sorted(path.parent.name for path in PROCESSES.glob("*/scenarios")) == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_is_said_of_it(service: str) -> None:
    bundle = read_folder(PROCESSES / service)
    began = time.process_time()

    definition, problems = compile_bundle(bundle, GROUPS)

    assert problems == []
    assert definition is not None
    assert time.process_time() - began < MOST_S

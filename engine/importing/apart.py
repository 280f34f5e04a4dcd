"""Makes and judges services of another engine's files in a process of its own, under limits; none is parsed here."""

from __future__ import annotations

import base64
import time
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine.confined import Limits, run
from engine.definitions.gate import judged
from engine.definitions.gate import of_record as problem_of

from .bundles import Imported, Service, convert
from .report import note_of

if TYPE_CHECKING:
    from engine.definitions import Groups
    from engine.ports import OperationShape
    from engine.problems import Problem


def convert_apart(
    sources: Mapping[str, bytes],
    groups: Collection[str],
    *,
    group: str,
    language: str | None = None,
    limits: Limits,
) -> Imported:
    """Do what `convert` does.

    Raises what it raises, Busy (`checks_busy`), and InvalidInput when a limit is reached (`limit_processor`,
    `limit_time`, `limit_memory`) or the process ends by itself (`check_died`).
    """
    return of_record(run(f"{__name__}:converted", (dict(sources), sorted(groups), group, language), limits))


def converted(given: tuple[Any, ...]) -> dict[str, Any]:
    """Be the child's part: everything that was made, as JSON."""
    sources, groups, group, language = given
    return to_record(convert(sources, groups, group=group, language=language))


def to_record(made: Imported) -> dict[str, Any]:
    """Give what was made as JSON, its sentences with their values."""
    return {
        "services": [
            {
                "key": one.key,
                "files": {name: base64.b64encode(content).decode() for name, content in one.files.items()},
                "notes": [note.to_record() for note in one.notes],
                "operations": sorted(one.operations),
            }
            for one in made.services
        ],
        "notes": [note.to_record() for note in made.notes],
    }


def of_record(record: Mapping[str, Any]) -> Imported:
    """Give back what was made."""
    services = tuple(
        Service(
            one["key"],
            MappingProxyType({name: base64.b64decode(text) for name, text in one["files"].items()}),
            tuple(note_of(note) for note in one["notes"]),
            frozenset(one["operations"]),
        )
        for one in record["services"]
    )
    return Imported(services, tuple(note_of(note) for note in record["notes"]))


def judge_apart(
    services: Collection[Service],
    groups: Groups,
    operations: Mapping[str, OperationShape],
    *,
    limits: Limits,
) -> list[list[Problem] | None]:
    """Say what the checks say of each service; None for those that the time of one process does not reach.

    Raises Busy (`checks_busy`), and InvalidInput when a limit is reached or the process ends by itself.
    """
    given = [(one.key, dict(one.files), dict(groups), dict(operations)) for one in services]
    found = run(f"{__name__}:judged_in_turn", (given, limits.processor_s / 2), limits)
    return [None if one is None else [problem_of(record) for record in one] for one in found]


def judged_in_turn(given: tuple[Any, ...]) -> list[list[dict[str, Any]] | None]:
    """Be the child's part: judge one after the other while half of the time is left."""
    services, most_s = given
    return [judged(one) if time.process_time() < most_s else None for one in services]

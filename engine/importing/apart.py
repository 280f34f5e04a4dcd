"""Makes services of another engine's files in a process of its own, under limits; no stranger's file is parsed here."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any

from engine.confined import Limits, run

from .bundles import Imported, Service, convert
from .report import Note


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
    made = run(f"{__name__}:converted", (dict(sources), sorted(groups), group, language), limits)
    services = tuple(
        Service(
            one["key"],
            MappingProxyType({name: base64.b64decode(text) for name, text in one["files"].items()}),
            tuple(Note(**note) for note in one["notes"]),
            frozenset(one["operations"]),
        )
        for one in made["services"]
    )
    return Imported(services, tuple(Note(**note) for note in made["notes"]))


def converted(given: tuple[Any, ...]) -> dict[str, Any]:
    """Be the child's part: everything that was made, as JSON."""
    sources, groups, group, language = given
    made = convert(sources, groups, group=group, language=language)
    return {
        "services": [
            {
                "key": one.key,
                "files": {name: base64.b64encode(content).decode() for name, content in one.files.items()},
                "notes": [asdict(note) for note in one.notes],
                "operations": sorted(one.operations),
            }
            for one in made.services
        ],
        "notes": [asdict(note) for note in made.notes],
    }

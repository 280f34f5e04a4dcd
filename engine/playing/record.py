"""How the stories of a bundle went and what each passed, as it is kept and shown. Plays nothing."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.sentences import packed, unpacked

KINDS = ("nodes", "flows", "timers", "rules")
"""What stories pass."""
MAX_BYTES = 64 * 1024 * 1024
"""So large is a record at most, unpacked."""

Names = Mapping[str, frozenset[str]]
"""Names of elements, or of rules, by kind."""


@dataclass(frozen=True, slots=True)
class StoryRecord:
    """How one story went: no problem means well. file: of the bundle. passed: what it passed, by kind."""

    file: str
    title: Mapping[str, str]
    problems: tuple[str, ...]
    passed: Names


@dataclass(frozen=True, slots=True)
class Record:
    """How all stories of a bundle went. every: what the service has of its own, by kind; shared: of shared parts."""

    stories: tuple[StoryRecord, ...]
    every: Names
    shared: Names

    @property
    def failed(self) -> list[StoryRecord]:
        """List the stories that did not go as they should."""
        return [story for story in self.stories if story.problems]

    def times(self, kind: str) -> dict[str, int]:
        """Say how many stories passed each node, flow, timer or rule; those that none passed have 0."""
        passed = Counter(name for story in self.stories for name in story.passed[kind])
        return {name: passed[name] for name in sorted(self.every[kind] | self.shared[kind])}

    def missing(self, kind: str) -> list[str]:
        """List what of the service's own no story passes."""
        passed = {name for story in self.stories for name in story.passed[kind]}
        return sorted(self.every[kind] - passed)

    def story(self, file: str) -> StoryRecord | None:
        """Give a story by its file; None when there is none."""
        return next((story for story in self.stories if story.file == file), None)

    def to_plain(self) -> dict[str, Any]:
        """Give it as JSON."""
        stories = [
            {
                "file": story.file,
                "title": dict(story.title),
                "problems": [packed(one) for one in story.problems],
                "passed": _sorted(story.passed),
            }
            for story in self.stories
        ]
        return {"stories": stories, "every": _sorted(self.every), "shared": _sorted(self.shared)}

    @classmethod
    def of_plain(cls, plain: Mapping[str, Any]) -> Record:
        """Give back what `to_plain` gave."""
        stories = tuple(
            StoryRecord(
                one["file"], one["title"], tuple(map(unpacked, one["problems"])), _frozen(one["passed"])
            )
            for one in plain["stories"]
        )
        return cls(stories, _frozen(plain["every"]), _frozen(plain["shared"]))

    def pack(self) -> bytes:
        """Give it compressed, as it is stored."""
        return zlib.compress(json.dumps(self.to_plain(), ensure_ascii=False).encode())

    @classmethod
    def unpack(cls, content: bytes) -> Record:
        """Give back what was packed."""
        return cls.of_plain(json.loads(zlib.decompressobj().decompress(content, MAX_BYTES)))


def _sorted(names: Names) -> dict[str, list[str]]:
    return {kind: sorted(names[kind]) for kind in KINDS}


def _frozen(names: Mapping[str, Sequence[str]]) -> Names:
    return {kind: frozenset(names[kind]) for kind in KINDS}

"""What the stories say of a service, as problems of its files: a story that fails, what none of them passes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.problems import Problem
from engine.sentences import Sentence

from .record import KINDS

if TYPE_CHECKING:
    from engine.definitions import Definition

    from .keeping import Run
    from .record import Record, StoryRecord

MAX_NAMED = 30
"""So many names of what no story passes are told; the others are counted."""
_UNCOVERED = {
    "nodes": Sentence("No story passes these elements:"),
    "flows": Sentence("No story passes these flows:"),
    "timers": Sentence("In no story these timers strike:"),
    "rules": Sentence("In no story these rules hit:"),
}


def problems_of(run: Run, definition: Definition) -> list[Problem]:
    """Say which stories fail, errors first, and what none of them passes: one warning a kind."""
    main = f"{definition.key}.bpmn"
    if run.record is None:
        return [
            Problem(
                main,
                None,
                None,
                run.code,
                "error",
                Sentence("The stories could not be played: {why}", why=run.said),
                "Shorten the stories, or raise LINBANG_STORIES_S; in an emergency the service is deployed without them.",
            )
        ]
    return [
        *(_failing(story) for story in run.record.failed),
        *_uncovered(run.record, definition),
    ]


def no_stories(definition: Definition) -> Problem:
    """Say that nothing proves a service."""
    return Problem(
        f"{definition.key}.bpmn",
        None,
        None,
        "stories_missing",
        "warning",
        "The service has no stories: nothing proves that it does what it should.",
        "Add stories under scenarios/; `linbang test --suggest` proposes some.",
    )


def skipped(definition: Definition) -> Problem:
    """Say that somebody deploys a service without playing its stories."""
    return Problem(
        f"{definition.key}.bpmn",
        None,
        None,
        "stories_skipped",
        "warning",
        "The stories were not played before this version was deployed.",
        "Play them on the page of the version as soon as there is time.",
    )


def _failing(story: StoryRecord) -> Problem:
    first, more = story.problems[0], len(story.problems) - 1
    message = (
        Sentence("The story fails: {why}", why=first)
        if not more
        else Sentence("The story fails: {why} (and {more} more)", why=first, more=more)
    )
    hint = "Mend the service, or the story where the service is right; `linbang test` plays it alone."
    return Problem(story.file, None, None, "story_fails", "error", message, hint)


def _uncovered(record: Record, definition: Definition) -> Iterator[Problem]:
    for kind in KINDS:
        missing = record.missing(kind)
        if missing:
            message = Sentence(
                "{what} {where}", what=_UNCOVERED[kind], where=_where(missing, kind, definition)
            )
            hint = "Write a story that comes by; `linbang test --suggest` proposes one."
            file = _file(missing[0], kind, definition)
            yield Problem(file, None, None, f"{kind}_uncovered", "warning", message, hint)


def _where(names: list[str], kind: str, definition: Definition) -> str:
    """List names by the files in which they stand, so many of them as a person reads."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for name in names[:MAX_NAMED]:
        by_file[_file(name, kind, definition)].append(name)
    told = "; ".join(f"{file}: {', '.join(found)}" for file, found in sorted(by_file.items()))
    return told if len(names) <= MAX_NAMED else f"{told} … (+{len(names) - MAX_NAMED})"


def _file(name: str, kind: str, definition: Definition) -> str:
    """Give the file in which an element, a flow or a rule is written."""
    if kind == "rules":
        files, written = definition.bundle.files, f'"{name}"'.encode()
        tables = (file for file in definition.bundle.parts(".dmn") if written in files[file])
        return next(tables, f"{definition.key}.bpmn")
    if kind == "flows":
        name = next(source for (source, _target), flow in definition.flows.items() if flow == name)
    element = definition.elements.get(name)
    return element.file if element is not None else f"{definition.key}.bpmn"

"""What the stories of a version say, for its page: how they went, and marks for its diagrams and tables. Plays none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _

from engine import playing

from .language import language
from .words import element_name, moment_words
from .words.problems import in_language

if TYPE_CHECKING:
    from engine.calendar import Calendar
    from engine.definitions import Definition
    from engine.playing import Record, Run, StoryRecord

MAX_STORIES = 500
MAX_PROBLEMS = 20
"""So many unmet expectations of one story are shown."""
MAX_NAMED = 100


def stories_panel(
    definition: Definition, run: Run | None, calendar: Calendar, chosen: str = ""
) -> dict[str, Any]:
    """Give the stories of a version: state, each with its problems, and what none of them passes.

    state: `none` where the service has no stories, `unplayed`, `broken` where they could not be played to the end,
    `played`; waiting: they are being played now. chosen: the file of the story whose path is drawn.
    """
    files = definition.bundle.names(".yaml", "scenarios")
    record = run.record if run is not None else None
    return {
        "state": _state(files, run),
        "waiting": run is not None and run.waiting,
        "at": moment_words(run.ended_at, calendar) if run is not None and run.ended_at else "",
        "said": in_language(run.said, language()) if run is not None else "",
        "count": len(record.stories) if record else len(files),
        "failed": len(record.failed) if record else 0,
        "stories": [_story(one) for one in record.stories[:MAX_STORIES]] if record else [],
        "kinds": _kinds(definition, record) if record else [],
        "chosen": chosen if record is not None and record.story(chosen) else "",
    }


def marks(definition: Definition, process: str, record: Record | None, chosen: str = "") -> dict[str, Any]:
    """Give what a diagram shows: how many stories passed each part of it, or the path of one story."""
    if record is None:
        return {}
    here = _drawn(definition, process)
    story = record.story(chosen)
    if story is not None:
        return {
            "done": sorted(story.passed["nodes"] & here),
            "flows": sorted(story.passed["flows"] & here),
        }
    times = {**record.times("nodes"), **record.times("flows")}
    return {"covered": {key: number for key, number in times.items() if key in here}}


def rule_times(record: Record | None) -> dict[str, int]:
    """Say in how many stories each rule of a table hit; nothing where nobody has played any."""
    return record.times("rules") if record is not None else {}


def _state(files: list[str], run: Run | None) -> str:
    if not files:
        return "none"
    if run is None or run.ended_at is None:
        return "unplayed"
    return "broken" if run.record is None else "played"


def _story(story: StoryRecord) -> dict[str, Any]:
    other = story.title.get("zh") or story.title.get("en") or ""
    return {
        "file": story.file,
        "name": story.file.removeprefix("scenarios/").removesuffix(".yaml"),
        "title": story.title.get(language()) or other,
        "problems": [in_language(one, language()) for one in story.problems[:MAX_PROBLEMS]],
        "left": max(0, len(story.problems) - MAX_PROBLEMS),
    }


def _kinds(definition: Definition, record: Record) -> list[dict[str, Any]]:
    labels = {
        "nodes": _("Elements"),
        "flows": _("Flows"),
        "timers": _("Timers"),
        "rules": _("Rules of tables"),
    }
    rows = []
    for kind in playing.KINDS:
        missing, of = record.missing(kind), len(record.every[kind])
        named = [{"id": one, "name": _name(definition, kind, one)} for one in missing[:MAX_NAMED]]
        rows.append(
            {
                "label": labels[kind],
                "covered": of - len(missing),
                "of": of,
                "missing": named,
                "left": max(0, len(missing) - MAX_NAMED),
            }
        )
    return rows


def _name(definition: Definition, kind: str, name: str) -> str:
    if kind == "rules":
        of = next((one.name for one in definition.decisions.values() if name in one.rules), "")
        return str(of)
    if kind == "flows":
        ends = next((ends for ends, flow in definition.flows.items() if flow == name), None)
        return " → ".join(_element(definition, one) for one in ends) if ends else ""
    return _element(definition, name)


def _element(definition: Definition, key: str) -> str:
    element = definition.elements.get(key)
    return element_name(definition, key) if element is not None and element.name else key


def _drawn(definition: Definition, process: str) -> set[str]:
    """Give the ids of the elements and flows of a diagram."""
    elements = {key for key, one in definition.elements.items() if one.process == process}
    return elements | {flow for (source, _target), flow in definition.flows.items() if source in elements}

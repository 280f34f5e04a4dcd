"""Where the time of a service goes: heat on its diagrams, steps and the parts that they call. Counts nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from webui.language import language
from webui.words import element_name
from webui.words.diagrams import drawn_names
from webui.words.figures import time_words

from .figures import MAX_STEPS, load
from .sheets import Column, Sheet, number_cell, words_cell

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.figures import StepFigures


def diagrams(
    key: str, version: int, definition: Definition, found: dict[str, StepFigures]
) -> list[dict[str, Any]]:
    """Give the drawings of a version with their heat, the hottest first; the main one is always among them."""
    drawn = []
    for place, process in enumerate(definition.processes):
        warm = heat(definition, process, found)
        if warm or place == 0:
            drawn.append(
                {
                    "name": definition.texts.say(language(), "processes", process),
                    "href": url_for("definitions.diagram", key=key, version=version, process=process),
                    "facts": {"names": drawn_names(definition, process), "heat": warm},
                    "any": bool(warm),
                    "load": sum(load(found[key]) for key in warm if key in found),
                }
            )
    return sorted(drawn, key=lambda one: -one["load"])


def heat(definition: Definition, process: str, found: dict[str, StepFigures]) -> dict[str, Any]:
    """Give what a diagram shows of each step: a class of heat from 0 to 4, and the numbers."""
    here = {
        key: one
        for key, one in found.items()
        if (element := definition.elements.get(key)) is not None and element.process == process
    }
    hottest = max((load(one) for one in found.values()), default=0.0)

    def level(load: float) -> int:
        return 0 if hottest <= 0 else min(4, int(5 * load / hottest))

    steps = {
        key: {
            "level": level(load(one)),
            "waited": time_words(one.waiting.percentile(0.5)),
            "worked": time_words(one.working.percentile(0.5)),
            "number": one.number,
            "sent_back": one.sent_back,
        }
        for key, one in here.items()
    }
    calls = {
        key: {
            "level": level(one.waited + one.worked),
            "waited": f"Σ {time_words(one.waited)}",
            "worked": time_words(one.worked),
            "number": one.number,
            "sent_back": one.sent_back,
        }
        for key, one in parts(definition, found).items()
        if definition.elements[key].process == process
    }
    return steps | calls


@dataclass(frozen=True, slots=True)
class PartFigures:
    """A part that is drawn on its own, all its steps together; minutes on the average of each time it was passed."""

    number: int
    waited: float
    worked: float
    sent_back: int


def parts(definition: Definition, found: dict[str, StepFigures]) -> dict[str, PartFigures]:
    """Give the times of the parts that a diagram calls, by the element that calls them; those without any are left out.

    A part counts as passed as often as its most frequent step was done. One that several elements call has its times
    at each of them: steps are counted by the part, whoever called it.
    """
    told = {}
    for key, process in definition.calls.items():
        inside = _called(definition, process)
        steps = [
            one
            for step, one in found.items()
            if (element := definition.elements.get(step)) is not None and element.process in inside
        ]
        number = max((one.number for one in steps), default=0)
        if number:
            waited = sum(one.waiting.total for one in steps) / number
            worked = sum(one.working.total for one in steps) / number
            told[key] = PartFigures(number, waited, worked, sum(one.sent_back for one in steps))
    return told


def _called(definition: Definition, process: str) -> set[str]:
    """Give a process and all that it calls, directly or not."""
    inside, waiting = set(), [process]
    while waiting:
        one = waiting.pop()
        if one not in inside:
            inside.add(one)
            waiting += [
                called for key, called in definition.calls.items() if definition.elements[key].process == one
            ]
    return inside


def by_part(definition: Definition, found: dict[str, StepFigures]) -> Sheet:
    """Give the same of the parts that diagrams call, the longest first."""
    order = sorted(
        parts(definition, found).items(), key=lambda item: (-item[1].waited - item[1].worked, item[0])
    )
    return Sheet(
        "parts-time",
        _("Parts drawn on their own"),
        [
            Column(_("Part")),
            Column(_("Passed"), number=True),
            Column(_("Waited, on average"), number=True),
            Column(_("Worked on, on average"), number=True),
            Column(_("Sent back"), number=True),
        ],
        [
            [
                words_cell(element_name(definition, key), None, _called_name(definition, key)),
                number_cell(one.number),
                number_cell(round(one.waited), time_words(one.waited)),
                number_cell(round(one.worked), time_words(one.worked)),
                number_cell(one.sent_back, late=one.sent_back > 0),
            ]
            for key, one in order[:MAX_STEPS]
        ],
        note=_("All steps of a part together. What several places call has its times at each of them."),
        empty=_("No case passed one in this time."),
        more=max(0, len(order) - MAX_STEPS),
    )


def _called_name(definition: Definition, key: str) -> str:
    return definition.texts.say(language(), "processes", definition.elements[key].process)

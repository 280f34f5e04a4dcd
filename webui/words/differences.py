"""What differs between two versions of a service, in the reader's words. Takes the engine's records as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as lazy
from flask_babel import ngettext

from engine.definitions.difference import Change, Difference, FileDifference, Part
from webui.language import language

from .common import element_name, limit_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.definitions import Bundle, Definition

SHOWN_TEXTS = 8
"""So many changed texts of a file are shown; the rest is counted."""
_KINDS: Mapping[str, Any] = {
    "userTask": lazy("Task"),
    "manualTask": lazy("Task"),
    "serviceTask": lazy("Call of another system"),
    "businessRuleTask": lazy("Decision"),
    "scriptTask": lazy("Calculation"),
    "callActivity": lazy("Called diagram"),
    "subProcess": lazy("Subprocess"),
    "startEvent": lazy("Start"),
    "endEvent": lazy("End"),
    "boundaryEvent": lazy("Event on a border"),
    "intermediateCatchEvent": lazy("Event"),
    "intermediateThrowEvent": lazy("Event"),
    "exclusiveGateway": lazy("Gateway"),
    "inclusiveGateway": lazy("Gateway"),
    "parallelGateway": lazy("Gateway"),
    "eventBasedGateway": lazy("Gateway"),
    "sequenceFlow": lazy("Flow"),
    "lane": lazy("Lane"),
    "process": lazy("Whole process"),
    "participant": lazy("Pool"),
    "message": lazy("Message"),
    "decision": lazy("Decision"),
    "rule": lazy("Rule"),
    "form": lazy("Whole form"),
    "text": lazy("Text"),
}
_FIELD = lazy("Field")
_WHATS: Mapping[str, Any] = {
    "name": lazy("is called"),
    "label": lazy("label"),
    "dateLabel": lazy("label"),
    "description": lazy("description"),
    "text": lazy("text"),
    "type": lazy("kind"),
    "lane": lazy("lane"),
    "within": lazy("lies in"),
    "candidateGroup": lazy("group"),
    "form": lazy("form"),
    "letter": lazy("letter"),
    "notice": lazy("notice"),
    "notDoneBy": lazy("not done by who did"),
    "secondSigner": lazy("second signer"),
    "sendBack": lazy("may be sent back"),
    "latestFor": lazy("latest for"),
    "leaving": lazy("leaving"),
    "sourceRef": lazy("comes from"),
    "targetRef": lazy("leads to"),
    "attachedToRef": lazy("on the border of"),
    "cancelActivity": lazy("interrupts"),
    "default": lazy("default flow"),
    "calledElement": lazy("called diagram"),
    "calledDecisionId": lazy("decision that is asked"),
    "conditionExpression": lazy("condition"),
    "script": lazy("calculation"),
    "retry": lazy("tries"),
    "timeout": lazy("time limit of a try"),
    "deadline.limit": lazy("limit"),
    "deadline.kind": lazy("kind of clock"),
    "deadline.startsOn": lazy("starts on"),
    "deadline.endsOn": lazy("ends on"),
    "deadline.handsOverOn": lazy("hands over on"),
    "deadline.warn": lazy("warns at"),
    "deadline.escalateTo": lazy("tells"),
    "pause.reason": lazy("pauses because"),
    "extend.limit": lazy("extends to"),
    "extend.reason": lazy("extends because"),
    "serviceTaskOperator.id": lazy("operation"),
    "serviceTaskOperator.resultVariable": lazy("answer goes into"),
    "parameter.value": lazy("passes on"),
    "timerEventDefinition.timeDuration": lazy("waits for"),
    "timerEventDefinition.timeDate": lazy("waits until"),
    "timerEventDefinition.timeCycle": lazy("repeats"),
    "messageEventDefinition.messageRef": lazy("message"),
    "errorEventDefinition.errorRef": lazy("error"),
    "multiInstanceLoopCharacteristics.loopDataInputRef": lazy("once for each of"),
    "multiInstanceLoopCharacteristics.completionCondition": lazy("is done when"),
    "messageGroups": lazy("handed in by"),
    "matches": lazy("fits when"),
    "caseNumber": lazy("prefix of case numbers"),
    "title": lazy("title of cases"),
    "subject": lazy("person of the case"),
    "startGroups": lazy("started by"),
    "choice": lazy("choice"),
    "cell": lazy("column"),
    "decisionTable.hitPolicy": lazy("hit policy"),
    "validate.required": lazy("has to be answered"),
    "validate.min": lazy("at least"),
    "validate.max": lazy("at most"),
    "validate.minLength": lazy("fewest characters"),
    "validate.maxLength": lazy("most characters"),
    "validate.pattern": lazy("pattern"),
    "conditional.hide": lazy("hidden when"),
    "properties.linbang:check": lazy("rule"),
    "properties.linbang:sensitive": lazy("personal data"),
    "properties.linbang:includes": lazy("fields of the form"),
    "valuesKey": lazy("choices from"),
    "appearance.suffixAdorner": lazy("unit"),
    "documentation": lazy("documentation"),
}
_ELEMENT_VALUES = {
    "lane",
    "within",
    "sourceRef",
    "targetRef",
    "attachedToRef",
    "default",
    "deadline.startsOn",
    "deadline.endsOn",
    "deadline.handsOverOn",
    "notDoneBy",
    "latestFor",
}
"""Properties whose values are ids of elements."""
_UNDRAWN = {"process", "message", "signal", "error", "escalation"}
_UNMARKED = _UNDRAWN | {"lane", "participant"}
"""A colour on a lane or a pool would lie under everything that is in it."""
_LIMIT = re.compile(r"\d+ (WD|D|h)")
_TRUTHS = {"true": lazy("yes"), "false": lazy("no")}


@dataclass(frozen=True, slots=True)
class Version:
    """A version to compare: its files and, unless it can no longer be read, what they mean."""

    bundle: Bundle
    definition: Definition | None


def file_rows(found: Difference, old: Version | None, new: Version) -> list[dict[str, Any]]:
    """Say of every file what differs in it."""
    return [_file_row(one, old, new) for one in found.files]


def diagram_marks(one: FileDifference) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Give what to mark on the old and on the new drawing of a diagram."""
    by_status: dict[str, list[str]] = {"added": [], "changed": [], "removed": []}
    for part in one.parts:
        if part.kind not in _UNMARKED:
            by_status[part.status].append(part.id)
    return (
        {"removed": by_status["removed"], "changed": by_status["changed"]},
        {"added": by_status["added"], "changed": by_status["changed"]},
    )


def _file_row(one: FileDifference, old: Version | None, new: Version) -> dict[str, Any]:
    shown = one.parts[:SHOWN_TEXTS] if one.kind == "words" else one.parts
    return {
        "file": one.file,
        "anchor": re.sub(r"\W+", "-", one.file),
        "kind": one.kind,
        "status": one.status,
        "summary": _summary(one),
        "parts": [_part_row(part, one, old, new) for part in shown],
        "left": one.left + len(one.parts) - len(shown),
    }


def _summary(one: FileDifference) -> str:
    """Say in a few words how much of a file differs."""
    if one.status == "added":
        return str(_("new file"))
    if one.status == "removed":
        return str(_("no longer there"))
    if one.kind == "other":
        return str(_("lines: %(added)s new, %(removed)s gone", added=one.lines[0], removed=one.lines[1]))
    counts = one.counts or {}
    words = [
        text
        for count, text in (
            (counts.get("added"), _("%(number)s added", number=counts.get("added"))),
            (counts.get("changed"), _("%(number)s changed", number=counts.get("changed"))),
            (counts.get("removed"), _("%(number)s removed", number=counts.get("removed"))),
        )
        if count
    ]
    if one.reordered:
        words.append(_("order changed"))
    if one.redrawn and counts:
        words.append(
            ngettext("%(num)d element drawn elsewhere", "%(num)d elements drawn elsewhere", one.redrawn)
        )
    elif one.redrawn:
        return str(_("only the drawing differs: elements lie elsewhere"))
    return str(_(", ").join(words) or _("only written differently; nothing works otherwise"))


def _part_row(part: Part, one: FileDifference, old: Version | None, new: Version) -> dict[str, Any]:
    version = old if part.status == "removed" and old is not None else new
    changes = [_change_row(change, part, one, old, new) for change in part.changes if _tells(change, part)]
    return {
        "id": part.id,
        "name": _part_name(part, one, version),
        "kind": _kind_words(part, one),
        "status": part.status,
        "drawn": None if part.kind in _UNDRAWN else "old" if part.status == "removed" else "new",
        "changes": changes,
    }


def _tells(change: Change, part: Part) -> bool:
    """Say whether a change says more than the line above it: names and kinds of what is new or gone stand there."""
    return part.status == "changed" or change.what not in ("name", "label", "dateLabel", "type")


def _part_name(part: Part, one: FileDifference, version: Version) -> str:
    if part.kind == "rule":
        return str(_("Row %(number)s of %(table)s", number=part.name, table=part.within))
    if one.kind == "diagram" and part.kind == "sequenceFlow" and not part.name:
        return ""
    if one.kind == "diagram" and part.kind != "process":
        return _element(part.id, version) if part.name else part.name
    if one.kind == "diagram" and version.definition is not None:
        return version.definition.texts.say(language(), "processes", part.id)
    if one.kind == "form" and version.definition is not None and part.name:
        form = one.file.rpartition("/")[2].removesuffix(".form.json")
        path = ("forms", form, "fields", *part.id.split("."), "label")
        return version.definition.texts.get(language(), *path) or part.name
    return part.name


def _kind_words(part: Part, one: FileDifference) -> str:
    if one.kind == "form" and part.kind != "form":
        return str(_FIELD)
    return str(_KINDS.get(part.kind, part.kind))


def _change_row(
    change: Change, part: Part, one: FileDifference, old: Version | None, new: Version
) -> dict[str, Any]:
    what = str(_WHATS.get(change.what, change.what))
    if change.what.startswith("deadline.") and change.of:
        what = _("clock “%(name)s”: %(what)s", name=_clock(change.of, new, old), what=what)
    elif part.kind == "rule" or change.what == "choice":
        what = change.of if part.kind == "rule" else f"{what} {change.of}"
    elif change.of:
        what = f"{what} ({change.of})"
    is_drawn = one.kind == "diagram"
    return {
        "what": what,
        "before": _value(change.what, change.before, old or new, is_drawn=is_drawn),
        "after": _value(change.what, change.after, new, is_drawn=is_drawn),
    }


def _value(what: str, text: str | None, version: Version, *, is_drawn: bool) -> str | None:
    if text is None:
        return None
    if is_drawn and what in _ELEMENT_VALUES:
        return str(_(", ").join(_element(key, version) for key in text.replace(",", " ").split()))
    if is_drawn and _LIMIT.fullmatch(text):
        return limit_words(text)
    if text in _TRUTHS and what in ("secondSigner", "sendBack", "cancelActivity", "validate.required"):
        return str(_TRUTHS[text])
    return text or _("nothing")


def _element(key: str, version: Version) -> str:
    """Say an element's name, its id where it has none."""
    definition = version.definition
    return element_name(definition, key) if definition is not None and key in definition.elements else key


def _clock(key: str, *versions: Version | None) -> str:
    for version in versions:
        if version is not None and version.definition is not None and key in version.definition.deadlines:
            return version.definition.texts.say(language(), "deadlines", key)
    return key

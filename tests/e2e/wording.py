"""What the pages of a service call things: keys and values become labels and words, and the other way round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from engine.definitions import Definition, compile_bundle, read_folder, read_groups

from .running import ROOT

PROCESSES = ROOT / "processes"
CHOICES = ("radio", "select", "checklist", "taglist")


@cache
def service(key: str) -> Definition:
    """Compile a service once, for the words of its pages."""
    groups = read_groups((PROCESSES / "groups.yaml").read_bytes())
    definition, problems = compile_bundle(read_folder(PROCESSES / key), groups)
    assert definition is not None, problems
    return definition


@cache
def services() -> dict[str, Words]:
    """Give the words of every service by its name."""
    keys = [folder.name for folder in PROCESSES.iterdir() if (folder / f"{folder.name}.bpmn").is_file()]
    return {words.name: words for words in (Words(service(key)) for key in keys)}


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages of a service call things, in English."""

    definition: Definition

    @property
    def name(self) -> str:
        """Give the name of the service."""
        return self.definition.texts.say("en", "service", "name")

    def element(self, element_id: str) -> str:
        """Give the name of a task or an event."""
        return self.definition.texts.say("en", "elements", element_id, "name")

    def button(self, message: str) -> str:
        """Give the words with which a message is handed in."""
        return self.definition.texts.say("en", "messages", message, "button")

    def deadline(self, deadline_id: str) -> str:
        """Give the name of a clock."""
        return self.definition.texts.say("en", "deadlines", deadline_id)

    def letter(self, name: str) -> str:
        """Give the title of a letter."""
        return self.definition.texts.say("en", "letters", name, "title")

    def answers(self, form: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Give answers by labels, a group's under its own, in the order in which the form asks; for values by keys."""
        if not form:
            return {}
        fields = self.definition.texts.section("en", "forms", form).get("fields", {})
        return dict(_answers(self.definition.forms[form]["components"], fields, fields, values))

    def values(self, form: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Give the values by keys for answers by labels: the other way round."""
        if not form:
            return {}
        fields = self.definition.texts.section("en", "forms", form).get("fields", {})
        return dict(_values(self.definition.forms[form]["components"], fields, fields, answers))


def _answers(
    components: list[Any], fields: Mapping[str, Any], around: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Go through a form; `around` are the words of the list that the fields stand in."""
    for component in components:
        name, own, label = _named(component, fields, around)
        if component["type"] == "group" and not component.get("path"):
            inside = dict(_answers(component["components"], fields, around, values))
            if inside:
                yield from [(label, inside)] if label else inside.items()
        elif name not in values or values[name] is None:
            continue
        elif component["type"] == "dynamiclist":
            rows = [dict(_answers(component["components"], fields, own, row)) for row in values[name]]
            yield label, rows
        elif not component.get("disabled"):
            yield label, _answer(component, own.get("options", {}), values[name])


def _answer(component: Mapping[str, Any], options: Mapping[Any, str], value: Any) -> Any:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if component["type"] == "checkbox":
        return bool(value)
    if component["type"] not in CHOICES:
        return str(value)
    words = _choices(component, options)
    if isinstance(value, list):
        return [words[str(one)] for one in value]
    return words[str(value)]


def _values(
    components: list[Any], fields: Mapping[str, Any], around: Mapping[str, Any], answers: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    for component in components:
        name, own, label = _named(component, fields, around)
        given = answers.get(label)
        if component["type"] == "group" and not component.get("path"):
            inside = {**answers, **given} if isinstance(given, Mapping) else answers
            yield from _values(component["components"], fields, around, inside)
        elif given is None or component.get("disabled"):
            continue
        elif component["type"] == "dynamiclist":
            yield name, [dict(_values(component["components"], fields, own, row)) for row in given]
        else:
            yield name, _value(component, own.get("options", {}), given)


def _value(component: Mapping[str, Any], options: Mapping[Any, str], answer: Any) -> Any:
    if component["type"] == "number":
        return float(answer) if "." in str(answer) else int(answer)
    if component["type"] not in CHOICES:
        return answer
    keys = {text: key for key, text in _choices(component, options).items()}
    return [keys[one] for one in answer] if isinstance(answer, list) else keys[answer]


def _named(
    component: Mapping[str, Any], fields: Mapping[str, Any], around: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any], str]:
    """Give a component's key, its own words and its label."""
    name = component.get("key") or component.get("path") or component.get("id") or ""
    own = around.get(name) or fields.get(name) or {}
    return name, own, own.get("label") or component.get("label") or component.get("dateLabel") or ""


def _choices(component: Mapping[str, Any], options: Mapping[Any, str]) -> dict[str, str]:
    """Give the words of the choices by their values."""
    written = {str(one["value"]): str(one["label"]) for one in component.get("values", [])}
    return written | {str(key): text for key, text in options.items()}

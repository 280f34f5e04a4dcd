"""Drives any service to an end: answers every form with values that it offers, waits for clocks, hands messages in."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping
from html import unescape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from engine import instances, scheduler, user_tasks
from engine.definitions import Bundle, Definition
from engine.instances import StartRequest
from engine.store.cases import CaseStore
from tests.engine.support import CLERK, QINGHE, World, person

if TYPE_CHECKING:
    from engine.importing import Service
    from engine.ports import Call

MOST_STEPS = 120
TRIES = 20


class Anything:
    """An outside system that answers with what the diagram decides by, now this, now that."""

    def __init__(self, answers: Mapping[str, list[Any]]) -> None:
        self._answers, self._asked = answers, Counter[str]()

    def call(self, call: Call) -> Any:
        """Answer the next value with which the result is compared, or a text."""
        values = self._answers.get(call.operation) or ["said"]
        self._asked[call.operation] += 1
        return values[self._asked[call.operation] % len(values)]


def bundle_of(service: Service) -> Bundle:
    return Bundle(service.key, MappingProxyType(dict(service.files)))


def systems(service: Service) -> dict[str, Any]:
    """Give an outside system for each name before the dot."""
    drawn = b"".join(content for name, content in service.files.items() if name.endswith(".bpmn")).decode()
    compared: dict[str, list[Any]] = {}
    for name, value in re.findall(r"(\w+) !?= (true|\"[^\"]*\")", unescape(drawn)):
        compared.setdefault(name, []).append(value == "true" or value.strip('"'))
    results = re.findall(r'serviceTaskOperator id="([\w.]+)" resultVariable="(\w+)"', drawn)
    answers: dict[str, dict[str, list[Any]]] = {one.partition(".")[0]: {} for one in service.operations}
    for operation, variable in results:
        system, _dot, own = operation.partition(".")
        answers[system].setdefault(own, []).extend(compared.get(variable, []))
    return {system: Anything(known) for system, known in answers.items()}


def drive(world: World, key: str) -> str:
    """Start cases and do what they ask until one ends; gives its outcome. Says why when none does."""
    stuck: list[str] = []
    for seed in range(TRIES):
        found = _one(world, key, random.Random(seed))
        if not found.startswith("stuck"):
            return found
        stuck.append(found)
    raise AssertionError(f"{key} does not end: {stuck[-1]}")


def _one(world: World, key: str, dice: random.Random) -> str:
    runtime = world.runtime
    _id, definition = runtime.catalogue.services()[key]
    answers = _answers(definition, definition.start_form, dice, Counter())
    case_id = instances.start(runtime, CLERK, StartRequest(key, QINGHE, answers)).id
    store = CaseStore(runtime.database, 1)
    tried: Counter[str] = Counter()
    for number in range(MOST_STEPS):
        while scheduler.tick(runtime, budget_s=60):
            pass
        row = store.instance(case_id)
        assert row is not None
        if row.state != "active":
            return str(row.outcome)
        incidents = store.incidents(case_id)
        if incidents:
            return f"stuck: {incidents[0].code} at {incidents[0].element_id}: {incidents[0].message}"
        tasks = [task for task in store.user_tasks(case_id) if task.state == "open"]
        if not tasks:
            world.clock.move(days=1)
            continue
        task = dice.choice(tasks)
        who = person(60 + number % 2, f"P{number % 2}", task.candidate_group, office=task.office_id)
        user_tasks.claim(runtime, task.id, who)
        form = definition.elements[task.element_id].form
        user_tasks.complete(runtime, task.id, who, _answers(definition, form, dice, tried))
    return f"stuck: {MOST_STEPS} steps"


def _answers(
    definition: Definition, form: str | None, dice: random.Random, tried: Counter[str]
) -> dict[str, Any]:
    """Choose an answer to each field, rather one that was not given before."""
    if form is None:
        return {}
    found: dict[str, Any] = {}
    for component in definition.forms[form]["components"]:
        found[component["key"]] = _answer(component, form, dice, tried)
    return found


def _answer(component: Mapping[str, Any], form: str, dice: random.Random, tried: Counter[str]) -> Any:
    kind, key = component["type"], f"{form} {component['key']}"
    if kind == "number":
        return component.get("validate", {}).get("min", 1)
    if kind == "datetime":
        return "2026-03-02"
    options = [True, False] if kind == "checkbox" else [one["value"] for one in component.get("values", ())]
    if not options:
        return "text"
    least = min(tried[f"{key} {option}"] for option in options)
    chosen = dice.choice([option for option in options if tried[f"{key} {option}"] == least])
    tried[f"{key} {chosen}"] += 1
    return chosen


def sources_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.bpmn"))

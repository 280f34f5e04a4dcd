"""What a story expects of its case, and how each expectation is checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.sentences import Sentence
from engine.state import from_ms

from .outside import Outside

if TYPE_CHECKING:
    from .story import Story


def check(story: Story, wanted: Mapping[str, Any], when: str) -> Iterator[str]:
    """Give a sentence for everything that is not as expected."""
    for key, value in wanted.items():
        one = _CHECKS.get(key)
        if one is None:
            why = Sentence(
                "unknown expectation {key!r}; there are {known}", key=key, known=", ".join(_CHECKS)
            )
            yield Sentence("{when}: {problem}", when=when, problem=why)
        else:
            yield from (
                Sentence("{when}: {problem}", when=when, problem=problem) for problem in one(story, value)
            )


def _outcome(story: Story, wanted: str) -> Iterator[str]:
    row = story.cases.instance(story.case_id)
    assert row is not None
    if row.outcome != wanted:
        still = sorted(
            task.element_id for task in story.cases.user_tasks(story.case_id) if task.state == "open"
        )
        yield Sentence(
            "expected the outcome {wanted!r}, but it is {found!r} ({state}; open: {still})",
            wanted=str(wanted),
            found=str(row.outcome),
            state=row.state,
            still=str(still),
        )


def _passes(story: Story, wanted: list[str]) -> Iterator[str]:
    passed = [step[0] for link in story.links() for step in link.payload.get("passed", ())]
    yield from _in_order(
        wanted,
        passed,
        "expected to pass {wanted} in this order, but {name!r} does not follow in {found}",
    )


def _never(story: Story, unwanted: list[str]) -> Iterator[str]:
    passed = {step[0] for link in story.links() for step in link.payload.get("passed", ())}
    for element_id in unwanted:
        if element_id in passed:
            yield Sentence("expected never to pass {element!r}", element=element_id)


def _variables(story: Story, wanted: Mapping[str, Any]) -> Iterator[str]:
    found = story.variables()
    for name, value in wanted.items():
        if not _matches(value, found.get(name)):
            yield Sentence(
                "expected {name} = {value}, but it is {found}",
                name=name,
                value=repr(value),
                found=repr(found.get(name)),
            )


def _letters(story: Story, wanted: list[str]) -> Iterator[str]:
    yield from _in_order(
        wanted,
        _noted(story, "letter_issued", "letter"),
        "expected the letters {wanted} in this order, but {name!r} does not follow in {found}",
    )


def _notices(story: Story, wanted: list[str]) -> Iterator[str]:
    yield from _in_order(
        wanted,
        _noted(story, "notice_written", "notice"),
        "expected the notices {wanted} in this order, but {name!r} does not follow in {found}",
    )


def _started(story: Story, wanted: list[str]) -> Iterator[str]:
    cases = story.runtime.connectors["cases"]
    asked = cases.asked.values() if isinstance(cases, Outside) else ()
    found = sorted(str(call.parameters["service"]) for call in asked if call.operation == "open")
    if found != sorted(wanted):
        yield Sentence(
            "expected it to start cases of {wanted}, but they are {found}",
            wanted=str(sorted(wanted)),
            found=str(found),
        )


def _deadlines(story: Story, wanted: Mapping[str, str]) -> Iterator[str]:
    rows = {row.deadline_id: row for row in story.cases.deadlines(story.case_id)}
    for key, state in wanted.items():
        found = rows[key].state if key in rows else None
        if found != state:
            yield Sentence(
                "expected the deadline {key} to be {state}, but it is {found}",
                key=key,
                state=str(state),
                found=str(found),
            )


def _due(story: Story, wanted: Mapping[str, Any]) -> Iterator[str]:
    rows = {row.deadline_id: row for row in story.cases.deadlines(story.case_id)}
    tasks = {row.element_id: row for row in story.cases.user_tasks(story.case_id) if row.state == "open"}
    for key, text in wanted.items():
        row: Any = rows.get(key) or tasks.get(key)
        if row is None:
            yield Sentence("expected {key} to be due, but there is no such deadline or open task", key=key)
        elif from_ms(row.due_at) != story.moment(str(text)):
            local = from_ms(row.due_at).astimezone(story.runtime.calendar.zone)
            found = f"{local:%Y-%m-%dT%H:%M}"
            yield Sentence(
                "expected {key} to be due {text}, but it is {found}", key=key, text=str(text), found=found
            )


def _open(story: Story, wanted: list[str]) -> Iterator[str]:
    found = sorted(row.element_id for row in story.cases.user_tasks(story.case_id) if row.state == "open")
    if found != sorted(wanted):
        yield Sentence(
            "expected the open tasks {wanted}, but they are {found}",
            wanted=str(sorted(wanted)),
            found=str(found),
        )


def _incidents(story: Story, wanted: int) -> Iterator[str]:
    found = story.cases.incidents(story.case_id)
    if len(found) != wanted:
        listed = "; ".join(f"{row.element_id}: {row.message}" for row in found)
        yield Sentence(
            "expected {wanted} incidents, but there are {number}: {listed}",
            wanted=str(wanted),
            number=len(found),
            listed=listed,
        )


_CHECKS: dict[str, Callable[[Story, Any], Iterator[str]]] = {
    "outcome": _outcome,
    "passes": _passes,
    "never": _never,
    "variables": _variables,
    "letters": _letters,
    "notices": _notices,
    "started": _started,
    "deadlines": _deadlines,
    "due": _due,
    "open": _open,
    "incidents": _incidents,
}


def _noted(story: Story, kind: str, name: str) -> list[str]:
    """Give what the history's events of one kind name, in order."""
    events = (event for link in story.links() for event in link.payload.get("events", ()))
    return [event[name] for event in events if event["type"] == kind]


def _in_order(wanted: list[str], found: list[str], template: str) -> Iterator[str]:
    position = 0
    for name in wanted:
        if name not in found[position:]:
            yield Sentence(template, wanted=str(wanted), name=name, found=str(found))
            return
        position = found.index(name, position) + 1


def _matches(wanted: Any, found: Any) -> bool:
    """Compare a value of a story with a variable: dates are written as text, mappings may say less."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(_matches(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(_matches, wanted, found))
    if isinstance(found, (date, datetime)) and isinstance(wanted, str):
        return found.isoformat() == wanted
    if isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    if isinstance(wanted, (int, Decimal)) and isinstance(found, (int, Decimal)):
        return Decimal(wanted) == Decimal(found)
    return bool(wanted == found)

"""Cases about each other: one opens another, tells it something, or looks for cases of the same person.

The application itself does all this, for a diagram that asked for it; people start cases and hand messages in
by the verbs of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from engine import feel, forms, history, instances, messages, spiff
from engine.definitions.wording import form_keys
from engine.errors import InvalidInput, NotFound
from engine.instances import Started, StartRequest, open_case
from engine.people import SYSTEM
from engine.ports import Inbound
from engine.state import from_ms, to_ms

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.people import Actor
    from engine.runtime import Runtime
    from engine.store.cases import CaseStore
    from engine.store.relations import RelatedRow
    from engine.store.rows import InstanceRow, Saved

MAX_SIMILAR = 20
MAX_COMPARED = 200
"""How many cases of one person are unsealed and compared, before the older ones are left alone."""
MAX_NAMED = 5
SOURCE = "cases"
"""What the history of a case that is told something names as the source."""

_NOT_DELIVERED = {"message_late": "late", "message_kept": "kept"}

_SAME = feel.compile("wanted = found")


@dataclass(frozen=True, slots=True)
class Asking:
    """The case that asks. key: the same for every attempt of the same call, so that it is done once."""

    process_instance_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What a case wants opened. variables: as raw answers to the start form. office: a code; None for its own."""

    service_key: str
    variables: Mapping[str, Any]
    reason: str
    office: str | None = None


@dataclass(frozen=True, slots=True)
class Similar:
    """A case of the same person. started_on: the office's date."""

    case_number: str
    started_on: date
    running: bool


@dataclass(frozen=True, slots=True)
class Related:
    """Another case that a case has to do with. visible: the reader's office may see more than its number."""

    row: RelatedRow
    visible: bool


def open_another(runtime: Runtime, store: CaseStore, asking: Asking, opening: Opening) -> Started:
    """Start a case for another one; the same call gives the same case. Both histories say so.

    Raises NotFound for an unknown service or asking case, InvalidInput for an unknown or unsuitable office,
    for variables that the start form does not take (`variables_wrong`, naming fields and never values), and
    Busy as `instances.start` does.
    """
    parent = store.instance(asking.process_instance_id)
    if parent is None:
        raise NotFound("Expected a case with that id, but there is none", code="case_unknown")
    key = f"case:{asking.key}"
    known = runtime.steps.started_under(key)
    started = Started(*known) if known else _start(runtime, parent, key, opening)

    payload = {
        "case": started.business_key,
        "case_id": started.id,
        "service": opening.service_key,
        "reason": opening.reason,
    }
    _note_once(runtime, asking, "case_opened", payload)
    return started


def similar(
    runtime: Runtime, asking: Asking, id_no: str, service_key: str, days: int, same: Mapping[str, Any]
) -> list[Similar]:
    """List the cases of a service about one person that began in so many days before now, the newest first.

    The asking case is left out, running ones and ended ones are not; at most MAX_SIMILAR are given. id_no:
    an empty one finds nothing. same: variables that must be equal in the found case; one that it does not
    have is null. Raises NotFound for an unknown service.
    """
    runtime.catalogue.newest(service_key)
    if not id_no:
        return []
    now = runtime.clock.now()
    digest = runtime.sealer.index("identity", id_no)
    since = to_ms(now - timedelta(days=days))
    rows = runtime.relations.of_subject(digest, service_key, since=since, limit=MAX_COMPARED)
    found: list[Similar] = []
    for row in rows:
        if len(found) == MAX_SIMILAR:
            break
        if row.id != asking.process_instance_id and _agrees(runtime, row, same):
            started_on = runtime.calendar.local_date(from_ms(row.started_at))
            found.append(Similar(row.business_key, started_on, row.state == "active"))
    return found


def tell(
    runtime: Runtime,
    store: CaseStore,
    asking: Asking,
    case_number: str,
    message: str,
    content: dict[str, Any],
) -> str:
    """Hand a message of one case to another: `delivered`, `kept` until that one waits for it, or `late` when it does not.

    Content is checked by the message's form where it has one; else its entries become variables as they are.
    Raises NotFound for an unknown case or message, InvalidInput for content that the form does not take
    (`variables_wrong`), Busy as every step does. The same call is delivered once.
    """
    other = store.instance_by_key(case_number)
    if other is None:
        raise NotFound("Expected a case with that number, but there is none", code="case_unknown")
    definition = runtime.catalogue.get(other.definition_id)
    declaration = definition.messages.get(message)
    if declaration is None:
        raise NotFound(
            f"Expected a message of {definition.key}, but {message!r} is none", code="message_unknown"
        )
    values = _checked(runtime, definition, declaration.form, content)
    result = messages.receive(runtime, SOURCE, Inbound(asking.key, f"{other.id}-0", message, values))
    if result == "double":
        result = _earlier_result(runtime, store, other, asking.key)
    _note_once(runtime, asking, "case_told", {"case": case_number, "message": message, "result": result})
    runtime.relations.add_told(asking.process_instance_id, other.id)
    return result


def related(runtime: Runtime, process_instance_id: int, actor: Actor) -> list[Related]:
    """List the cases that a case has to do with, the newest first, and which of them the actor may see."""
    rows = runtime.relations.of_case(process_instance_id)
    return [Related(row, runtime.offices.sees(actor, row.office_id)) for row in rows]


def _start(runtime: Runtime, parent: InstanceRow, key: str, opening: Opening) -> Started:
    _id, definition = runtime.catalogue.newest(opening.service_key)
    request = StartRequest(
        opening.service_key,
        parent.office_id if opening.office is None else _office(runtime, opening.office),
        _checked(runtime, definition, definition.start_form, opening.variables),
        key=key,
        parent=parent.id,
        origin={"opened_by": parent.business_key, "reason": opening.reason},
    )
    return instances.start(runtime, SYSTEM, request)


def _office(runtime: Runtime, code: str) -> int:
    found = next((row.id for row in runtime.offices.rows.values() if row.code == code), None)
    if found is None:
        raise InvalidInput("Expected the code of an office, but there is none with it", code="office_missing")
    return found


def _checked(
    runtime: Runtime, definition: Definition, form: str | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Give the checked answers to a form, as if somebody had typed them in; without a form, what was given."""
    if form is None:
        return dict(values)
    schema = definition.forms[form]
    unknown = sorted(set(values) - set(form_keys(schema.get("components", []))))
    answers = forms.read_answers(schema, values, {}, runtime.evaluator(definition))
    wrong = [*unknown, *dict.fromkeys(problem.path or "the whole" for problem in answers.problems)]
    if wrong:
        named = ", ".join(wrong[:MAX_NAMED]) + (", …" if len(wrong) > MAX_NAMED else "")
        raise InvalidInput(
            f"Expected variables that the form {form} of {definition.key} takes; wrong: {named}",
            code="variables_wrong",
            problems=answers.problems,
        )
    return answers.values


def _agrees(runtime: Runtime, row: InstanceRow, same: Mapping[str, Any]) -> bool:
    if not same:
        return True
    if row.state == "active":
        variables: Mapping[str, Any] = spiff.newest_data(open_case(runtime, row, []).workflow)
    else:
        variables = instances.final_variables(runtime, row)
    environment = runtime.environment()
    return all(
        _SAME.evaluate({"wanted": value, "found": variables.get(name)}, environment) is True
        for name, value in same.items()
    )


def _note_once(runtime: Runtime, asking: Asking, event: str, payload: dict[str, Any]) -> None:
    """Write into the asking case's history what its call did, however often the call is made."""

    def mark(saved: Saved) -> None:
        saved.inbound = (event, asking.key)

    def is_written() -> bool:
        return runtime.steps.was_received(event, asking.key)

    instances.note(runtime, asking.process_instance_id, SYSTEM, event, payload, unless=is_written, amend=mark)


def _earlier_result(runtime: Runtime, store: CaseStore, other: InstanceRow, key: str) -> str:
    """Say what became of a message when it was handed in for the first time."""
    rows = (row for row in store.history(other.id) if row.event in _NOT_DELIVERED)
    links = (history.open_link(runtime.sealer, other.id, row) for row in rows)
    for link in links:
        if (link.payload.get("source"), link.payload.get("id")) == (SOURCE, key):
            return _NOT_DELIVERED[link.event]
    return "delivered"

"""Words the notices that a step sends: to whom, by which way, what. Sends nothing and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine import clocks, codec
from engine.definitions.notices import compile_template
from engine.errors import EngineError, InvalidInput
from engine.state import to_ms
from engine.store.rows import DeliveryRow, JobRow

if TYPE_CHECKING:
    from engine.case import Case
    from engine.deed import Deed
    from engine.people import Actor
    from engine.spiff import Passed

LANGUAGES = ("zh", "en")
"""The authority's own language first; the variable `language` of a case may name the other."""
MAX_RECIPIENT = 320
"""Characters; an e-mail address has no more."""


def sealing_place(delivery_id: int) -> str:
    """Name the place in which the words of a delivery are sealed."""
    return f"delivery:{delivery_id}"


def job_of(row: DeliveryRow, due_at: int) -> JobRow:
    """Give the job that sends a delivery; it has its id, so that one can be told from the other."""
    return JobRow(row.id, row.process_instance_id, "delivery", str(row.id), due_at)


def notices_of(
    case: Case, deed: Deed, trace: Iterable[Passed]
) -> Iterator[tuple[str, str, list[DeliveryRow]]]:
    """Give the notices of a step as (element, notice, deliveries), in the order of the elements it left.

    What the deed itself tells comes last. One delivery for each way that has a recipient. One whose recipient or words cannot be worked out has
    the state `failed`; it never holds the case up.
    """
    more: Mapping[str, Any] | None = None
    for passed in trace:
        element = case.definition.elements.get(passed.element_id)
        if element is None or element.notice is None or not passed.counted:
            continue
        more = more or _known_of(case, deed.actor)
        rows = list(_deliveries(case, element.id, element.notice, {**passed.data, **more}))
        if rows:
            yield element.id, element.notice, rows
    tells = deed.tells
    if tells is not None and tells.notice is not None:
        known = {**tells.data, **_known_of(case, deed.actor)}
        known |= tells.words[_language(known)]
        rows = list(_deliveries(case, tells.element_id, tells.notice, known))
        if rows:
            yield tells.element_id, tells.notice, rows


def _known_of(case: Case, actor: Actor) -> dict[str, Any]:
    """Give what notices may say beside the variables; the number is not known while the case is started."""
    limits = {
        tracked.facts.id: clocks.due_at(tracked.facts, case.calendar_of(tracked), case.now).on
        for tracked in case.state.deadlines.values()
    }
    clerk = actor.name if actor.person_id is not None else None
    return {"case_number": case.row.business_key or None, "clerk": clerk, "limits": limits}


def _deliveries(
    case: Case, element_id: str, notice: str, variables: Mapping[str, Any]
) -> Iterator[DeliveryRow]:
    declared = case.definition.notices[notice]
    for channel, expression in (("sms", declared.sms), ("mail", declared.mail)):
        if expression is None:
            continue
        content: dict[str, Any] = {"to": "", "corrected": 0}
        failure: EngineError | None = None
        try:
            content["to"] = _recipient(case, expression, variables)
            if not content["to"]:
                continue
        except EngineError as exc:
            failure = exc
        try:
            content |= _words(case, notice, channel, variables)
        except EngineError as exc:
            failure = exc
        yield _row(case, element_id, notice, channel, content, failure)


def _row(
    case: Case,
    element_id: str,
    notice: str,
    channel: str,
    content: dict[str, Any],
    failure: EngineError | None,
) -> DeliveryRow:
    case.state.deliveries += 1
    delivery_id = case.runtime.ids.next()
    return DeliveryRow(
        id=delivery_id,
        process_instance_id=case.row.id,
        number=case.state.deliveries,
        element_id=element_id,
        notice=notice,
        channel=channel,
        state="waiting" if failure is None else "failed",
        sealed_content=case.runtime.sealer.seal(codec.dump_values(content), sealing_place(delivery_id)),
        created_at=to_ms(case.now),
        sent_at=None,
        attempts=0,
        code=None if failure is None else failure.code,
        message=None if failure is None else failure.message,
    )


def _recipient(case: Case, expression: str, variables: Mapping[str, Any]) -> str:
    """Give to whom; an empty text for nobody."""
    found = case.evaluate(expression, variables)
    if found is None:
        return ""
    # Neither the sentence nor the incident that holds it may repeat what was found.
    if isinstance(found, bool) or not isinstance(found, str | int) or len(str(found)) > MAX_RECIPIENT:
        raise InvalidInput(
            f"Expected {expression!r} to be a telephone number or an address, but it is none",
            code="recipient_broken",
        )
    return str(found).strip()


def _language(variables: Mapping[str, Any]) -> str:
    asked = variables.get("language")
    return str(asked) if asked in LANGUAGES else LANGUAGES[0]


def _words(case: Case, notice: str, channel: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    language = _language(variables)
    texts, names = case.definition.texts, case.definition.names

    def rendered(part: str) -> str:
        words = texts.say(language, "notices", notice, part)
        return compile_template(words, names).render(
            lambda expression: case.evaluate(expression, variables), case.calendar.zone
        )

    if channel == "sms":
        return {"language": language, "text": rendered("sms")}
    subject = " ".join(rendered("subject").split())  # a line break in it would begin another header
    return {"language": language, "subject": subject, "text": rendered("body")}

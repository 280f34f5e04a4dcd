"""What is kept of a call that asks or passes on personal data: whom, what for, by which consent, until when.

The answer itself is not kept here, only a keyed hash of it: whoever holds the same answer can show that it
is the same, and nobody can find a short answer by trying all of them, as with a plain hash.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine import codec
from engine.errors import InvalidInput
from engine.timers import moment_of

if TYPE_CHECKING:
    from datetime import datetime

    from engine.case import Case
    from engine.definitions import ServiceCall
    from engine.runtime import Runtime


def question_kept(
    case: Case, number: int, call: ServiceCall, parameters: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Give what is kept of a question that goes out now; None where the diagram declares no evidence.

    The consent is evaluated for the variables of the asking task; null where it cannot be.
    """
    declared = call.evidence
    if declared is None:
        return None
    consent = None
    if declared.consent:
        try:
            consent = case.evaluate(declared.consent, case.variables(number))
        except InvalidInput:  # an empty place on the case's page says that the consent is missing
            consent = None
    return {
        "source": call.operation,
        "recipient": {declared.recipient: parameters.get(declared.recipient)} if declared.recipient else None,
        "purpose": declared.purpose,
        "consent": consent,
        "asked_at": case.now,
        "fields": sorted(_fields(parameters)),
        "answer_hash": None,
        "query_no": None,
        "expires_on": None,
    }


def answer_kept(
    runtime: Runtime, question: Mapping[str, Any], expires: str | None, answer: Any, at: datetime
) -> dict[str, Any]:
    """Give what is kept of a question and the answer that came at a moment.

    expires: an ISO duration from then on; the last day on which the answer may be used is kept. None: as
    long as the case runs.
    """
    until = None
    if expires is not None:
        moment = moment_of(expires, at, runtime.calendar, lambda text: text)
        until = runtime.calendar.local_date(moment)
    query_no = answer.get("query_no") if isinstance(answer, Mapping) else None
    return {
        **question,
        "answer_hash": runtime.sealer.fingerprint(codec.dump_values(_sorted(answer))).hex(),
        "query_no": query_no if isinstance(query_no, str) else None,
        "expires_on": until,
    }


def _fields(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Give the names of parameters, and of the entries one level inside them: `members.id_no`."""
    for name, value in parameters.items():
        rows = value if isinstance(value, list) else [value]
        inner = {key for row in rows if isinstance(row, Mapping) for key in row}
        yield from (f"{name}.{key}" for key in inner) if inner else (name,)


def _sorted(value: Any) -> Any:
    """Give the same value with its entries in one order, so that equal answers have equal bytes."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value

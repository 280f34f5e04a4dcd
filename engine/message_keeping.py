"""Messages that wait for a case: where each belongs, how it is sealed, and its delivery within a step.

Knows no rows to write: a step that takes one says so in its deed, and the outcome does the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine import codec, spiff
from engine.errors import EngineError
from engine.state import to_ms
from engine.store.rows import JobRow, KeptMessage
from engine.timers import moment_of, no_expression

if TYPE_CHECKING:
    from datetime import datetime

    from engine.case import Case
    from engine.definitions import Definition
    from engine.runtime import Runtime
    from engine.spiff import MessageEvent

JOB = "message"
WAIT_JOB = "message_wait"
DEFAULT_TIME = "P1D"
"""How long a message for a correlation key waits where the diagram says nothing."""
LONGEST_TIME = timedelta(days=90)
MAX_AT_ONCE = 100
"""How many kept messages one step takes; the rest waits for the next."""
MAX_KEPT = 100
"""How many messages may wait for one case."""


def place_of_case(process_instance_id: int) -> str:
    """Name the place of messages for one case."""
    return f"case:{process_instance_id}"


def place_of_key(runtime: Runtime, key: str) -> str:
    """Name the place of messages with a correlation key; the key itself may be personal and is not stored."""
    return runtime.sealer.index("correlation", key).hex()


def expiry(runtime: Runtime, time_to_live: str | None, now: datetime) -> int:
    """Say until when a message waits that comes now, in milliseconds; never longer than LONGEST_TIME.

    Raises InvalidInput for a text that is no duration.
    """
    moment = moment_of(time_to_live or DEFAULT_TIME, now, runtime.calendar, no_expression)
    return to_ms(min(max(moment, now), now + LONGEST_TIME))


def sealed(runtime: Runtime, message_id: int, values: Mapping[str, Any]) -> bytes:
    """Seal what a message says."""
    return runtime.sealer.seal(codec.dump_values(dict(values)), _seal(message_id))


def opened(runtime: Runtime, row: KeptMessage) -> dict[str, Any]:
    """Unseal what a message says."""
    values: dict[str, Any] = codec.load_values(runtime.sealer.open(row.sealed_content, _seal(row.id)))
    return values


def job_of(row: KeptMessage, due_at: int) -> JobRow:
    """Give the job that looks after a message; it has its id, and belongs to no case."""
    return JobRow(row.id, 0, JOB, str(row.id), due_at)


def place_awaited(case: Case, event: MessageEvent, variables: Mapping[str, Any]) -> str | None:
    """Say at which place a token waits for messages by a key; None for one without a key.

    Raises EngineError where the key cannot be worked out.
    """
    if event.correlation is None:
        return None
    value = case.workflow.script_engine.value(event.correlation, variables, event.element_id)
    return place_of_key(case.runtime, spiff.correlation_key(value, event.element_id))


def fits(
    case: Case, definition: Definition, name: str, values: Mapping[str, Any], variables: Mapping[str, Any]
) -> bool:
    """Say whether a message belongs to a place that has these variables, as its `matches` says."""
    declared = definition.messages.get(name)
    if declared is None or declared.matches is None:
        return True
    try:
        return case.evaluate(declared.matches, {**variables, "message": values}) is True
    except EngineError:  # a comparison that cannot be made is not true
        return False


def take(case: Case, before: tuple[KeptMessage, ...] = ()) -> tuple[KeptMessage, ...]:
    """Deliver what has been kept for the places at which the case waits now, in order of arrival.

    The workflow moves on with each. before: what the same step has taken already; it is given again, first.
    Asks the database only where something is kept for the case, or where a token has newly come to wait by a
    key.
    """
    taken = list(before)
    while case.definition.messages and not case.workflow.completed and len(taken) < MAX_AT_ONCE:
        places = _places(case, every=False)
        known = {row.id for row in taken}
        rows = case.runtime.kept.waiting(places, 2 * MAX_AT_ONCE) if places else []
        found = next((row for row in rows if row.id not in known and _delivered(case, row, places)), None)
        if found is None:
            break
        taken.append(found)
    return tuple(taken)


def take_one(case: Case, row: KeptMessage) -> bool:
    """Deliver one message; say whether a place waited for it."""
    return _delivered(case, row, _places(case, every=True))


def _places(case: Case, *, every: bool) -> dict[tuple[str, str], set[int]]:
    """Give the numbers of the tasks that wait, by message name and place.

    every: also those that waited before by a key, to which a message comes by its own job.
    """
    own, names = place_of_case(case.row.id), set(case.state.kept.values())
    if not names and not case.definition.correlates:
        return {}
    found: dict[tuple[str, str], set[int]] = {}
    for number, variables, event in spiff.messages_awaited(case.workflow):
        if event.name in names:
            found.setdefault((event.name, own), set()).add(number)
        if event.correlation is not None and (every or number not in case.before):
            try:
                place = place_awaited(case, event, variables)
            except EngineError:  # the outcome raises an incident of it
                continue
            found.setdefault((str(event.name), str(place)), set()).add(number)
    return found


def _delivered(case: Case, row: KeptMessage, places: Mapping[tuple[str, str], set[int]]) -> bool:
    numbers = places.get((row.name, row.place))
    if numbers is None or row.expires_at <= to_ms(case.now):
        return False
    values = opened(case.runtime, row)

    def accepts(variables: Mapping[str, Any]) -> bool:
        return fits(case, case.definition, row.name, values, variables)

    return spiff.deliver_message(case.workflow, row.name, values, accepts, numbers)


def _seal(message_id: int) -> str:
    return f"kept:{message_id}"

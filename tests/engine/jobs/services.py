"""Small services that call the registry or wait for a clock, and what tests read of their cases."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from engine.store import schema
from tests.engine.bundles import bundle, chain, extensions, node, user_task

if TYPE_CHECKING:
    from engine.runtime import Runtime

WANG = {"name": "Wang", "id_no": "990101195203070011"}


def call(element_id: str = "verify", retry: str = "R3/PT5M", **attributes: str) -> str:
    """Write a service task that asks the registry about the household."""
    values = {
        "members": "[{name: name, id_no: id_no}]",
        "purpose": "&quot;test&quot;",
        "authorised": "true",
    }
    parameters = "".join(
        f'<spiffworkflow:parameter id="{key}" value="{value}" />' for key, value in values.items()
    )
    operator = (
        '<spiffworkflow:serviceTaskOperator id="registry.verify_household" resultVariable="verification">'
        f"<spiffworkflow:parameters>{parameters}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    more = "".join(f' linbang:{name}="{value}"' for name, value in {"retry": retry, **attributes}.items())
    return f'<bpmn:serviceTask id="{element_id}"{more}>{extensions(operator)}</bpmn:serviceTask>'


BEGIN, DONE = node("startEvent", "begin"), node("endEvent", "done")

ASKS = bundle(BEGIN + call() + DONE + chain("begin", "verify", "done"))

ASKS_OR_BY_HAND = bundle(
    BEGIN
    + call()
    + DONE
    + node(
        "boundaryEvent",
        "unknown",
        '<bpmn:errorEventDefinition errorRef="person_unknown_error" />',
        'attachedToRef="verify"',
    )
    + user_task("verify_by_hand")
    + node("endEvent", "done_by_hand")
    + chain("begin", "verify", "done")
    + chain("unknown", "verify_by_hand", "done_by_hand"),
    extra='<bpmn:error id="person_unknown_error" errorCode="person_unknown" />',
)

WAITS_BODY = (
    BEGIN
    + node(
        "intermediateCatchEvent",
        "a_day_later",
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>",
    )
    + DONE
    + chain("begin", "a_day_later", "done")
)
WAITS = bundle(WAITS_BODY)

MUST_BE_DONE = bundle(
    BEGIN
    + user_task("review", inner='<linbang:deadline id="limit" kind="internal" limit="4 WD" warn="1 WD" />')
    + DONE
    + chain("begin", "review", "done")
)


def events(runtime: Runtime, case_id: int) -> list[str]:
    """Give what the history of a case says happened, in order."""
    table = schema.history.c
    with runtime.database.reading() as connection:
        found = connection.execute(
            select(table.event).where(table.process_instance_id == case_id).order_by(table.seq)
        )
        return list(found.scalars())


def happened(runtime: Runtime) -> Counter[tuple[int, str]]:
    """Count what happened in every case."""
    table = schema.history.c
    with runtime.database.reading() as connection:
        found = connection.execute(select(table.process_instance_id, table.event))
        return Counter((case_id, event) for case_id, event in found)


def states(runtime: Runtime) -> dict[int, tuple[str, str | None]]:
    """Give state and outcome of every case."""
    table = schema.process_instance.c
    with runtime.database.reading() as connection:
        return {
            row[0]: (row[1], row[2])
            for row in connection.execute(select(table.id, table.state, table.outcome))
        }


def incidents(runtime: Runtime, state: str = "open") -> list[Any]:
    """Give the incidents in that state."""
    table = schema.incident
    with runtime.database.reading() as connection:
        return list(connection.execute(select(table).where(table.c.state == state)))


def jobs(runtime: Runtime) -> list[Any]:
    """Give every job that is stored, the earliest first."""
    with runtime.database.reading() as connection:
        return list(connection.execute(select(schema.job).order_by(schema.job.c.due_at, schema.job.c.id)))

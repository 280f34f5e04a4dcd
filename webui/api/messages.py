"""Messages for cases, such as a withdrawal: a program hands one in as a person does on the case's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import message_buffer, messages
from engine.message_buffer import Publication
from webui.page import installation

from . import records
from .bearer import actor
from .etags import expecting
from .idempotency import once
from .resources import Resources
from .schemas.common import WriteHeaders
from .schemas.messages import MessageAnswerSchema, MessageSchema, PublishedSchema, PublishSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.runtime import Runtime
    from engine.store.rows import KeptMessage

resources = Resources("messages", "Messages for cases")


@resources.operation(
    "POST",
    "",
    gives=MessageAnswerSchema(),
    headers=WriteHeaders(),
    body=MessageSchema(),
    errors=(403, 404, 409, 412),
)
def correlate(headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Deliver a message to a case; gives the case with what waits in it now, and what became of the message.

    A case that does not wait for it yet keeps it for a while, where the message has a time to live.
    """
    del headers  # read where they are used
    row = records.visible(body["process_instance_id"])
    # The same request once more finds what was done: a kept one is in no list of what the case waits for.
    found = ["delivered"]

    def act(runtime: Runtime) -> None:
        found[0] = messages.correlate(runtime, body["message_name"], row.id, actor(), body["answers"])

    once(expecting(row.id), act)
    case, _row = records.whole_case(row.id)
    return {**case, "result": found[0]}


@resources.operation(
    "POST", "/publish", gives=PublishedSchema(), body=PublishSchema(), errors=(403, 404, 409)
)
def publish(body: Mapping[str, Any]) -> Any:
    """Send a message to whichever case waits for a correlation key, now or before its time is over.

    For operators. The same number of the same sender counts once, whatever else is sent under it.
    """
    publication = Publication(
        body["message_name"],
        body["correlation_key"],
        body["number"],
        body["content"],
        body.get("time_to_live"),
    )
    return _told(message_buffer.publish(installation().runtime, actor(), publication))


@resources.operation("GET", "/<id:message_id>", gives=PublishedSchema())
def show(message_id: int) -> Any:
    """Read what became of a message that the bearer has published for a key."""
    return _told(message_buffer.read_message(installation().runtime, message_id, actor()))


def _told(row: KeptMessage) -> dict[str, Any]:
    return {**{name: getattr(row, name) for name in row.__slots__}, "message_name": row.name}

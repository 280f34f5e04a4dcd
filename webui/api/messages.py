"""Messages for cases, such as a withdrawal: a program hands one in as a person does on the case's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import messages

from . import records
from .bearer import actor
from .etags import expecting
from .resources import Resources
from .schemas import IfMatch, InstanceSchema, MessageSchema

if TYPE_CHECKING:
    from collections.abc import Mapping

resources = Resources("messages", "Messages for cases")


@resources.operation(
    "POST",
    "",
    gives=InstanceSchema(),
    headers=IfMatch(),
    body=MessageSchema(),
    errors=(403, 404, 409, 412),
)
def correlate(headers: Mapping[str, Any], body: Mapping[str, Any]) -> Any:
    """Deliver a message to a case that waits for it; gives the case with what waits in it now."""
    del headers  # etags reads them
    row = records.visible(body["process_instance_id"])
    messages.correlate(expecting(row.id), body["message_name"], row.id, actor(), body["answers"])
    return records.whole_case(row.id)

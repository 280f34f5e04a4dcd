"""The tables. Times are milliseconds since 1970 UTC, ids are made by the application, `tenant_id` leads every key.

A tenant is an authority: a city, or a district that stands alone. Sealed columns hold compressed,
encrypted bytes; nothing is ever searched in them.
"""

from .alerts import alert, alert_message, alert_recipient
from .calendars import calendar_change, calendar_days, calendar_edition, calendar_move
from .cases import (
    NOT_FIGURED,
    attachment,
    case_word,
    comment,
    delivery,
    history,
    inbound,
    process_instance,
    relation,
    start_key,
    subject,
)
from .dead_letters import dead_letter_act
from .definitions import bundle, process_definition, schedule, service, story_run
from .doors import api_token, event_delivery, subscription
from .figures import case_figure, figure
from .installation import heartbeat, lease, node, setting
from .messages import kept_message, message_wait
from .migrations import migration, migration_case
from .people import last_look, membership, office, person, saved_filter, sign_in_attempt, substitution
from .table import FAR_FUTURE_MS, metadata
from .version import schema_version
from .work import deadline, follow_up, inbox, incident, job, reason_request, user_task

__all__ = [
    "FAR_FUTURE_MS",
    "NOT_FIGURED",
    "alert",
    "alert_message",
    "alert_recipient",
    "api_token",
    "attachment",
    "bundle",
    "calendar_change",
    "calendar_days",
    "calendar_edition",
    "calendar_move",
    "case_figure",
    "case_word",
    "comment",
    "dead_letter_act",
    "deadline",
    "delivery",
    "event_delivery",
    "figure",
    "follow_up",
    "heartbeat",
    "history",
    "inbound",
    "inbox",
    "incident",
    "job",
    "kept_message",
    "last_look",
    "lease",
    "membership",
    "message_wait",
    "metadata",
    "migration",
    "migration_case",
    "node",
    "office",
    "person",
    "process_definition",
    "process_instance",
    "reason_request",
    "relation",
    "saved_filter",
    "schedule",
    "schema_version",
    "service",
    "setting",
    "sign_in_attempt",
    "start_key",
    "story_run",
    "subject",
    "subscription",
    "substitution",
    "user_task",
]

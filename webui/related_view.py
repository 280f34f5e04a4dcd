"""The cases that a case has to do with, as the case page lists them; of another office's the number alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import url_for
from flask_babel import gettext as _

from engine.relations import related

from .words import outcome_name, service_name

if TYPE_CHECKING:
    from engine.people import Actor
    from engine.relations import Related
    from engine.runtime import Runtime


def related_rows(runtime: Runtime, process_instance_id: int, actor: Actor) -> list[dict[str, Any]]:
    """Give what the panel draws: how they are related, the number, and for those in sight where and what."""
    return [_row(runtime, one) for one in related(runtime, process_instance_id, actor)]


def _row(runtime: Runtime, one: Related) -> dict[str, Any]:
    row = one.row
    found = {"words": _kinds()[row.kind], "number": row.business_key}
    if not one.visible:
        return found
    definition = runtime.catalogue.get(row.definition_id)
    return found | {
        "href": url_for("cases.show", case_id=row.id),
        "title": row.title,
        "service": service_name(definition),
        "state": row.state,
        "outcome": outcome_name(definition, row.outcome),
    }


def _kinds() -> dict[str, str]:
    return {
        "opened": _("Opened from here"),
        "opened_by": _("This case was opened from"),
        "told": _("Was told something from here"),
        "told_by": _("Told this case something"),
    }

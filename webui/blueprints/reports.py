"""The weekly report: one page to print."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from engine.figures import WEEK
from webui import desk
from webui.auth import signed_in

pages = Blueprint("reports", __name__, url_prefix="/desk")


@pages.get("/report")
@signed_in
def weekly() -> Any:
    """Show the report of a week, the present one unless another is asked for."""
    choice = desk.choice.chosen(kind=WEEK)
    period = choice.period if choice.period.kind == WEEK else desk.report.this_week()
    return render_template(
        "desk_report.html",
        choice=choice,
        fields=desk.choice.fields(choice),
        week=period,
        **desk.report.weekly(choice.office_id, period),
    )

"""The weekly report: one page to print."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template

from engine.figures import WEEK
from webui import desk_choice, report_view
from webui.auth import signed_in

pages = Blueprint("reports", __name__, url_prefix="/desk")


@pages.get("/report")
@signed_in
def weekly() -> Any:
    """Show the report of a week, the present one unless another is asked for."""
    choice = desk_choice.chosen(kind=WEEK)
    period = choice.period if choice.period.kind == WEEK else report_view.this_week()
    return render_template(
        "desk_report.html",
        choice=choice,
        fields=desk_choice.fields(choice),
        week=period,
        **report_view.weekly(choice.office_id, period),
    )

"""What became of the time: figures of services, offices and steps, heat on the diagrams, ratings. Changes nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext as _

from engine import figures
from engine.errors import NotFound
from webui import desk
from webui.auth import signed_in
from webui.page import installation
from webui.words import office_name, service_name
from webui.words.figures import days_of, period_words

pages = Blueprint("figures", __name__, url_prefix="/desk")

MAX_VERSIONS = 50


@pages.get("/figures")
@signed_in
def overview() -> Any:
    """Show what became of the time, by service and office."""
    runtime, choice = installation().runtime, desk.choice.chosen()
    services = figures.of_cases(runtime, choice.office_id, [choice.period])
    if choice.service is not None:
        services = {key: one for key, one in services.items() if key == choice.service}
    offices = figures.of_offices(runtime, choice.children, [choice.period], choice.service)
    lately = figures.over_time(runtime, choice.office_id, choice.lately, choice.service)
    return render_template(
        "desk_figures.html",
        **_frame(choice),
        figures=desk.figures.numbers(desk.figures.total(services)),
        by_service=desk.figures.by_service(choice, services),
        by_office=desk.figures.by_office(choice, offices),
        charts=desk.figures.trends(lately),
        trend=desk.figures.over_time(lately),
        slowest=desk.figures.slowest(choice),
    )


@pages.get("/figures/<key>")
@signed_in
def of_service(key: str) -> Any:
    """Show where the time of a service goes: heat on its diagrams, and the same in a table.

    Raises NotFound for a service that is not there.
    """
    runtime, choice = installation().runtime, desk.choice.chosen().by_month
    versions = runtime.catalogue.versions(key)[:MAX_VERSIONS]
    if not versions:
        raise NotFound("Expected a service of that key, but there is none", code="service_unknown")
    asked = request.args.get("version", "")
    version = next((one for one in versions if str(one.version) == asked), None)
    drawn = version or versions[0]
    definition = runtime.catalogue.get(drawn.id)
    found = figures.of_steps(
        runtime, choice.office_id, [choice.period], key, version.id if version is not None else None
    )
    ended = figures.versions_counted(runtime, choice.office_id, [choice.period], key)
    lately = figures.over_time(runtime, choice.office_id, choice.lately, key)
    return render_template(
        "desk_service.html",
        **_frame(choice, weeks=False),
        key=key,
        name=service_name(definition),
        version=asked if version is not None else "",
        versions=[(str(one.version), ended.get(one.id, 0)) for one in versions],
        drawn=drawn.version,
        figures=desk.figures.numbers(lately[choice.period]),
        diagrams=desk.heat.diagrams(key, drawn.version, definition, found),
        steps=desk.figures.by_step(key, definition, found),
        parts=desk.heat.by_part(definition, found),
        charts=desk.figures.trends(lately),
        trend=desk.figures.over_time(lately),
    )


@pages.get("/ratings")
@signed_in
def ratings() -> Any:
    """Show what people said of the services, and what became of the bad ratings."""
    runtime, choice = installation().runtime, desk.choice.chosen()
    services = figures.of_ratings(runtime, choice.office_id, [choice.period], choice.service)
    offices = figures.of_ratings_by_office(runtime, choice.children, [choice.period], choice.service)
    total = desk.ratings.total(services)
    return render_template(
        "desk_ratings.html",
        **_frame(choice),
        figures=desk.ratings.numbers(total),
        spread=desk.ratings.spread(total),
        table=desk.ratings.spread_table(total),
        by_service=desk.ratings.by_service(choice, services),
        by_office=desk.ratings.by_office(choice, offices),
        open_reviews=desk.ratings.open_reviews(choice),
        bad_reviews=desk.ratings.bad_reviews(choice),
    )


def _frame(choice: desk.choice.Choice, *, weeks: bool = True) -> dict[str, Any]:
    """Give what the head of each of these pages says."""
    rows = installation().runtime.offices.rows
    return {
        "choice": choice,
        "fields": desk.choice.fields(choice, weeks=weeks),
        "about": _(
            "%(office)s and those below it, %(days)s",
            office=office_name(rows.get(choice.office_id)),
            days=days_of(choice.period),
        ),
        "period": period_words(choice.period),
    }

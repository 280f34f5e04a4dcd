"""Every list and table of the supervisor's desk as a file: CSV and XLSX. Shows no more than the page does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, stream_with_context

from engine import figures, supervising
from engine.errors import NotFound
from webui import desk
from webui.auth import actor, signed_in
from webui.desk.files import ENDINGS, csv_file, xlsx_file
from webui.desk.sheets import MAX_EXPORTED, Sheet
from webui.page import installation

if TYPE_CHECKING:
    from engine.definitions import Definition
    from engine.figures import StepFigures

pages = Blueprint("exports", __name__, url_prefix="/desk/files")


@pages.get("/<name>.<ending>")
@signed_in
def download(name: str, ending: str) -> Any:
    """Give a list or table as a file; raises NotFound for one that is not there, NotAllowed for no supervisor."""
    supervising.check_supervisor(actor())
    if name not in _SHEETS or ending not in ENDINGS:
        raise NotFound("Expected a list of the desk as csv or xlsx, but there is none", code="file_unknown")
    sheet = _SHEETS[name]()
    pieces: Any = csv_file(sheet) if ending == "csv" else xlsx_file(sheet)
    answer = Response(stream_with_context(pieces), content_type=ENDINGS[ending])
    today = installation().runtime.today()
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}-{today.isoformat()}.{ending}")
    return answer


def _waiting() -> Sheet:
    offices = supervising.supervised_offices(installation().runtime, actor())
    return desk.lists.waiting(offices, desk.filtering.end_of_week(), MAX_EXPORTED)


def _services() -> Sheet:
    choice = desk.choice.chosen()
    found = figures.of_cases(installation().runtime, choice.office_id, [choice.period])
    return desk.figures.by_service(choice, found)


def _offices() -> Sheet:
    choice = desk.choice.chosen()
    found = figures.of_offices(installation().runtime, choice.children, [choice.period], choice.service)
    return desk.figures.by_office(choice, found)


def _trend() -> Sheet:
    choice = desk.choice.chosen()
    return desk.figures.over_time(
        figures.over_time(installation().runtime, choice.office_id, choice.lately, choice.service)
    )


def _steps() -> Sheet:
    key, definition, found = _by_step()
    return desk.figures.by_step(key, definition, found)


def _parts() -> Sheet:
    _key, definition, found = _by_step()
    return desk.heat.by_part(definition, found)


def _by_step() -> tuple[str, Definition, dict[str, StepFigures]]:
    runtime, choice = installation().runtime, desk.choice.chosen().by_month
    if choice.service is None:
        raise NotFound("Expected a service whose steps are meant, but there is none", code="service_unknown")
    definition = runtime.catalogue.newest(choice.service)[1]
    found = figures.of_steps(runtime, choice.office_id, [choice.period], choice.service)
    return choice.service, definition, found


def _ratings() -> Sheet:
    choice = desk.choice.chosen()
    found = figures.of_ratings(installation().runtime, choice.office_id, [choice.period], choice.service)
    return desk.ratings.spread_table(desk.ratings.total(found))


def _rated_services() -> Sheet:
    choice = desk.choice.chosen()
    found = figures.of_ratings(installation().runtime, choice.office_id, [choice.period], choice.service)
    return desk.ratings.by_service(choice, found)


def _rated_offices() -> Sheet:
    choice = desk.choice.chosen()
    found = figures.of_ratings_by_office(
        installation().runtime, choice.children, [choice.period], choice.service
    )
    return desk.ratings.by_office(choice, found)


_SHEETS: Mapping[str, Callable[[], Sheet]] = {
    "work": desk.lists.work,
    "waiting": _waiting,
    "services": partial(desk.lists.numbers, "services"),
    "offices": partial(desk.lists.numbers, "offices"),
    "steps": partial(desk.lists.numbers, "steps"),
    "people": partial(desk.lists.numbers, "people"),
    "figures-services": _services,
    "figures-offices": _offices,
    "trend": _trend,
    "steps-time": _steps,
    "parts-time": _parts,
    "slowest": lambda: desk.figures.slowest(desk.choice.chosen(), MAX_EXPORTED),
    "ratings": _ratings,
    "ratings-services": _rated_services,
    "ratings-offices": _rated_offices,
    "bad-ratings": lambda: desk.ratings.bad_reviews(desk.choice.chosen(), MAX_EXPORTED),
    "open-ratings": lambda: desk.ratings.open_reviews(desk.choice.chosen()),
}

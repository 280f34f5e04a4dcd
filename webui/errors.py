"""How the engine's errors reach people: one table, one page, and problem details for programs."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine.errors import (
    Changed,
    DatabaseAway,
    DatabaseFull,
    EngineError,
    InvalidInput,
    InvalidState,
    NotAllowed,
    NotFound,
)

from . import problems
from .words import message_of

if TYPE_CHECKING:
    from flask import Flask

STATUS = {
    NotFound: 404,
    NotAllowed: 403,
    Changed: 412,
    DatabaseAway: 503,
    DatabaseFull: 503,
    InvalidState: 409,
    InvalidInput: 422,
}
"""The first that fits counts."""

log = logging.getLogger("linbang.web")


def init_app(app: Flask) -> None:
    """Register the table."""
    app.register_error_handler(EngineError, _engine_error)
    app.register_error_handler(CSRFError, _csrf_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unforeseen)


def status_of(error: EngineError) -> int:
    """Give the HTTP status of an engine's error."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 500)


def answer(status: int, code: str, message: str) -> Any:
    """Answer with a page, or with problem details where a program asked."""
    if request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json":
        return problems.problem(status, code, message)
    titles = {
        403: _("You may not do this"),
        404: _("Not found"),
        409: _("Somebody was quicker"),
        413: _("Too large"),
        422: _("There is a problem"),
        429: _("Too many attempts"),
        503: _("Out of service for a moment"),
    }
    title = titles.get(status, _("Something went wrong"))
    return render_template("error.html", heading=title, message=message, status=status), status


def _engine_error(error: EngineError) -> Any:
    if request.path.startswith(problems.API):
        return problems.of_engine(error, status_of(error))
    return answer(status_of(error), error.code, message_of(error))


def _csrf_error(error: CSRFError) -> Any:  # noqa: ARG001 - the handler's signature
    message = _(
        "The page was open for too long or came from elsewhere. Please go back, reload it and try again."
    )
    return answer(400, "csrf", message)


def _http_error(error: HTTPException) -> Any:
    if isinstance(error.response, Response):
        return error.response
    if request.path.startswith(problems.API):
        return problems.of_http(error)
    texts = {
        404: _("There is no page with this address."),
        405: _("This page cannot be used in this way."),
        413: _("What you sent is too large. A file may have 10 MB."),
    }
    status = error.code or 500
    return answer(status, f"http_{status}", texts.get(status, error.description or ""))


def _unforeseen(error: Exception) -> Any:
    mark = uuid.uuid4().hex[:8]
    log.error("unforeseen error %s at %s", mark, request.path, exc_info=error)
    if request.path.startswith(problems.API):
        detail = f"Expected to do what was asked, but could not; the operator finds it under the mark {mark}."
        return problems.problem(500, "unforeseen", detail)
    message = _("Nothing was changed. Please tell your operator the mark %(mark)s.", mark=mark)
    return answer(500, "unforeseen", message)

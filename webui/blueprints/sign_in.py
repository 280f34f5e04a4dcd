"""Signing in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from webui import auth
from webui.page import installation
from webui.words import group_name, office_name

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
def form() -> Any:
    """Show the form."""
    return render_template(
        "sign_in.html", username="", problem=None, next=request.args.get("next", ""), cast=_cast()
    )


@pages.post("/sign-in")
def enter() -> Any:
    """Check name and password; too many failures from one name or address have to wait."""
    username = request.form.get("username", "").strip()[:100]
    target = request.form.get("next", "")
    if not auth.may_try(username):
        problem, status = _("Too many attempts. Please wait 15 minutes and try again."), 429
    elif auth.check_password(username, request.form.get("password", "")[:200]):
        return redirect(_inside(target))
    else:
        problem, status = _("The user name or the password is wrong."), 422
    page = render_template("sign_in.html", username=username, problem=problem, next=target, cast=_cast())
    return page, status


@pages.post("/sign-out")
def leave() -> Any:
    """Sign out."""
    auth.sign_out()
    return redirect(url_for("sign_in.form"))


def _inside(target: str) -> str:
    """Give the page to go on to; never another site."""
    parts = urlsplit(target)
    safe = (
        target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return target if safe else url_for("inbox.show")


def _cast() -> dict[str, list[dict[str, str]]]:
    """List the accounts of the demo by office, so that a newcomer can try each group."""
    found = installation()
    by_office: dict[str, list[dict[str, str]]] = {}
    if not found.settings.demo:
        return by_office
    runtime = found.runtime
    for row in runtime.people.persons():
        if row.active:
            groups = (group_name(runtime.groups, key) for key, _office in runtime.people.memberships(row.id))
            account = {"username": row.username, "name": row.name, "groups": _(", ").join(sorted(groups))}
            by_office.setdefault(office_name(runtime.offices.rows.get(row.office_id)), []).append(account)
    return by_office

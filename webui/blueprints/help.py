"""Help inside the application: one page for each kind of user, in both languages; the person's own kind first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as lazy

from engine.errors import NotFound
from webui.auth import actor, signed_in
from webui.language import language

if TYPE_CHECKING:
    from engine.people import Actor

KINDS = ("caseworker", "counter", "supervisor", "designer", "operator")
"""The pages, each a template by this name in each language."""
TITLES = {
    "caseworker": lazy("Working on cases"),
    "counter": lazy("At the counter: what we tell people"),
    "supervisor": lazy("Seeing that no limit is missed"),
    "designer": lazy("Changing a service"),
    "operator": lazy("Keeping it running"),
}
SUMMARIES = {
    "caseworker": lazy("Find your work, claim it, fill in its form, hand it on; limits, drafts, signatures."),
    "counter": lazy("How long it takes, where the case is, what may be objected to, what we may not say."),
    "supervisor": lazy("Alerts, overdue work, reassigning, asking for a reason, substitutes."),
    "designer": lazy("Download a version, change its files, check them, see what differs, deploy."),
    "operator": lazy("Incidents, the background, access for other systems, backups."),
}
_ROLES = {
    "caseworker": ("caseworker", "counter"),
    "supervisor": ("supervisor",),
    "designer": ("designer",),
    "operator": ("operator",),
    "admin": ("designer", "operator"),
}

pages = Blueprint("help", __name__, url_prefix="/help")


@pages.get("")
@signed_in
def index() -> Any:
    """List the pages, those for the person's own work first."""
    own = _own(actor())
    return render_template(
        "help/index.html",
        own=[_entry(kind) for kind in own],
        others=[_entry(kind) for kind in KINDS if kind not in own],
    )


@pages.get("/<kind>")
@signed_in
def page(kind: str) -> Any:
    """Show how one kind of user does the work."""
    if kind not in KINDS:
        raise NotFound(f"Expected one of {', '.join(KINDS)}, but got {kind!r}", code="help_unknown")
    own = _own(actor())
    ordered = [*own, *(other for other in KINDS if other not in own)]
    return render_template(
        f"help/{kind}.{language()}.html",
        kind=kind,
        heading=TITLES[kind],
        kinds=[_entry(one) for one in ordered],
    )


def _own(person: Actor) -> list[str]:
    """Give the pages for somebody's roles; the most particular first."""
    found = {kind for role, kinds in _ROLES.items() if role in person.roles for kind in kinds}
    return sorted(found, key=lambda kind: (kind in _ROLES["caseworker"], KINDS.index(kind)))


def _entry(kind: str) -> dict[str, Any]:
    return {"kind": kind, "title": TITLES[kind], "summary": SUMMARIES[kind]}

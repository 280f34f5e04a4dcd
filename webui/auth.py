"""Who is signed in: passwords, sessions of bounded length, a limit on guessing."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import Response, current_app, g, redirect, request, session, url_for

from engine.people import Actor, read_staff
from engine.state import machine_ms

from .page import installation

if TYPE_CHECKING:
    from flask import Flask

SESSION_S = 15 * 60
"""How long a session lives without being used (the rule for systems of this class)."""

ATTEMPTS = 10
WINDOW_MS = 15 * 60 * 1000

_hasher = PasswordHasher()
_light_hasher = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


@cache
def _nobody() -> str:
    """Give a hash to check against when there is no such person, so that it takes as long."""
    return _hasher.hash("nobody has this password")


View = TypeVar("View", bound=Callable[..., Any])


def init_app(app: Flask) -> None:
    """Find out before each request who it is."""
    app.before_request(_recognise)


def hash_password(password: str, *, light: bool = False) -> str:
    """Give the argon2 hash of a password; light: quickly, for accounts whose password is no secret."""
    return (_light_hasher if light else _hasher).hash(password)


def signed_in(view: View) -> View:
    """Send people who are not signed in to the sign-in page and back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.actor is None:
            target = request.full_path.rstrip("?") if request.method == "GET" else None
            address = url_for("sign_in.form", next=target)
            if target and "HX-Request" in request.headers:  # a part of a page never becomes the sign-in page
                return Response(status=204, headers={"HX-Redirect": address})
            return redirect(address)
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]  # the same signature


def unnoticed(view: View) -> View:
    """Mark what a page asks for by itself: it keeps no session alive, and has to look who asks."""
    view.__dict__["unnoticed"] = True
    return view


def may_try(username: str) -> bool:
    """Say whether this name and this address have not guessed too often."""
    values = installation().values
    since = machine_ms() - WINDOW_MS
    return all(values.attempts(key, since) < ATTEMPTS for key in _keys(username))


def check_password(username: str, password: str) -> bool:
    """Sign somebody in if the password is right; takes as long when there is no such person."""
    runtime = installation().runtime
    row = runtime.people.person(username=username)
    known = row is not None and row.active and row.password_hash is not None
    try:
        _hasher.verify(row.password_hash if row is not None and known else _nobody(), password)  # type: ignore[arg-type]  # known
    except (VerificationError, InvalidHashError):
        known = False
    if not known or row is None:
        for key in _keys(username):
            installation().values.note_attempt(
                key, machine_ms(), runtime.ids.next(), machine_ms() - WINDOW_MS
            )
        return False
    installation().values.forget_attempts(_keys(username)[0])
    chosen = session.get("language")
    session.clear()
    session.update(
        person=str(row.id),
        version=row.session_version,
        used=int(time.time()),
        language=chosen or row.language,
    )
    return True


def sign_out() -> None:
    """Forget who it is; the language stays."""
    chosen = session.get("language")
    session.clear()
    if chosen:
        session["language"] = chosen


def actor() -> Actor:
    """Give who is signed in; only in views that are guarded."""
    found = g.actor
    assert isinstance(found, Actor)
    return found


def _recognise() -> None:
    g.actor = None
    person_id, used = session.get("person"), session.get("used", 0)
    if person_id is None or request.endpoint == "static":
        return
    now = int(time.time())
    if now - used > SESSION_S:
        sign_out()
        return
    runtime = installation().runtime
    found = read_staff(runtime.people, int(person_id), runtime.today())
    if found is None or found[0].session_version != session.get("version"):
        sign_out()
        return
    g.staff, g.actor = found
    view = current_app.view_functions.get(request.endpoint or "")
    asked_by_itself = getattr(view, "unnoticed", False)
    if now - used > SESSION_S // 15 and not asked_by_itself:  # not on every request: each writes a cookie
        session["used"] = now


def _keys(username: str) -> tuple[str, str]:
    return f"name:{username.strip().lower()[:100]}", f"address:{request.remote_addr}"

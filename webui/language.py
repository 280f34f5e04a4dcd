"""The reader's language, and the application's own words, read from the catalogue beside this module."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import g, request, session
from flask_babel import Babel
from flask_babel import Domain as LibraryDomain

if TYPE_CHECKING:
    from flask import Flask

LANGUAGES = ("zh", "en")
CATALOGUES = Path(__file__).parent / "translations"


class _Domain(LibraryDomain):  # type: ignore[misc]  # untyped library
    """Words straight from the text catalogue, so that nothing has to be compiled before a start."""

    def get_translations(self) -> NullTranslations:
        """Give the words of the request's language."""
        return catalogue(language())


class _Babel(Babel):  # type: ignore[misc]  # untyped library
    """Flask-Babel with our words."""

    @property
    def domain_instance(self) -> _Domain:
        """Give the words of the application."""
        return _Domain()


@lru_cache(maxsize=len(LANGUAGES))
def catalogue(name: str) -> NullTranslations:
    """Read the words of a language; English ones stand in the code."""
    path = CATALOGUES / f"{name}.po"
    if not path.is_file():
        return NullTranslations()
    packed = io.BytesIO()
    with path.open("rb") as file:
        write_mo(packed, read_po(file, locale=name))
    packed.seek(0)
    found: NullTranslations = Translations(packed)
    return found


def language() -> str:
    """Give the language of the page: asked for, the person's, or the browser's; Chinese where none fits."""
    found = g.get("language")
    if found is None:
        found = g.language = _choose()
    return str(found)


def wanted() -> str | None:
    """Give the first of our languages that the browser or program takes, of whatever country: zh-CN is zh."""
    told = (tag.replace("_", "-").partition("-")[0].lower() for tag in request.accept_languages.values())
    return next((tag for tag in told if tag in LANGUAGES), None)


def init_app(app: Flask) -> None:
    """Give templates their words."""
    _Babel(app, locale_selector=lambda: {"zh": "zh_Hans_CN"}.get(language(), "en"))
    app.jinja_env.globals["language"] = language


def _choose() -> str:
    asked: Any = request.args.get("lang")
    if asked in LANGUAGES:
        session["language"] = asked
        return str(asked)
    if session.get("language") in LANGUAGES:
        return str(session["language"])
    return wanted() or "zh"

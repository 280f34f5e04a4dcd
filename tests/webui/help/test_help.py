"""Help: a page for each kind of user, in both languages, that names nothing which is not there."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from lxml import html

from tests.engine.support import CLERK, SUPERVISOR, World
from tests.webui.incidents.conftest import browse, words, world
from webui.blueprints.help import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.webui.incidents.conftest import Browser

__all__ = ["browse", "world"]

WEBUI = Path(__file__).resolve().parents[3] / "webui"
PAGES = WEBUI / "templates" / "help"
LANGUAGES = ("en", "zh")
MAX_PICTURE_BYTES = 60_000
EVERY = [(kind, language) for kind in KINDS for language in LANGUAGES]


def source(kind: str, language: str) -> str:
    return (PAGES / f"{kind}.{language}.html").read_text("utf-8")


def pictures(kind: str, language: str) -> list[str]:
    """Names of the pictures of a page."""
    return re.findall(r'picture\("([\w-]+)"', source(kind, language))


def labels(kind: str, language: str) -> set[str]:
    """Words of the application that a page names: they stand in <b>."""
    return set(re.findall(r"<b>(.*?)</b>", source(kind, language)))


def said(language: str) -> list[re.Pattern[str]]:
    """Everything that the application says in a language, with any words in the places of names and numbers."""
    catalogue = read_po(io.BytesIO((WEBUI / "translations" / "zh.po").read_bytes()), locale="zh")
    texts = [entry.id if language == "en" else entry.string for entry in catalogue if entry.id]
    plain = [text for one in texts for text in (one if isinstance(one, tuple) else (one,))]
    return [
        re.compile(".+".join(re.escape(part) for part in re.split(r"%\(\w+\)[sd]", text))) for text in plain
    ]


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_label_that_help_names_is_one_of_the_application(kind: str, language: str) -> None:
    known = said(language)

    assert [label for label in labels(kind, language) if not any(one.fullmatch(label) for one in known)] == []


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_picture_that_help_shows_is_there_and_small(kind: str, language: str) -> None:
    for name in pictures(kind, language):
        file = WEBUI / "static" / "help" / f"{name}.{language}.png"
        assert file.is_file(), f"python -m tests.e2e.pictures_of_help takes it: {file.name}"
        assert file.stat().st_size <= MAX_PICTURE_BYTES, file.name


def test_every_picture_is_shown_by_a_page() -> None:
    shown = {f"{name}.{language}.png" for kind, language in EVERY for name in pictures(kind, language)}

    assert {file.name for file in (WEBUI / "static" / "help").iterdir()} == shown


@pytest.mark.parametrize("kind", KINDS)
def test_both_languages_have_the_same_parts_and_pictures(kind: str) -> None:
    english, chinese = ([*re.findall(r'id="([\w-]+)"', source(kind, language))] for language in LANGUAGES)

    assert english == chinese
    assert pictures(kind, "en") == pictures(kind, "zh")
    assert english or kind is None


@pytest.mark.parametrize("kind", KINDS)
def test_help_names_only_keys_that_there_are(kind: str) -> None:
    overlay = (WEBUI / "templates" / "parts" / "keys.html").read_text("utf-8")
    known = set(re.findall(r'"(\S+?)"\]', overlay)) | set(re.findall(r'\["(\S+?)"', overlay)) | {"g", "i"}
    for language in LANGUAGES:
        assert set(re.findall(r"<kbd>(.*?)</kbd>", source(kind, language))) <= known


def test_ones_own_kind_comes_first(world: World, browse: Callable[..., Browser]) -> None:
    def first(page) -> str:
        return page.xpath("//ul[@class='help-kinds'][1]//a/@href")[0]

    assert first(browse(CLERK).get("/help")) == "/help/caseworker"
    assert first(browse(SUPERVISOR).get("/help")) == "/help/supervisor"
    assert browse(SUPERVISOR).get("/help/counter").xpath("//nav[@class='help-nav no-print']//a/@href")[0] == (
        "/help/supervisor"
    )


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_every_page_is_shown_in_the_readers_language(
    world: World, browse: Callable[..., Browser], kind: str, language: str
) -> None:
    page = browse(CLERK, language).get(f"/help/{kind}")

    (first,) = html.fromstring(f"<div>{source(kind, language)}</div>").xpath("(//h2)[1]/text()")
    assert first in words(page)
    assert page.get("lang") == language


def test_there_is_no_other_page(world: World, browse: Callable[..., Browser]) -> None:
    browse(CLERK).get("/help/frame", 404)
    browse(CLERK).get("/help/index", 404)

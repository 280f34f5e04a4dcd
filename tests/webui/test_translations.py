"""Everything that the application says has Chinese words."""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

WEBUI = Path(__file__).resolve().parents[2] / "webui"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def spoken() -> set[str | tuple[str, ...]]:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2")]
    keywords = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy": None}
    found = extract_from_dir(
        str(WEBUI), methods, keywords=keywords, directory_filter=lambda path: "node_modules" not in path
    )
    return {message for _file, _line, message, _comments, _context in found if message}


def catalogue():
    return read_po(io.BytesIO((WEBUI / "translations" / "zh.po").read_bytes()), locale="zh")


def test_every_sentence_has_chinese_words() -> None:
    known = catalogue()
    missing = [text for text in spoken() if not known.get(text[0] if isinstance(text, tuple) else text)]

    assert missing == []


def test_no_chinese_words_are_left_over() -> None:
    """A sentence that the application no longer says leaves the catalogue."""
    said = {text[0] if isinstance(text, tuple) else text for text in spoken()}
    left = [m.id for m in catalogue() if m.id and (m.id[0] if isinstance(m.id, tuple) else m.id) not in said]

    assert left == []


def test_translations_keep_the_places_of_names_and_numbers() -> None:
    for message in catalogue():
        if not message.id:
            continue
        original = message.id[0] if isinstance(message.id, tuple) else message.id
        translated = message.string[0] if isinstance(message.string, tuple) else message.string
        assert set(_PLACEHOLDER.findall(translated)) == set(_PLACEHOLDER.findall(original)), original
